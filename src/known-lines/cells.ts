// Why: the layout a store has learned for the lines of an event, so that their values are written directly into a row
// of its table.

/** `key=value`, the arguments of a system call, or what it returned. */
export type CellStyle = 'equals' | 'call' | 'return';

/** One order of arguments, with the same text between them. */
export interface CellShape {
  readonly style: CellStyle;
  /** whether a probe location precedes them */
  readonly placed: boolean;
  /**
   * the text before each value: ` mm=`, ` ==> next_comm=`; without the space if the value is the first of all, and without
   * the parenthesis or dash that is taken for the end of the name of a system call
   */
  readonly texts: readonly Uint8Array[];
  /** column of each value, starting at 0, ascending */
  readonly columns: readonly number[];
  readonly forms: readonly CellForm[];
  /** number of columns up to the last that is set */
  readonly width: number;
}

/** How a value is printed: `bare` is hexadecimal without 0x. */
export type CellForm = 'hex' | 'bare' | 'dec' | 'text';

/** The table of one event's lines. */
export interface EventCells {
  /** address of the leaf that is being filled (src/assembly/layout.ts) */
  readonly leaf: number;
  /** the layouts of its lines; more are added */
  readonly shapes: readonly CellShape[];
  /**
   * Number of the location that the arguments `[start, end)` begin with, and its end; the end is `start` if there is
   * none.
   */
  site(buf: Uint8Array, start: number, end: number): { id: number; end: number };
  /** A row was written. */
  wrote(): void;
  /** A row is stored after the last one and does not fit the page. */
  overflowed(id: number): void;
}
