// `check` of one trace: bytes -> lines -> mm events -> model -> rules -> findings, in one pass, no store between.
import { Model } from '../model/model.ts';
import { finish, replay } from '../model/replay.ts';
import { detectFormat } from '../parsers/detect.ts';
import type { TraceFormat, TraceHead } from '../parsers/line.ts';
import type { Source } from '../parsers/source.ts';
import type { CheckReport, DetailedReport, Loss, PinLife, RuleOutcome, TraceInfo } from '../report/contract.ts';
import type { Rule } from '../rules/contract.ts';
import type { Finding, Verdict } from '../rules/finding.ts';
import { BUILT_IN } from '../rules/index.ts';
import { InputError } from '../util/errors.ts';
import { isTransientCaller } from '../vocabulary/callers.ts';
import { type Era, eraNamed, eraOfRelease } from '../vocabulary/era.ts';
import { KIND_NAMES, Kind } from '../vocabulary/kinds.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import { Collector } from './collect.ts';
import { fetchLines } from './evidence.ts';
import { fileInput, type TraceInput } from './input.ts';
import { outcomesOf, verdictOf } from './outcome.ts';
import { PinLives } from './pins.ts';
import { LINE_KIND_NAMES, ReadStats, readTrace } from './read.ts';
import type { RuleOptions } from './run-rules.ts';
import { Words } from './words.ts';

export interface CheckOptions {
  format?: TraceFormat;
  /** kernel release or era, when the trace does not show it */
  kernel?: string;
  rules?: readonly Rule[];
  /** options of the rules, and who looks over their shoulders */
  running?: RuleOptions;
  onProgress?: (path: string, position: number, size: number | undefined) => void;
}

interface OneTrace {
  info: TraceInfo;
  findings: Finding[];
  undecided: Map<string, string[]>;
  model: Model;
  pins: PinLife[];
}

/**
 * Check traces, each on its own, and put the answers into one report.
 * @param traces paths, or inputs such as text in memory
 * @throws InputError when one of them is no trace
 */
