// Lines of a trace from its store: those that prove a finding are stored verbatim; other events are reconstructed from
// their tables, without the original spacing, irq-info and width of numbers.
import { secondsText } from '../util/seconds.ts';
import { byteText } from './bytes.ts';
import { quoted } from './event-table.ts';
import { eventSources, readEvents, type StoredEvent } from './events.ts';
import type { Store } from './open.ts';
import type { StoredTrace } from './traces.ts';

/** A line as used elsewhere in pindrift. */
export interface StoredLine {
  text: string;
  comm: string;
  pid: number;
  stack: string[];
}

/** The lines quoted in findings, by offset. */
export function evidenceLines(store: Store, trace: number): Map<number, StoredLine> {
  const sql = `select e.event - f.trace * ${store.ids.step} as offset, e.text, e.task, e.pid, e.stack
    from evidence e join finding f on f.n = e.finding where f.trace = ?`;
  const rows = store.guard(() => store.db.prepare(sql).all(trace)) as {
    offset: number;
    text: string | Buffer;
    task: string | null;
    pid: number | null;
    stack: string | null;
  }[];
  const lines = new Map<number, StoredLine>();
  for (const { offset, text, task, pid, stack } of rows) {
    if (pid === null || task === null) continue;
    const comm = task.slice(0, -`-${pid}`.length);
    lines.set(offset, {
      text: byteText(text),
      comm: comm === '?' ? '' : comm,
      pid,
      stack: stack === null ? [] : JSON.parse(stack),
    });
  }
  return lines;
}

/** Events by offset, reconstructed from their tables. */
export function* rebuiltLines(
  store: Store,
  trace: StoredTrace,
  offsets: readonly number[],
): IterableIterator<[number, StoredLine]> {
  const wanted = new Set(offsets);
  for (const source of eventSources(store)) {
    const has = store.db.prepare(`select 1 from ${quoted(source.table)} where id = ?`).pluck();
    for (const offset of wanted) {
      const id = store.ids.of(trace.id, offset);
      if (has.get(id) === undefined) continue;
      wanted.delete(offset);
      const [event] = readEvents(store, { trace: trace.id, events: [source.name], afterId: id - 1, limit: 1 });
      if (event?.id !== id) continue;
      const { comm, pid = -1 } = event;
      yield [offset, { text: rebuilt(event, trace), comm, pid, stack: stackOf(store, event) }];
    }
  }
}

/**
 * `             scn-158     [000]     20.385025: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f02b2792000 nr=1`
 */
export function rebuilt(event: StoredEvent, trace: StoredTrace): string {
  const { comm, pid, cpu, ts, at, extra } = event;
  const who = pid === undefined ? '' : `${comm.padStart(16)}-${String(pid).padEnd(7)} `;
  const where = cpu === undefined ? '' : `[${String(cpu).padStart(3, '0')}] `;
  const name = event.system === '' ? event.event : `${event.system}:${event.event}`;
  const args = event.args.map((a) => `${a.key}=${a.text}`);
  return `${who}${where}${printedTime(ts, trace)}${[`${name}:`, at, ...args, extra].filter((s) => s !== '').join(' ')}`;
}

function printedTime(ts: number | undefined, trace: StoredTrace): string {
  const { timeUnit, timeBase, timeDigits } = trace.head;
  if (ts === undefined || timeUnit === 'none') return '';
  if (timeUnit === 'ticks') return `${timeBase + ts}: `;
  return `${secondsText(ts, timeBase, timeDigits).padStart(12)}: `;
}

const MOST_STACK = 64;

/** The call chain of an event: the stack lines directly after its line. */
export function stackOf(store: Store, event: { id: number; line: number }): string[] {
  const sql = "select line, text from other_line where id > ? and kind = 'stack' order by id limit ?";
  const rows = store.guard(() => store.db.prepare(sql).all(event.id, MOST_STACK)) as {
    line: number;
    text: string | Buffer;
  }[];
  const out: string[] = [];
  for (const row of rows) {
    if (row.line !== event.line + out.length + 1) break;
    out.push(byteText(row.text));
  }
  return out;
}
