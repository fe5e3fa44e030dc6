// Why: GUP that takes a page through an entry of swap or of migration has raced with whoever made it one, or a line is
// missing: when that was tells which.
import type { Mm } from './state.ts';

/** Number of runs of entries that are remembered: a folio is unmapped as a whole. */
const NEWEST = 64;

interface Run {
  readonly mm: Mm;
  readonly from: number;
  to: number;
  readonly ts: number;
}

/** The newest entries that became those of swap or of migration, and when. */
export class Suspended {
  readonly #runs: Run[] = [];
  #next = 0;

  /** @param ts time of the trace in ns; NaN: unknown */
  push(mm: Mm, vpn: number, ts: number): void {
    const last = this.#runs[(this.#next - 1) % NEWEST];
    if (last !== undefined && last.mm === mm && last.to === vpn && last.ts === ts) last.to++;
    else this.#runs[this.#next++ % NEWEST] = { mm, from: vpn, to: vpn + 1, ts };
  }

  /** When the entry of this address was; NaN if that is too long ago. */
  when(mm: Mm, vpn: number): number {
    for (let i = this.#next - 1; i >= 0 && i > this.#next - 1 - NEWEST; i--) {
      const { from, mm: of, to, ts } = this.#runs[i % NEWEST];
      if (of === mm && vpn >= from && vpn < to) return ts;
    }
    return Number.NaN;
  }
}
