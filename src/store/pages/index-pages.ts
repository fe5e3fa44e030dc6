// Writes the index of a table over one column of integers directly as pages. The rows are read from the table's leaves,
// sorted, and written as a tree.
import { IndexRows } from './index-rows.ts';
import { IndexSpill } from './index-spill.ts';
import { IndexTree } from './index-tree.ts';
import type { PageFile } from './page-file.ts';

/** Maximum number of rows sorted at once, 32 bytes each. */
const MOST_ROWS = 1 << 17;

/** Number of leaves sampled for the distribution of values. */
const SAMPLED = 256;

/** Writes one index after the other. */
export class IndexPages {
  readonly #file: PageFile;
  readonly #path: string;
  readonly #most: number;
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
    this.#tree = new IndexTree(file, this.#rows);
  }

  /**
   * Index a column of a table whose leaves are in the file. Returns the root's number; undefined: it has values other
   * than integers, or there is no WebAssembly, and it is left to SQLite.
   * @param column position in the table, `id` being 0
   */
  write(leaves: readonly number[], rows: number, column: number): number | undefined {
    this.#rows.clear();
    return rows <= this.#most ? this.#writeAtOnce(leaves, column) : this.#writeInParts(leaves, rows, column);
  }

  #writeAtOnce(leaves: readonly number[], column: number): number | undefined {
    const rows = this.#rows;
    for (const leaf of leaves) if (!this.#read(leaf, column)) return undefined;
    const last = rows.id(rows.length - 1);
    rows.sort(0);
    this.#tree.begin(rows.length, rows.value(0), rows.value(rows.length - 1), last);
    this.#tree.take();
    return this.#tree.finish();
  }

  #writeInParts(leaves: readonly number[], count: number, column: number): number | undefined {
    const rows = this.#rows;
    const step = Math.ceil(leaves.length / SAMPLED);
    for (let i = 0; i < leaves.length; i += step) if (!this.#read(leaves[i], column)) return undefined;
    rows.sort(0);
    // a sample is not exact: use half of the capacity
    const spill = new IndexSpill(this.#path, rows, Math.ceil((2 * count) / this.#most));
    try {
      for (const leaf of leaves) {
        rows.clear();
        if (!this.#read(leaf, column)) return undefined;
        for (let n = 0; n < rows.length; n++) spill.add(rows.value(n), rows.id(n));
      }
      const last = rows.id(rows.length - 1);
      rows.clear();
      this.#tree.begin(count, spill.least, spill.most, last);
      for (const first of spill.read(rows)) {
        rows.sort(first);
        this.#tree.take();
      }
      return this.#tree.finish();
    } finally {
      spill.close();
    }
  }

  #read(leaf: number, column: number): boolean {
    this.#file.read(leaf, this.#rows.page);
    return this.#rows.read(column);
  }
}
