// The index of a table over one column of integers, written as its table is: as pages (section 1.6 of the file format).
// `create index` makes a record of each row and compares records; sorting the numbers by their digits takes a third of that.
// A column that holds anything but integers, and a table too large to sort in memory, are left to SQLite.
import { PAGE_SIZE } from '../schema.ts';
import { BYTES, putInteger } from './integer.ts';
import type { PageFile } from './page-file.ts';
import { Row } from './row.ts';

const LEAF = 0x0a;
const INTERIOR = 0x02;
const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;

/** Rows of the largest table that is sorted here, 26 bytes each. */
const MOST_ROWS = 1 << 20;

/** Differences between integers of this size are exact. */
const EXACT = 2 ** 52;
const TWO_32 = 4294967296;

/** Of a cell: length of the record, length of its header, types of value and id. */
const HEAD = 4;

const DIGIT = 2048;

/** Writes one index after the other. */
export class IndexPages {
  readonly #file: PageFile;
  readonly #row = new Row();
  /** the column, and the ids of its rows */
  readonly #values: Float64Array;
  readonly #ids: Float64Array;
  /** rows in the order of their values, while they are sorted and then */
  #order: Uint32Array;
  #other: Uint32Array;
  readonly #digits: Uint16Array;
  /** the cells of a page, one behind the other, and where each begins */
  readonly #buf = new Uint8Array(PAGE_SIZE + 16);
  readonly #view = new DataView(this.#buf.buffer);
  readonly #starts = new Uint16Array(PAGE_SIZE / 4);

  /** @param rows of the largest table that is to be indexed */
  constructor(file: PageFile, rows: number) {
    const length = Math.min(rows, MOST_ROWS);
    this.#file = file;
    this.#values = new Float64Array(length);
    this.#ids = new Float64Array(length);
    this.#order = new Uint32Array(length);
    this.#other = new Uint32Array(length);
    this.#digits = new Uint16Array(length);
  }

  /**
   * Index a column of a table whose leaves are in the file. Returns the root's number; undefined: this is for SQLite.
   * @param column place in the table, `id` being 0
   */
  write(leaves: readonly number[], rows: number, column: number): number | undefined {
    if (rows > this.#ids.length) return undefined;
    let row = 0;
    for (const leaf of leaves) {
      row = this.#readLeaf(leaf, row, column);
      if (Number.isNaN(row)) return undefined;
    }
    this.#sort(rows);
    return this.#writeLevels(rows);
  }

  /** Returns the next row; NaN where something else than an integer was found. */
  #readLeaf(leaf: number, first: number, column: number): number {
    const row = this.#row;
    this.#file.read(leaf, row.page);
    const { cells } = row;
    for (let cell = 0, at = first; cell < cells; cell++, at++) {
      row.open(cell);
      const value = row.integer(column);
      if (!(Math.abs(value) <= EXACT)) return Number.NaN;
      this.#values[at] = value;
      this.#ids[at] = row.id;
    }
    return first + cells;
  }

  /** One digit after the other, the lowest first; so equal values stay in the order of their ids. */
  #sort(rows: number): void {
    let least = this.#values[0];
    let most = least;
    for (let i = 0; i < rows; i++) {
      this.#order[i] = i;
      least = Math.min(least, this.#values[i]);
      most = Math.max(most, this.#values[i]);
    }
    for (let unit = 1; unit <= most - least; unit *= DIGIT) this.#sortDigit(rows, least, unit);
  }

  #sortDigit(rows: number, least: number, unit: number): void {
    const values = this.#values;
    const digits = this.#digits;
    const from = this.#order;
    const to = this.#other;
    const starts = new Uint32Array(DIGIT + 1);
    for (let i = 0; i < rows; i++) {
      const above = Math.floor((values[i] - least) / unit);
      const digit = above - Math.floor(above / DIGIT) * DIGIT;
      digits[i] = digit;
      starts[digit + 1]++;
    }
    for (let d = 1; d < DIGIT; d++) starts[d] += starts[d - 1];
    for (let i = 0; i < rows; i++) to[starts[digits[from[i]]]++] = from[i];
    this.#order = to;
    this.#other = from;
  }

  /** Level by level. Between two pages stands a row that is on the level above instead. */
  #writeLevels(rows: number): number {
    const longest = this.#longestCell(rows);
    let list: ArrayLike<number> = this.#order.subarray(0, rows);
    let children: readonly number[] | undefined;
    for (;;) {
      const most =
        children === undefined
          ? Math.floor((PAGE_SIZE - LEAF_HEADER) / (longest + 2))
          : Math.floor((PAGE_SIZE - INTERIOR_HEADER) / (longest + 6));
      const pages: number[] = [];
      const between: number[] = [];
      let from = 0;
      for (let left = Math.ceil((list.length + 1) / (most + 1)); left > 0; left--) {
        const to = from + Math.floor((list.length - from - (left - 1)) / left);
        pages.push(this.#writePage(list, from, to, children));
        if (left > 1) between.push(list[to]);
        from = to + 1;
      }
      if (pages.length === 1) return pages[0];
      list = between;
      children = pages;
    }
  }

  /** The further from 0, the longer an integer is. */
  #longestCell(rows: number): number {
    const last = rows - 1;
    return Math.max(this.#put(0, this.#order[0], last), this.#put(0, this.#order[last], last));
  }

  /** A page with the rows `list[from, to)`; the child before a row has its place in `children`. */
  #writePage(list: ArrayLike<number>, from: number, to: number, children: readonly number[] | undefined): number {
    let size = 0;
    for (let i = from; i < to; i++) {
      this.#starts[i - from] = size;
      if (children !== undefined) {
        this.#view.setUint32(size, children[i]);
        size += 4;
      }
      size = this.#put(size, list[i], list[i]);
    }
    return this.#file.append((page) => {
      const view = new DataView(page.buffer, page.byteOffset);
      const content = PAGE_SIZE - size;
      page[0] = children === undefined ? LEAF : INTERIOR;
      view.setUint16(1, 0);
      view.setUint16(3, to - from);
      view.setUint16(5, content);
      page[7] = 0;
      let at = LEAF_HEADER;
      if (children !== undefined) {
        view.setUint32(at, children[to]);
        at = INTERIOR_HEADER;
      }
      for (let i = 0; i < to - from; i++, at += 2) view.setUint16(at, content + this.#starts[i]);
      page.fill(0, at, content);
      page.set(this.#buf.subarray(0, size), content);
    });
  }

  /** The record of a row's value and of a row's id; returns the place behind. */
  #put(start: number, valueRow: number, idRow: number): number {
    const buf = this.#buf;
    const view = this.#view;
    const value = this.#values[valueRow];
    const id = this.#ids[idRow];
    let at = start + HEAD;
    const valueType = putInteger(view, at, Math.floor(value / TWO_32), value | 0);
    at += BYTES[valueType];
    const idType = putInteger(view, at, Math.floor(id / TWO_32), id | 0);
    at += BYTES[idType];
    buf[start] = at - start - 1;
    buf[start + 1] = HEAD - 1;
    buf[start + 2] = valueType;
    buf[start + 3] = idType;
    return at;
  }
}
