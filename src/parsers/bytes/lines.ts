// Splits chunks of bytes into lines, without copying lines and without holding more than a chunk. A line is a pair of
// positions in `buf`; a line split by a chunk boundary is moved to the front of the next chunk.
import { NEWLINE_WINDOW } from '../../assembly/layout.ts';
import { CARRIAGE_RETURN, NEWLINE, QUOTE } from '../../util/bytes.ts';
import { LineMemory } from '../../util/line-memory.ts';
import { type ScannedBuffer, scannedBuffer } from './newlines.ts';

/** A source of bytes: fills `into` and returns their number, 0 at the end. */
export interface ByteSource {
  read(into: Uint8Array): number | Promise<number>;
}

/** No trace has longer lines; this limits memory use for files without newlines. */
export const LONGEST_LINE = 1 << 20;

const CHUNK = 1 << 20;

/** Bytes that one chunk may carry over to the next before the buffer is enlarged. */
const CARRIED = 1 << 16;

export interface LineReaderOptions {
  /** bytes per read */
  chunk?: number;
  /** longer lines are truncated and flagged */
  longest?: number;
  /** nothing is read behind so many bytes without a newline; undefined: everything is */
  most?: number;
  /** a newline between double quotes does not end the line (CSV) */
  quoted?: boolean;
  /** offset of the source's first byte in the file, for {@link LineReader.offset} */
  offset?: number;
  /** memory with lines at address 0, for loops that read them there */
  memory?: LineMemory | undefined;
}

/**
 * Reads lines:
 *
 *     while (await lines.fill()) {
 *       while (lines.next()) {
 *         parser.parse(lines.buf, lines.start, lines.end, out);
 *       }
 *     }
 */
export class LineReader {
  buf: Uint8Array;
  /** the line is `buf[start, end)`, without newline and `\r` */
  start = 0;
  end = 0;
  /** number of the line, from 1; number of its first line if a quoted cell contains newlines */
  number = 0;
  /** only the beginning of the line is available, because it has more than `longest` bytes */
  tooLong = false;
  /** the last line of the source has no newline: it may be truncated */
  unterminated = false;
  /** where the first byte of zero stands, which no text has; undefined: nowhere so far */
  zeros: number | undefined;
  /** it is one half of a character of UTF-16, as is every second byte behind it */
  areZerosHalves = false;
  /** where the line begins behind which nothing is read; undefined: there is none */
  endless: number | undefined;

  readonly #source: ByteSource;
  readonly #chunk: number;
  readonly #longest: number;
  readonly #quoted: boolean;
  readonly #most: number;
  /** the buffer for lines of normal length, and the current one */
  readonly #usual: ScannedBuffer;
  #scanned: ScannedBuffer;
  #offsets: Int32Array;
  /** newlines of the scanned window; `#offsets[#next, #offsetCount)` are not used yet */
  #next = 0;
  #offsetCount = 0;
  /** offset of `buf[0]` in the file */
  #base: number;
  /** `buf[#from, #to)` has not been returned yet, `buf[#from, #scannedTo)` has been searched for newlines */
  #from = 0;
  #to = 0;
  #scannedTo = 0;
  #ended = false;
  /** the beginning of the current line has already been returned, truncated */
  #skipping = false;
  /** offset of that line in the file */
  #skippedFrom: number;
  /** number of newlines in the previous line */
  #newlines = 1;

  constructor(source: ByteSource, options: LineReaderOptions = {}) {
    this.#source = source;
    this.#chunk = options.chunk ?? CHUNK;
    this.#longest = options.longest ?? LONGEST_LINE;
    this.#quoted = options.quoted ?? false;
    this.#most = options.most ?? Number.POSITIVE_INFINITY;
    this.#skippedFrom = 0;
    this.#base = options.offset ?? 0;
    this.#usual = scannedBuffer(this.#chunk + Math.min(this.#chunk, CARRIED), options.memory ?? LineMemory.of());
    this.#scanned = this.#usual;
    this.#offsets = this.#scanned.offsets;
    this.buf = this.#scanned.bytes;
  }

  /** Offset of the line in the (decompressed) file. */
  get offset(): number {
    return this.#base + this.start;
  }

  /** Whether the first zero begins the last line. */
  get areZerosLast(): boolean {
    return this.unterminated && this.zeros === this.offset;
  }

  /** Bytes returned as lines so far, from the start of the file. */
  get position(): number {
    return this.#base + this.#from;
  }

  /** Read more; false if there is nothing left. Positions of earlier lines become invalid. */
  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    if (this.#skipping && this.position - this.#skippedFrom > this.#most) {
      this.endless = this.#skippedFrom;
      this.#ended = true;
      return false;
    }
    const carried = this.#to - this.#from;
    this.#carry(carried);
    const got = await this.#source.read(this.buf.subarray(carried, carried + this.#chunk));
    if (got === 0) {
      this.#ended = true;
      return carried > 0;
    }
    this.#to = carried + got;
    if (this.zeros === undefined) this.#lookForZeros(carried);
    if (this.number === 0 && this.#base === 0) this.#skipByteOrderMark();
    return true;
  }

