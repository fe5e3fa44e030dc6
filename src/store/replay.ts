// The mm events of a trace out of a store, as batches for the replay.

import { InputError } from '../util/errors.ts';
import { LineMemory } from '../util/line-memory.ts';
import { RecordBatch } from '../vocabulary/record.ts';
import { hashVocabulary } from './hash.ts';
import type { Store } from './open.ts';
import { ReplayDecoder } from './replay-codec.ts';
import { MOST_CHUNKS, VOCABULARY_KEY } from './schema.ts';

/**
 * All records of a trace in their order. The batch is reused.
 * @throws InputError if an older pindrift made them
 */
export function* readRecords(store: Store, trace: number): IterableIterator<RecordBatch> {
  if (!isOfThisVocabulary(store)) throw tooOld(store);
  const decoder = new ReplayDecoder(LineMemory.of());
  const batch = new RecordBatch();
  const chunk = store.db.prepare<[number], { records: number; data: Buffer }>(
    'select records, data from replay where id = ?',
  );
  for (let i = 0; ; i++) {
    const row = store.guard(() => chunk.get(trace * MOST_CHUNKS + i));
    if (row === undefined) {
      if (i === 0 && hasRecords(store, trace)) throw tooOld(store);
      return;
    }
    decoder.decode(row.data, row.records, batch);
    yield batch;
  }
}

function isOfThisVocabulary(store: Store): boolean {
  const kept = store.db.prepare<[string], string>('select value from meta where key = ?').pluck();
  return store.guard(() => kept.get(VOCABULARY_KEY)) === hashVocabulary();
}

function hasRecords(store: Store, trace: number): boolean {
  const used = store.db.prepare<[number], number>('select mm_events from trace where id = ?').pluck();
  return store.guard(() => used.get(trace)) !== 0;
}

/** Its findings stay; its records have other numbers, or lack events that were not known then. */
const tooOld = (store: Store): InputError =>
  new InputError('rules cannot run again on this store: it was made by an older pindrift', {
    where: store.path,
    tryThis: 'ingest the trace again: pindrift ingest --force',
  });

/** Symbols (callers) by the number that records know them by. */
export function readSymbols(store: Store, trace: number): string[] {
  const sql = 'select text from replay_symbol where trace = ? order by id';
  return store.guard(() => store.db.prepare(sql).pluck().all(trace)) as string[];
}
