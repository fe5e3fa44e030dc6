// Why: text as input of a reading: detects the format, and reads with one thread or several.

import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import { detectFormat } from '../../parsers/detect/detect.ts';
import { ofFiles, type TraceFormat, type TraceHead } from '../../parsers/formats/head.ts';
import type { LineParser } from '../../parsers/formats/line.ts';
import { InputError } from '../../util/errors.ts';
import { type EvidenceLine, fetchLines } from './evidence.ts';
import type { Feed, FeedOptions, OpenInput } from './feed.ts';
import type { TraceInput } from './input.ts';
import { readTraceParallel, workersFor } from './parallel.ts';
import { TraceReader } from './read.ts';

export class TextInput implements OpenInput {
  readonly head: TraceHead;
  readonly size: number | undefined;
  readonly #input: TraceInput;
  readonly #source: Source;
  readonly #parser: LineParser;

  private constructor(input: TraceInput, source: Source, parser: LineParser) {
    this.head = parser.head;
    this.size = source.size;
    this.#input = input;
    this.#source = source;
    this.#parser = parser;
  }

  /**
   * @param source bytes of the input, not read from yet
   * @throws InputError if it is not a trace
   */
  static async open(input: TraceInput, source: Source, format: TraceFormat | undefined): Promise<TextInput> {
    const detection = detectFormat(await source.head(), format);
    if ('problem' in detection) {
      const { problem, isPacked } = detection;
      // the outer one first, and what it contains is read
      const tryThis = isPacked === true ? `${source.compression} -dc FILE | pindrift check -` : detection.tryThis;
      throw new InputError(problem, { where: input.path, tryThis });
    }
    const { head } = detection.parser;
    const { files = 1 } = input;
    // of all CPUs, and compared with what is there (losses.ts)
    const isCounted = head.entries !== undefined && (head.tracer ?? 'nop') === 'nop';
    const words = [head.variant, source.mended ?? '', files > 1 && !isCounted ? ofFiles(files) : ''];
    head.variant = words.filter((word) => word !== '').join(', ');
    return new TextInput(input, source, detection.parser);
  }

  start(given: FeedOptions): Feed {
    const { onBatch, stats } = given;
    const options: FeedOptions = {
      ...given,
      onBatch: (batch, lineBase) => {
        stats.sieve.take(batch, lineBase);
        onBatch(batch, lineBase);
      },
    };
    const { file } = this.#input;
    const { size } = this;
    // a consumer of lines needs them in order
    const workers = options.sink === undefined ? workersFor(this.#source, file, this.head, options.workers) : 0;
    if (workers > 0 && file !== undefined && size !== undefined) return this.#inParallel(file, size, workers, options);
    return new TraceReader(this.#source, this.#parser, options.vocabulary, options.stats, options);
  }

  #inParallel(file: string, size: number, workers: number, options: FeedOptions): Feed {
    return {
      advance: async () => {
        await readTraceParallel(file, this.head, options.vocabulary, options.stats, { ...options, workers, size });
        return false;
      },
    };
  }

  show(places: readonly number[]): Promise<Map<number, EvidenceLine>> {
    return fetchLines(this.#input, this.head, places);
  }

  close(): void {
    this.#source.close();
  }
}
