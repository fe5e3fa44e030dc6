// Why: trace_pipe merges the events that exist when it is read, and an event of a CPU that was interrupted while it wrote
// it, by its hypervisor for example, arrives late. Records are delayed until no older ones are expected, and passed on in
// time order. Later ones are passed on where they arrive.
import { NEW_BEGINNING } from '../engine/reading/order.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

/** Maximum number of delayed records: a clock may count events instead of time. */
const MOST_WAITING = 1 << 16;
/** Room that is made for records, in relation to those that need it. */
const GROWTH = 1.25;

export class HoldBack {
  readonly #windowNs: number;
  readonly #out: (batch: RecordBatch) => void;
  readonly #batch = new RecordBatch();
  #rows = new Float64Array(0);
  /** time of each row; of a record without a time, that of the one before it */
  #times = new Float64Array(0);
  /** the rows that hold nothing, `#free` of them */
  #places = new Int32Array(0);
  #free = 0;
  /**
   * The rows that wait, in the order of their times, from `#start` to `#end`: a late one moves four bytes of the others.
   * Twice as many as there are rows, so that they are rarely moved to its beginning.
   */
  #order = new Int32Array(0);
  #start = 0;
  #end = 0;

  /** @param out receives records in order; the batch is reused */
  constructor(windowNs: number, out: (batch: RecordBatch) => void) {
    this.#windowNs = windowNs;
    this.#out = out;
  }

  /** number of delayed records */
  get waiting(): number {
    return this.#end - this.#start;
  }

  take({ rows, length }: RecordBatch): void {
    this.#makeRoom(length);
    let previous = this.#newest;
    for (let from = 0; from < length * STRIDE; from += STRIDE) {
      const ts = rows[from + Slot.TS];
      // a step back larger than the window is a restart of the clock
      if (ts < this.#newest - this.#windowNs) this.flush();
      const time = Number.isNaN(ts) ? previous : ts;
      this.#insert(rows, from, time);
      previous = time;
      // what follows is another trace
      if (rows[from + Slot.KIND] === Kind.lost && rows[from + Slot.FLAGS] === NEW_BEGINNING) this.flush();
    }
    this.#release(this.#newest - this.#windowNs);
  }

  /** Nothing arrived for longer than the window, or nothing will. */
  flush(): void {
    this.#release(Number.POSITIVE_INFINITY);
  }

  get #newest(): number {
    return this.waiting === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#order[this.#end - 1]];
  }

  /** Behind all records of its time and before later ones. */
  #insert(rows: Float64Array, from: number, time: number): void {
    const row = this.#places[--this.#free];
    for (let i = 0; i < STRIDE; i++) this.#rows[row * STRIDE + i] = rows[from + i];
    this.#times[row] = time;
    const at = time >= this.#newest ? this.#end : this.#behind(time);
    if (at < this.#end) this.#order.copyWithin(at + 1, at, this.#end);
    this.#order[at] = row;
    this.#end++;
  }

  /** Place of the first waiting record that is later than `time`. */
  #behind(time: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[this.#order[middle]] > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #makeRoom(length: number): void {
    if (this.#free < length) this.#grow(Math.ceil((this.waiting + length) * GROWTH));
    if (this.#end + length <= this.#order.length) return;
    this.#order.copyWithin(0, this.#start, this.#end);
    this.#end = this.waiting;
    this.#start = 0;
  }

  #grow(size: number): void {
    const rows = new Float64Array(size * STRIDE);
    const times = new Float64Array(size);
    const places = new Int32Array(size);
    const order = new Int32Array(2 * size);
    rows.set(this.#rows);
    times.set(this.#times);
    places.set(this.#places.subarray(0, this.#free));
    order.set(this.#order);
    for (let row = size - 1; row >= this.#times.length; row--) places[this.#free++] = row;
    this.#rows = rows;
    this.#times = times;
    this.#places = places;
    this.#order = order;
  }

  #release(until: number): void {
    const first = this.#start;
    let end = Math.max(first, this.#end - MOST_WAITING);
    while (end < this.#end && !(this.#times[this.#order[end]] > until)) end++;
    // whoever receives them may flush
    this.#start = end;
    const batch = this.#batch;
    batch.length = 0;
    for (let at = first; at < end; at++) {
      const row = this.#order[at];
      batch.rows.set(this.#rows.subarray(row * STRIDE, (row + 1) * STRIDE), batch.length++ * STRIDE);
      this.#places[this.#free++] = row;
      if (!batch.full && at < end - 1) continue;
      this.#out(batch);
      batch.length = 0;
    }
  }
}
