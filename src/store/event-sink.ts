// Passes the lines of one trace to a writer as rows: determines the event's table, the task and the arguments.
import type { EventCells } from '../known-lines/cells.ts';
import { LineKind, type TraceLine } from '../parsers/formats/line.ts';
import { text } from '../util/bytes.ts';
import type { EventType } from '../vocabulary/vocabulary.ts';
import { EventDecoder } from './decode.ts';
import type { EventTables } from './event-table.ts';
import type { Sites, Tasks } from './intern.ts';
import { CellType, Common, EventRow, FIRST } from './row.ts';
import type { RowWriter } from './row-writer.ts';
import type { Ids } from './schema.ts';

/** What all traces of a store share. */
export interface Shared {
  ids: Ids;
  tables: EventTables;
  tasks: Tasks;
  sites: Sites;
  writer: RowWriter;
  /** number of decoders */
  decoders: number;
  /** number of pins written */
  pins: number;
  /** page of pfn 0 by trace, if some pins were written before it was known */
  pfnBases: Map<number, number>;
}

const KIND_WORDS: Readonly<Record<number, string>> = {
  [LineKind.Header]: 'header',
  [LineKind.Stack]: 'stack',
  [LineKind.Lost]: 'lost',
  [LineKind.Function]: 'function',
  [LineKind.Record]: 'record',
  [LineKind.Bad]: 'bad',
};

export class EventSink {
  readonly #shared: Shared;
  readonly idBase: number;
  readonly #decoders = new Map<EventType, EventDecoder | undefined>();
  readonly #row = new EventRow();

  constructor(shared: Shared, trace: number) {
    this.#shared = shared;
    this.idBase = shared.ids.of(trace, 0);
  }

  /** One event. Returns the id of its task in the store. */
  event(line: TraceLine, type: EventType, offset: number, number: number): number {
    const { tasks, writer } = this.#shared;
    let decoder = this.#decoders.get(type);
    if (decoder === undefined && !this.#decoders.has(type)) decoder = this.#newDecoder(type);
    const id = this.idBase + offset;
    const task = tasks.id(line.pid, line.tgid, line.buf, line.commStart, line.commEnd);
    if (decoder !== undefined && writer.line?.(decoder, type, line, id, number, task) === true) return task;
    const row = this.#row;
    row.id = id;
    row.setCommon(Common.Line, number);
    row.setCommon(Common.Ts, line.ts);
    row.setCommon(Common.Cpu, line.cpu >= 0 ? line.cpu : Number.NaN);
    row.setCommon(Common.Task, task > 0 ? task : Number.NaN);
    if (decoder === undefined) this.#unnamed(line, row);
    else decoder.decode(line, row);
    row.table.events++;
    writer.event(row);
    return task;
  }

  /** Where rows of this type are written when their layout is known. */
  cells(type: EventType): EventCells | undefined {
    const decoder = this.#decoders.get(type);
    return decoder && this.#shared.writer.cells?.(decoder);
  }

  /** A line that is not an event; `buf[start, end)` is its text. Blank lines are not stored. */
  other(line: TraceLine, buf: Uint8Array, start: number, end: number, offset: number, number: number): void {
    const kind = KIND_WORDS[line.kind];
    if (kind === undefined) return;
    this.keep(kind, line.kind === LineKind.Bad ? line.reason : undefined, buf, start, end, offset, number);
  }

  keep(
    kind: string,
    reason: string | undefined,
    buf: Uint8Array,
    start: number,
    end: number,
    offset: number,
    number: number,
  ): void {
    this.#shared.writer.row('other_line', this.idBase + offset, [number, kind, reason ?? null, { buf, start, end }]);
  }

  #newDecoder(type: EventType): EventDecoder | undefined {
    const table = type.shared ? undefined : this.#shared.tables.of(type.name, type.system);
    const decoder =
      table === undefined ? undefined : new EventDecoder(this.#shared.decoders++, table, this.#shared.sites);
    this.#decoders.set(type, decoder);
    return decoder;
  }

  /** An event beyond the maximum number of tables. */
  #unnamed({ buf, nameStart, nameEnd, systemStart, systemEnd, argsStart, argsEnd }: TraceLine, row: EventRow): void {
    const table = this.#shared.tables.rest();
    const event = text(buf, nameStart, nameEnd);
    const name = Buffer.from(
      systemEnd > systemStart ? `${text(buf, systemStart, systemEnd)}:${event} ` : `${event} `,
      'latin1',
    );
    row.table = table;
    row.buf = Buffer.concat([name, buf.subarray(argsStart, argsEnd)]);
    row.length = FIRST + 1;
    row.cells[Common.At] = CellType.Null;
    row.cells[FIRST] = CellType.Text;
    row.start[FIRST] = 0;
    row.end[FIRST] = name.length - 1;
    if (row.buf.length > name.length) row.setExtra(row.buf.subarray(name.length));
    else row.cells[Common.Extra] = CellType.Null;
  }
}
