// Rows of an index, (value, id), as src/assembly/index-rows.ts reads, sorts and writes them, in a memory of their own.
import { PAGE_SIZE, TABLES_AT } from '../../assembly/layout.ts';
import { LineMemory, type Loops } from '../../util/line-memory.ts';

const ROW_BYTES = 16;

/** Most rows of a page; also its children. */
const PAGE_ROWS = PAGE_SIZE / 8;

/** Addresses: a page, space for its cells, its children, counters of the digits, rows. */
const PAGE_AT = TABLES_AT;
const CHILDREN_AT = PAGE_AT + 3 * PAGE_SIZE;
const COUNTS_AT = CHILDREN_AT + PAGE_ROWS * 4;
const ROWS_AT = COUNTS_AT + 2048 * 4;

export class IndexRows {
  length = 0;
  /** a page, read or written */
  page = new Uint8Array(PAGE_SIZE);
  #loops: Loops | undefined;
  #pairs = new Float64Array(0);
  #children = new Uint32Array(0);
  #room = 0;

  /** @param room initial capacity; it grows */
  constructor(room: number) {
    this.#reserve(room + PAGE_ROWS);
  }

  clear(): void {
    this.length = 0;
  }

  /**
   * Add the rows of the leaf in {@link page}; false: not all values of the column are integers, or there is no
   * WebAssembly.
   */
  read(column: number): boolean {
    const read = this.#loops?.readColumn(PAGE_AT, column, ROWS_AT + this.length * ROW_BYTES) ?? -1;
    if (read < 0) return false;
    this.length += read;
    this.#reserve(this.length + PAGE_ROWS);
    return true;
  }

  /** Add value, id, value, id ... */
  add(pairs: ArrayLike<number>): void {
    const length = this.length + pairs.length / 2;
    this.#reserve(length + PAGE_ROWS);
    this.#pairs.set(pairs, 2 * this.length);
    this.length = length;
  }

  value(n: number): number {
    return this.#pairs[2 * n];
  }

  id(n: number): number {
    return this.#pairs[2 * n + 1];
  }

  /** Those from `first` on, added in the order of their ids. */
  sort(first: number): void {
    const [start, count] = [ROWS_AT + first * ROW_BYTES, this.length - first];
    this.#loops?.sortRows(start, count, ROWS_AT + this.#room * ROW_BYTES, COUNTS_AT);
  }

  /** Only those from `first` on. */
  keep(first: number): void {
    this.#pairs.copyWithin(0, 2 * first, 2 * this.length);
    this.length -= first;
  }

  /**
   * Make a page of rows from `first` on, in {@link page}.
   * @param children page before each row, and the one after the last, on a page that has any
   */
  put(first: number, rows: number, children: readonly number[] | undefined): void {
    if (children !== undefined) this.#children.set(children);
    this.#loops?.putIndexPage(ROWS_AT + first * ROW_BYTES, rows, children === undefined ? 0 : CHILDREN_AT, PAGE_AT);
  }

  #reserve(rows: number): void {
    if (rows <= this.#room) return;
    const room = 2 * this.#room + rows;
    const memory = LineMemory.of(ROWS_AT - TABLES_AT + 2 * room * ROW_BYTES);
    if (memory === undefined) return;
    const { buffer, loops } = memory;
    const pairs = new Float64Array(buffer, ROWS_AT, 2 * room);
    pairs.set(this.#pairs.subarray(0, 2 * this.length));
    this.#pairs = pairs;
    this.#loops = loops;
    this.#room = room;
    this.#children = new Uint32Array(buffer, CHILDREN_AT, PAGE_ROWS);
    this.page = new Uint8Array(buffer, PAGE_AT, PAGE_SIZE);
  }
}
