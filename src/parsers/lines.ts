// Lines out of chunks of bytes, without copying a line and without ever holding more than a chunk. A line is a
// pair of places in `buf`; what a chunk cuts in half is carried to the front of the next.
import { NEWLINE_WINDOW } from '../assembly/layout.ts';
import { CARRIAGE_RETURN, NEWLINE, QUOTE } from '../util/bytes.ts';
import { LineMemory } from '../util/line-memory.ts';
import { type ScannedBuffer, scannedBuffer } from './newlines.ts';

/** Where bytes come from: fills `into` and returns how many, 0 at the end. */
export interface ByteSource {
  read(into: Uint8Array): number | Promise<number>;
}

/** No trace has such lines; a file without newlines must not eat the memory. */
export const LONGEST_LINE = 1 << 20;

const CHUNK = 1 << 20;

/** Bytes of what one chunk may carry over to the next before the buffer gets wider. */
const CARRIED = 1 << 16;

export interface LineReaderOptions {
  /** bytes read at once */
  chunk?: number;
  /** longer lines are cut and flagged */
  longest?: number;
  /** a newline between double quotes does not end the line (CSV) */
  quoted?: boolean;
  /** offset of the source's first byte in the file, for {@link LineReader.offset} */
  offset?: number;
  /** where lines stand from address 0, for loops that read them there */
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
  /** number of the line, from 1; of its first line where a quoted cell holds newlines */
  number = 0;
  /** only the beginning of the line is there, the line has more than `longest` bytes */
  tooLong = false;
  /** the last line of the source has no newline: it may have been cut */
  unterminated = false;

  readonly #source: ByteSource;
  readonly #chunk: number;
  readonly #longest: number;
  readonly #quoted: boolean;
  /** the buffer for lines of usual length, and the one in use */
  readonly #usual: ScannedBuffer;
  #scanned: ScannedBuffer;
  #offsets: Int32Array;
  /** newlines of the scanned window: `#offsets[#next, #offsetCount)` are ahead */
  #next = 0;
  #offsetCount = 0;
  /** offset of `buf[0]` in the file */
  #base: number;
  /** `buf[#from, #to)` is not handed over yet, `buf[#from, #scannedTo)` was searched for newlines */
  #from = 0;
  #to = 0;
  #scannedTo = 0;
  #ended = false;
  /** the line that ends next was handed over already, cut */
  #skipping = false;
  /** newlines that the line before took with it */
  #newlines = 1;

  constructor(source: ByteSource, options: LineReaderOptions = {}) {
    this.#source = source;
    this.#chunk = options.chunk ?? CHUNK;
    this.#longest = options.longest ?? LONGEST_LINE;
    this.#quoted = options.quoted ?? false;
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

  /** Bytes handed over as lines so far, from the start of the file. */
  get position(): number {
    return this.#base + this.#from;
  }

  /** Read more; false when there is nothing left. Places of earlier lines are void afterwards. */
  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    const carried = this.#to - this.#from;
    this.#carry(carried);
    const got = await this.#source.read(this.buf.subarray(carried, carried + this.#chunk));
    if (got === 0) {
      this.#ended = true;
      return carried > 0;
    }
    this.#to = carried + got;
    if (this.number === 0 && this.#base === 0) this.#skipByteOrderMark();
    return true;
  }

  /** Step to the next line; false when the chunk holds no further whole line. */
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

  /** Look for newlines in the next window that has any; false at the end of what is there. */
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

  /** Windows editors put one before UTF-8. */
  #skipByteOrderMark(): void {
    const { buf } = this;
    if (this.#to >= 3 && buf[0] === 0xef && buf[1] === 0xbb && buf[2] === 0xbf) this.#from = 3;
  }

  /** Move the line that has not ended to the front, into a wider buffer where it needs one. */
  #carry(carried: number): void {
    const { buf } = this;
    if (carried + this.#chunk > buf.length) this.#moveTo(scannedBuffer(2 * carried + this.#chunk, undefined));
    else if (this.#scanned !== this.#usual && carried + this.#chunk <= this.#usual.bytes.length)
      this.#moveTo(this.#usual);
    else if (this.#from > 0) {
      buf.copyWithin(0, this.#from, this.#to);
    }
    this.#base += this.#from;
    // a quoted cell is searched again from its row's beginning
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

  /** A newline that may not end a line: within quotes, or at the end of a line that was too long. */
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
        // the row goes on beyond this chunk
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

  /** No newline in what is left: the last line of the source, or one that grows beyond measure. */
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
    this.unterminated = end === this.#to && this.#ended;
    this.#from = Math.min(end + 1, this.#to);
    this.#scannedTo = this.#from;
    this.#next = 0;
    this.#offsetCount = 0;
    return true;
  }
}
