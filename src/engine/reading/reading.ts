// Why: the only code that reads traces. A reading has a beginning, may be endless, and can be finished at any point;
// era, coverage and losses are those known so far. The code after it does not depend on whether the input is a file, a
// pipe or a live machine.

import type { TraceInfo } from '../../contract/report.ts';
import type { Model } from '../../model/model.ts';
import { isChecked } from '../../model/printed.ts';
import { finish, REPLAYED, replay, settleMachine } from '../../model/replay.ts';
import {
  type ArmedProbe,
  isTextFormat,
  newRecorded,
  type TraceFormat,
  type TraceHead,
} from '../../parsers/formats/head.ts';
import { InputError } from '../../util/errors.ts';
import { HeapLimit, heapWithin } from '../../util/heap.ts';
import { catalogueFor } from '../../vocabulary/catalogue.ts';
import { type Era, eraOfRelease } from '../../vocabulary/era.ts';
import type { Probes } from '../../vocabulary/probes.ts';
import { Vocabulary } from '../../vocabulary/vocabulary.ts';
import type { EvidenceLine } from './evidence.ts';
import { decideEra, factsOf, newModel, recordingFacts, textInfo, traceInfo } from './facts.ts';
import type { Feed, FeedOptions, OpenInput } from './feed.ts';
import type { TraceFilter } from './filter.ts';
import type { TraceInput } from './input.ts';
import { demandEvents } from './no-events.ts';
import { ReadStats } from './read-stats.ts';
import { checkSymbols, RecordingInput } from './recording-input.ts';
import { TextInput } from './text-input.ts';
import type { ReadTrace } from './trace.ts';
import { Words } from './words.ts';

export interface ReadingOptions {
  /** format of the text, if it is detected wrongly */
  format?: TraceFormat | undefined;
  /** kernel release or era, if the trace does not show it */
  kernel?: string | undefined;
  /** file with the symbols of that boot, for a recording without symbols */
  kallsyms?: string | undefined;
  /** selection of the events to read */
  filter?: TraceFilter | undefined;
  /** enabled probes, if the trace does not list them */
  armed?: readonly ArmedProbe[] | undefined;
  /** facts about the recording that the text does not show */
  known?: Partial<TraceHead> | undefined;
  /** rules whose probes are decoded */
  rules?: readonly { readonly probes?: Probes | undefined }[] | undefined;
}

export interface StartOptions
  extends Partial<Pick<FeedOptions, 'onBatch' | 'onProgress' | 'sink' | 'workers' | 'knowledge' | 'prompt'>> {
  /** of a recording, events needed by neither the replay nor a listener are only counted (rmap_del is a quarter) */
  wantedOnly?: boolean;
}

export class Reading implements ReadTrace {
  readonly path: string;
  readonly vocabulary: Vocabulary;
  readonly stats = new ReadStats();
  readonly model: Model;
  readonly #input: OpenInput;
  readonly #options: ReadingOptions;
  readonly #origin: TraceInput['origin'];
  #feed: Feed | undefined;
  #finished = false;

  private constructor({ path, origin }: TraceInput, input: OpenInput, options: ReadingOptions) {
    this.path = path;
    this.#origin = origin;
    this.#input = input;
    this.#options = options;
    this.vocabulary = new Vocabulary(catalogueFor(options.rules));
    const { kernel } = input.head;
    const named = kernel === undefined ? undefined : eraOfRelease(kernel);
    if (named !== undefined) this.vocabulary.era.fits(named.name, `kernel ${kernel}`);
    this.model = newModel(this.vocabulary.catalogue, this.vocabulary.symbols, input.head);
  }

  /** @throws InputError if it is not a trace */
  static async open(input: TraceInput, options: ReadingOptions = {}): Promise<Reading> {
    const opened = await openInput(input, options);
    const { head } = opened;
    Object.assign(head, options.known);
    if (options.armed !== undefined) {
      head.recorded ??= newRecorded();
      head.recorded.armed.push(...options.armed);
    }
    return new Reading(input, opened, options);
  }

  get head(): TraceHead {
    return this.#input.head;
  }

  /** size of the input in bytes; undefined for pipes */
  get size(): number | undefined {
    return this.#input.size;
  }

  get symbols(): readonly string[] {
    return this.vocabulary.symbols;
  }

