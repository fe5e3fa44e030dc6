// Why: lines that lost their ends are a loss with a count and a place, however late in the text that shows.

/** Wider lines are not told apart by their width. */
const WIDEST = 1024;

/** So many lines end in one column at least, when something cut them there. */
const FEWEST = 3;

/** What was seen of lines that are not whole. Plain data: it comes from several threads. */
export class CutLines {
  /** lines that were not used, and the first of them */
  count = 0;
  line = 0;
  reason = '';
  /** of these, lines that were used nevertheless */
  early = 0;
  /** lines by their width, and those of them that are cut */
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

  /** Lines that were used before others showed that they lack arguments. */
  addEarly({ lines, first }: { lines: number; first: number }): void {
    if (lines === 0) return;
    if (this.count === 0 || first < this.line) {
      this.line = Number.isFinite(first) ? first : 0;
      this.reason = 'the last arguments of this event are missing';
    }
    this.early += lines;
    this.count += lines;
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

  /** The column at which many lines end, some of them plainly in the middle of something, and others were used; undefined: there is none. */
  get column(): number | undefined {
    if (this.wider > 0) return undefined;
    const widest = this.widths.findLastIndex((n) => n > 0);
    const [ends, cut] = [this.widths[widest], this.cut[widest]];
    return widest > 0 && cut > 0 && ends >= FEWEST && ends > cut ? widest : undefined;
  }
}
