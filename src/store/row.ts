// One event on its way into its table: the cursor that decoding fills and a writer empties. One instance serves all
// events. Numbers are two halves of 64 bits, text is a place in the line's buffer, so that no value becomes an object.
import type { EventTable } from './event-table.ts';
import { MOST_COLUMNS } from './event-table.ts';

/** What a column holds in this row. */
export const Cell = { Null: 0, Number: 1, Text: 2 } as const;

export class EventRow {
  table!: EventTable;
  /** place of the line: see idOf() in schema.ts */
  id = 0;
  line = 0;
  /** NaN: the line shows none */
  ts = Number.NaN;
  /** -1: the line shows none */
  cpu = -1;
  /** id in `task`; 0: the line shows none */
  task = 0;
  /** id in `sym` of the probe's place; 0: none */
  at = 0;
  /** what `start` and `end` are places in */
  buf: Uint8Array = new Uint8Array(0);
  /** columns set, from the first; those behind are null */
  length = 0;
  readonly cells = new Uint8Array(MOST_COLUMNS + 16);
  readonly hi = new Int32Array(MOST_COLUMNS + 16);
  readonly lo = new Int32Array(MOST_COLUMNS + 16);
  readonly start = new Int32Array(MOST_COLUMNS + 16);
  readonly end = new Int32Array(MOST_COLUMNS + 16);
  /** bytes of all its texts */
  textLength = 0;
  /** what fits no column, in the words of the line; a buffer of its own */
  extra: Uint8Array | undefined;
}
