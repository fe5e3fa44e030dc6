// Why: trace_pipe merges what is there when it is read, and an event of a slow CPU may come a little late. Records wait
// here until nothing older is to be expected, and go on in the order of time. What comes later than that goes on where
// it came.
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

export class HoldBack {
  readonly #windowNs: number;
  readonly #out: (batch: RecordBatch) => void;
  readonly #batch = new RecordBatch();
  #rows = new Float64Array(1024 * STRIDE);
  #length = 0;
  #sorted = true;
  /** time of the newest record */
  #newest = Number.NEGATIVE_INFINITY;

  /** @param out takes records in their order; the batch is reused */
  constructor(windowNs: number, out: (batch: RecordBatch) => void) {
    this.#windowNs = windowNs;
    this.#out = out;
  }

  /** records that wait */
  get waiting(): number {
    return this.#length;
  }

  take({ rows, length }: RecordBatch): void {
    this.#makeRoom(length);
    for (let from = 0; from < length * STRIDE; from += STRIDE) {
      const ts = rows[from + Slot.TS];
      // a clock that jumps back by more than the window begins anew
      if (ts < this.#newest - this.#windowNs) this.flush();
      if (ts < this.#newest) this.#sorted = false;
      else if (!Number.isNaN(ts)) this.#newest = ts;
      const to = this.#length * STRIDE;
      for (let i = 0; i < STRIDE; i++) this.#rows[to + i] = rows[from + i];
      this.#length++;
    }
    this.#release(this.#newest - this.#windowNs);
  }

  #makeRoom(length: number): void {
    const needed = (this.#length + length) * STRIDE;
    if (needed <= this.#rows.length) return;
    const wider = new Float64Array(2 * needed);
    wider.set(this.#rows.subarray(0, this.#length * STRIDE));
    this.#rows = wider;
  }

  /** Nothing came for longer than the window, or nothing will. */
  flush(): void {
    this.#release(Number.POSITIVE_INFINITY);
    this.#newest = Number.NEGATIVE_INFINITY;
  }

  #release(until: number): void {
    if (this.#length === 0) return;
    if (!this.#sorted) this.#sort();
    const rows = this.#rows;
    let n = 0;
    while (n < this.#length && !(rows[n * STRIDE + Slot.TS] > until)) n++;
    for (let from = 0; from < n; ) {
      const batch = this.#batch;
      const count = Math.min(n - from, Math.floor(batch.rows.length / STRIDE));
      batch.rows.set(rows.subarray(from * STRIDE, (from + count) * STRIDE));
      batch.length = count;
      this.#out(batch);
      from += count;
    }
    rows.copyWithin(0, n * STRIDE, this.#length * STRIDE);
    this.#length -= n;
  }

  /** By time; what shows none, and what is of one time, stays behind what it came behind. */
  #sort(): void {
    const rows = this.#rows;
    const times = new Float64Array(this.#length);
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#length; i++) {
      const ts = rows[i * STRIDE + Slot.TS];
      if (!Number.isNaN(ts)) last = ts;
      times[i] = last;
    }
    const order = Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b);
    const sorted = new Float64Array(this.#length * STRIDE);
    for (const [to, from] of order.entries())
      sorted.set(rows.subarray(from * STRIDE, (from + 1) * STRIDE), to * STRIDE);
    rows.set(sorted);
    this.#sorted = true;
  }
}
