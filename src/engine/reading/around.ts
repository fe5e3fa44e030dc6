// Why: a trace that was pasted has other text around it: a fence, a prompt, a greeting. Such lines are no part of it if
// its own header comes behind them, or no event does; anything else that cannot be read may have been an event.
import { hasRest } from '../../parsers/detect/looks.ts';
import { LineKind } from '../../parsers/formats/line.ts';
import { withoutMarks } from '../../parsers/mend/marks.ts';

export interface BadLine {
  line: number;
  reason: string;
  text: string;
  /** its end is missing; counted among the truncated lines */
  isCut?: boolean;
}

const MOST_SAMPLES = 5;

/** Adds lines to those that are shown: the first of all. */
export function firstOf(shown: BadLine[], more: readonly BadLine[]): BadLine[] {
  for (const bad of more) {
    if (shown.length === MOST_SAMPLES && bad.line > shown[MOST_SAMPLES - 1].line) continue;
    shown.push(bad);
    shown.sort((a, b) => a.line - b.line).splice(MOST_SAMPLES);
  }
  return shown;
}

/** A field of an event, a pointer, a stack, or what no text contains. */
const PIECE = /[a-z_]\w*=(?:-?\d|[A-Z_|]{3})|\+0x|\b0x[\da-f]|^\s*=> |[^\t -\xff]/;

/** Whoever wrote this says that something is missing. */
const SAYS_CUT =
  /\.{3}|\xe2\x80\xa6|\b(?:abort|clip|cut|drop|exceed|kill|limit|lost|miss|more\b|omit|skip|snip|too (?:big|large|long)|trunc)/i;

/** Lines that may be text around the trace. Plain data, because it comes from several threads. */
export class Around {
  /** lines in front of the header of the trace */
  before = 0;
  hasHeader = false;
  /** lines since the last event, and the first of them */
  behind = 0;
  lines: BadLine[] = [];
  /** events up to them */
  events = 0;

  /**
   * A line that is no event; returns samples of those that are no text around the trace.
   * @param isPadded the last event, if its end is lost, begins with the blanks before the task's name
   */
  see(bad: BadLine, kinds: Float64Array, isPadded: boolean): BadLine[] {
    const events = eventsIn(kinds);
    const followed = this.followed(kinds);
    if (events !== this.events) this.#begin(events);
    const text = withoutMarks(bad.text);
    const isText = !hasRest(text) && !PIECE.test(text);
    if (!isText || (events > 0 && (!isPadded || text.startsWith(' ') || SAYS_CUT.test(text))))
      return [...followed, bad];
    this.behind++;
    firstOf(this.lines, [bad]);
    return followed;
  }

  /** The header of a trace: if there was no event, what came before is no part of it. */
  header(kinds: Float64Array): void {
    if (eventsIn(kinds) > 0) return;
    this.hasHeader = true;
    this.before += this.behind;
    this.#begin(0);
  }

  /** Number of lines that are no part of the trace. */
  count(kinds: Float64Array): number {
    return this.before + this.#last(kinds);
  }

  /** Whether the text ends with such lines. */
  isAtEnd(kinds: Float64Array): boolean {
    return this.#last(kinds) > 0;
  }

  /** Samples that an event has followed, of which no line has told yet. */
  followed(kinds: Float64Array): BadLine[] {
    return this.events === eventsIn(kinds) ? [] : this.lines;
  }

  /** Add the following part, by the counts of lines of both; returns samples that an event has followed. */
  add(next: Around, kinds: Float64Array, nextKinds: Float64Array, lines: number): BadLine[] {
    const events = eventsIn(kinds);
    if (next.hasHeader) this.header(kinds);
    const goesOn = events === this.events && eventsIn(nextKinds) === 0;
    const [open, followed] = goesOn ? [this.lines, []] : [[], this.lines];
    if (events === 0) this.before += next.before;
    this.behind = next.behind + (goesOn ? this.behind : 0);
    this.lines = firstOf(
      [...open],
      next.lines.map((bad) => ({ ...bad, line: bad.line + lines })),
    );
    this.events = events + next.events;
    return followed;
  }

  #begin(events: number): void {
    this.events = events;
    this.behind = 0;
    this.lines = [];
  }

  #last(kinds: Float64Array): number {
    return this.events === eventsIn(kinds) ? this.behind : 0;
  }
}

const eventsIn = (kinds: Float64Array): number =>
  kinds[LineKind.Event] + kinds[LineKind.Function] + kinds[LineKind.Stack] + kinds[LineKind.Lost];
