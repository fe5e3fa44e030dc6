// The mm events of a trace out of a store, as batches for the replay.

import { InputError } from '../util/errors.ts';
import { LineMemory } from '../util/line-memory.ts';
import { RecordBatch } from '../vocabulary/record.ts';
import type { Store } from './open.ts';
import { ReplayDecoder } from './replay-codec.ts';
import { MOST_CHUNKS } from './schema.ts';

/** All records of a trace in their order. The batch is reused. */
export function* readRecords(store: Store, trace: number): IterableIterator<RecordBatch> {
  const decoder = new ReplayDecoder(LineMemory.of());
  const batch = new RecordBatch();
  const chunk = store.db.prepare<[number], { records: number; data: Buffer }>(
    'select records, data from replay where id = ?',
  );
  for (let i = 0; ; i++) {
    const row = store.guard(() => chunk.get(trace * MOST_CHUNKS + i));
    if (row === undefined) {
      if (i === 0) demandNone(store, trace);
      return;
    }
    decoder.decode(row.data, row.records, batch);
    yield batch;
  }
}

/** A store that an older pindrift made keeps its findings, not its records. */
function demandNone(store: Store, trace: number): void {
  const used = store.db.prepare<[number], number>('select mm_events from trace where id = ?').pluck();
  if (store.guard(() => used.get(trace)) === 0) return;
  throw new InputError('rules cannot run again on this store: it was made by an older pindrift', {
    where: store.path,
    tryThis: 'ingest the trace again: pindrift ingest --force',
  });
}

/** Symbols (callers) by the number that records know them by. */
export function readSymbols(store: Store, trace: number): string[] {
  const sql = 'select text from replay_symbol where trace = ? order by id';
  return store.guard(() => store.db.prepare(sql).pluck().all(trace)) as string[];
}
