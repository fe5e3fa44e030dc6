// Writes the b-tree of an index over integers from the first row to the last, level by level. Between two pages of a
// level is a row that is stored on the level above instead (section 1.6 of the file format).
import { PAGE_SIZE } from '../schema.ts';
import type { IndexRows } from './index-rows.ts';
import { BYTES, putInteger } from './integer.ts';
import type { PageFile } from './page-file.ts';

const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;

const TWO_32 = 4294967296;

/** Bytes per cell: length of the record, length of its header, types of value and id. */
const HEAD = 4;

/** Numbers of rows of a level above that are passed on at once. */
const PIECE = 2048;

export class IndexTree {
  readonly #file: PageFile;
  readonly #rows: IndexRows;
  /** maximum number of cells per page on this level, and the rows of the level */
  #most = 0;
  #count = 0;
  /** first row of the next page, its number of cells, and the number of pages left */
  #row = 0;
  #cells = 0;
  #left = 0;
  #longest = 0;
  /** pages below this level; undefined: this is the lowest */
  #children: readonly number[] | undefined;
  #pages: number[] = [];
  /** rows of the level above: value, id ... */
  #above: number[] = [];

  /** @param rows from which pages are made */
  constructor(file: PageFile, rows: IndexRows) {
    this.#file = file;
    this.#rows = rows;
  }

  /** An index of this many rows, with values from `least` to `most` and ids up to `last`. */
  begin(rows: number, least: number, most: number, last: number): void {
    // the further from 0, the longer an integer is
    this.#longest = HEAD + Math.max(bytesOf(least), bytesOf(most)) + bytesOf(last);
    this.#beginLevel(rows, undefined);
  }

  /** Write the pages for which there are enough rows; the rest is kept. */
  take(): void {
    const rows = this.#rows;
    let at = 0;
    while (this.#left > 0) {
      // the last page has no row after it
      const behind = this.#left > 1 ? 1 : 0;
      if (at + this.#cells + behind > rows.length) break;
      rows.put(at, this.#cells, this.#children?.slice(this.#row, this.#row + this.#cells + 1));
      this.#pages.push(this.#file.append((page) => page.set(rows.page)));
      at += this.#cells + behind;
      if (behind > 0) this.#above.push(rows.value(at - 1), rows.id(at - 1));
      this.#row += this.#cells + 1;
      this.#left--;
      this.#divide();
    }
    rows.keep(at);
  }

  /** All rows were taken: write the levels above. Returns the root's number. */
  finish(): number {
    while (this.#pages.length > 1) {
      const above = this.#above;
      this.#beginLevel(above.length / 2, this.#pages);
      for (let at = 0; at < above.length; at += PIECE) {
        this.#rows.add(above.slice(at, at + PIECE));
        this.take();
      }
    }
    return this.#pages[0];
  }

  #beginLevel(rows: number, children: readonly number[] | undefined): void {
    const room = children === undefined ? PAGE_SIZE - LEAF_HEADER : PAGE_SIZE - INTERIOR_HEADER;
    this.#most = Math.floor(room / (this.#longest + (children === undefined ? 2 : 6)));
    this.#count = rows;
    this.#row = 0;
    this.#left = Math.ceil((rows + 1) / (this.#most + 1));
    this.#children = children;
    this.#pages = [];
    this.#above = [];
    this.#divide();
  }

  /** Distributes the rest in equal parts. */
  #divide(): void {
    this.#cells = Math.floor((this.#count - this.#row - (this.#left - 1)) / this.#left);
  }
}

/** Of an integer in a record. */
const bytesOf = (value: number): number => BYTES[putInteger(SCRATCH, 0, Math.floor(value / TWO_32), value | 0)];
const SCRATCH = new DataView(new ArrayBuffer(16));
