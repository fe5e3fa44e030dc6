// Why: a serial console, a terminal multiplexer or a virtual console of 80 columns breaks each line of a log there, and what
// stands in front of its lines stands before the first piece only:
//
//     [   48.000021]      scn-138       0d... 1900300us : page_fault_user: address=0x4
//     0db10 ip=0x40db10 error_code=0x14
import { isBetween, isEventLine } from '../detect/looks.ts';
import { LONGEST } from './parts.ts';
import { takeOffLog } from './prefixes.ts';

/** Widths of consoles. */
const NARROWEST = 40;
const WIDEST = 400;

/** Number of full lines that go on, and the share of the full ones. */
const FEWEST = 3;
const MOST_OF = 0.8;

/** What may begin a piece of a line by chance. */
const BY_CHANCE = new Set(['quoted', 'names in front', 'test log', 'patch', 'numbered']);

/** Pieces of a line, on average. */
const MOST_PIECES = 8;

/** A line of a log begins here. */
const begins = (line: string): boolean =>
  takeOffLog(line, isEventLine).prefixes?.some(({ name }) => !BY_CHANCE.has(name)) === true;

/** The column at which the lines of this log were broken; undefined: they were not. */
export function foldedAt(lines: readonly string[]): number | undefined {
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (width < NARROWEST || width > WIDEST) return undefined;
  let goOn = 0;
  let full = 0;
  let torn = 0;
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line === '') continue;
    const isPiece = !isEventLine(line) && !isBetween(line) && !begins(line);
    if (lines[i - 1].length === width) {
      full++;
      if (isPiece) goOn++;
    } else if (isPiece) torn++;
  }
  if (goOn < FEWEST || goOn <= MOST_OF * full || torn >= goOn) return undefined;
  return lines.filter(begins).length * MOST_PIECES > goOn ? width : undefined;
}

/** Joins the pieces of a line. It is complete when the next one begins. */
export class Folded {
  readonly #width: number;
  #held: string | undefined;
  #pieces = 0;
  /** length of the last piece */
  #last = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** The line before this one, with newlines for its other pieces; undefined: this one belongs to it. */
  take(line: string): { line: string; before: string } | undefined {
    const held = this.#held;
    const goesOn = held !== undefined && this.#last === this.#width && held.length < LONGEST && !begins(line);
    const whole = goesOn ? undefined : this.end();
    this.#held = goesOn ? held + line : line;
    this.#pieces = goesOn ? this.#pieces + 1 : 0;
    this.#last = line.length;
    return whole;
  }

  /** What is held. */
  end(): { line: string; before: string } | undefined {
    const line = this.#held;
    this.#held = undefined;
    return line === undefined ? undefined : { line, before: '\n'.repeat(this.#pieces) };
  }
}
