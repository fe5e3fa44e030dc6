// Why: which events were on is in a recording too, and what was on and never seen did not happen. It is said only where
// the file proves it.
//
// perf.data has an attr for each event that was opened, so its events were on: on every CPU and for every task where the
// command line says so (perf/scope.ts).
//
// trace.dat has formats, and those alone prove nothing. But `trace-cmd record -e EVENT` writes the formats of what is
// named to it and no others, while `record -a`, `extract` and a tracer without events write those of the whole kernel.
// So a format is that of an event that was on, where formats of what every kernel has are missing. Nothing in the file
// shows `-v` (events taken out again), `-f` (a filter) and `-P` or `-F` (some tasks): the last of them is told by who
// was seen, the others are rare where probes are recorded that one has defined oneself; docs/traces.md says so.
// Source: trace-cmd 3.3, tracecmd/trace-record.c, list_event() and record_all_events(); tools/perf/builtin-record.c.
import type { Recorded } from '../parsers/formats/head.ts';
import { newRecorded } from '../parsers/formats/head.ts';
import type { EventFormat } from './format.ts';

/** Systems of any kernel with tracepoints. Nobody lists all of them to record pinned pages. */
const EVERYWHERE = ['irq', 'timer', 'workqueue', 'signal', 'power', 'printk'];

/** Whether these are the formats named on the recorder's command line, and not those of the whole kernel. */
export function isSelection(formats: Iterable<EventFormat>): boolean {
  const systems = new Set<string>();
  for (const { system } of formats) systems.add(system);
  return !EVERYWHERE.every((system) => systems.has(system));
}

/** Enabled events, as facts about the recording. */
export function armedEvents(formats: Iterable<EventFormat>): Recorded {
  const recorded = newRecorded();
  for (const { system, name, fields } of formats) {
    if (system === 'ftrace') continue;
    const isReturn = fields.some((field) => field.name === '__probe_ret_ip');
    if (!isReturn && !fields.some((field) => field.name === '__probe_ip')) recorded.tracepoints.push(name);
    else {
      // the probe location is in its events, and it may have none
      const names = fields.map((field) => field.name).filter((field) => !field.startsWith('__probe_'));
      recorded.armed.push({ event: name, symbol: undefined, isReturn, fields: names });
    }
  }
  return recorded;
}

/** Kernel tasks, and trace-cmd itself: none of them is the recorded program. */
const OTHERS =
  /^(?:<idle>|swapper(?:\/\d+)?|trace-cmd|kswapd\d+|kworker\/|ksoftirqd\/|rcu_|khugepaged|ksmd|migration\/)/;

/** Whether an event of this task shows that not only a program's own events were recorded. */
export const isBystander = (pid: number, comm: string): boolean => pid === 0 || OTHERS.test(comm);
