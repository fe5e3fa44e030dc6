// Why: GUP that takes a page through an entry of swap or of migration has raced with whoever made it one, or a line is
// missing: when that was tells which.
import type { Mm } from './state.ts';

/** Number of entries that are remembered. */
const NEWEST = 64;

/** The newest entries that became those of swap or of migration, and when. */
export class Suspended {
  readonly #mms: (Mm | undefined)[] = new Array(NEWEST).fill(undefined);
  readonly #vpns = new Float64Array(NEWEST);
  readonly #times = new Float64Array(NEWEST);
  #next = 0;

  /** @param ts time of the trace in ns; NaN: unknown */
  push(mm: Mm, vpn: number, ts: number): void {
    const i = this.#next++ % NEWEST;
    this.#mms[i] = mm;
    this.#vpns[i] = vpn;
    this.#times[i] = ts;
  }

  /** When the entry of this address was; NaN if that is too long ago. */
  when(mm: Mm, vpn: number): number {
    for (let i = this.#next - 1; i >= 0 && i > this.#next - 1 - NEWEST; i--)
      if (this.#mms[i % NEWEST] === mm && this.#vpns[i % NEWEST] === vpn) return this.#times[i % NEWEST];
    return Number.NaN;
  }
}
