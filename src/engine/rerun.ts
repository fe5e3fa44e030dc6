// Rules again on a store, without the text: the mm events are kept there, and the replay runs over them as it runs over
// a trace. Also how a replayed trace becomes a part of a report, which `ingest` shares.

import * as fs from 'node:fs';
import { Model } from '../model/model.ts';
import { finish, replay } from '../model/replay.ts';
import type { TraceHead } from '../parsers/line.ts';
import type { CheckReport, DetailedReport, Loss, RuleOutcome, TraceInfo } from '../report/contract.ts';
import type { Rule } from '../rules/contract.ts';
import type { Finding, Verdict } from '../rules/finding.ts';
import { BUILT_IN } from '../rules/index.ts';
import { hashFile } from '../store/hash.ts';
import { evidenceLines, rebuiltLines } from '../store/lines.ts';
import { openStore, type Store } from '../store/open.ts';
import { readPins } from '../store/read-pins.ts';
import { readRecords, readSymbols } from '../store/replay.ts';
import { listTraces, readReport } from '../store/report.ts';
import type { StoredTrace } from '../store/traces.ts';
import { isTransientCaller } from '../vocabulary/callers.ts';
import { eraNamed } from '../vocabulary/era.ts';
import { KIND_NAMES, Kind } from '../vocabulary/kinds.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import { decideEra } from './check.ts';
import { Collector } from './collect.ts';
import { type EvidenceLine, fetchLines } from './evidence.ts';
import { fileInput } from './input.ts';
import { outcomesOf, verdictOf } from './outcome.ts';
import { LINE_KIND_NAMES, type ReadStats } from './read.ts';
import type { RuleOptions } from './run-rules.ts';
import { Words } from './words.ts';

/** One trace, replayed and judged. */
export interface Judged {
  info: TraceInfo;
  findings: Finding[];
  undecided: Map<string, string[]>;
  model: Model;
}

/** The report on several traces. */
export function reportOf(rules: readonly Rule[], traces: readonly Judged[]): CheckReport {
  const findings = traces.flatMap((t) => t.findings).map((f, i) => ({ ...f, n: i + 1 }));
  const outcomes = outcomesOf(rules, findings, traces);
  return {
    schema: 'pindrift.check/1',
    verdict: verdictOf(findings, outcomes),
    traces: traces.map((t) => t.info),
    rules: outcomes,
    findings,
  };
}

export function newModel(symbols: readonly string[]): Model {
  const model = new Model(KIND_NAMES.length);
  model.isTransientCaller = (s) => isTransientCaller(symbols[s] ?? '');
  model.symbols = symbols;
  return model;
}

/** What the rules may ask about the text. */
export function factsOf(head: TraceHead, unread: number, damage: string | undefined): Model['facts'] {
  return { cpus: head.cpus, timeUnit: head.timeUnit, overwritten: head.overwritten ?? 0, unread, damage };
}

/** What the text itself shows; the rest of a trace's entry in the report is the replay's. */
export type TextInfo = Omit<TraceInfo, 'era' | 'eraFrom' | 'mmEvents' | 'pins'>;

export function textInfo(path: string, head: TraceHead, stats: ReadStats): TextInfo {
  return {
    path,
    format: head.format,
    variant: head.variant,
    kernel: head.kernel,
    clock: head.clock,
    timeUnit: head.timeUnit,
    cpus: head.cpus,
    lines: stats.lines,
    events: stats.kinds[1],
    bytes: stats.bytes,
    lineKinds: Object.fromEntries(
      LINE_KIND_NAMES.map((name, k) => [name, stats.kinds[k]] as const).filter(([name, n]) => name !== '' && n > 0),
    ),
    losses: lossesOf(head, stats),
    firstTime: known(stats.firstTs),
    lastTime: known(stats.lastTs),
  };
}

function lossesOf(head: TraceHead, stats: ReadStats): Loss[] {
  const losses: Loss[] = [];
  const { bad } = stats;
  if (stats.kinds[8] > 0) {
    const samples = bad.map((b) => ({ line: b.line, text: b.text }));
    losses.push({ kind: 'bad-line', count: stats.kinds[8], line: bad[0]?.line, reason: bad[0]?.reason ?? '', samples });
  }
  for (const { n, cpu, line, ts } of stats.lost) {
    const reason = 'the kernel or the recorder dropped events here';
    losses.push({
      kind: 'lost-events',
      count: known(n),
      cpu: cpu >= 0 ? cpu : undefined,
      line,
      time: known(ts),
      reason,
    });
  }
  if ((head.overwritten ?? 0) > 0) {
    const reason = 'the ring buffer overwrote its oldest events before the trace was read';
    losses.push({ kind: 'overwritten', count: head.overwritten, reason });
  }
  if (stats.damage !== undefined) losses.push({ kind: 'truncated', reason: stats.damage });
  if (stats.cut) losses.push({ kind: 'truncated', line: stats.lines, reason: 'the last line is incomplete' });
  return losses;
}