  #lookForZeros(from: number): void {
    const { buffer, byteOffset } = this.buf;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset + from, this.#to - from);
    const at = bytes.indexOf(0);
    if (at < 0) return;
    this.zeros = this.#base + from + at;
    this.areZerosHalves = bytes[at + 1] > 0 && bytes[at + 2] === 0 && bytes[at + 3] > 0;
  }

  /** Advance to the next line; false if the chunk contains no further complete line. */
  next(): boolean {
    if (this.#next === this.#offsetCount && !this.#scan()) return this.#rest();
    const newline = this.#offsets[this.#next++];
    const start = this.#from;
    this.#from = newline + 1;
    if (this.#skipping || this.#quoted) return this.#special(start, newline);
    this.start = start;
    this.number += this.#newlines;
    this.#newlines = 1;
    this.tooLong = newline - start > this.#longest;
    this.end = newline > start && this.buf[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
    return true;
  }

  /** Search for newlines in the next window that has any; false at the end of the data. */
  #scan(): boolean {
    while (this.#scannedTo < this.#to) {
      const to = Math.min(this.#to, this.#scannedTo + NEWLINE_WINDOW);
      this.#next = 0;
      this.#offsetCount = this.#scanned.scan(this.#scannedTo, to);
      this.#scannedTo = to;
      if (this.#offsetCount > 0) return true;
    }
    return false;
  }

  /** Windows editors write one before UTF-8. */
  #skipByteOrderMark(): void {
    const { buf } = this;
    if (this.#to >= 3 && buf[0] === 0xef && buf[1] === 0xbb && buf[2] === 0xbf) this.#from = 3;
  }

  /** Move the incomplete line to the front, into a larger buffer if necessary. */
  #carry(carried: number): void {
    const { buf } = this;
    if (carried + this.#chunk > buf.length) this.#moveTo(scannedBuffer(2 * carried + this.#chunk, undefined));
    else if (this.#scanned !== this.#usual && carried + this.#chunk <= this.#usual.bytes.length)
      this.#moveTo(this.#usual);
    else if (this.#from > 0) {
      buf.copyWithin(0, this.#from, this.#to);
    }
    this.#base += this.#from;
    // a quoted cell is searched again from the beginning of its row
    this.#scannedTo = this.#quoted ? 0 : carried;
    this.#next = 0;
    this.#offsetCount = 0;
    this.#from = 0;
    this.#to = carried;
  }

  #moveTo(other: ScannedBuffer): void {
    other.bytes.set(this.buf.subarray(this.#from, this.#to));
    this.#scanned = other;
    this.#offsets = other.offsets;
    this.buf = other.bytes;
  }

  /** A newline that may not end a line: within quotes, or at the end of a truncated line. */
  #special(start: number, newline: number): boolean {
    if (this.#skipping) {
      this.#skipping = false;
      return this.next();
    }
    let newlines = 1;
    let end = newline;
    let open = this.#oddQuotes(start, end);
    while (open) {
      if (this.#next === this.#offsetCount && !this.#scan()) {
        // the row continues beyond this chunk
        this.#from = start;
        return this.#rest();
      }
      const next = this.#offsets[this.#next++];
      open = !this.#oddQuotes(end, next);
      end = next;
      newlines++;
    }
    this.#from = end + 1;
    this.start = start;
    this.number += this.#newlines;
    this.#newlines = newlines;
    this.tooLong = end - start > this.#longest;
    this.end = this.buf[end - 1] === CARRIAGE_RETURN && end > start ? end - 1 : end;
    return true;
  }

  #oddQuotes(start: number, end: number): boolean {
    let odd = false;
    for (let at = start; at < end; at++) {
      if (this.buf[at] === QUOTE) odd = !odd;
    }
    return odd;
  }

  /** There is no newline in the rest: the last line of the source, or a line that is too long. */
  #rest(): boolean {
    const start = this.#from;
    const length = this.#to - start;
    if (this.#skipping) {
      this.#from = this.#to;
      return false;
    }
    if (length === 0 || (!this.#ended && length <= this.#longest)) return false;
    let end = this.#to;
    if (this.#quoted) {
      // a quote that is never closed: only its first line is lost
      const newline = this.buf.indexOf(NEWLINE, start);
      end = newline >= 0 && newline < this.#to ? newline : this.#to;
    }
    this.start = start;
    this.end = end;
    this.number += this.#newlines;
    this.#newlines = 1;
    this.tooLong = end - start > this.#longest;
    this.#skipping = end === this.#to && !this.#ended;
    if (this.#skipping) this.#skippedFrom = this.#base + start;
    this.unterminated = end === this.#to && this.#ended;
    this.#from = Math.min(end + 1, this.#to);
    this.#scannedTo = this.#from;
    this.#next = 0;
    this.#offsetCount = 0;
    return true;
  }
}
