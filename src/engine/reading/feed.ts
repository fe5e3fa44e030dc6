// Why: the interface between a reading and its inputs (lines of text, lines parsed by several threads, events of a
// recording): records in order, and what is known so far.
import type { Knowledge } from '../../known-lines/knowledge.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import type { RecordBatch } from '../../vocabulary/record.ts';
import type { Vocabulary } from '../../vocabulary/vocabulary.ts';
import type { EvidenceLine } from './evidence.ts';
import type { TraceFilter } from './filter.ts';
import type { ReadStats } from './read-stats.ts';
import type { LineSink } from './record-reader.ts';

export interface FeedOptions {
  vocabulary: Vocabulary;
  stats: ReadStats;
  /** Receives records; the batch is reused. Line numbers of records are relative to `lineBase`, if given. */
  onBatch: (batch: RecordBatch, lineBase?: number) => void;
  /** called with the number of bytes read; reading continues when it has resolved */
  onProgress?: ((position: number) => Promise<void> | undefined | void) | undefined;
  /** a consumer of the lines */
  sink?: LineSink | undefined;
  filter?: TraceFilter | undefined;
  /** number of threads; undefined: chosen by the size of the input */
  workers?: number | undefined;
  /** memory for lines and known layouts, if shared with others */
  knowledge?: Knowledge | undefined;
  /** pass on what was read at each step, not only full batches: a live reader is waiting */
  prompt?: boolean | undefined;
}

/** An open input of known format. */
export interface OpenInput {
  readonly head: TraceHead;
  /** bytes of the file on disk; undefined for pipes */
  readonly size: number | undefined;
  start(options: FeedOptions): Feed;
  /** Read lines or records again, by their places. */
  show(places: readonly number[]): Promise<Map<number, EvidenceLine>>;
  close(): void;
}

/** A running source of records. */
export interface Feed {
  /** Read a chunk and pass on its records; waits as long as the input does. False: the end, `stats` are complete. */
  advance(): Promise<boolean>;
  /** Pass on the remaining records: the reading ends here. */
  flush?(): void;
}
