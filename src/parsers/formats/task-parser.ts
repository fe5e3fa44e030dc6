// Why: ftrace and trace-cmd write the same columns in front of an event, and lines of other kinds between them. What such a
// line may be is asked in one order; each format says what its own headers and layouts are.
import { BRACKET_OPEN, CARRIAGE_RETURN, HASH, isBlank, SPACE, skipBlanks, startsWith, text } from '../../util/bytes.ts';
import { isMarker, readBody } from './body.ts';
import { framesText } from './frame-lines.ts';
import type { TraceHead } from './head.ts';
import { isKernelLine } from './kernel-lines.ts';
import { Brace, LineKind, type LineParser, type TraceLine } from './line.ts';
import { readComment, readLeftOut, readLost } from './lost.ts';
import { searchTaskLine } from './task-columns.ts';
import { TaskLineReader } from './task-line.ts';

export abstract class TaskParser implements LineParser {
  readonly head: TraceHead;
  readonly #task: TaskLineReader;
  /** the previous line was a marker, whose text may contain newlines */
  #inMarker = false;

  constructor(head: TraceHead) {
    this.head = head;
    this.#task = new TaskLineReader(head);
  }

  /** What a line is that none of the layouts has. */
  protected abstract readonly unknown: string;

  /** A line of the header, with `lost`. */
  protected abstract readHeader(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean;

  /** An event in another layout than the usual one, or a line that is known and has none. */
  protected abstract readLayouts(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean;

  /** An event was read: it may be one of the tracers' own. */
  protected classify(_buf: Uint8Array, _out: TraceLine): void {}

  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    let last = end;
    while (last > start && (buf[last - 1] === SPACE || buf[last - 1] === CARRIAGE_RETURN)) last--;
    out.buf = buf;
    out.brace = Brace.None;
    const body = this.#task.read(buf, start, last, out);
    if (body > 0 && readBody(buf, body, last, out)) {
      if (out.kind === LineKind.Event) this.classify(buf, out);
      this.#inMarker = isMarker(buf, out);
      return;
    }
    this.#parseOther(buf, start, last, out);
    if (body > 0 && out.kind === LineKind.Bad) out.reason = 'no event after the time';
  }

  #parseOther(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    const first = skipBlanks(buf, start, end);
    if (first === end) out.kind = LineKind.Blank;
    else if (this.#readOdd(buf, start, first, end, out)) this.#inMarker = isMarker(buf, out);
    else if (startsWith(buf, first, end, '=> ')) out.kind = LineKind.Stack;
    else if (buf[first] === HASH && readComment(buf, first, end, out)) this.#inMarker = false;
    else if (this.readHeader(buf, start, end, out)) out.kind = LineKind.Header;
    else if (readLost(buf, first, end, out)) this.#inMarker = false;
    else if (this.readLayouts(buf, start, end, out)) this.#inMarker = isMarker(buf, out);
    else if (this.#inMarker) out.kind = LineKind.Stack;
    else if (framesText(buf, start, end) || isMessage(buf, start, end)) {
      out.kind = LineKind.Header;
      out.lost = -1;
    } else if (!readLeftOut(buf, first, end, out)) {
      out.kind = LineKind.Bad;
      out.reason = this.unknown;
    }
  }
  /**
   * An event that begins like a header or a line of a stack: its task is named `#w` or `=> w` (prctl(PR_SET_NAME) takes
   * any text) and the blanks before the name were lost, or someone put a `#` in front. What was put there and what the
   * name begins with cannot be told apart behind `# `, and such a line is not used.
   */
  #readOdd(buf: Uint8Array, start: number, first: number, end: number, out: TraceLine): boolean {
    const isHash = buf[first] === HASH;
    if (!isHash && !startsWith(buf, first, end, '=> ')) return false;
    const body = searchTaskLine(buf, start, end, this.head, out);
    if (body < 0 || !readBody(buf, body, end, out)) return false;
    if (out.commStart === first && !(isHash && isBlank(buf[first + 1]))) {
      if (out.kind === LineKind.Event) this.classify(buf, out);
    } else {
      out.kind = LineKind.Bad;
      out.reason = 'an event behind what begins a comment or a line of a stack';
    }
    return true;
  }
}

/** A line of the kernel's log, as a serial console has it between those of a trace. Longer ones are not looked at. */
const isMessage = (buf: Uint8Array, start: number, end: number): boolean =>
  buf[start] === BRACKET_OPEN && end - start < LONGEST_MESSAGE && isKernelLine(text(buf, start, end));

const LONGEST_MESSAGE = 1024;
