// Why: trace_pipe merges the events that exist when it is read, and an event of a CPU that was interrupted while it wrote
// it, by its hypervisor for example, arrives late. Records are delayed until no older ones are expected, and passed on in
// time order. Later ones are passed on where they arrive.
import { NEW_BEGINNING } from '../engine/reading/order.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

/** Maximum number of delayed records: a clock may count events instead of time. */
const MOST_WAITING = 1 << 16;

export class HoldBack {
  readonly #windowNs: number;
  readonly #out: (batch: RecordBatch) => void;
  readonly #batch = new RecordBatch();
  /** as they came; `#used` of them */
  #rows = new Float64Array(1024 * STRIDE);
  /** time of each row; of a record without a time, that of the one before it */
  #times = new Float64Array(1024);
  #used = 0;
  /** the rows that wait, in the order of their times, from `#start` to `#end`: a late one moves four bytes of the others */
  #order = new Int32Array(1024);
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
    const row = this.#used++;
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

  /** Move the waiting records, in order, into arrays with room for more. */
  #makeRoom(length: number): void {
    if (this.#used + length <= this.#times.length) return;
    const { waiting } = this;
    const size = Math.max(this.#times.length, 2 * (waiting + length));
    const rows = new Float64Array(size * STRIDE);
    const times = new Float64Array(size);
    const order = new Int32Array(size);
    for (let i = 0; i < waiting; i++) {
      const row = this.#order[this.#start + i];
      rows.set(this.#rows.subarray(row * STRIDE, (row + 1) * STRIDE), i * STRIDE);
      times[i] = this.#times[row];
      order[i] = i;
    }
    this.#used = waiting;
    this.#end = waiting;
    this.#start = 0;
    this.#rows = rows;
    this.#times = times;
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
      if (!batch.full && at < end - 1) continue;
      this.#out(batch);
      batch.length = 0;
    }
  }
}
