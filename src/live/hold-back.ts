// Why: trace_pipe merges the events that exist when it is read, and an event of a slow CPU may arrive late. Records are
// delayed until no older ones are expected, and passed on in time order. Later ones are passed on where they arrive.
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

  /** @param out receives records in order; the batch is reused */
  constructor(windowNs: number, out: (batch: RecordBatch) => void) {
    this.#windowNs = windowNs;
    this.#out = out;
  }

  /** number of delayed records */
  get waiting(): number {
    return this.#length;
  }

  take({ rows, length }: RecordBatch): void {
    this.#makeRoom(length);
    for (let from = 0; from < length * STRIDE; from += STRIDE) {
      const ts = rows[from + Slot.TS];
      // a step back larger than the window is a restart of the clock
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

  /** Nothing arrived for longer than the window, or nothing will. */
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

  /** By time; records without a time, or with equal times, keep their order. */
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
