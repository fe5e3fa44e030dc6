// Why: makes the findings of a replayed trace, at its end or in between, with the lines that prove them.
import type { Finding } from '../contract/finding.ts';
import type { CheckReport, PinLife, TraceInfo } from '../contract/report.ts';
import type { Rule } from '../rules/contract.ts';
import type { Collector } from './findings/collect.ts';
import { type Decided, decide, outcomesOf, verdictOf } from './outcome.ts';
import type { PinLives } from './pins.ts';
import type { ReadTrace } from './reading/trace.ts';

/** One trace, replayed and judged; its model is not kept, since there may be thousands of traces. */
export interface Judged extends Decided {
  info: TraceInfo;
  findings: Finding[];
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

interface JudgeOptions {
  rules: readonly Rule[];
  /** lives of the pins, if needed */
  lives?: PinLives | undefined;
  /** why rules could not decide, if they were not run */
  undecided?: ReadonlyMap<string, readonly string[]>;
}

/** @param index of the trace in the report */
export async function judge(
  trace: ReadTrace,
  collector: Collector,
  index: number,
  { rules, lives, undecided = collector.undecided }: JudgeOptions,
): Promise<Judged & { pins: PinLife[] }> {
  const words = trace.words(await trace.lines([...collector.offsets(), ...(lives?.offsets() ?? [])]));
  const findings = collector.findings(index, words);
  const info = trace.info();
  const { notKept, failures } = collector;
  return {
    info,
    findings,
    ...decide(rules, { info, undecided, notKept, failures, model: trace.model }),
    pins: lives?.lives(index, words, findings) ?? [],
  };
}
