// What a writer of events does. There are two that give the same store: sql-writer.ts by INSERT, pages/ by writing the
// pages of the b-trees directly, which takes a fifth of the time.
import type { EventRow } from './row.ts';

/** A line that is no event, kept with its text. */
export interface OtherLine {
  id: number;
  line: number;
  kind: string;
  reason: string | undefined;
  buf: Uint8Array;
  start: number;
  end: number;
}

/** A batch of replay records, encoded. */
export interface ReplayChunk {
  id: number;
  trace: number;
  records: number;
  data: Uint8Array;
}

/** Rows of one table must come in the order of their ids. */
export interface RowWriter {
  event(row: EventRow): void;
  other(line: OtherLine): void;
  replay(chunk: ReplayChunk): void;
}
