// What a writer of rows does. pages/ writes the pages of the b-trees directly, in a fifth of the time of INSERT.
import type { EventCells } from '../known-lines/cells.ts';
import type { TraceLine } from '../parsers/line.ts';
import type { EventType } from '../vocabulary/vocabulary.ts';
import type { EventDecoder } from './decode.ts';
import type { EventRow } from './row.ts';
import type { StreamedTable } from './schema.ts';

/** Numbers are integers below 2^63; bytes that are to be text are given as {@link Text}. */
export type CellValue = number | string | Uint8Array | Text | null;

/** Text where it lies: a blob if it is no UTF-8. */
export interface Text {
  buf: Uint8Array;
  start: number;
  end: number;
}

/** Rows of one table must come in the order of their ids. */
export interface RowWriter {
  /**
   * A row straight from the line, where the writer knows a faster way than {@link event} for lines of this shape.
   * False: it does not, nothing is written.
   */
  line?(decoder: EventDecoder, type: EventType, line: TraceLine, id: number, number: number, task: number): boolean;
  /** Where rows of such lines go without coming here; undefined: there is no such place. */
  cells?(decoder: EventDecoder): EventCells | undefined;
  event(row: EventRow): void;
  /** A row of another table that grows with the trace. `values` are the columns behind the id. */
  row(table: StreamedTable, id: number, values: readonly CellValue[]): void;
  /** Write the rows that still wait for others. */
  flush?(): void;
}
