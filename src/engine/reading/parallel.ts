// Reads a large plain file with several threads. Workers convert lines to records, block by block (worker.ts); this
// thread replays the batches in file order. The result does not depend on the number of workers: line numbers are added
// up block by block, symbols are numbered in file order, and the event types learned by the workers are ordered in the
// same way.

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { BATCH_RECORDS, RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import type { TypeFacts, Vocabulary } from '../../vocabulary/vocabulary.ts';
import { BlockReader } from './block-reader.ts';
import { putBreak } from './order.ts';
import type { ReadOptions } from './read.ts';
import type { ReadStats } from './read-stats.ts';
import { type BlockStart, Control, type SharedRings, slotRows, type WorkerMessage, type WorkerTask } from './rings.ts';

/**
 * Smaller files are read by one thread. With two processors, V8's compiler needs the second one for the first seconds:
 * at 350 MB two threads took 0.87 to 1.11 of the time of one, at 3.5 GB 0.68. With more processors there is one for
 * each.
 */
const worthIt = (processors: number): number => (processors > 2 ? 128 << 20 : 1 << 30);
const BLOCK = 1 << 20;

/** The replay is one thread, and slower than reading: more workers would wait for it. */
const MOST_WORKERS = 2;

/**
 * A ring holds the records of more than one block, so that a worker can finish a block and begin the next before its
 * turn.
 */
const SLOTS = 8;

export interface ParallelOptions extends Omit<ReadOptions, 'onBatch'> {
  workers: number;
  /** bytes of the file, as it was opened */
  size: number;
  /** bytes per block; tests make it small */
  blockSize?: number;
  /** leave all blocks to the workers; for tests */
  idle?: boolean;
  /** Records number lines from the beginning of their block: `lineBase` lines come before it. */
  onBatch: (batch: RecordBatch, lineBase: number) => void;
}

/**
 * Number of workers for a trace, in addition to the replay thread: 0 if one thread does everything.
 * @param threads total requested by the user; undefined: one per processor
 */
export function workersFor(source: Source, file: string | undefined, head: TraceHead, threads?: number): number {
  // table cells may contain newlines; pipes, compressed data and repaired text have no blocks
  if (
    file === undefined ||
    source.compression !== 'none' ||
    source.mended !== undefined ||
    source.size === undefined ||
    isSparse(file) ||
    head.format === 'csv'
  )
    return 0;
  const processors = availableParallelism();
  const all = threads ?? (source.size < worthIt(processors) ? 1 : processors);
  return Math.min(all - 1, MOST_WORKERS);
}

/** Most of a large file are holes: one thread gives up where nothing follows, but several would look for lines in them. */
function isSparse(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && stat.size > 1 << 30 && stat.blocks * 512 < stat.size / 2;
}

/** Read a plain file, as a `TraceReader` does, with several threads. */
export async function readTraceParallel(
  path: string,
  head: TraceHead,
  vocabulary: Vocabulary,
  stats: ReadStats,
  options: ParallelOptions,
): Promise<void> {
  const blockSize = options.blockSize ?? BLOCK;
  const blocks = Math.max(1, Math.ceil(options.size / blockSize));
  const count = Math.min(options.workers, blocks);
  const shared: SharedRings = {
    control: new SharedArrayBuffer(4 * (Control.Done + count)),
    rows: new SharedArrayBuffer(count * SLOTS * BATCH_RECORDS * STRIDE * 8),
    slots: SLOTS,
    records: BATCH_RECORDS,
  };
  const master = new Master(vocabulary, stats, shared, count, options);
  const { filter, size } = options;
  const blocksOf = { path, size, blockSize, head, filter, probes: vocabulary.catalogue.probes };
  const tasks = Array.from({ length: count }, (_, me): WorkerTask => ({ ...blocksOf, me, shared }));
  try {
    const working = tasks.map((task) => run(task, (message) => master.take(task.me, message)));
    await Promise.all([...working, options.idle === true ? undefined : master.readFirst(blocksOf)]);
    master.finish();
  } finally {
    // if one of them has failed; they end by themselves
    master.stop();
  }
}

/** Start a worker and wait for its end. */
function run(task: WorkerTask, take: (message: WorkerMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(task);
    worker.on('message', (message: WorkerMessage) => {
      try {
        take(message);
      } catch (error) {
        reject(error);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a reader thread exited with code ${code}`)),
    );
  });
}

class Master {
  readonly #vocabulary: Vocabulary;
  readonly #stats: ReadStats;
  readonly #options: ParallelOptions;
  readonly #control: Int32Array;
  readonly #batches: RecordBatch[][];
  /** messages that wait for earlier blocks, by worker */
  readonly #waiting: WorkerMessage[][];
  /** numbers of a worker's symbols in this thread */
  readonly #symbols: number[][];
  readonly #types: TypeFacts[][] = [];
  /** the block being replayed */
  #block = 0;
  #stopped = false;

  constructor(
    vocabulary: Vocabulary,
    stats: ReadStats,
    shared: SharedRings,
    workers: number,
    options: ParallelOptions,
  ) {
    this.#vocabulary = vocabulary;
    this.#stats = stats;
    this.#options = options;
    this.#control = new Int32Array(shared.control);
    const each = <T>(make: (worker: number) => T) => Array.from({ length: workers }, (_, worker) => make(worker));
    this.#batches = each((w) =>
      Array.from({ length: shared.slots }, (_, slot) => new RecordBatch(slotRows(shared, w, slot))),
    );
    this.#waiting = each(() => []);
    this.#symbols = each(() => []);
  }

  /**
   * Read and replay the first blocks here until a worker has started and taken one, which takes a tenth of a second.
   */
  async readFirst(blocksOf: ConstructorParameters<typeof BlockReader>[0]): Promise<void> {
    const numbers: number[] = [];
    const reader = new BlockReader(blocksOf, (batch, symbols, first) => {
      this.#begin(first);
      this.#replay(batch, symbols, numbers);
      batch.clear();
    });
    try {
      while (this.#block < reader.count && this.#isMine(this.#block)) this.#endBlock(await reader.read(this.#block));
    } finally {
      reader.close();
    }
    this.#types.push(reader.vocabulary.facts());
    this.#takeReady();
  }

  /** Take a block, if no worker has. */
  #isMine(block: number): boolean {
    return Atomics.compareExchange(this.#control, Control.Next, block, block + 1) === block;
  }

  /**
   * If the first event of a block does not continue the previous block, insert a record that says so, as in a single
   * thread.
   */
  #begin(first: BlockStart | undefined): void {
    if (first === undefined) return;
    const { order, lines } = this.#stats;
    const found = order.begin(first.ts, lines + 1);
    if (found === undefined) return;
    const batch = new RecordBatch(new Float64Array(STRIDE));
    putBreak(batch.rows, 0, found, first.offset);
    batch.length = 1;
    this.#options.onBatch(batch, 0);
  }

  #endBlock(stats: ReadStats): void {
    this.#stats.add(stats);
    this.#options.onProgress?.(this.#stats.bytes);
    this.#block++;
  }

  /** A message of a worker. */
  take(worker: number, message: WorkerMessage): void {
    if (this.#stopped) return;
    if (message.type === 'done') {
      this.#types.push(message.types);
      return;
    }
    this.#waiting[worker].push(message);
    this.#takeReady();
  }

  /** Of several workers with messages, one has the current block. */
  #takeReady(): void {
    for (;;) {
      const worker = this.#waiting.findIndex(
        ([first]) => first !== undefined && 'block' in first && first.block === this.#block,
      );
      if (worker < 0) return;
      this.#takeWaiting(worker);
    }
  }

  /** All workers have ended. */
  finish(): void {
    this.#vocabulary.absorb(this.#types);
    this.#stats.cutLines.addEarly(this.#vocabulary.damaged());
  }

  /** Wake the workers so that they end. */
  stop(): void {
    this.#stopped = true;
    Atomics.store(this.#control, Control.Stop, 1);
    for (let w = 0; w < this.#waiting.length; w++) Atomics.notify(this.#control, Control.Done + w);
  }

  /** Messages of a worker about the current block. */
  #takeWaiting(worker: number): void {
    const waiting = this.#waiting[worker];
    let taken = 0;
    for (const message of waiting) {
      if (message.type === 'done' || message.block !== this.#block) break;
      taken++;
      if (message.type === 'block') this.#endBlock(message.stats);
      else this.#takeBatch(worker, message);
    }
    waiting.splice(0, taken);
  }

  #takeBatch(worker: number, { slot, length, symbols, first }: WorkerMessage & { type: 'batch' }): void {
    this.#begin(first);
    const batch = this.#batches[worker][slot];
    batch.length = length;
    this.#replay(batch, symbols, this.#symbols[worker]);
    Atomics.add(this.#control, Control.Done + worker, 1);
    Atomics.notify(this.#control, Control.Done + worker);
  }

  /**
   * @param symbols new ones of the thread that made the batch
   * @param numbers of all its symbols in this thread
   */
  #replay(batch: RecordBatch, symbols: readonly string[], numbers: number[]): void {
    for (const symbol of symbols) numbers.push(this.#vocabulary.symbol(symbol));
    const { rows, length } = batch;
    const { lastTs } = this.#stats;
    for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) {
      const symbol = rows[o + Slot.SYM];
      if (symbol >= 0) rows[o + Slot.SYM] = numbers[symbol];
      // lost events have the time of the previous event, which may be in the previous block
      if (rows[o] === Kind.lost && Number.isNaN(rows[o + Slot.TS])) rows[o + Slot.TS] = lastTs;
    }
    this.#options.onBatch(batch, this.#stats.lines);
  }
}

/** In dist/ the worker is JavaScript; in src/ (tests, `npm run dev`) it is translated when loaded. */
function startWorker(task: WorkerTask): Worker {
  const options = { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: 4 } };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), options);
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  ).href;
  const load = `import('${tsx}').then((tsx) => (tsx.register(), import('${new URL('./worker.ts', import.meta.url).href}')))`;
  return new Worker(load, { ...options, eval: true });
}
