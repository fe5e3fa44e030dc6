// Why: the pages of one CPU are consecutive in a file, or compressed in blocks of several pages. This hides the
// difference: it returns one page after the other, and any page again by its number.
import { type Bytes, viewOf } from './bytes.ts';
import type { Unpacker } from './unpack.ts';

export interface Pages {
  /** the page is `buf[at, at + size)` */
  readonly buf: Uint8Array;
  readonly view: DataView;
  readonly at: number;
  readonly size: number;
  /** number of the page, from 0 */
  readonly index: number;
  /** why pages are missing at the end */
  readonly damage: string | undefined;
  /** position in the file after which the next pages are */
  readonly consumed: number;
  /** Advance to the next page. */
  next(): boolean;
  /** Continue with the page of this number. */
  seek(index: number): void;
  /**
   * Position of a byte of the page in the file; in a compressed block: the position of the block, and the position
   * within it.
   */
  place(at: number): { offset: number; unpacked?: number };
}

export interface Extent {
  offset: number;
  size: number;
}

const WINDOW = 1 << 17;

/** Uncompressed pages. */
export class PlainPages implements Pages {
  buf: Uint8Array;
  view: DataView;
  at = 0;
  size = 0;
  index = -1;
  damage: string | undefined;
  readonly #bytes: Bytes;
  readonly #from: number;
  readonly #end: number;
  readonly #pageSize: number;
  /** the part of the file in the buffer */
  #windowFrom = 0;
  #windowEnd = 0;

