// Why: two consoles in one log, or a terminal that draws again, print lines twice. The kernel itself may print a line again
// in the same microsecond (put_compound_head() of each page of a folio), but not lines of many events.

/** Number of lines that follow an equal one, and of events that have such lines, from which they were printed twice. */
const FEWEST = 10;
const EVENTS = 4;

/** Plain data, because it comes from several threads. */
export class Repeated {
  count = 0;
  /** the first of the lines */
  line = 0;
  readonly events = new Set<string>();

  note(line: number, event: string): void {
    if (this.count++ === 0) this.line = line;
    if (this.events.size < EVENTS) this.events.add(event);
  }

  add(next: Repeated, lines: number): void {
    if (this.count === 0 && next.count > 0) this.line = next.line + lines;
    this.count += next.count;
    for (const event of next.events) this.events.add(event);
  }

  /** Whether it was not the kernel that printed them. */
  get isDamage(): boolean {
    return this.count >= FEWEST && this.events.size >= EVENTS;
  }
}
