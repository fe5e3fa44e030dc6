// Rows of an index that are too many to be sorted at once: partitioned by value into a temporary file, so that each
// part can be sorted.
import * as fs from 'node:fs';
import { remove, removeAtEnd } from '../../util/temporary.ts';
import type { IndexRows } from './index-rows.ts';

/** Rows of a part written at once. */
const BLOCK = 1024;

const ROW_BYTES = 16;

interface Part {
  /** value, id, value, id ... */
  readonly block: Float64Array;
  rows: number;
  /** positions of its full blocks in the file */
  readonly places: number[];
}

export class IndexSpill {
  /** of all values added */
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  readonly #path: string;
  readonly #fd: number;
  readonly #parts: Part[] = [];
  /** the first row of each part except the first */
  readonly #values: Float64Array;
  readonly #ids: Float64Array;
  #end = 0;

  /**
   * @param path of the temporary file
   * @param sample some of the rows, sorted
   * @param parts number of parts
   */
  constructor(path: string, sample: IndexRows, parts: number) {
    this.#path = path;
    removeAtEnd(path);
    this.#fd = fs.openSync(path, 'w+');
    const firsts = Array.from({ length: parts - 1 }, (_, i) => Math.floor(((i + 1) * sample.length) / parts));
    this.#values = Float64Array.from(firsts, (n) => sample.value(n));
    this.#ids = Float64Array.from(firsts, (n) => sample.id(n));
    for (let i = 0; i < parts; i++) this.#parts.push({ block: new Float64Array(2 * BLOCK), rows: 0, places: [] });
  }

  add(value: number, id: number): void {
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    const part = this.#parts[this.#partOf(value, id)];
    const at = 2 * (part.rows++ % BLOCK);
    part.block[at] = value;
    part.block[at + 1] = id;
    if (at < 2 * (BLOCK - 1)) return;
    part.places.push(this.#end);
    fs.writeSync(this.#fd, part.block, 0, BLOCK * ROW_BYTES, this.#end);
    this.#end += BLOCK * ROW_BYTES;
  }

  /** Adds one part after the other to `rows`, in the order of their values. Yields the position of its first row. */
  *read(rows: IndexRows): IterableIterator<number> {
    const block = new Float64Array(2 * BLOCK);
    for (const part of this.#parts) {
      const first = rows.length;
      for (const place of part.places) {
        fs.readSync(this.#fd, block, 0, BLOCK * ROW_BYTES, place);
        rows.add(block);
      }
      rows.add(part.block.subarray(0, 2 * (part.rows % BLOCK)));
      yield first;
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
    remove(this.#path);
  }

  /** Index of the part of a row. */
  #partOf(value: number, id: number): number {
    const values = this.#values;
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = values[middle];
      if (first < value || (first === value && this.#ids[middle] <= id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
