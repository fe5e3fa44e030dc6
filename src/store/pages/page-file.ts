// Appends pages to a database file. Page numbers are assigned in order, and many pages are written at a time. (Page
// size and file layout: https://www.sqlite.org/fileformat2.html, which is stable.)
import * as fs from 'node:fs';
import { PAGE_SIZE } from '../schema.ts';

/** The page that contains byte 2^30 is for file locks and never has data (section 1.2.1). */
const LOCK_BYTE_PAGE = 2 ** 30 / PAGE_SIZE + 1;

const PAGES_AT_ONCE = 128;

/** Positions in the file's header (section 1.3). */
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const VERSION_VALID_FOR = 92;

export class PageFile {
  readonly #fd: number;
  #closed = false;
  readonly #buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_SIZE);
  /** page number of the buffer's first page, and its number of pages */
  #first: number;
  #held = 0;

  /** Append to a database that is not open in any connection. */
  constructor(path: string) {
    this.#fd = fs.openSync(path, 'r+');
    this.#first = fs.fstatSync(this.#fd).size / PAGE_SIZE + 1;
    this.#skipLockByte();
  }

  /** Number that the next page will get. */
  get next(): number {
    return this.#first + this.#held;
  }

  /** Number of the page after page `n`. */
  static behind(n: number): number {
    return n + 1 === LOCK_BYTE_PAGE ? n + 2 : n + 1;
  }

  /** Append a page: `fill` gets its buffer, which contains an earlier page. Returns its number. */
  append(fill: (page: Uint8Array) => void): number {
    const number = this.next;
    const start = this.#held * PAGE_SIZE;
    fill(this.#buffer.subarray(start, start + PAGE_SIZE));
    this.#held++;
    if (this.#held === PAGES_AT_ONCE || number + 1 === LOCK_BYTE_PAGE) this.#flush();
    return number;
  }

  /** Read an appended page into `page`. */
  read(number: number, page: Uint8Array): void {
    if (number >= this.#first) this.#flush();
    fs.readSync(this.#fd, page, 0, PAGE_SIZE, (number - 1) * PAGE_SIZE);
  }

  /** Write the rest, and the number of pages. */
  finish(): void {
    this.#flush();
    const header = Buffer.alloc(100);
    fs.readSync(this.#fd, header, 0, header.length, 0);
    header.writeUInt32BE(this.#first - 1, PAGE_COUNT);
    // the count is valid only if these two agree
    const changes = header.readUInt32BE(CHANGE_COUNTER) + 1;
    header.writeUInt32BE(changes, CHANGE_COUNTER);
    header.writeUInt32BE(changes, VERSION_VALID_FOR);
    fs.writeSync(this.#fd, header, 0, header.length, 0);
    this.close();
  }

  close(): void {
    if (!this.#closed) fs.closeSync(this.#fd);
    this.#closed = true;
  }

  #flush(): void {
    const length = this.#held * PAGE_SIZE;
    let place = (this.#first - 1) * PAGE_SIZE;
    for (let at = 0; at < length; ) {
      const wrote = fs.writeSync(this.#fd, this.#buffer, at, length - at, place);
      at += wrote;
      place += wrote;
    }
    this.#first += this.#held;
    this.#held = 0;
    this.#skipLockByte();
  }

  #skipLockByte(): void {
    if (this.#first === LOCK_BYTE_PAGE) this.#first++;
  }
}
