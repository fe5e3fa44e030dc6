// Why: the cursor that passes an event from the decoder to a writer; one instance is used for all events. Numbers are
// two halves of 64 bits and text is a range of a buffer, so that no value becomes an object.
import { type EventTable, MOST_COLUMNS } from './event-table.ts';

/** The value of a column in this row. */
export const CellType = {
  Null: 0,
  Number: 1,
  /** in the line's buffer */
  Text: 2,
  /** in {@link EventRow.extra} */
  Extra: 3,
} as const;

/** Positions of the columns of every event table, before those of the arguments; without `id`. */
export const Common = { Line: 0, Ts: 1, Cpu: 2, Task: 3, At: 4, Extra: 5 } as const;

/** Position of the first argument's column. */
export const FIRST = 6;

const WIDTH = FIRST + MOST_COLUMNS;
const TWO_32 = 4294967296;

export class EventRow {
  table!: EventTable;
  /** place of the line: see Ids in schema.ts */
  id = 0;
  /** columns set, with the common ones; what the table has behind them is null */
  length = FIRST;
  readonly cells = new Uint8Array(WIDTH);
  readonly hi = new Int32Array(WIDTH);
  readonly lo = new Int32Array(WIDTH);
  readonly start = new Int32Array(WIDTH);
  readonly end = new Int32Array(WIDTH);
  /** what `start` and `end` are places in */
  buf: Uint8Array = new Uint8Array(0);
  /** what fits no column, in the words of the line */
  extra: Uint8Array = new Uint8Array(0);

  /** A common column; NaN is null. */
  setCommon(column: number, value: number): void {
    if (Number.isNaN(value)) {
      this.cells[column] = CellType.Null;
      return;
    }
    this.cells[column] = CellType.Number;
    this.hi[column] = Math.floor(value / TWO_32);
    this.lo[column] = value;
  }

  setExtra(extra: Uint8Array): void {
    this.cells[Common.Extra] = CellType.Extra;
    this.extra = extra;
  }
}
