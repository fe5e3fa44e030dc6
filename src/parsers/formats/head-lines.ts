// The first lines of a trace as positions and as text, for format detection and heads.
import { NEWLINE, text } from '../../util/bytes.ts';
import type { LineParser, TraceLine } from './line.ts';

/** Number of bytes used for detection. */
export const HEAD_BYTES = 64 * 1024;

export class HeadLines {
  readonly buf: Uint8Array;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #texts: string[] = [];

  /** `isWhole`: the input ends with these bytes, so the last line counts even without a newline. */
  constructor(buf: Uint8Array, isWhole: boolean) {
    this.buf = buf;
    // a byte order mark, which LineReader skips too
    let start = buf[0] === 0xef && buf[1] === 0xbb && buf[2] === 0xbf ? 3 : 0;
    while (start < buf.length) {
      const newline = buf.indexOf(NEWLINE, start);
      const end = newline < 0 ? buf.length : newline;
      if (newline < 0 && !isWhole && this.starts.length > 0) break;
      this.starts.push(start);
      this.ends.push(end > start && buf[end - 1] === 13 ? end - 1 : end);
      start = end + 1;
    }
  }

  get length(): number {
    return this.starts.length;
  }

  /** Line `i`, at most 400 characters of it, one per byte. */
  line(i: number): string {
    this.#texts[i] ??= text(this.buf, this.starts[i], Math.min(this.ends[i], this.starts[i] + 400));
    return this.#texts[i];
  }

  /** Bytes of line `i`. */
  width(i: number): number {
    return this.ends[i] - this.starts[i];
  }

  parse(i: number, parser: LineParser, out: TraceLine): void {
    parser.parse(this.buf, this.starts[i], this.ends[i], out);
  }
}
