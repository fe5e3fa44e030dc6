// Writes the b-tree of an index over integers from the first row to the last, level by level. Between two pages of a
// level is a row that is stored on the level above instead (section 1.6 of the file format).
import { PAGE_SIZE } from '../schema.ts';
import { BYTES, putInteger } from './integer.ts';
import type { PageFile } from './page-file.ts';

const LEAF = 0x0a;
const INTERIOR = 0x02;
const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;

const TWO_32 = 4294967296;

/** Bytes per cell: length of the record, length of its header, types of value and id. */
const HEAD = 4;

export class IndexTree {
  readonly #file: PageFile;
  /** the cells of a page, and the start of each */
  readonly #buf = new Uint8Array(PAGE_SIZE + 16);
  readonly #view = new DataView(this.#buf.buffer);
  readonly #starts = new Uint16Array(PAGE_SIZE / 4);
  #size = 0;
  #cells = 0;
  /** maximum number of cells per page on this level, and the rows of the level */
  #most = 0;
  #rows = 0;
  /** the next row of the level, the row after this page's last, and the number of pages left */
  #row = 0;
  #to = 0;
  #left = 0;
  #longest = 0;
  /** pages below this level; undefined: this is the lowest */
  #children: readonly number[] | undefined;
  #pages: number[] = [];
  /** rows of the level above */
  #values: number[] = [];
  #ids: number[] = [];

  constructor(file: PageFile) {
    this.#file = file;
  }

  /** An index of this many rows, with values from `least` to `most` and ids up to `last`. */
  begin(rows: number, least: number, most: number, last: number): void {
    // the further from 0, the longer an integer is
    this.#longest = Math.max(this.#put(0, least, last), this.#put(0, most, last));
    this.#beginLevel(rows, undefined);
  }

  /** The next row. */
  add(value: number, id: number): void {
    if (this.#row === this.#to) {
      this.#endPage();
      this.#values.push(value);
      this.#ids.push(id);
      this.#row++;
      this.#beginPage();
      return;
    }
    this.#starts[this.#cells++] = this.#size;
    if (this.#children !== undefined) {
      this.#view.setUint32(this.#size, this.#children[this.#row]);
      this.#size += 4;
    }
    this.#size = this.#put(this.#size, value, id);
    this.#row++;
  }

  /** All rows were added: write the levels above. Returns the root's number. */
  finish(): number {
    for (;;) {
      this.#endPage();
      if (this.#pages.length === 1) return this.#pages[0];
      const values = this.#values;
      const ids = this.#ids;
      this.#beginLevel(values.length, this.#pages);
      for (let i = 0; i < values.length; i++) this.add(values[i], ids[i]);
    }
  }

  #beginLevel(rows: number, children: readonly number[] | undefined): void {
    const room = children === undefined ? PAGE_SIZE - LEAF_HEADER : PAGE_SIZE - INTERIOR_HEADER;
    this.#most = Math.floor(room / (this.#longest + (children === undefined ? 2 : 6)));
    this.#rows = rows;
    this.#row = 0;
    this.#left = Math.ceil((rows + 1) / (this.#most + 1)) + 1;
    this.#children = children;
    this.#pages = [];
    this.#values = [];
    this.#ids = [];
    this.#beginPage();
  }

  /** Distributes the rest in equal parts; the last page has no row after it. */
  #beginPage(): void {
    this.#left--;
    this.#to = this.#row + Math.floor((this.#rows - this.#row - (this.#left - 1)) / this.#left);
    this.#cells = 0;
    this.#size = 0;
  }

  #endPage(): void {
    const cells = this.#cells;
    const size = this.#size;
    const children = this.#children;
    const number = this.#file.append((page) => {
      const view = new DataView(page.buffer, page.byteOffset);
      const content = PAGE_SIZE - size;
      page[0] = children === undefined ? LEAF : INTERIOR;
      view.setUint16(1, 0);
      view.setUint16(3, cells);
      view.setUint16(5, content);
      page[7] = 0;
      let at = LEAF_HEADER;
      if (children !== undefined) {
        view.setUint32(at, children[this.#row]);
        at = INTERIOR_HEADER;
      }
      for (let i = 0; i < cells; i++, at += 2) view.setUint16(at, content + this.#starts[i]);
      page.fill(0, at, content);
      page.set(this.#buf.subarray(0, size), content);
    });
    this.#pages.push(number);
  }

  /** Write the record of a value and an id; returns the position after it. */
  #put(start: number, value: number, id: number): number {
    const buf = this.#buf;
    const view = this.#view;
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
