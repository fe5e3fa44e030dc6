// The b-tree of one table, written from left to right: rows come in the order of their ids, so a page is filled, put
// away and never touched again, and the pages above them follow at the end (section 1.6 of the file format).
import { PAGE_SIZE } from '../schema.ts';
import { PageFile } from './page-file.ts';

const LEAF = 0x0d;
const INTERIOR = 0x05;
const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;

/** The longest record that stands on a leaf whole, and the least that stays there of a longer one. */
export const MOST_LOCAL = PAGE_SIZE - 35;
const LEAST_LOCAL = Math.floor(((PAGE_SIZE - 12) * 32) / 255) - 23;

/** Room below the page, so that a cell may be written before it is known to fit. */
const SLACK = 2 * PAGE_SIZE;

const TWO_32 = 4294967296;

export class TablePages {
  /**
   * The page being filled stands in `buf[SLACK, SLACK + PAGE_SIZE)`. Cells are written backwards: the caller puts its
   * cell below `top` and calls {@link add} with where it begins.
   */
  readonly buf = new Uint8Array(SLACK + PAGE_SIZE);
  readonly view = new DataView(this.buf.buffer);
  top = SLACK + PAGE_SIZE;
  readonly #file: PageFile;
  readonly #pointers = new Uint16Array(PAGE_SIZE / 4);
  #cells = 0;
  #lastId = 0;
  /** finished pages, and the last id on each */
  #pages: number[] = [];
  #ids: number[] = [];

  constructor(file: PageFile) {
    this.#file = file;
  }

  /** A cell stands in `buf[start, top)`: keep it here, or on a new page where this one is full. */
  add(start: number, id: number): void {
    let from = start;
    if (start - SLACK < LEAF_HEADER + 2 * (this.#cells + 1)) {
      const cell = this.buf.slice(start, this.top);
      this.#putAway();
      from = this.top - cell.length;
      this.buf.set(cell, from);
    }
    this.#pointers[this.#cells++] = from - SLACK;
    this.top = from;
    this.#lastId = id;
  }

  /** A record too long for a page: its end goes to pages of its own. */
  addLong(record: Uint8Array, id: number): void {
    const local = localLength(record.length);
    let first = 0;
    let at = local;
    if (at < record.length) {
      first = this.#file.next;
      const page = new Uint8Array(PAGE_SIZE);
      const view = new DataView(page.buffer);
      while (at < record.length) {
        const end = Math.min(record.length, at + PAGE_SIZE - 4);
        page.fill(0);
        page.set(record.subarray(at, end), 4);
        view.setUint32(0, end < record.length ? PageFile.behind(this.#file.next) : 0);
        this.#file.append(page);
        at = end;
      }
    }
    if (this.top - SLACK - local - 32 < LEAF_HEADER + 2 * (this.#cells + 1)) this.#putAway();
    const { buf } = this;
    let p = this.top;
    if (first > 0) {
      p -= 4;
      new DataView(buf.buffer).setUint32(p, first);
    }
    p -= local;
    buf.set(record.subarray(0, local), p);
    p = putVarint(buf, p, id);
    p = putVarint(buf, p, record.length);
    this.add(p, id);
  }

  /** Write what is left and the pages above; returns the root's number. */
  finish(): number {
    if (this.#cells > 0 || this.#pages.length === 0) this.#putAway();
    let pages = this.#pages;
    let ids = this.#ids;
    while (pages.length > 1) [pages, ids] = this.#above(pages, ids);
    return pages[0];
  }

  #putAway(): void {
    const { buf } = this;
    const content = this.top - SLACK;
    let at = SLACK;
    buf[at] = LEAF;
    buf[at + 1] = 0;
    buf[at + 2] = 0;
    buf[at + 3] = this.#cells >> 8;
    buf[at + 4] = this.#cells;
    buf[at + 5] = content >> 8;
    buf[at + 6] = content;
    buf[at + 7] = 0;
    at += LEAF_HEADER;
    for (let i = 0; i < this.#cells; i++) {
      buf[at++] = this.#pointers[i] >> 8;
      buf[at++] = this.#pointers[i];
    }
    // what is between held the beginnings of cells that went elsewhere
    buf.fill(0, at, this.top);
    this.#pages.push(this.#file.append(buf.subarray(SLACK)));
    this.#ids.push(this.#lastId);
    this.#cells = 0;
    this.top = SLACK + PAGE_SIZE;
  }

  /** One level of pages that point to the ones given. */
  #above(pages: readonly number[], ids: readonly number[]): [number[], number[]] {
    const above: number[] = [];
    const aboveIds: number[] = [];
    const page = new Uint8Array(PAGE_SIZE);
    const view = new DataView(page.buffer);
    for (let from = 0; from < pages.length; ) {
      const last = lastChild(ids, from);
      page.fill(0);
      let top = PAGE_SIZE;
      for (let i = from; i < last; i++) {
        top = putVarint(page, top, ids[i]) - 4;
        view.setUint32(top, pages[i]);
        view.setUint16(INTERIOR_HEADER + 2 * (i - from), top);
      }
      page[0] = INTERIOR;
      view.setUint16(3, last - from);
      view.setUint16(5, top);
      view.setUint32(8, pages[last]);
      above.push(this.#file.append(page));
      aboveIds.push(ids[last]);
      from = last + 1;
    }
    return [above, aboveIds];
  }
}

const scratch = new Uint8Array(16);

/** How far the children of an interior page go that begins with `from`. The last of them needs no cell. */
function lastChild(ids: readonly number[], from: number): number {
  let room = PAGE_SIZE - INTERIOR_HEADER;
  let last = from;
  while (last < ids.length - 1) {
    room -= 4 + 2 + scratch.length - putVarint(scratch, scratch.length, ids[last]);
    if (room < 0) break;
    last++;
  }
  // a page with a single child would have no cell
  return last === ids.length - 2 ? last - 1 : last;
}

/** How much of a record stays on the leaf. */
export function localLength(length: number): number {
  if (length <= MOST_LOCAL) return length;
  const local = LEAST_LOCAL + ((length - LEAST_LOCAL) % (PAGE_SIZE - 4));
  return local <= MOST_LOCAL ? local : LEAST_LOCAL;
}

/** Write a varint that ends before `p`; returns where it begins. Seven bits per byte, the lowest last. */
export function putVarint(buf: Uint8Array, p: number, value: number): number {
  let at = p;
  let low = value;
  buf[--at] = low % 128;
  if (low >= TWO_32) {
    low = Math.floor(low / 128);
    while (low >= TWO_32) {
      buf[--at] = (low % 128) | 128;
      low = Math.floor(low / 128);
    }
    // at most four groups more
    for (; low > 0; low >>>= 7) buf[--at] = (low & 127) | 128;
    return at;
  }
  for (low >>>= 7; low > 0; low >>>= 7) buf[--at] = (low & 127) | 128;
  return at;
}
