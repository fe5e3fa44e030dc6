// Events of a rule's own probes, out of a store that was made without it: their lines are in the tables like all others,
// so they are decoded from there and put among the records of the replay, in the trace's order.
import { eventSources, readEvents, type StoredEvent } from '../../store/events.ts';
import type { Store } from '../../store/open.ts';
import { readRecords } from '../../store/replay.ts';
import { StoredFields } from '../../store/stored-fields.ts';
import type { Catalogue } from '../../vocabulary/catalogue.ts';
import { BUILT_IN_KINDS } from '../../vocabulary/kinds.ts';
import { location } from '../../vocabulary/probe-site.ts';
import { RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import { Symbols } from '../../vocabulary/symbols.ts';
import { processNamed } from '../../vocabulary/task-name.ts';
import { Template } from '../../vocabulary/template.ts';

/**
 * Records of a trace as the vocabulary of now understands it. The batch is reused.
 * @param symbols table of the trace's symbols; new ones are added
 */
export function* recordsOf(
  store: Store,
  trace: number,
  symbols: string[],
  catalogue: Catalogue,
): IterableIterator<RecordBatch> {
  const isOwn = Object.keys(catalogue.probes).length === 0;
  const decoded = isOwn ? undefined : new DecodedRows(store, trace, symbols, catalogue);
  const out = new RecordBatch();
  for (const batch of readRecords(store, trace)) {
    if (decoded === undefined && !hasOthers(batch)) {
      yield batch;
      continue;
    }
    for (let o = 0, end = batch.length * STRIDE; o < end; o += STRIDE) {
      const offset = batch.rows[o + Slot.OFFSET];
      for (let row = decoded?.before(offset); row !== undefined; row = decoded?.before(offset))
        yield* append(out, row, 0);
      // kinds of the rules that ran when the store was made: their numbers mean nothing any more
      if (batch.rows[o] < BUILT_IN_KINDS) yield* append(out, batch.rows, o);
    }
  }
  for (
    let row = decoded?.before(Number.POSITIVE_INFINITY);
    row !== undefined;
    row = decoded?.before(Number.POSITIVE_INFINITY)
  )
    yield* append(out, row, 0);
  if (out.length > 0) yield out;
}

function* append(out: RecordBatch, rows: Float64Array, o: number): IterableIterator<RecordBatch> {
  if (out.full) {
    yield out;
    out.clear();
  }
  out.rows.set(rows.subarray(o, o + STRIDE), out.length * STRIDE);
  out.length++;
}

function hasOthers({ rows, length }: RecordBatch): boolean {
  for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) if (rows[o] >= BUILT_IN_KINDS) return true;
  return false;
}

/** Rows of the rules' kinds, in the order of the trace. */
class DecodedRows {
  readonly #events: Iterator<StoredEvent>;
  readonly #symbols: Symbols;
  readonly #catalogue: Catalogue;
  #next: Float64Array | undefined;

  constructor(store: Store, trace: number, symbols: string[], catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#symbols = new Symbols(symbols);
    const events = candidates(store, trace, catalogue);
    this.#events = events.length === 0 ? [][Symbol.iterator]() : readEvents(store, { trace, events });
    this.#next = this.#read();
  }

  /** The next row, if its line stands before this offset. */
  before(offset: number): Float64Array | undefined {
    const row = this.#next;
    if (row === undefined || row[Slot.OFFSET] >= offset) return undefined;
    this.#next = this.#read();
    return row;
  }

  #read(): Float64Array | undefined {
    for (let one = this.#events.next(); one.done !== true; one = this.#events.next()) {
      const what = meaning(one.value, this.#catalogue);
      if (what !== undefined) return this.#row(one.value, what);
    }
    return undefined;
  }

  #row(event: StoredEvent, { kind, fn }: { kind: number; fn: number }): Float64Array {
    const row = new Float64Array(STRIDE).fill(Number.NaN);
    row[Slot.KIND] = kind;
    row[Slot.CPU] = event.cpu ?? -1;
    row[Slot.PID] = event.pid ?? -1;
    row[Slot.TGID] = processNamed(event.comm, event.pid ?? -1, event.tgid ?? -1);
    row[Slot.TS] = event.ts ?? Number.NaN;
    row[Slot.OFFSET] = event.offset;
    row[Slot.LINE] = event.line;
    row[Slot.FN] = fn;
    const fields = new StoredFields(event);
    new Template(fields.names, this.#catalogue.fields[kind], false).fill(fields, row, 0, this.#symbols);
    return row;
  }
}

/** What an event is, if a rule has a kind for it. */
function meaning({ event, at }: StoredEvent, catalogue: Catalogue): { kind: number; fn: number } | undefined {
  const { symbol, ret } = location(at);
  const { kind, fn } = catalogue.meaning(event, symbol, ret);
  return kind !== undefined && kind >= BUILT_IN_KINDS ? { kind, fn } : undefined;
}

/** Event names worth reading: one look at each table tells. */
function candidates(store: Store, trace: number, catalogue: Catalogue): string[] {
  return eventSources(store)
    .map(({ name, system }) => (system === '' ? name : `${system}:${name}`))
    .filter((name) => {
      const first = readEvents(store, { trace, events: [name], limit: 1 }).next();
      return first.done !== true && meaning(first.value, catalogue) !== undefined;
    });
}
