// Why: truncated lines are reported as a loss with a count and a place, wherever in the text they are detected.
import type { DamagedLines } from '../../vocabulary/whole.ts';

/** Wider lines are all counted as this wide. */
const WIDEST = 1024;

/** Minimum number of lines that end in one column if something cut them there. */
const FEWEST = 3;

/** Counts of incomplete lines. Plain data, because it comes from several threads. */
export class CutLines {
  /** lines that were not used, and the first of them */
  count = 0;
  line = 0;
  reason = '';
  /** number of these that had been used before */
  early = 0;
  /** number of lines by width, and of truncated ones among them */
  readonly widths = new Float64Array(WIDEST);
  readonly cut = new Float64Array(WIDEST);
  wider = 0;

  note(line: number, width: number, reason: string): void {
    if (this.count++ === 0) {
      this.line = line;
      this.reason = reason;
    }
    if (width < WIDEST) this.cut[width]++;
  }

  /** Lines that were used before later lines showed that they are damaged. */
  addEarly(damaged: readonly DamagedLines[]): void {
    for (const { lines, first, reason } of damaged) {
      if (this.count === 0 || first < this.line) {
        this.line = Number.isFinite(first) ? first : 0;
        this.reason = reason;
      }
      this.early += lines;
      this.count += lines;
    }
  }

  add(next: CutLines, lines: number): void {
    if (this.count === 0 && next.count > 0) {
      this.line = next.line + lines;
      this.reason = next.reason;
    }
    this.count += next.count;
    this.wider += next.wider;
    for (let i = 0; i < WIDEST; i++) {
      this.widths[i] += next.widths[i];
      this.cut[i] += next.cut[i];
    }
  }

  /**
   * The column at which many lines end, some of them in the middle of something, and some of which were used;
   * undefined: none.
   */
  get column(): number | undefined {
    if (this.wider > 0) return undefined;
    const widest = this.widths.findLastIndex((n) => n > 0);
    const [ends, cut] = [this.widths[widest], this.cut[widest]];
    return widest > 0 && cut > 0 && ends >= FEWEST && ends > cut ? widest : undefined;
  }
}
