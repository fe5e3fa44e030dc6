// Why: text may be whole line by line and wrong as a whole. Each CPU writes its events one after the other, so in text
// whose CPUs are merged by time no CPU's time goes back: where it does, lines were pasted twice (a scrollback that
// overlaps, a `tail -f` that was started again) or moved. And a serial line that dropped a character leaves a pointer with
// a digit less, which is a number like others. Neither may reach the model: a pin must not be counted twice, and what is
// said of an mm_struct that nobody has is said of none.
import { Kind } from '../vocabulary/kinds.ts';
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import { NEW_BEGINNING } from './order.ts';

/** What a CPU has shown last, and whether its time has gone back and not caught up yet. */
interface Last {
  ts: number;
  isBehind: boolean;
}

/** Records that were left out, and the line of the first; 0: there was none. */
interface LeftOut {
  count: number;
  line: number;
}

/** No kernel has more. */
const MOST_CPUS = 8192;

/**
 * Between what belongs to processes (2^57 with five levels of page tables) and the kernel's half: nothing is there. A
 * pointer of 16 digits that lost one is.
 */
const NO_MANS_LAND = 2 ** 57;

export class Sieve {
  /** records of a CPU that has shown later ones */
  readonly late: LeftOut = { count: 0, line: 0 };
  /** records with a pointer that no kernel has */
  readonly torn: LeftOut = { count: 0, line: 0 };
  readonly #last: Last[] = [];

  /**
   * Leave out what cannot be.
   * @param wanted by kind, what the replay reads: only this is looked at, since a check does not make records of the rest
   * @param lineBase lines before those that the records count
   */
  take(batch: RecordBatch, wanted: readonly boolean[], lineBase = 0): void {
    const { rows, length } = batch;
    let kept = 0;
    for (let n = 0; n < length; n++) {
      const o = n * STRIDE;
      const why = wanted[rows[o]] === false ? undefined : this.#whyNot(rows, o);
      if (why !== undefined) {
        if (why.count++ === 0) why.line = rows[o + Slot.LINE] + lineBase;
        continue;
      }
      if (kept < n) rows.copyWithin(kept * STRIDE, o, o + STRIDE);
      kept++;
    }
    batch.length = kept;
  }

  #whyNot(rows: Float64Array, o: number): LeftOut | undefined {
    const cpu = rows[o + Slot.CPU];
    if (cpu >= 0) {
      if (this.#isLate(cpu, rows[o + Slot.TS])) return this.late;
    } else if (rows[o] === Kind.lost && rows[o + Slot.FLAGS] === NEW_BEGINNING) this.#last.length = 0;
    return rows[o + Slot.MM] > NO_MANS_LAND || rows[o + Slot.PAGE] > NO_MANS_LAND ? this.torn : undefined;
  }

  #isLate(cpu: number, ts: number): boolean {
    const last = this.#last[cpu];
    if (last === undefined) {
      if (cpu < MOST_CPUS && !Number.isNaN(ts)) this.#last[cpu] = { ts, isBehind: false };
      return false;
    }
    if (ts < last.ts || (last.isBehind && ts === last.ts)) {
      last.isBehind = true;
      return true;
    }
    if (!Number.isNaN(ts)) last.ts = ts;
    last.isBehind = false;
    return false;
  }
}