export async function check(
  traces: readonly (string | TraceInput)[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  return (await checkDetailed(traces, { ...options, pins: false })).report;
}

/** The same, with the life of every pin. */
export async function checkDetailed(
  traces: readonly (string | TraceInput)[],
  options: CheckOptions & { pins?: boolean } = {},
): Promise<DetailedReport> {
  const rules = options.rules ?? BUILT_IN;
  const done: OneTrace[] = [];
  for (const [i, trace] of traces.entries()) {
    done.push(await checkOne(typeof trace === 'string' ? fileInput(trace) : trace, i, rules, options));
  }
  const findings = done.flatMap((t) => t.findings).map((f, i) => ({ ...f, n: i + 1 }));
  const outcomes = outcomesOf(rules, findings, done);
  return {
    report: {
      schema: 'pindrift.check/1',
      verdict: verdictOf(findings, outcomes),
      traces: done.map((t) => t.info),
      rules: outcomes,
      findings,
    },
    pins: done.flatMap((t) => t.pins),
  };
}

type OneOptions = CheckOptions & { pins?: boolean };

async function checkOne(
  input: TraceInput,
  index: number,
  rules: readonly Rule[],
  options: OneOptions,
): Promise<OneTrace> {
  const source = await input.open();
  try {
    return await checkSource(source, input, index, rules, options);
  } finally {
    source.close();
  }
}

async function checkSource(
  source: Source,
  input: TraceInput,
  index: number,
  rules: readonly Rule[],
  options: OneOptions,
): Promise<OneTrace> {
  const { path } = input;
  const detection = detectFormat(await source.head(), options.format);
  if ('problem' in detection) throw new InputError(detection.problem, { where: path, tryThis: detection.tryThis });
  const { parser } = detection;
  const { head } = parser;
  const vocabulary = new Vocabulary();
  if (head.kernel !== undefined) {
    const era = eraOfRelease(head.kernel);
    if (era !== undefined) vocabulary.era.fits(era.name, `kernel ${head.kernel}`);
  }
  const stats = new ReadStats();
  const model = new Model(KIND_NAMES.length);
  model.isTransientCaller = (s) => isTransientCaller(vocabulary.symbols[s] ?? '');
  model.symbols = vocabulary.symbols;
  const collector = new Collector(model, rules, options.running);
  const lives = options.pins === true ? new PinLives(model) : undefined;
  await readTrace(source, parser, vocabulary, stats, {
    onBatch: (batch) => replay(model, batch),
    onProgress: (position) => options.onProgress?.(path, position, source.size),
  });
  model.facts = {
    cpus: head.cpus,
    timeUnit: head.timeUnit,
    overwritten: head.overwritten ?? 0,
    unread: stats.kinds[8],
    damage: stats.damage,
  };
  finish(model);
  if (stats.kinds[1] === 0) {
    throw new InputError('no event could be read from this trace', {
      where: path,
      tryThis:
        stats.bad.length > 0
          ? `line ${stats.bad[0].line}: ${stats.bad[0].reason}`
          : 'check that the capture ran: the file has headers only',
    });
  }
  const { era, from } = decideEra(vocabulary, options.kernel);
  const lines = await fetchLines(input, head, [...collector.offsets(), ...(lives?.offsets() ?? [])]);
  const words = new Words(model, era, vocabulary.symbols, lines, head.timeUnit);
  const findings = collector.findings(index, words);
  return {
    info: traceInfo(path, head, stats, vocabulary, model, era, from),
    findings,
    undecided: collector.undecided,
    model,
    pins: lives?.lives(index, words, findings) ?? [],
  };
}

export function decideEra(vocabulary: Vocabulary, kernel: string | undefined): { era: Era | undefined; from: string } {
  if (kernel !== undefined) {
    const era = eraNamed(kernel) ?? eraOfRelease(kernel);
    if (era === undefined)
      throw new InputError(`--kernel ${kernel}: not a release from 5.9 on`, {
        tryThis: '--kernel 5.10, 6.1, 6.12, 7.2 or the output of uname -r',
      });
    return { era, from: 'given' };
  }
  const left = vocabulary.era.candidates;
  if (left.length === 1) return { era: left[0], from: vocabulary.era.reasons.join(', ') };
  return { era: undefined, from: `undecided between ${left.map((e) => e.name).join(', ')}; say --kernel` };
}

function traceInfo(
  path: string,
  head: TraceHead,
  stats: ReadStats,
  vocabulary: Vocabulary,
  model: Model,
  era: Era | undefined,
  from: string,
): TraceInfo {
  const losses: Loss[] = [];
  if (stats.kinds[8] > 0) {
    losses.push({
      kind: 'bad-line',
      count: stats.kinds[8],
      line: stats.bad[0]?.line,
      reason: stats.bad[0]?.reason ?? '',
      samples: stats.bad.map((b) => ({ line: b.line, text: b.text })),
    });
  }
  for (const l of stats.lost) {
    losses.push({
      kind: 'lost-events',
      count: known(l.n),
      cpu: l.cpu >= 0 ? l.cpu : undefined,
      line: l.line,
      time: known(l.ts),
      reason: 'the kernel or the recorder dropped events here',
    });
  }
  if ((head.overwritten ?? 0) > 0)
    losses.push({
      kind: 'overwritten',
      count: head.overwritten,
      reason: 'the ring buffer overwrote its oldest events before the trace was read',
    });
  if (stats.damage !== undefined) losses.push({ kind: 'truncated', reason: stats.damage });
  if (stats.cut) losses.push({ kind: 'truncated', line: stats.lines, reason: 'the last line is incomplete' });
  let mmEvents = 0;
  model.seen.forEach((n, k) => {
    if (k !== Kind.lost) mmEvents += n;
  });
  return {
    path,
    format: head.format,
    variant: head.variant,
    kernel: head.kernel,
    era: era?.name,
    eraFrom: from,
    clock: head.clock,
    timeUnit: head.timeUnit,
    cpus: head.cpus,
    lines: stats.lines,
    events: stats.kinds[1],
    mmEvents,
    bytes: stats.bytes,
    lineKinds: Object.fromEntries(
      LINE_KIND_NAMES.map((name, k) => [name, stats.kinds[k]] as const).filter(([name, n]) => name !== '' && n > 0),
    ),
    losses,
    firstTime: known(stats.firstTs),
    lastTime: known(stats.lastTs),
    pins: {
      seen: model.counts.pins,
      released: model.counts.released - model.counts.presumed,
      presumed: model.counts.presumed,
      open: model.held.size,
    },
  };
}

const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);
