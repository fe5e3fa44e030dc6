// Why: a retreat disables events one after the other, which takes a second, and what is read at that time was recorded
// seconds before. So the place where the trace begins to show less is given by the time of its clock: what is before
// that place is complete, and of what follows only the events count that stay enabled.
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

interface Place {
  line: number;
  offset: number;
  ts: number;
}

export class Narrowing {
  readonly #since: number;
  readonly #gone: ReadonlySet<number>;
  readonly #begin: (first: Place | undefined) => void;
  #begun = false;

  /**
   * @param since ns of the trace; less than any: at once
   * @param gone kinds of events that are disabled
   * @param begin called once, between the records before that time and those after it, with the first of those
   */
  constructor(since: number, gone: ReadonlySet<number>, begin: (first: Place | undefined) => void) {
    this.#since = since;
    this.#gone = gone;
    this.#begin = begin;
  }

  /** @param batch in the order of time; it is used up */
  pass(batch: RecordBatch, out: (batch: RecordBatch) => void): void {
    const { rows, length } = batch;
    let from = 0;
    if (!this.#begun) {
      while (from < length && !(rows[from * STRIDE + Slot.TS] >= this.#since)) from++;
      batch.length = from;
      if (from > 0) out(batch);
      if (from === length) return;
      const row = rows.subarray(from * STRIDE);
      this.begin({ line: row[Slot.LINE], offset: row[Slot.OFFSET], ts: row[Slot.TS] });
    }
    batch.length = 0;
    for (; from < length; from++) {
      const o = from * STRIDE;
      if (this.#gone.has(rows[o + Slot.KIND])) continue;
      rows.copyWithin(batch.length++ * STRIDE, o, o + STRIDE);
    }
    if (batch.length > 0) out(batch);
  }

  /** Begin here, unless it has begun. */
  begin(first?: Place): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#begin(first);
  }
}
