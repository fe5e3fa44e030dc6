// Writes the index of a table over one column of integers directly as pages. The rows are read from the table's leaves,
// sorted, and written as a tree.
import { IndexRows } from './index-rows.ts';
import { IndexSpill } from './index-spill.ts';
import { IndexTree } from './index-tree.ts';
import type { PageFile } from './page-file.ts';
import { Row } from './row.ts';

/** Maximum number of rows sorted at once, 26 bytes each. */
const MOST_ROWS = 1 << 18;

/** Number of leaves sampled for the distribution of values. */
const SAMPLED = 256;

/** Differences of integers up to this size are exact. */
const EXACT = 2 ** 52;

type Add = (value: number, id: number) => void;

/** Writes one index after the other. */
export class IndexPages {
  readonly #file: PageFile;
  readonly #path: string;
  readonly #most: number;
  readonly #row = new Row();
  readonly #rows: IndexRows;
  readonly #tree: IndexTree;

  /**
   * @param rows of the largest table to index
   * @param path of a temporary file for tables that are not sorted at once
   * @param most number of rows sorted at once
   */
  constructor(file: PageFile, rows: number, path: string, most = MOST_ROWS) {
    this.#file = file;
    this.#path = path;
    this.#most = most;
    this.#rows = new IndexRows(Math.min(rows, most));
    this.#tree = new IndexTree(file);
  }

  /**
   * Index a column of a table whose leaves are in the file. Returns the root's number; undefined: it has values other
   * than integers, and is left to SQLite.
   * @param column position in the table, `id` being 0
   */
  write(leaves: readonly number[], rows: number, column: number): number | undefined {
    return rows <= this.#most ? this.#writeAtOnce(leaves, column) : this.#writeInParts(leaves, rows, column);
  }

  #writeAtOnce(leaves: readonly number[], column: number): number | undefined {
    const rows = this.#rows;
    rows.clear();
    const last = this.#read(leaves, column, (value, id) => rows.add(value, id));
    if (last === undefined) return undefined;
    this.#tree.begin(rows.length, rows.least, rows.most, last);
    this.#put(rows);
    return this.#tree.finish();
  }

  #writeInParts(leaves: readonly number[], count: number, column: number): number | undefined {
    const rows = this.#rows;
    rows.clear();
    const step = Math.ceil(leaves.length / SAMPLED);
    const some = leaves.filter((_, i) => i % step === 0);
    if (this.#read(some, column, (value, id) => rows.add(value, id)) === undefined) return undefined;
    rows.sort();
    // a sample is not exact: use half of the capacity
    const spill = new IndexSpill(this.#path, rows, Math.ceil((2 * count) / this.#most));
    try {
      let { least, most } = rows;
      const last = this.#read(leaves, column, (value, id) => {
        if (value < least) least = value;
        else if (value > most) most = value;
        spill.add(value, id);
      });
      if (last === undefined) return undefined;
      this.#tree.begin(count, least, most, last);
      for (const part of spill.read(rows)) this.#put(part);
      return this.#tree.finish();
    } finally {
      spill.close();
    }
  }

  /** Pass on the rows of these leaves; returns the last id, or undefined if a value is not an integer. */
  #read(leaves: readonly number[], column: number, add: Add): number | undefined {
    const row = this.#row;
    for (const leaf of leaves) {
      this.#file.read(leaf, row.page);
      const { cells } = row;
      for (let cell = 0; cell < cells; cell++) {
        row.open(cell);
        const value = row.integer(column);
        if (!(Math.abs(value) <= EXACT)) return undefined;
        add(value, row.id);
      }
    }
    return row.id;
  }

  #put(rows: IndexRows): void {
    rows.sort();
    for (let n = 0; n < rows.length; n++) this.#tree.add(rows.value(n), rows.id(n));
  }
}
