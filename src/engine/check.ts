// `check` of one trace: bytes -> lines -> mm events -> model -> rules -> findings, in one pass, no store between.
import { finish, REPLAYED, replay } from '../model/replay.ts';
import { detectFormat } from '../parsers/detect.ts';
import type { TraceFormat } from '../parsers/line.ts';
import type { Source } from '../parsers/source.ts';
import type { CheckReport, DetailedReport, PinLife } from '../report/contract.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { InputError } from '../util/errors.ts';
import { eraOfRelease } from '../vocabulary/era.ts';
import { KIND_NAMES } from '../vocabulary/kinds.ts';
import type { RecordBatch } from '../vocabulary/record.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import { Collector } from './collect.ts';
import { fetchLines } from './evidence.ts';
import type { TraceFilter } from './filter.ts';
import { fileInput, type TraceInput } from './input.ts';
import { decideEra, demandEvents, factsOf, type Judged, newModel, reportOf, textInfo, traceInfo } from './judged.ts';
import { readTraceParallel, workersFor } from './parallel.ts';
import { PinLives } from './pins.ts';
import { ReadStats, readTrace } from './read.ts';
import type { RuleOptions } from './run-rules.ts';
import { Words } from './words.ts';

export interface CheckOptions {
  format?: TraceFormat;
  /** kernel release or era, when the trace does not show it */
  kernel?: string;
  rules?: readonly Rule[];
  /** options of the rules, and who looks over their shoulders */
  running?: RuleOptions;
  /** threads for a large plain file: one replays, the others read; 1 does both. The report does not depend on it. */
  workers?: number;
  /** events that are looked at; what is left out is said in the verdict */
  filter?: TraceFilter;
  onProgress?: (path: string, position: number, size: number | undefined) => void;
}

interface OneTrace extends Judged {
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
  return { report: reportOf(rules, done), pins: done.flatMap((t) => t.pins) };
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
  const model = newModel(vocabulary.symbols);
  const collector = new Collector(model, rules, options.running);
  const lives = options.pins === true ? new PinLives(model) : undefined;
  vocabulary.keep = KIND_NAMES.map((_, kind) => REPLAYED[kind] === true || model.taps[kind] !== undefined);
  const reading = {
    filter: options.filter,
    onBatch: (batch: RecordBatch, lineBase?: number) => replay(model, batch, lineBase),
    onProgress: (position: number) => options.onProgress?.(path, position, source.size),
  };
  const workers = workersFor(source, input.file, head, options.workers);
  if (workers > 0 && input.file !== undefined && source.size !== undefined) {
    await readTraceParallel(input.file, head, vocabulary, stats, { ...reading, workers, size: source.size });
  } else await readTrace(source, parser, vocabulary, stats, reading);
  // kinds that nobody wanted as records were only counted (rmap_del is a quarter of a trace)
  for (const [kind, n] of vocabulary.seen().entries()) if (!vocabulary.keep[kind]) model.seen[kind] += n;
  model.lastLine = stats.lines;
  model.facts = factsOf(head, stats, options.filter);
  finish(model);
  demandEvents(path, stats);
  const { era, from } = decideEra(vocabulary, options.kernel);
  const lines = await fetchLines(input, head, [...collector.offsets(), ...(lives?.offsets() ?? [])]);
  const words = new Words(model, era, vocabulary.symbols, lines, head.timeUnit);
  const findings = collector.findings(index, words);
  return {
    info: traceInfo(textInfo(path, head, stats), model, era?.name, from),
    findings,
    undecided: collector.undecided,
    notKept: collector.notKept,
    model,
    pins: lives?.lives(index, words, findings) ?? [],
  };
}
