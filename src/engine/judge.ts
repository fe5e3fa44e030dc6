// Why: makes the findings of a replayed trace, at its end or in between, with the lines that prove them.
import type { Finding } from '../contract/finding.ts';
import type { CheckReport, PinLife, TraceInfo } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { Rule } from '../rules/contract.ts';
import type { Collector } from './findings/collect.ts';
import { outcomesOf, verdictOf } from './outcome.ts';
import type { PinLives } from './pins.ts';
import type { ReadTrace } from './reading/trace.ts';
import type { RuleFailure } from './running/observe.ts';

/** One trace, replayed and judged. */
export interface Judged {
  info: TraceInfo;
  findings: Finding[];
  undecided: Map<string, string[]>;
  model: Model;
  /** notes that were counted but not kept, by rule */
  notKept?: ReadonlyMap<string, number>;
  /** rules that failed, by id */
  failures?: ReadonlyMap<string, RuleFailure>;
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

/**
 * @param index of the trace in the report
 * @param lives of its pins, if needed
 */
export async function judge(
  trace: ReadTrace,
  collector: Collector,
  index: number,
  lives?: PinLives,
): Promise<Judged & { pins: PinLife[] }> {
  const words = trace.words(await trace.lines([...collector.offsets(), ...(lives?.offsets() ?? [])]));
  const findings = collector.findings(index, words);
  return {
    info: trace.info(),
    findings,
    undecided: collector.undecided,
    notKept: collector.notKept,
    failures: collector.failures,
    model: trace.model,
    pins: lives?.lives(index, words, findings) ?? [],
  };
}
