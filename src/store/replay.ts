// The mm events of a trace out of a store, as batches for the replay.
import { RecordBatch } from '../vocabulary/record.ts';
import type { Store } from './open.ts';
import { ReplayDecoder } from './replay-codec.ts';
import { MOST_CHUNKS } from './schema.ts';

/** All records of a trace in their order. The batch is reused. */
export function* readRecords(store: Store, trace: number): IterableIterator<RecordBatch> {
  const decoder = new ReplayDecoder();
  const batch = new RecordBatch();
  const chunk = store.db.prepare<[number], { records: number; data: Buffer }>(
    'select records, data from replay where id = ?',
  );
  for (let i = 0; ; i++) {
    const row = store.guard(() => chunk.get(trace * MOST_CHUNKS + i));
    if (row === undefined) return;
    decoder.decode(row.data, row.records, batch);
    yield batch;
  }
}

/** Symbols (callers) by the number that records know them by. */
export function readSymbols(store: Store, trace: number): string[] {
  const sql = 'select text from replay_symbol where trace = ? order by id';
  return store.guard(() => store.db.prepare(sql).pluck().all(trace)) as string[];
}
