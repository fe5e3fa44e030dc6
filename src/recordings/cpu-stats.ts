// Why: the kernel counts what each CPU's buffer kept and lost (per_cpu/cpuN/stats, tracing_stats_read() of
// kernel/trace/trace.c); a recording keeps the text, and a watch asks for it again and again.

export interface CpuStat {
  cpu: number;
  /** events that were overwritten or dropped before they could be read */
  lost: number;
  /** at least so many events were kept: read already, or waiting to be read; undefined where nobody counted */
  kept?: number | undefined;
}

/** A counter of `per_cpu/cpuN/stats`: `overrun: 85`; undefined where it is not there. Source: tracing_stats_read(). */
export function counterIn(stats: string, name: string): number | undefined {
  const digits = new RegExp(`^${name}: *(\\d{1,15}(?:\\.\\d{1,9})?)$`, 'm').exec(stats)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Events that were overwritten or dropped before they could be read. */
export const lostIn = (stats: string): number =>
  ['overrun', 'commit overrun', 'dropped events'].reduce((sum, name) => sum + (counterIn(stats, name) ?? 0), 0);

/** `per_cpu/cpuN/stats` of all CPUs, as trace-cmd keeps them. */
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
  // who reads meanwhile moves events from one to the other, so the sum of two is no lower bound
  return waiting === 0 || read === 0 ? waiting + read : Math.max(waiting, read);
}
