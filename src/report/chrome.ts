// The tracks of perfetto.ts in Chrome's JSON trace format, for viewers that read nothing else (chrome://tracing,
// speedscope). It is larger, and times are microseconds with decimals: prefer perfetto.
import type { CheckReport, DetailedReport } from '../contract/report.ts';
import type { Notes } from './perfetto/notes.ts';
import { type Drawn, draw, type Track } from './perfetto/tracks.ts';
import type { Reporter } from './reporter.ts';
import { jsonText } from './shared/serialize.ts';

/** All arrows that belong together have the same name, otherwise viewers treat them as different arrows. */
const FLOW = 'pin to harm';

export const chrome: Reporter = {
  render: (report: CheckReport) => write({ report, pins: [] }),
  renderDetailed: (detailed) => write(detailed),
};

function* write(detailed: DetailedReport): Generator<string> {
  const threads = new Threads();
  const flows = new Set<number>();
  let before = '{"displayTimeUnit":"ns","traceEvents":[\n';
  for (const one of draw(detailed)) {
    for (const event of eventsOf(one, threads, flows)) {
      yield `${before}${jsonText(event)}`;
      before = ',\n';
    }
  }
  yield before.startsWith(',') ? '\n]}\n' : `${before}]}\n`;
}

interface Thread {
  pid: number;
  tid: number;
}

/** Linux uses no pid above this (PID_MAX_LIMIT): for tracks that are not processes. */
const NO_PROCESS = 4 * 1024 * 1024;

/** This format has only processes and threads: a track without parent is a process, the others are its threads. */
class Threads {
  readonly #threads = new Map<number, Thread>();

  add({ id, parent, process }: Track): Thread {
    const above = parent === undefined ? undefined : this.#threads.get(parent);
    const thread = { pid: above?.pid ?? process?.pid ?? NO_PROCESS + id, tid: id };
    this.#threads.set(id, thread);
    return thread;
  }

  of(track: number): Thread | undefined {
    return this.#threads.get(track);
  }
}

function eventsOf(one: Drawn, threads: Threads, flows: Set<number>): object[] {
  const thread = one.kind === 'track' ? threads.add(one) : threads.of(one.track);
  switch (one.kind) {
    case 'track':
      return one.parent === undefined
        ? [
            { ph: 'M', name: 'process_name', ...thread, args: { name: one.name } },
            { ph: 'M', name: 'process_sort_index', ...thread, args: { sort_index: one.id } },
          ]
        : [
            { ph: 'M', name: 'thread_name', ...thread, args: { name: one.name } },
            { ph: 'M', name: 'thread_sort_index', ...thread, args: { sort_index: one.id } },
          ];
    case 'begin':
    case 'instant': {
      const at = { ...thread, ts: one.time / 1000 };
      const event = { name: one.name, cat: one.category, ...at, args: argsOf(one.notes ?? []) };
      const arrows = (one.flows ?? []).map((id) => {
        const ph = flows.has(id) ? 't' : 's';
        flows.add(id);
        return { ph, id, name: FLOW, cat: FLOW, ...at };
      });
      const ends = one.kind === 'instant' ? (one.ends ?? []) : [];
      return [
        one.kind === 'begin' ? { ph: 'B', ...event } : { ph: 'i', s: 't', ...event },
        ...arrows,
        ...ends.map((id) => ({ ph: 'f', bp: 'e', id, name: FLOW, cat: FLOW, ...at })),
      ];
    }
    case 'end':
      return [{ ph: 'E', ...thread, ts: one.time / 1000 }];
  }
}

function argsOf(notes: Notes): Record<string, string | number> {
  return Object.fromEntries(notes.filter((note): note is [string, string | number] => note[1] !== undefined));
}
