// Rules again on a store, without the text: the mm events are kept there, and the replay runs over them as it runs over
// a trace.

import * as fs from 'node:fs';
import { finish, replay } from '../model/replay.ts';
import type { CheckReport, TraceInfo } from '../report/contract.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { hashFile } from '../store/hash.ts';
import { evidenceLines, rebuiltLines } from '../store/lines.ts';
import { openStore, type Store } from '../store/open.ts';
import { readSymbols } from '../store/replay.ts';
import { listTraces, readReport } from '../store/report.ts';
import type { StoredTrace } from '../store/traces.ts';
import { eraNamed } from '../vocabulary/era.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import { recordsOf } from './brought-records.ts';
import { Collector } from './collect.ts';
import { type EvidenceLine, fetchLines } from './evidence.ts';
import { fileInput } from './input.ts';
import { decideEra, type Judged, newModel, reportOf, traceInfo } from './judged.ts';
import type { RuleOptions } from './run-rules.ts';
import { Words } from './words.ts';

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
  for (const batch of recordsOf(store, trace.id, symbols)) replay(model, batch);
  model.lastLine = info.lines;
  model.facts = {
    cpus: head.cpus,
    timeUnit: head.timeUnit,
    overwritten: head.overwritten ?? 0,
    unread: info.lineKinds.bad ?? 0,
    damage: info.losses.find((l) => l.kind === 'truncated' && l.line === undefined)?.reason,
  };
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
  return {
    info: traceInfo(info, model, era?.name, eraFrom),
    findings,
    undecided: collector.undecided,
    notKept: collector.notKept,
    model,
  };
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
