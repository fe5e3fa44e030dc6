// Why: what known lines (known-lines/) need from a table to write their rows on its leaf.
import type { CellShape, EventCells } from '../../known-lines/cells.ts';
import type { EventDecoder } from '../decode.ts';
import type { TablePages } from './table-pages.ts';

export class TableCells implements EventCells {
  readonly leaf: number;
  readonly shapes: readonly CellShape[];
  readonly #decoder: EventDecoder;
  readonly #pages: TablePages;

  constructor(decoder: EventDecoder, pages: TablePages) {
    this.leaf = pages.address;
    this.shapes = decoder.shapes;
    this.#decoder = decoder;
    this.#pages = pages;
  }

  site(buf: Uint8Array, start: number, end: number): { id: number; end: number } {
    return this.#decoder.site(buf, start, end);
  }

  wrote(): void {
    this.#decoder.table.events++;
  }

  overflowed(id: number): void {
    this.#pages.overflowed(id);
  }
}
