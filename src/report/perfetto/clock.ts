// Trace viewers only support nanoseconds. If a trace has ticks, a tick is drawn as 1 ns; if it has no times, a line is;
// the name of the track says so.
import type { TraceInfo } from '../../contract/report.ts';

export interface Clock {
  /** for the name of a track; empty when times are what they seem */
  remark: string;
  /** end of the trace */
  end: number | undefined;
  at(time: number | undefined, line: number): number | undefined;
  /** Times of steps, none before the previous one: viewers sort by time, and the steps must keep their order. */
  order(steps: readonly { time?: number; line: number }[]): number[];
}

export function clockOf(trace: TraceInfo): Clock {
  const byLine = trace.timeUnit === 'none';
  const at = (time: number | undefined, line: number) => (byLine ? line : time);
  return {
    remark: byLine ? '(no times: 1 ns is a line)' : trace.timeUnit === 'ticks' ? '(1 ns is a tick of the clock)' : '',
    end: byLine ? trace.lines : trace.lastTime,
    at,
    order(steps) {
      let last = 0;
      return steps.map((step) => {
        last = Math.max(last, at(step.time, step.line) ?? last);
        return last;
      });
    },
  };
}
