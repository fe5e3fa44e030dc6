// Why: counts the lines whose columns differ from those at the beginning of the trace: they were damaged.

/** Of a text with more of them than one in so many, nothing is known: its lines have several forms. */
const OFTEN = 4;

/** Plain data, because it comes from several threads. */
export class OddColumns {
  count = 0;
  /** the first of the lines */
  line = 0;

  note(line: number): void {
    if (this.count++ === 0) this.line = line;
  }

  add(next: OddColumns, lines: number): void {
    if (this.count === 0 && next.count > 0) this.line = next.line + lines;
    this.count += next.count;
  }

  /** Whether they are damage, among so many events. */
  isFew(events: number): boolean {
    return this.count > 0 && this.count * OFTEN < events;
  }
}
