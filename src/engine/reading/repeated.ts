// Why: two consoles in one log, or a terminal that draws again, print lines twice. The kernel itself may print a line again
// in the same microsecond (put_compound_head() of each page of a folio), but not lines of many events.
import { CARRIAGE_RETURN, NEWLINE, text } from '../../util/bytes.ts';

/** Number of lines that follow an equal one, and of events that have such lines, from which they were printed twice. */
const FEWEST = 10;
const EVENTS = 4;

/** Plain data, because it comes from several threads. */
export class Repeated {
  count = 0;
  /** the first of the lines */
  line = 0;
  readonly events = new Set<string>();
  /** the first and the last line of what was read; undefined: none yet */
  first: Uint8Array | undefined;
  last: Uint8Array | undefined;

  /** @param said the line */
  note(line: number, said: string): void {
    if (this.count++ === 0) this.line = line;
    this.#see(/ (\w+): /.exec(said)?.[1] ?? '');
  }

  #see(event: string): void {
    if (this.events.size < EVENTS) this.events.add(event);
  }

  /** Add those of the following part, which begins with an event, `lines` lines later. */
  add(next: Repeated, lines: number): void {
    const { first } = next;
    if (first !== undefined && this.last !== undefined && Buffer.compare(this.last, first) === 0)
      this.note(lines + 1, text(first, 0, first.length));
    if (this.count === 0 && next.count > 0) this.line = next.line + lines;
    this.count += next.count;
    for (const event of next.events) this.#see(event);
    this.first ??= first;
    this.last = next.last ?? this.last;
  }

  /** Whether it was not the kernel that printed them. */
  get isDamage(): boolean {
    return this.count >= FEWEST && this.events.size >= EVENTS;
  }
}

interface Line {
  buf: Uint8Array;
  start: number;
  end: number;
}

/** The line before, also where the bytes that it was in have become others. */
export class LineBefore {
  #buf: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;

  /** Lines follow, in other bytes. @param last line of the bytes before */
  begin(last = NOTHING): void {
    this.#buf = last;
    this.#start = 0;
    this.#end = last.length;
  }

  put({ buf, start, end }: Line): void {
    this.#buf = buf;
    this.#start = start;
    this.#end = end;
  }

  isSame({ buf, start, end }: Line): boolean {
    const before = this.#buf;
    const from = this.#start;
    if (this.#end - from !== end - start) return false;
    for (let i = end - start - 1; i >= 0; i--) if (before[from + i] !== buf[start + i]) return false;
    return true;
  }

  /** The lines in `buf`, of which the first began at `from`, were read. */
  end(repeated: Repeated, buf: Uint8Array, from: number): void {
    if (this.#buf !== buf) return;
    repeated.first ??= lineAt(buf, from);
    repeated.last = buf.slice(this.#start, this.#end);
  }
}

const NOTHING: Uint8Array = new Uint8Array();

/** The line that begins at `from`, without its end, as LineReader gives it. */
function lineAt(buf: Uint8Array, from: number): Uint8Array {
  const newline = buf.indexOf(NEWLINE, from);
  const line = newline < 0 ? buf.slice(from) : buf.slice(from, newline);
  return line.at(-1) === CARRIAGE_RETURN ? line.slice(0, -1) : line;
}
