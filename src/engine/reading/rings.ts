// Shared memory and messages of the threads that read one trace (parallel.ts, worker.ts).
import type { TraceHead } from '../../parsers/formats/head.ts';
import type { Probes } from '../../vocabulary/probes.ts';
import { STRIDE } from '../../vocabulary/record.ts';
import type { TypeFacts } from '../../vocabulary/vocabulary.ts';
import type { TraceFilter } from './filter.ts';
import type { ReadStats } from './read-stats.ts';

/** Input of a worker. */
export interface WorkerTask {
  path: string;
  size: number;
  blockSize: number;
  head: TraceHead;
  filter: TraceFilter | undefined;
  /** probes of the rules, in their order */
  probes: Probes;
  /** number of this worker */
  me: number;
  shared: SharedRings;
}

/** Memory shared by the master and the workers. */
export interface SharedRings {
  /** {@link Control} */
  control: SharedArrayBuffer;
  /** batches of worker w are at `w * slots`, each of `records` records */
  rows: SharedArrayBuffer;
  slots: number;
  records: number;
}

/** Words of the shared control block. */
export const Control = {
  /** number of the next unassigned block */
  Next: 0,
  /** not 0: stop, since a thread has failed */
  Stop: 1,
  /** from here on, one word per worker: batches that the master has processed */
  Done: 2,
} as const;

/** The first event of a block. */
export interface BlockStart {
  ts: number;
  offset: number;
}

export type WorkerMessage =
  /** `symbols` are new, from number `firstSymbol` on: what the batch calls n is the n-th of this worker */
  | { type: 'batch'; block: number; slot: number; length: number; symbols: string[]; first: BlockStart | undefined }
  | { type: 'block'; block: number; stats: ReadStats }
  | { type: 'done'; types: TypeFacts[] };

/** The rows of one slot of a ring. */
export function slotRows({ rows, slots, records }: SharedRings, worker: number, slot: number): Float64Array {
  const length = records * STRIDE;
  return new Float64Array(rows, (worker * slots + slot) * length * 8, length);
}
