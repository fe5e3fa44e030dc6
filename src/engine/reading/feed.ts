// Why: what a reading needs of that which understands its input, be it lines of text, lines read by several threads, or
// the records of a binary file: records in their order, and what is known so far.
import type { Knowledge } from '../../known-lines/knowledge.ts';
import type { TraceHead } from '../../parsers/head.ts';
import type { RecordBatch } from '../../vocabulary/record.ts';
import type { Vocabulary } from '../../vocabulary/vocabulary.ts';
import type { EvidenceLine } from '../evidence.ts';
import type { TraceFilter } from '../filter.ts';
import type { LineSink } from '../read.ts';
import type { ReadStats } from '../read-stats.ts';

export interface FeedOptions {
  vocabulary: Vocabulary;
  stats: ReadStats;
  /** Takes records; the batch is reused. Records count lines from `lineBase` where it is said. */
  onBatch: (batch: RecordBatch, lineBase?: number) => void;
  /** bytes of the input that were read; reading goes on when it is done */
  onProgress?: ((position: number) => Promise<void> | undefined | void) | undefined;
  /** who wants the lines too */
  sink?: LineSink | undefined;
  filter?: TraceFilter | undefined;
  /** threads; undefined: as many as the input is worth */
  workers?: number | undefined;
  /** where lines are to stand and what is known of them is kept, when somebody else needs it too */
  knowledge?: Knowledge | undefined;
  /** hand over what was read at each step, and not only full batches: somebody waits for it */
  prompt?: boolean | undefined;
}

/** An input that is open, and whose kind is known. */
export interface OpenInput {
  readonly head: TraceHead;
  /** bytes of the input as it lies on disk; undefined for pipes */
  readonly size: number | undefined;
  start(options: FeedOptions): Feed;
  /** Lines or records again, by their place. */
  show(places: readonly number[]): Promise<Map<number, EvidenceLine>>;
  close(): void;
}

/** Records on their way. */
export interface Feed {
  /** Read on, and hand over what came. False: there is nothing left, and `stats` are complete. May wait for as long as the input does. */
  advance(): Promise<boolean>;
  /** Hand over what was read and not handed over yet: the reading ends here. */
  flush?(): void;
}
