// Reads events from a store, in trace order. Each type has a table of its own, so this reads from all of them, a page
// of rows at a time, and merges by id.
import { byteText } from './bytes.ts';
import { quoted } from './event-table.ts';
import type { Store } from './open.ts';
import type { Ids } from './schema.ts';

export interface StoredEvent {
  id: number;
  trace: number;
  /** byte offset of the line in the (decompressed) text */
  offset: number;
  line: number;
  /** ns or ticks since the trace's time base */
  ts?: number;
  cpu?: number;
  pid?: number;
  tgid?: number;
  comm: string;
  event: string;
  /** as printed by perf; empty if the trace does not show it */
  system: string;
  /** the probe location as printed: `(do_wp_page+0x0/0x470)`; empty if there is none */
  at: string;
  /** the arguments in trace order, as printed */
  args: { key: string; text: string; value: bigint | string }[];
  /** text that belongs to no argument */
  extra: string;
}

/** A table of events as the catalogue describes it. */
export interface EventSource {
  id: number;
  name: string;
  system: string;
  table: string;
  view: string;
  columns: EventColumn[];
}

export interface EventColumn {
  key: string;
  col: string;
  form: string;
  behind: string;
}

/** Rows read at once. */
const PAGE = 512;

export function eventSources(store: Store): EventSource[] {
  const columns = store.db.prepare<[number], EventColumn>(
    'select key, col, form, behind from event_column where event_type = ? order by position',
  );
  const types = store.db.prepare<[], Omit<EventSource, 'columns'>>(
    'select id, name, system, tab as "table", view from event_type order by id',
  );
  return store.guard(() => types.all().map((type) => ({ ...type, columns: columns.all(type.id) })));
}

export interface EventRange {
  /** default: all traces of the store */
  trace?: number;
  /** names as printed; default: all */
  events?: readonly string[];
  /** only events after this one */
  afterId?: number;
  limit?: number;
}

/** Events in trace order, read lazily. */
export function* readEvents(
  store: Store,
  { trace, events, afterId = -1, limit }: EventRange = {},
): IterableIterator<StoredEvent> {
  const after = Math.max(afterId, trace === undefined ? -1 : store.ids.of(trace, 0) - 1);
  const before = trace === undefined ? Number.MAX_SAFE_INTEGER : store.ids.of(trace + 1, 0);
  const cursors: Cursor[] = [];
  for (const source of eventSources(store)) {
    if (events !== undefined && !events.includes(source.name)) continue;
    const cursor = new Cursor(store, source, after, before);
    if (cursor.row !== undefined) cursors.push(cursor);
  }
  let left = limit ?? Number.POSITIVE_INFINITY;
  while (cursors.length > 0 && left-- > 0) {
    let first = 0;
    for (let i = 1; i < cursors.length; i++) if (cursors[i].id < cursors[first].id) first = i;
    const cursor = cursors[first];
    yield eventOf(cursor.source, cursor.row as RawRow, store.ids);
    if (!cursor.next()) cursors.splice(first, 1);
  }
}

type RawRow = (bigint | string | Buffer | null)[];

/** The rows of one table. */
class Cursor {
  readonly source: EventSource;
  row: RawRow | undefined;
  id = 0;
  readonly #store: Store;
  readonly #before: number;
  readonly #statement;
  #rows: RawRow[] = [];
  #next = 0;

  /** Rows with ids between `after` and `before`, exclusive. */
  constructor(store: Store, source: EventSource, after: number, before: number) {
    this.source = source;
    this.#store = store;
    this.#before = before;
    this.id = after;
    const columns = [
      'e.id',
      'e.line',
      'e.ts',
      'e.cpu',
      't.pid',
      't.tgid',
      't.comm',
      's.text',
      'e.extra',
      ...source.columns.map((c) => `e.${quoted(c.col)}`),
    ];
    const sql = `select ${columns.join(', ')} from ${quoted(source.table)} e left join task t on t.id = e.task left join sym s on s.id = e.at
      where e.id > ? and e.id < ? order by e.id limit ${PAGE}`;
    this.#statement = store.db.prepare(sql).raw().safeIntegers();
    this.next();
  }

  next(): boolean {
    if (this.#next === this.#rows.length) {
      if (this.#rows.length > 0 && this.#rows.length < PAGE) {
        this.row = undefined;
        return false;
      }
      this.#rows = this.#store.guard(() => this.#statement.all(this.id, this.#before)) as RawRow[];
      this.#next = 0;
    }
    this.row = this.#rows[this.#next++];
    if (this.row !== undefined) this.id = Number(this.row[0]);
    return this.row !== undefined;
  }
}

function eventOf(source: EventSource, row: RawRow, ids: Ids): StoredEvent {
  const [number, line, ts, cpu, pid, tgid, comm, at, extra, ...cells] = row;
  const id = Number(number);
  const args: StoredEvent['args'] = [];
  source.columns.forEach((column, i) => {
    const cell = cells[i];
    if (cell === null) return;
    const value = typeof cell === 'bigint' ? cell : byteText(cell);
    args.push({ key: column.key, text: printedText(column.form, value), value });
  });
  return {
    id,
    trace: ids.trace(id),
    offset: ids.offset(id),
    line: Number(line),
    ts: numberOf(ts),
    cpu: numberOf(cpu),
    pid: numberOf(pid),
    tgid: numberOf(tgid),
    comm: byteText(comm as string | Buffer | null),
    event: source.name,
    system: source.system,
    at: byteText(at as string | Buffer | null),
    args,
    extra: byteText(extra as string | Buffer | null),
  };
}

const numberOf = (cell: RawRow[number]): number | undefined => (cell === null ? undefined : Number(cell));

function printedText(form: string, value: bigint | string): string {
  if (typeof value === 'string' || form === 'dec' || form === 'text') return String(value);
  const digits = BigInt.asUintN(64, value).toString(16);
  return form === 'hex' ? `0x${digits}` : digits;
}
