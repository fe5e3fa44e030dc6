// Why: state of a trace instance: how far its reader is behind, what it overwrote, and what its probes missed, from
// per_cpu/cpuN/stats (trace.c, tracing_stats_read()) and kprobe_profile:
//
//     entries: 129                          events not read yet
//     overrun: 0                            events that were overwritten
//     oldest event ts:  5555.123456
//     now ts:  5556.123456
//     dropped events: 0
//     read events: 4711
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counterIn, lostIn } from '../recordings/cpu-stats.ts';

export interface Load {
  /** in the buffers, of all CPUs */
  unread: number;
  /** total recorded */
  recorded: number;
  /** overwritten or dropped before they were read */
  gone: number;
  /** age of the oldest unread event; 0: there is none, or the clock does not count seconds */
  behindSeconds: number;
  /** the time of the trace's clock; undefined: it does not count seconds */
  now?: number | undefined;
}

/** undefined: the instance does not exist (any more) */
export function loadOf(instance: string): Load | undefined {
  const load: Load = { unread: 0, recorded: 0, gone: 0, behindSeconds: 0 };
  try {
    for (const cpu of readdirSync(join(instance, 'per_cpu'))) {
      const text = readFileSync(join(instance, 'per_cpu', cpu, 'stats'), 'utf8');
      const of = (name: string): number => counterIn(text, name) ?? 0;
      const entries = of('entries');
      const gone = lostIn(text);
      load.unread += entries;
      load.gone += gone;
      load.recorded += entries + gone + of('read events');
      if (!/^now ts: *\d+\.\d/m.test(text)) continue;
      load.now = Math.max(load.now ?? 0, of('now ts'));
      if (entries > 0) load.behindSeconds = Math.max(load.behindSeconds, of('now ts') - of('oldest event ts'));
    }
  } catch {
    return undefined;
  }
  return load;
}

/** Hits missed by the probes of an instance since they were enabled; undefined: unknown. */
export function missedIn(instance: string): number | undefined {
  try {
    const ours = new Set(readdirSync(join(instance, 'events/pindrift')));
    // a line per kprobe of any group: event, hits, missed
    const lines = readFileSync(join(instance, '../../kprobe_profile'), 'utf8').split('\n');
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([event]) => ours.has(event))
      .reduce((sum, [, , missed]) => sum + (Number(missed) || 0), 0);
  } catch {
    return undefined;
  }
}
