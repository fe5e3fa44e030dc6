// Why: an event holds a thread id. Its name and its process stand in saved_cmdlines and saved_tgids (`281 scn`,
// `282 281`), by thread id and not by time: the last name the thread had.

/** Read lines of a thread id and something. */
export function readTasks(text: string): Map<number, string> {
  const out = new Map<number, string>();
  for (const [, pid, rest] of text.matchAll(/^ *(\d{1,10}) (.*)$/gm)) out.set(Number(pid), rest.slice(0, 64));
  return out;
}

/** Process by thread. */
export function readTgids(text: string): Map<number, number> {
  const out = new Map<number, number>();
  for (const [pid, tgid] of readTasks(text)) {
    const n = Number(tgid);
    if (Number.isInteger(n)) out.set(pid, n);
  }
  return out;
}

export interface CpuStat {
  cpu: number;
  /** events that were overwritten or dropped before they could be read */
  lost: number;
  /** at least so many events were kept: read already, or waiting to be read; undefined where nobody counted */
  kept?: number | undefined;
}

/** `per_cpu/cpuN/stats`, as trace-cmd keeps it too: `overrun: 85`, `dropped events: 0`. Source: tracing_stats_read(). */
export function readCpuStats(text: string): CpuStat[] {
  const out: CpuStat[] = [];
  for (const part of text.split(/^CPU: */m).slice(1)) {
    const count = (name: string) => new RegExp(`^${name}: *(\\d{1,15})$`, 'm').exec(part)?.[1];
    const of = (name: string) => Number(count(name) ?? 0);
    const cpu = Number(/^\d+/.exec(part)?.[0] ?? Number.NaN);
    const counted = count('entries') !== undefined && count('read events') !== undefined;
    const [waiting, read] = [of('entries'), of('read events')];
    // who reads meanwhile moves events from one to the other, so the sum of two is no lower bound
    const kept = !counted ? undefined : waiting === 0 || read === 0 ? waiting + read : Math.max(waiting, read);
    if (!Number.isNaN(cpu)) out.push({ cpu, lost: of('overrun') + of('commit overrun') + of('dropped events'), kept });
  }
  return out;
}
