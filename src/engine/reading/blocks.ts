// Splits a plain file into blocks of whole events, so that several threads can read it, without a central splitter:
// block i begins with the first event whose line starts at or after byte i * size, which every thread determines
// itself. It begins with an event because the lines after an event belong to it (a stack, the rest of a marker's text).
import * as fs from 'node:fs';
import { type ByteSource, LONGEST_LINE } from '../../parsers/bytes/lines.ts';
import { createParser } from '../../parsers/formats/create.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { LineKind, type LineParser, TraceLine } from '../../parsers/formats/line.ts';
import { NEWLINE } from '../../util/bytes.ts';
import { InputError } from '../../util/errors.ts';

/** Bytes `[start, end)` of the file. */
export interface Block {
  start: number;
  end: number;
}

/** Bytes read at once to find the beginning of a block. */
const LOOK = 1 << 16;

export class BlockFile {
  readonly size: number;
  /** number of blocks */
  readonly count: number;
  readonly #path: string;
  readonly #fd: number;
  readonly #blockSize: number;
  readonly #parser: LineParser;
  readonly #line = new TraceLine();
  /** buffer for {@link #firstEvent}; kept, since a thread with few other allocations collects no garbage */
  #look = new Uint8Array(LOOK);

  constructor(path: string, size: number, blockSize: number, head: TraceHead) {
    this.#path = path;
    this.#fd = fs.openSync(path, 'r');
    this.size = size;
    this.#blockSize = blockSize;
    this.#parser = createParser(head);
    this.count = Math.max(1, Math.ceil(size / blockSize));
  }

  /** The bytes of block `i`; empty if no event begins in it, since they then belong to an earlier block. */
  block(i: number): Block {
    const start = i === 0 ? 0 : this.#firstEvent(i);
    if (start === undefined) return { start: 0, end: 0 };
    for (let next = i + 1; next < this.count; next++) {
      const end = this.#firstEvent(next);
      if (end !== undefined) return { start, end };
    }
    return { start, end: this.size };
  }

  read(into: Uint8Array, at: number): number {
    const got = fs.readSync(this.#fd, into, 0, into.length, at);
    if (got === 0 && into.length > 0) {
      throw new InputError('the file was truncated while it was being read', {
        where: this.#path,
        tryThis: 'check a copy of it',
      });
    }
    return got;
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** Offset of the first line that begins in block `i` and is an event. */
  #firstEvent(i: number): number | undefined {
    const end = Math.min((i + 1) * this.#blockSize, this.size);
    // from the previous byte on, so that a line at the boundary is recognised
    let base = i * this.#blockSize - 1;
    let buf = this.#look;
    let inLine = true;
    for (;;) {
      const got = this.read(buf.subarray(0, Math.min(buf.length, this.size - base)), base);
      let start = 0;
      for (;;) {
        if (!inLine && base + start >= end) return undefined;
        const newline = buf.indexOf(NEWLINE, start);
        if (newline < 0 || newline >= got) break;
        if (!inLine && this.#isEvent(buf, start, newline)) return base + start;
        inLine = false;
        start = newline + 1;
      }
      if (base + got >= this.size) {
        // the last line may have no newline
        return !inLine && start < got && this.#isEvent(buf, start, got) ? base + start : undefined;
      }
      if (inLine) base += got;
      else if (start > 0) base += start;
      else if (buf.length < this.#blockSize) {
        buf = new Uint8Array(2 * buf.length);
        this.#look = buf;
      } else {
        // a line as long as a block is not an event
        base += got;
        inLine = true;
      }
      if (base >= end) return undefined;
    }
  }

  #isEvent(buf: Uint8Array, start: number, newline: number): boolean {
    // LineReader reports longer lines as bad
    if (newline - start > LONGEST_LINE) return false;
    this.#parser.parse(buf, start, newline, this.#line);
    return this.#line.kind === LineKind.Event;
  }
}

/** The blocks of one thread as one source of bytes. Each ends with a complete line, except the last of the file. */
export class BlockSource implements ByteSource {
  /** position of the next byte in the file */
  at = 0;
  /** unread bytes of the current block */
  left = 0;
  readonly #file: BlockFile;

  constructor(file: BlockFile) {
    this.#file = file;
  }

  /** Whether the end of the file was reached. */
  get ended(): boolean {
    return this.left === 0 && this.at === this.#file.size;
  }

  go({ start, end }: Block): void {
    this.at = start;
    this.left = end - start;
  }

  read(into: Uint8Array): number {
    if (this.left === 0) return 0;
    const got = this.#file.read(into.subarray(0, Math.min(into.length, this.left)), this.at);
    this.at += got;
    this.left -= got;
    return got;
  }
}
