// Why: makes the findings of a replayed trace, at its end or in between, with the lines that prove them.
import type { PinLife } from '../contract/report.ts';
import type { Collector } from './collect.ts';
import type { Judged } from './judged.ts';
import type { PinLives } from './pins.ts';
import type { ReadTrace } from './reading/trace.ts';

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
