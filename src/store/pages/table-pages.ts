// Writes the b-tree of one table from left to right: rows are in id order, so a page is filled, written and never
// touched again, and the interior pages follow at the end (section 1.6 of the file format).

import {
  LEAF_HEADER,
  MOST_LOCAL,
  TABLE_BEHIND,
  TABLE_CELLS,
  TABLE_END,
  TABLE_LAST_ID,
  TABLE_PAGE,
  TABLE_SIZE,
  TABLE_STARTS,
} from '../../assembly/layout.ts';
import type { LineMemory } from '../../util/line-memory.ts';
import { PAGE_SIZE } from '../schema.ts';
import { PageFile } from './page-file.ts';
import { putVarint, varintLength } from './varint.ts';

const LEAF = 0x0d;
const INTERIOR = 0x05;
const INTERIOR_HEADER = 12;

/** Minimum part of a record that stays on the leaf if it is too long. */
const LEAST_LOCAL = Math.floor(((PAGE_SIZE - 12) * 32) / 255) - 23;

export class TablePages {
  /** address of the current page in the memory (src/assembly/layout.ts); 0: not there */
  readonly address: number;
  /** its cells; a new one is written at {@link end} and then {@link add}ed */
  readonly buf: Uint8Array;
  readonly view: DataView;
  readonly #file: PageFile;
  readonly #state: Int32Array;
  readonly #last: Float64Array;
  readonly #starts: Uint16Array;
  /** finished pages, and the last id on each */
  readonly pages: number[] = [];
  readonly #ids: number[] = [];

  /** @param memory in which known lines are written on the page (src/assembly/cell.ts), if there is space */
  constructor(file: PageFile, memory?: LineMemory) {
    const at = memory?.take(TABLE_SIZE);
    const buffer = memory === undefined || at === undefined ? new ArrayBuffer(TABLE_SIZE) : memory.buffer;
    this.address = at ?? 0;
    this.#file = file;
    this.#state = new Int32Array(buffer, this.address, TABLE_LAST_ID / 4);
    this.#last = new Float64Array(buffer, this.address + TABLE_LAST_ID, 1);
    this.#starts = new Uint16Array(buffer, this.address + TABLE_STARTS, PAGE_SIZE / 4);
    this.buf = new Uint8Array(buffer, this.address + TABLE_PAGE, TABLE_SIZE - TABLE_PAGE);
    this.view = new DataView(buffer, this.address + TABLE_PAGE);
  }

  get end(): number {
    return this.#state[TABLE_END / 4];
  }

  /** A cell is in `buf[end, behind)`: keep it here, or on a new page if this one is full. */
  add(behind: number, id: number): void {
    let to = behind;
    if (LEAF_HEADER + 2 * (this.#cells + 1) + behind > PAGE_SIZE) {
      const from = this.end;
      this.#putAway();
      this.buf.copyWithin(0, from, behind);
      to = behind - from;
    }
    this.#starts[this.#cells] = this.end;
    this.#last[0] = id;
    this.#setState(to, this.#cells + 1);
  }

  /** A known line was written after the last cell, and does not fit. */
  overflowed(id: number): void {
    this.add(this.#state[TABLE_BEHIND / 4], id);
  }

  /** Add a record: all of it, or as much as a page takes, with the rest on overflow pages. */
  addRecord(record: Uint8Array, id: number): void {
    const local = localLength(record.length);
    const rest = local < record.length ? this.#appendRest(record, local) : 0;
    const { buf } = this;
    let at = putVarint(buf, this.end, record.length);
    at = putVarint(buf, at, id);
    buf.set(local < record.length ? record.subarray(0, local) : record, at);
    at += local;
    if (rest > 0) {
      this.view.setUint32(at, rest);
      at += 4;
    }
    this.add(at, id);
  }

  get #cells(): number {
    return this.#state[TABLE_CELLS / 4];
  }

  #setState(end: number, cells: number): void {
    this.#state[TABLE_END / 4] = end;
    this.#state[TABLE_CELLS / 4] = cells;
  }

  /** Write the rest and the interior pages; returns the root's number. */
  finish(): number {
    if (this.#cells > 0 || this.pages.length === 0) this.#putAway();
    let pages: readonly number[] = this.pages;
    let ids: readonly number[] = this.#ids;
    while (pages.length > 1) [pages, ids] = this.#above(pages, ids);
    return pages[0];
  }

  /** A chain of pages; returns the number of the first. */
  #appendRest(record: Uint8Array, from: number): number {
    const first = this.#file.next;
    for (let at = from; at < record.length; at += PAGE_SIZE - 4) {
      const piece = record.subarray(at, at + PAGE_SIZE - 4);
      const next = at + piece.length < record.length ? PageFile.behind(this.#file.next) : 0;
      this.#file.append((page) => {
        new DataView(page.buffer, page.byteOffset).setUint32(0, next);
        page.set(piece, 4);
        page.fill(0, 4 + piece.length);
      });
    }
    return first;
  }

  /** Cells are moved to the end of the page, their offsets to its beginning. */
  #putAway(): void {
    const cells = this.#cells;
    const content = PAGE_SIZE - this.end;
    const number = this.#file.append((page) => {
      page[0] = LEAF;
      page[1] = 0;
      page[2] = 0;
      page[3] = cells >> 8;
      page[4] = cells;
      page[5] = content >> 8;
      page[6] = content;
      page[7] = 0;
      let at = LEAF_HEADER;
      for (let i = 0; i < cells; i++) {
        const start = content + this.#starts[i];
        page[at++] = start >> 8;
        page[at++] = start;
      }
      page.fill(0, at, content);
      page.set(this.buf.subarray(0, this.end), content);
    });
    this.pages.push(number);
    this.#ids.push(this.#last[0]);
    this.#setState(0, 0);
  }

  /** One level of pages that refer to the given ones. */
  #above(pages: readonly number[], ids: readonly number[]): [number[], number[]] {
    const above: number[] = [];
    const aboveIds: number[] = [];
    for (let from = 0; from < pages.length; ) {
      const last = lastChild(ids, from);
      const number = this.#file.append((page) => {
        page.fill(0);
        const view = new DataView(page.buffer, page.byteOffset);
        let top = PAGE_SIZE;
        for (let i = from; i < last; i++) {
          top -= 4 + varintLength(ids[i]);
          view.setUint32(top, pages[i]);
          putVarint(page, top + 4, ids[i]);
          view.setUint16(INTERIOR_HEADER + 2 * (i - from), top);
        }
        page[0] = INTERIOR;
        view.setUint16(3, last - from);
        view.setUint16(5, top);
        view.setUint32(8, pages[last]);
      });
      above.push(number);
      aboveIds.push(ids[last]);
      from = last + 1;
    }
    return [above, aboveIds];
  }
}

/** Last child of an interior page that begins with `from`. It needs no cell. */
function lastChild(ids: readonly number[], from: number): number {
  let room = PAGE_SIZE - INTERIOR_HEADER;
  let last = from;
  while (last < ids.length - 1) {
    room -= 4 + 2 + varintLength(ids[last]);
    if (room < 0) break;
    last++;
  }
  // a page with a single child would have no cell
  return last === ids.length - 2 ? last - 1 : last;
}

/** Length of the part of a record that stays on the leaf. */
function localLength(length: number): number {
  if (length <= MOST_LOCAL) return length;
  const local = LEAST_LOCAL + ((length - LEAST_LOCAL) % (PAGE_SIZE - 4));
  return local <= MOST_LOCAL ? local : LEAST_LOCAL;
}