  constructor(bytes: Bytes, { offset, size }: Extent, pageSize: number) {
    this.#bytes = bytes;
    this.#from = offset;
    this.#end = Math.min(offset + size, bytes.size);
    this.#pageSize = pageSize;
    if (offset + size > bytes.size) this.damage = 'the file is truncated: its tables refer to bytes beyond its end';
    this.buf = new Uint8Array(Math.min(Math.max(WINDOW, pageSize), Math.max(0, this.#end - offset)));
    this.view = viewOf(this.buf);
  }

  next(): boolean {
    const from = this.#from + (this.index + 1) * this.#pageSize;
    if (from >= this.#end) return false;
    this.index++;
    this.size = Math.min(this.#pageSize, this.#end - from);
    if (from < this.#windowFrom || from + this.size > this.#windowEnd) {
      this.#windowFrom = from;
      this.#windowEnd =
        from + this.#bytes.readAt(this.buf.subarray(0, Math.min(this.buf.length, this.#end - from)), from);
      this.size = Math.min(this.size, this.#windowEnd - from);
    }
    this.at = from - this.#windowFrom;
    return true;
  }

  get consumed(): number {
    return (this.index + 1) * this.#pageSize;
  }

  seek(index: number): void {
    this.index = index - 1;
  }

  place(at: number): { offset: number } {
    return { offset: this.#windowFrom + at };
  }
}

/** Known blocks: the position of each, and the number of its first page. */
interface Piece {
  offset: number;
  packed: number;
  raw: number;
  page: number;
}

/** Pages in compressed blocks: u32 number of blocks, then {u32 packed size, u32 raw size, data}. */
export class PackedPages implements Pages {
  buf: Uint8Array = new Uint8Array(0);
  view: DataView = viewOf(this.buf);
  at = 0;
  size = 0;
  index = -1;
  damage: string | undefined;
  readonly #bytes: Bytes;
  readonly #unpacker: Unpacker;
  readonly #little: boolean;
  readonly #pageSize: number;
  readonly #pieces: Piece[] = [];
  readonly #from: number;
  #room: Uint8Array = new Uint8Array(0);
  #window: Uint8Array = this.#room;
  #aheadFrom = 0;
  #count = 0;
  /** position of the next unknown block */
  #ahead = 0;
  readonly #end: number;
  /** position where other data begin; undefined: unknown */
  readonly #limit: number | undefined;
  /** the block in the buffer */
  #piece = -1;

  /** @param limit start of the data of the next CPU, at most a page after these */
  constructor(
    bytes: Bytes,
    { offset, size, limit }: Extent & { limit?: number | undefined },
    pageSize: number,
    little: boolean,
    unpacker: Unpacker,
  ) {
    this.#limit = limit;
    this.#bytes = bytes;
    this.#unpacker = unpacker;
    this.#little = little;
    this.#pageSize = pageSize;
    // trace-cmd 3.1 does not include the block headers in the size: their number is used
    this.#end = bytes.size;
    this.#from = offset;
    this.#ahead = offset + 4;
    if (offset + size > bytes.size) this.damage = 'the file is truncated: its tables refer to bytes beyond its end';
    if (size === 0) return;
    const head = new Uint8Array(4);
    if (bytes.readAt(head, offset) === 4) this.#count = viewOf(head).getUint32(0, little);
  }

  next(): boolean {
    const index = this.index + 1;
    const piece = this.#pieces[this.#piece];
    if (piece === undefined || index < piece.page || (index - piece.page) * this.#pageSize >= piece.raw) {
      if (!this.#unpack(index)) return false;
    }
    const { page, raw } = this.#pieces[this.#piece];
    this.index = index;
    this.at = (index - page) * this.#pageSize;
    this.size = Math.min(this.#pageSize, raw - this.at);
    return true;
  }

  get consumed(): number {
    return this.#ahead - this.#from;
  }

  seek(index: number): void {
    this.index = index - 1;
  }

  place(at: number): { offset: number; unpacked: number } {
    return { offset: this.#pieces[this.#piece]?.offset ?? 0, unpacked: at };
  }

  /** Decompress the block that contains this page. */
  #unpack(index: number): boolean {
    let at = this.#pieces.findLastIndex(({ page }) => page <= index);
    while (at < 0 || index >= this.#behind(at)) {
      if (!this.#meet()) return false;
      at = this.#pieces.length - 1;
    }
    const { offset, packed, raw } = this.#pieces[at];
    const bytes = this.#read(offset + 8, packed);
    const buf = bytes === undefined ? undefined : this.#unpacker.unpack(bytes, raw);
    if (buf === undefined) {
      this.damage ??= 'compressed pages cannot be decompressed: they are truncated or damaged';
      this.#count = 0;
      return false;
    }
    this.buf = buf;
    this.view = viewOf(buf);
    this.#piece = at;
    return true;
  }

  /** Bytes of the file, read ahead. */
  #read(at: number, length: number): Uint8Array | undefined {
    if (at + length > this.#end) return undefined;
    let from = at - this.#aheadFrom;
    if (from < 0 || from + length > this.#window.length) {
      const room = Math.min(Math.max(length, WINDOW), this.#end - at);
      if (this.#room.length < room) this.#room = new Uint8Array(room);
      this.#window = this.#room.subarray(0, this.#bytes.readAt(this.#room.subarray(0, room), at));
      this.#aheadFrom = at;
      from = 0;
    }
    return from + length > this.#window.length ? undefined : this.#window.subarray(from, from + length);
  }

  /** Number of the first page after a block. */
  #behind(at: number): number {
    const { page, raw } = this.#pieces[at];
    return page + Math.ceil(raw / this.#pageSize);
  }

  /** Read the header of the next block. */
  #meet(): boolean {
    const { length } = this.#pieces;
    if (length >= this.#count) {
      if (this.#limit !== undefined && this.#limit - this.#ahead >= this.#pageSize)
        this.damage ??= 'there are more compressed pages than their count says';
      return false;
    }
    const offset = this.#ahead;
    const head = this.#read(offset, 8);
    if (head === undefined) {
      this.damage ??= 'compressed pages are missing at the end';
      return false;
    }
    const view = viewOf(head);
    const packed = view.getUint32(0, this.#little);
    const raw = view.getUint32(4, this.#little);
    if (raw === 0 || raw > MOST_PIECE || offset + 8 + packed > this.#end) {
      this.damage ??= 'compressed pages are truncated or damaged';
      return false;
    }
    this.#pieces.push({ offset, packed, raw, page: length === 0 ? 0 : this.#behind(length - 1) });
    this.#ahead = offset + 8 + packed;
    return true;
  }
}

/** trace-cmd compresses ten pages at once. */
const MOST_PIECE = 1 << 25;
