// Why: text may be whole line by line and wrong as a whole. Each CPU writes its events one after the other, so in text
// whose CPUs are merged by time no CPU's time goes back: where it does, lines were pasted twice (a scrollback that
// overlaps, a `tail -f` that was started again) or moved. And a serial line that dropped a character leaves a pointer with
// a digit less, which is a number like others. Neither may reach the model: a pin must not be counted twice, and what is
// said of an mm_struct that nobody has is said of none.
import { Kind } from '../../vocabulary/kinds.ts';
import { type RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import { NEW_BEGINNING } from './order.ts';

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
  /** the latest time that each CPU has shown; NaN: none */
  #last = new Float64Array(0);
  /** CPUs whose time has gone back and not caught up yet */
  readonly #behind = new Set<number>();

  /**
   * Leave out what cannot be.
   * @param lineBase lines before those that the records count
   */
  take(batch: RecordBatch, lineBase = 0): void {
    const { rows, length } = batch;
    if (this.#last.length === 0) this.#last = new Float64Array(MOST_CPUS).fill(Number.NaN);
    const last = this.#last;
    const behind = this.#behind;
    let kept = 0;
    for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) {
      const cpu = rows[o + Slot.CPU];
      const ts = rows[o + Slot.TS];
      // nearly always
      if (ts > last[cpu] && behind.size === 0) last[cpu] = ts;
      else if (this.#isLate(rows, o, cpu, ts)) {
        leaveOut(this.late, rows[o + Slot.LINE] + lineBase);
        continue;
      }
      if (rows[o + Slot.MM] > NO_MANS_LAND || rows[o + Slot.PAGE] > NO_MANS_LAND) {
        leaveOut(this.torn, rows[o + Slot.LINE] + lineBase);
        continue;
      }
      if (kept < o) rows.copyWithin(kept, o, o + STRIDE);
      kept += STRIDE;
    }
    batch.length = kept / STRIDE;
  }

  #isLate(rows: Float64Array, o: number, cpu: number, ts: number): boolean {
    const last = this.#last;
    if (!(cpu >= 0)) {
      if (rows[o] === Kind.lost && rows[o + Slot.FLAGS] === NEW_BEGINNING) {
        last.fill(Number.NaN);
        this.#behind.clear();
      }
      return false;
    }
    if (cpu >= MOST_CPUS || Number.isNaN(ts)) {
      this.#behind.delete(cpu);
      return false;
    }
    if (ts < last[cpu] || (ts === last[cpu] && this.#behind.has(cpu))) {
      this.#behind.add(cpu);
      return true;
    }
    last[cpu] = ts;
    this.#behind.delete(cpu);
    return false;
  }
}

function leaveOut(what: LeftOut, line: number): void {
  if (what.count++ === 0) what.line = line;
}
