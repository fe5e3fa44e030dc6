// Why: what a store says of the lines of an event, so that their values go straight into a row of its table.

/** One order of arguments, with the same text between them. */
export interface CellShape {
  /** whether a probe site stands before them */
  readonly placed: boolean;
  /** what stands before each value: ` mm=`, ` ==> next_comm=`; without the blank where the value is the first of all */
  readonly texts: readonly Uint8Array[];
  /** column of each value, from 0 and ascending */
  readonly columns: readonly number[];
  readonly forms: readonly CellForm[];
  /** columns up to the last that is set */
  readonly width: number;
}

/** How a value is printed: `bare` is hexadecimal without 0x. */
export type CellForm = 'hex' | 'bare' | 'dec' | 'text';

/** The table of one event's lines. */
export interface EventCells {
  /** where the leaf stands that is being filled (src/assembly/layout.ts) */
  readonly leaf: number;
  /** what its lines look like; they become more */
  readonly shapes: readonly CellShape[];
  /** Number of the site that the arguments `[start, end)` begin with, and where it ends; the end is `start` where there is none. */
  site(buf: Uint8Array, start: number, end: number): { id: number; end: number };
  /** A row was written. */
  wrote(): void;
  /** A row stands behind the last one and does not fit the page. */
  overflowed(id: number): void;
}
