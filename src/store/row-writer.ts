// What a writer of rows does. pages/ writes the pages of the b-trees directly, in a fifth of the time of INSERT.
import type { EventCells } from '../known-lines/cells.ts';
import type { TraceLine } from '../parsers/formats/line.ts';
import type { EventType } from '../vocabulary/vocabulary.ts';
import type { EventDecoder } from './decode.ts';
import type { EventRow } from './row.ts';
import type { StreamedTable } from './schema.ts';

/** Numbers are integers below 2^63; bytes that are to be text are given as {@link Text}. */
export type CellValue = number | string | Uint8Array | Text | null;

/** Text in a buffer; stored as a blob if it is not UTF-8. */
export interface Text {
  buf: Uint8Array;
  start: number;
  end: number;
}

/** Rows of one table must come in the order of their ids. */
export interface RowWriter {
  /**
   * Write a row directly from the line, which is faster than {@link event}. False: not possible for lines of this layout,
   * nothing is written.
   */
  line?(decoder: EventDecoder, type: EventType, line: TraceLine, id: number, number: number, task: number): boolean;
  /** Where rows of such lines can be written without calling this writer; undefined: nowhere. */
  cells?(decoder: EventDecoder): EventCells | undefined;
  event(row: EventRow): void;
  /** A row of another table that grows with the trace. `values` are the columns after the id. */
  row(table: StreamedTable, id: number, values: readonly CellValue[]): void;
  /** Write buffered rows. */
  flush?(): void;
}