const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);

export function traceInfo(text: TextInfo, model: Model, era: string | undefined, eraFrom: string): TraceInfo {
  let mmEvents = 0;
  model.seen.forEach((n, k) => {
    if (k !== Kind.lost) mmEvents += n;
  });
  const { counts } = model;
  return {
    ...text,
    era,
    eraFrom,
    mmEvents,
    pins: {
      seen: counts.pins,
      released: counts.released - counts.presumed,
      presumed: counts.presumed,
      open: model.held.size,
    },
  };
}

export interface RerunOptions {
  rules?: readonly Rule[];
  /** kernel release or era, where the trace did not show it or for a "what if" */
  kernel?: string;
  /** options of the rules, and who looks over their shoulders */
  running?: RuleOptions;
}

/** Run rules on a store: the report that `check` would give on its traces. */
export async function rerun(path: string, options: RerunOptions = {}): Promise<CheckReport> {
  const store = openStore(path);
  try {
    const rules = options.rules ?? BUILT_IN;
    const traces: Judged[] = [];
    for (const trace of listTraces(store)) traces.push(await rerunOne(store, trace, rules, options));
    return reportOf(rules, traces);
  } finally {
    store.close();
  }
}

async function rerunOne(
  store: Store,
  trace: StoredTrace,
  rules: readonly Rule[],
  { kernel, running }: RerunOptions,
): Promise<Judged> {
  const { head } = trace;
  const info = trace.info as TraceInfo;
  const symbols = readSymbols(store, trace.id);
  const model = newModel(symbols);
  const collector = new Collector(model, rules, running);
  for (const batch of readRecords(store, trace.id)) replay(model, batch);
  model.facts = factsOf(
    head,
    info.lineKinds.bad ?? 0,
    info.losses.find((l) => l.kind === 'truncated' && l.line === undefined)?.reason,
  );
  finish(model);
  const era =
    kernel === undefined
      ? info.era === undefined
        ? undefined
        : eraNamed(info.era)
      : decideEra(new Vocabulary(), kernel).era;
  const { lines } = await linesOf(store, trace, collector.offsets());
  const findings = collector.findings(trace.id, new Words(model, era, symbols, lines, head.timeUnit));
  const eraFrom = kernel === undefined ? info.eraFrom : 'given';
  return { info: traceInfo(info, model, era?.name, eraFrom), findings, undecided: collector.undecided, model };
}

/** Lines of a trace by offset. */
export interface Lines {
  lines: Map<number, EvidenceLine>;
  /** the trace's file is gone or changed, so some lines were put together from the event tables */
  rebuilt: boolean;
}

/** Lines word for word: out of the findings, else from the trace's file if it is still the same, else put together. */
export async function linesOf(store: Store, trace: StoredTrace, offsets: readonly number[]): Promise<Lines> {
  const lines = evidenceLines(store, trace.id);
  const missing = offsets.filter((offset) => !lines.has(offset));
  if (missing.length === 0) return { lines, rebuilt: false };
  if (unchanged(trace)) {
    for (const [offset, line] of await fetchLines(fileInput(trace.path), trace.head, missing)) lines.set(offset, line);
    return { lines, rebuilt: false };
  }
  for (const [offset, line] of rebuiltLines(store, trace, missing)) lines.set(offset, line);
  return { lines, rebuilt: true };
}

/** Whether the file a trace was read from is there and has the same bytes. */
export function unchanged(trace: StoredTrace): boolean {
  const stat = trace.path === '-' ? undefined : fs.statSync(trace.path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size !== trace.fileBytes) return false;
  if (stat.mtimeMs === trace.mtimeMs) return true;
  try {
    return hashFile(trace.path) === trace.sha256;
  } catch {
    return false;
  }
}

/** The report that was made when the traces were read. */
export function loadReport(store: Store): CheckReport {
  return readReport(store) as CheckReport;
}

/** ... and the life of every pin with it. */
export function loadDetailed(store: Store): DetailedReport {
  return { report: loadReport(store), pins: readPins(store) };
}
