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
  /** in order, from `#start` to `#end` */
  #rows = new Float64Array(1024 * STRIDE);
  /** time of each row; of a record without a time, that of the one before it */
  #times = new Float64Array(1024);
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
    return this.waiting === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#end - 1];
  }

  /** Behind all records of its time and before later ones, which are few. */
  #insert(rows: Float64Array, from: number, time: number): void {
    let at = this.#end;
    while (at > this.#start && this.#times[at - 1] > time) at--;
    if (at < this.#end) {
      this.#rows.copyWithin((at + 1) * STRIDE, at * STRIDE, this.#end * STRIDE);
      this.#times.copyWithin(at + 1, at, this.#end);
    }
    for (let i = 0; i < STRIDE; i++) this.#rows[at * STRIDE + i] = rows[from + i];
    this.#times[at] = time;
    this.#end++;
  }

  /** Move the waiting records to the beginning, of wider arrays if these are too small. */
  #makeRoom(length: number): void {
    if (this.#end + length <= this.#times.length) return;
    const needed = 2 * (this.waiting + length);
    const rows = needed <= this.#times.length ? this.#rows : new Float64Array(needed * STRIDE);
    const times = needed <= this.#times.length ? this.#times : new Float64Array(needed);
    rows.set(this.#rows.subarray(this.#start * STRIDE, this.#end * STRIDE));
    times.set(this.#times.subarray(this.#start, this.#end));
    this.#end = this.waiting;
    this.#start = 0;
    this.#rows = rows;
    this.#times = times;
  }

  #release(until: number): void {
    const first = this.#start;
    let end = Math.max(first, this.#end - MOST_WAITING);
    while (end < this.#end && !(this.#times[end] > until)) end++;
    // whoever receives them may flush
    this.#start = end;
    const batch = this.#batch;
    const most = Math.floor(batch.rows.length / STRIDE);
    for (let from = first; from < end; from += most) {
      batch.length = Math.min(end - from, most);
      batch.rows.set(this.#rows.subarray(from * STRIDE, (from + batch.length) * STRIDE));
      this.#out(batch);
    }
  }
}
