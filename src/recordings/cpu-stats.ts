// Why: the kernel counts the events kept and lost in each CPU's buffer (per_cpu/cpuN/stats, tracing_stats_read() of
// kernel/trace/trace.c); a recording contains the text, and a watch reads it repeatedly.

export interface CpuStat {
  cpu: number;
  /** events that were overwritten or dropped before they could be read */
  lost: number;
  /** minimum number of events kept: already read, or waiting to be read; undefined if unknown */
  kept?: number | undefined;
}

/** A counter of `per_cpu/cpuN/stats`: `overrun: 85`; undefined if missing. Source: tracing_stats_read(). */
export function counterIn(stats: string, name: string): number | undefined {
  const digits = new RegExp(`^${name}: *(\\d{1,15}(?:\\.\\d{1,9})?)$`, 'm').exec(stats)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Events that were overwritten or dropped before they could be read. */
export const lostIn = (stats: string): number =>
  ['overrun', 'commit overrun', 'dropped events'].reduce((sum, name) => sum + (counterIn(stats, name) ?? 0), 0);

/** `per_cpu/cpuN/stats` of all CPUs, as stored by trace-cmd. */
export function readCpuStats(text: string): CpuStat[] {
  const out: CpuStat[] = [];
  for (const part of text.split(/^CPU: */m).slice(1)) {
    const cpu = Number(/^\d+/.exec(part)?.[0] ?? Number.NaN);
    if (!Number.isNaN(cpu)) out.push({ cpu, lost: lostIn(part), kept: keptIn(part) });
  }
  return out;
}

function keptIn(stats: string): number | undefined {
  const [waiting, read] = [counterIn(stats, 'entries'), counterIn(stats, 'read events')];
  if (waiting === undefined || read === undefined) return undefined;
  // a concurrent reader moves events from one to the other, so the sum of both is not a lower bound
  return waiting === 0 || read === 0 ? waiting + read : Math.max(waiting, read);
}
