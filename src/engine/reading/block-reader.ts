// Why: reads blocks of a trace into batches of records; used by every thread.

import type { LineReader } from '../../parsers/bytes/lines.ts';
import { createParser } from '../../parsers/formats/create.ts';
import { Catalogue } from '../../vocabulary/catalogue.ts';
import type { RecordBatch } from '../../vocabulary/record.ts';
import { Vocabulary } from '../../vocabulary/vocabulary.ts';
import { BlockFile, BlockSource } from './blocks.ts';
import { ReadStats } from './read-stats.ts';
import { RecordReader } from './record-reader.ts';
import type { BlockStart, WorkerTask } from './rings.ts';

export class BlockReader {
  /** what this thread has learned; it numbers symbols separately */
  readonly vocabulary: Vocabulary;
  readonly #file: BlockFile;
  readonly #source: BlockSource;
  readonly #records: RecordReader;
  readonly #lines: LineReader;
  #sent = 0;
  #start = Number.NaN;

  /**
   * @param onBatch empties the batch; `symbols` are those new since the last batch, `first` is passed with the first
   * batch of a block
   */
  constructor(
    { path, size, blockSize, head, filter, probes }: Omit<WorkerTask, 'me' | 'shared'>,
    onBatch: (batch: RecordBatch, symbols: string[], first: BlockStart | undefined) => void,
  ) {
    this.vocabulary = new Vocabulary(new Catalogue(probes));
    this.#file = new BlockFile(path, size, blockSize, head);
    this.#source = new BlockSource(this.#file);
    this.#records = new RecordReader(createParser(head), this.vocabulary, new ReadStats(), { filter }, (batch) => {
      const symbols = this.vocabulary.symbols.slice(this.#sent);
      this.#sent += symbols.length;
      const first = Number.isNaN(this.#start) ? undefined : { ts: this.#records.stats.firstTs, offset: this.#start };
      this.#start = Number.NaN;
      onBatch(batch, symbols, first);
    });
    this.#lines = this.#records.lines(this.#source);
  }

  /** Number of blocks. */
  get count(): number {
    return this.#file.count;
  }

  /** Read block `i`, which is after the previous one. Its batches are passed on before this returns. */
  async read(i: number): Promise<ReadStats> {
    const source = this.#source;
    const lines = this.#lines;
    const records = this.#records;
    source.go(this.#file.block(i));
    const stats = new ReadStats();
    records.stats = stats;
    this.#start = source.at;
    const before = lines.number;
    const start = lines.position;
    const shift = source.at - start;
    while (source.left > 0) {
      await lines.fill();
      records.take(lines, shift, before);
    }
    if (source.ended && (await lines.fill())) records.take(lines, shift, before);
    records.flush();
    stats.lines = lines.number - before;
    stats.bytes = lines.position - start;
    return stats;
  }

  close(): void {
    this.#file.close();
  }
}