  /** Begin. Listeners of the model must be registered before. */
  start(options: StartOptions = {}): void {
    const { model, vocabulary, stats } = this;
    this.believeHead();
    if (options.prompt === true) model.firstLook?.hurry();
    if (options.wantedOnly === true && !isTextFormat(this.head.format)) {
      vocabulary.keep = vocabulary.catalogue.kindNames.map(
        (_, kind) => REPLAYED[kind] === true || isChecked(kind) || model.taps[kind] !== undefined,
      );
    }
    this.#feed = this.#input.start({
      onBatch: (batch, lineBase) => replay(model, batch, lineBase),
      ...options,
      filter: this.#options.filter,
      vocabulary,
      stats,
    });
  }

  /** Read a chunk; waits as long as the input does. False: the end. */
  async advance(): Promise<boolean> {
    return (await this.#feed?.advance()) === true;
  }

  /** Pass on what was read so far. */
  flush(): void {
    this.#feed?.flush?.();
  }

  /** Facts about the recording from the head, before the end is known. */
  believeHead(): void {
    const { catalogue, seen } = this.model;
    const about = { catalogue, seen, era: () => this.era().era?.name };
    this.model.facts = { ...this.model.facts, ...recordingFacts(this.head, about) };
  }

  /** End the reading here, whether or not more follows. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.flush();
    const { model, vocabulary } = this;
    settleMachine(model);
    const { keep } = vocabulary;
    if (keep !== undefined) for (const [kind, n] of vocabulary.seen().entries()) if (!keep[kind]) model.seen[kind] += n;
    this.#settle();
    finish(model);
  }

  /** The same if nothing was replayed. */
  #settle(): void {
    const { model, head, stats } = this;
    model.lastLine = stats.lines;
    const about = { catalogue: model.catalogue, seen: model.seen, era: () => this.era().era?.name };
    model.facts = factsOf(head, stats, about, this.#options.filter);
  }

  /**
   * Read to the end. If `replayed` is false, nothing is replayed, and rules are not told of the end.
   * @throws InputError if the state does not fit into memory
   */
  async read(options: StartOptions = {}, replayed = true): Promise<void> {
    const { model } = this;
    const most = heapWithin(MOST_HEAP);
    const heap = new HeapLimit(most);
    const { onBatch = (batch, lineBase) => replay(model, batch, lineBase) } = options;
    this.start({
      ...options,
      // with several threads, all of the trace is one advance()
      onBatch: (batch, lineBase) => {
        onBatch(batch, lineBase);
        if (heap.exceeded()) throw tooMuch(this.path, model, most);
      },
    });
    while (await this.advance());
    if (replayed) this.finish();
    else this.#settle();
  }

  /** @throws InputError if there was none */
  demandEvents(): void {
    demandEvents(this.path, this.stats, this.head);
  }

  /** According to the events seen so far. */
  era(): { era: Era | undefined; from: string } {
    return decideEra(this.vocabulary, this.#options.kernel, this.model);
  }

  /** So far. */
  info(): TraceInfo {
    const { era, from } = this.era();
    const info = traceInfo(textInfo(this.path, this.head, this.stats), this.model, era?.name, from);
    const origin = this.#origin;
    if (origin !== undefined)
      for (const loss of info.losses) if (loss.line !== undefined) loss.from = origin(loss.line);
    return info;
  }

  lines(places: readonly number[]): Promise<Map<number, EvidenceLine>> {
    return this.#input.show(places);
  }

  words(lines: ReadonlyMap<number, EvidenceLine> = new Map()): Words {
    return new Words(this.model, this.era().era, this.symbols, lines, this.head.timeUnit, this.#origin);
  }

  close(): void {
    this.#input.close();
  }
}

/** Maximum memory in bytes that the state of one trace may occupy. */
const MOST_HEAP = 700e6;

function tooMuch(path: string, { mmCount, tasks, faulted, counts }: Model, most: number): InputError {
  const needs = most < MOST_HEAP ? 'more memory than Node may use here' : 'more than 1 GB of memory';
  const shows = `${mmCount} address spaces, ${tasks.size + faulted.size} tasks and ${counts.pins} pins so far`;
  return new InputError(`this trace needs ${needs}: it shows ${shows}`, {
    where: path,
    tryThis: '--pid, --since and --until for a part of it',
  });
}

/** @throws InputError if it is not a trace */
async function openInput(input: TraceInput, { format, kallsyms }: ReadingOptions): Promise<OpenInput> {
  // a text does not read it, but a misspelled path is never ignored
  if (kallsyms !== undefined) checkSymbols(kallsyms);
  const folder = await RecordingInput.openDirectory(input, kallsyms);
  if (folder !== undefined) return folder;
  const source = await input.open();
  let text: TextInput | undefined;
  try {
    const found = await RecordingInput.open(input, source, kallsyms);
    if (found instanceof RecordingInput) return found;
    // the trace.dat of a latency tracer contains a text
    if (found !== undefined) return await TextInput.open(found, await found.open(), format);
    text = await TextInput.open(input, source, format);
    return text;
  } finally {
    // a text is read from here on; a recording has its bytes already
    if (text === undefined) source.close();
  }
}

/** Call `use` with a reading, and close it in any case. */
export async function withReading<T>(
  input: TraceInput,
  options: ReadingOptions,
  use: (reading: Reading) => Promise<T>,
): Promise<T> {
  const reading = await Reading.open(input, options);
  try {
    return await use(reading);
  } finally {
    reading.close();
  }
}
