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

/** Rows sorted at once, of 24 bytes each. */
const MOST_ROWS = 1 << 20;

/** Differences between integers of this size are exact. */
const EXACT = 2 ** 52;
const TWO_32 = 4294967296;

/** Of a cell: length of the record, length of its header, types of value and id. */
const HEAD = 4;

/** A column of a table, with the ids of its rows. */
interface Column {
  values: Float64Array;
  ids: Float64Array;
}

/**
 * Index a column of a table whose leaves are in the file. Returns the root's number; undefined: this is for SQLite.
 * @param place of the column in the table, `id` being 0
 */
export function writeIndex(file: PageFile, leaves: readonly number[], rows: number, place: number): number | undefined {
  if (rows > MOST_ROWS) return undefined;
  const column = readColumn(file, leaves, rows, place);
  return column === undefined ? undefined : new IndexPages(file, column).write();
}

function readColumn(file: PageFile, leaves: readonly number[], rows: number, place: number): Column | undefined {
  const values = new Float64Array(rows);
  const ids = new Float64Array(rows);
  const row = new Row();
  let at = 0;
  for (const leaf of leaves) {
    file.read(leaf, row.page);
    for (let cell = 0, cells = row.cells; cell < cells; cell++) {
      row.open(cell);
      const value = row.integer(place);
      if (!(Math.abs(value) <= EXACT)) return undefined;
      values[at] = value;
      ids[at++] = row.id;
    }
  }
  return { values, ids };
}

class IndexPages {
  readonly #file: PageFile;
  readonly #values: Float64Array;
  readonly #ids: Float64Array;
  /** bytes of the longest cell */
  readonly #longest: number;
  /** the cells of a page, one behind the other, and where each begins */
  readonly #buf = new Uint8Array(PAGE_SIZE + 16);
  readonly #view = new DataView(this.#buf.buffer);
  readonly #starts = new Uint16Array(PAGE_SIZE / 4);

  constructor(file: PageFile, { values, ids }: Column) {
    this.#file = file;
    this.#values = values;
    this.#ids = ids;
    let longest = 0;
    for (let i = 0; i < ids.length; i++) {
      const size = this.#put(0, i);
      if (size > longest) longest = size;
    }
    this.#longest = longest;
  }

  /** Level by level. Between two pages stands an entry that is on the level above instead. */
  write(): number {
    let entries: ArrayLike<number> = sorted(this.#values);
    let children: readonly number[] | undefined;
    for (;;) {
      const most =
        children === undefined
          ? Math.floor((PAGE_SIZE - LEAF_HEADER) / (this.#longest + 2))
          : Math.floor((PAGE_SIZE - INTERIOR_HEADER) / (this.#longest + 6));
      const pages: number[] = [];
      const between: number[] = [];
      let from = 0;
      for (let left = Math.ceil((entries.length + 1) / (most + 1)); left > 0; left--) {
        const to = from + Math.floor((entries.length - from - (left - 1)) / left);
        pages.push(this.#page(entries, from, to, children));
        if (left > 1) between.push(entries[to]);
        from = to + 1;
      }
      if (pages.length === 1) return pages[0];
      entries = between;
      children = pages;
    }
  }

  /** A page of `entries[from, to)`; the child before an entry has its number. */
  #page(entries: ArrayLike<number>, from: number, to: number, children: readonly number[] | undefined): number {
    let size = 0;
    for (let i = from; i < to; i++) {
      this.#starts[i - from] = size;
      if (children !== undefined) {
        this.#view.setUint32(size, children[i]);
        size += 4;
      }
      size = this.#put(size, entries[i]);
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

  /** The record of an entry; returns the place behind. */
  #put(start: number, entry: number): number {
    const buf = this.#buf;
    const value = this.#values[entry];
    const id = this.#ids[entry];
    let at = start + HEAD;
    const valueType = putInteger(this.#view, at, Math.floor(value / TWO_32), value | 0);
    at += BYTES[valueType];
    const idType = putInteger(this.#view, at, Math.floor(id / TWO_32), id | 0);
    at += BYTES[idType];
    buf[start] = at - start - 1;
    buf[start + 1] = HEAD - 1;
    buf[start + 2] = valueType;
    buf[start + 3] = idType;
    return at;
  }
}

const DIGIT = 2048;

/** Places of the values in their order, equal ones as they stand: sorted by one digit after the other, the lowest first. */
function sorted(values: Float64Array): Uint32Array {
  const { length } = values;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
  }
  let places = new Uint32Array(length);
  let next = new Uint32Array(length);
  for (let i = 0; i < length; i++) places[i] = i;
  const digits = new Uint16Array(length);
  for (let unit = 1; unit <= most - least; unit *= DIGIT) {
    const starts = new Uint32Array(DIGIT + 1);
    for (let i = 0; i < length; i++) {
      const above = Math.floor((values[i] - least) / unit);
      const digit = above - Math.floor(above / DIGIT) * DIGIT;
      digits[i] = digit;
      starts[digit + 1]++;
    }
    for (let d = 1; d < DIGIT; d++) starts[d] += starts[d - 1];
    for (let i = 0; i < length; i++) next[starts[digits[places[i]]]++] = places[i];
    [places, next] = [next, places];
  }
  return places;
}
