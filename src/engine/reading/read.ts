// Reads a text into batches of mm events, step by step.
import type { LineReader } from '../../parsers/bytes/lines.ts';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import type { LineParser } from '../../parsers/formats/line.ts';
import type { RecordBatch } from '../../vocabulary/record.ts';
import type { Vocabulary } from '../../vocabulary/vocabulary.ts';
import type { ReadStats } from './read-stats.ts';
import { type RecordOptions, RecordReader } from './record-reader.ts';

export interface ReadOptions extends RecordOptions {
  onBatch: (batch: RecordBatch) => void;
  /** reading continues when it is done */
  onProgress?: (position: number) => Promise<void> | undefined | void;
  /** pass on what was read at each step, not only full batches: a live reader is waiting */
  prompt?: boolean | undefined;
}

/** Reads a source, step by step. */
export class TraceReader {
  readonly #source: Source;
  readonly #stats: ReadStats;
  readonly #vocabulary: Vocabulary;
  readonly #options: ReadOptions;
  readonly #reader: RecordReader;
  readonly #lines: LineReader;

  constructor(source: Source, parser: LineParser, vocabulary: Vocabulary, stats: ReadStats, options: ReadOptions) {
    this.#source = source;
    this.#stats = stats;
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#reader = new RecordReader(parser, vocabulary, stats, options, (batch) => {
      options.onBatch(batch);
      batch.clear();
    });
    this.#lines = this.#reader.lines(source, ENDLESS);
  }

  /** Read a chunk. False: there was none left, and everything was passed on. */
  async advance(): Promise<boolean> {
    const lines = this.#lines;
    const more = await lines.fill();
    if (more) {
      this.#reader.take(lines);
      if (this.#options.prompt === true) this.flush();
      await this.#options.onProgress?.(this.#source.position);
    } else {
      this.flush();
      this.#stats.damage = this.#source.damage ?? unread(lines);
      this.#stats.doubt = this.#source.doubt ?? zerosBehind(lines);
      this.#stats.cutLines.addEarly(this.#vocabulary.damaged());
    }
    this.#stats.lines = lines.number;
    this.#stats.bytes = this.#source.taken ?? lines.position;
    return more;
  }

  /** Pass on what was read. */
  flush(): void {
    this.#reader.flush();
  }
}

/** Bytes without a newline that are read in search of one: a hole of a sparse file, and a bomb, may have 2^40. */
const ENDLESS = 1 << 30;

function unread(lines: LineReader): string | undefined {
  const { endless, zeros, areZerosLast } = lines;
  const reasons: string[] = [];
  if (zeros !== undefined && (endless !== undefined || !areZerosLast)) reasons.push(hole(lines));
  if (endless !== undefined) reasons.push(`nothing behind 1 GiB without a newline, from byte ${endless} on, was read`);
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** A machine that crashes may have made a file larger before it wrote there. */
const zerosBehind = (lines: LineReader): string | undefined =>
  lines.zeros !== undefined && lines.areZerosLast ? hole(lines) : undefined;

/** PowerShell appends (`>>`) in UTF-16 to whatever is there. */
const hole = ({ zeros, areZerosHalves }: LineReader): string =>
  areZerosHalves
    ? `the text is UTF-16 from about byte ${zeros} on, unlike before: two texts were appended; check each alone`
    : `bytes of zero stand in the text from byte ${zeros} on: a part of it was never written`;
