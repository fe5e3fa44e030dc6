// Why: one reading of a trace, for everything that reads one. It has a beginning, may have no end, and can be finished at
// any point; what is known (era, coverage, losses) is known so far. What comes behind does not know whether it was a
// file, a pipe or a machine at work.

import type { TraceInfo } from '../../contract/report.ts';
import type { Model } from '../../model/model.ts';
import { finish, REPLAYED, replay, settleMachine } from '../../model/replay.ts';
import type { TraceFormat, TraceHead } from '../../parsers/head.ts';
import { type ArmedProbe, newRecorded } from '../../parsers/head.ts';
import { InputError } from '../../util/errors.ts';
import { HeapLimit } from '../../util/heap.ts';
import { catalogueFor } from '../../vocabulary/catalogue.ts';
import { type Era, eraOfRelease } from '../../vocabulary/era.ts';
import type { Probes } from '../../vocabulary/probes.ts';
import { Vocabulary } from '../../vocabulary/vocabulary.ts';
import type { EvidenceLine } from '../evidence.ts';
import type { TraceFilter } from '../filter.ts';
import type { TraceInput } from '../input.ts';
import { decideEra, factsOf, newModel, recordingFacts, textInfo, traceInfo } from '../judged.ts';
import { demandEvents } from '../no-events.ts';
import { ReadStats } from '../read-stats.ts';
import { Words } from '../words.ts';
import type { Feed, FeedOptions, OpenInput } from './feed.ts';
import { RecordingInput } from './recording-input.ts';
import { TextInput } from './text-input.ts';
import type { ReadTrace } from './trace.ts';

export interface ReadingOptions {
  /** what the text is, where looking at it tells wrong */
  format?: TraceFormat | undefined;
  /** kernel release or era, where the trace does not show it */
  kernel?: string | undefined;
  /** file with the symbols of that boot, for a recording that has none */
  kallsyms?: string | undefined;
  /** events that are looked at */
  filter?: TraceFilter | undefined;
  /** probes that were armed, where the trace does not say so */
  armed?: readonly ArmedProbe[] | undefined;
  /** rules whose probes are to be understood */
  rules?: readonly { readonly probes?: Probes | undefined }[] | undefined;
}

export interface StartOptions
  extends Partial<Pick<FeedOptions, 'onBatch' | 'onProgress' | 'sink' | 'workers' | 'knowledge' | 'prompt'>> {
  /** events that neither the replay nor who listens wants are counted only (rmap_del is a quarter of a trace) */
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

  /** @throws InputError when it is no trace */
  static async open(input: TraceInput, options: ReadingOptions = {}): Promise<Reading> {
    const opened = await openInput(input, options);
    const { head } = opened;
    if (options.armed !== undefined) {
      head.recorded ??= newRecorded();
      head.recorded.armed.push(...options.armed);
    }
    return new Reading(input, opened, options);
  }

  get head(): TraceHead {
    return this.#input.head;
  }

  /** bytes of the input; undefined for pipes */
  get size(): number | undefined {
    return this.#input.size;
  }

  get symbols(): readonly string[] {
    return this.vocabulary.symbols;
  }

  /** Begin. Who listens to the model listens by now. */
  start(options: StartOptions = {}): void {
    const { model, vocabulary, stats } = this;
    if (options.prompt === true) model.firstLook?.hurry();
    vocabulary.wanted = vocabulary.catalogue.kindNames.map(
      (_, kind) => REPLAYED[kind] === true || model.taps[kind] !== undefined,
    );
    if (options.wantedOnly === true) vocabulary.keep = vocabulary.wanted;
    this.#feed = this.#input.start({
      onBatch: (batch, lineBase) => replay(model, batch, lineBase),
      ...options,
      filter: this.#options.filter,
      vocabulary,
      stats,
    });
  }

  /** Read on. False: there is nothing left. May wait for as long as the input does. */
  async advance(): Promise<boolean> {
    return (await this.#feed?.advance()) === true;
  }

  /** Hand over what was read so far. */
  flush(): void {
    this.#feed?.flush?.();
  }

  /** What the head says of the recording, for who does not wait for the end. */
  believeHead(): void {
    const { catalogue, seen } = this.model;
    const about = { catalogue, seen, era: () => this.era().era?.name };
    this.model.facts = { ...this.model.facts, ...recordingFacts(this.head, about) };
  }

  /** The trace ends here, whatever may come. */
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

  /** The same, where nothing was replayed. */
  #settle(): void {
    const { model, head, stats } = this;
    model.lastLine = stats.lines;
    const about = { catalogue: model.catalogue, seen: model.seen, era: () => this.era().era?.name };
    model.facts = factsOf(head, stats, about, this.#options.filter);
  }

  /**
   * Read all there is. Nothing is replayed where `replayed` is false, and rules cannot speak of the end.
   * @throws InputError when what it shows does not fit into memory
   */
  async read(options: StartOptions = {}, replayed = true): Promise<void> {
    this.start(options);
    const heap = new HeapLimit(MOST_HEAP);
    while (await this.advance()) if (heap.exceeded()) throw tooMuch(this.path, this.model);
    if (replayed) this.finish();
    else this.#settle();
  }

  /** @throws InputError when there was none */
  demandEvents(): void {
    demandEvents(this.path, this.stats, this.head);
  }

  /** By what was seen so far. */
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

/** Bytes that one trace may keep in use, with all that is known of it. */
const MOST_HEAP = 700e6;

function tooMuch(path: string, { mms, tasks, counts }: Model): InputError {
  const shows = `${mms.size} address spaces, ${tasks.size} tasks and ${counts.pins} pins so far`;
  return new InputError(`this trace needs more than 1 GB of memory: it shows ${shows}`, {
    where: path,
    tryThis: '--pid, --since and --until for a part of it',
  });
}

/** @throws InputError when it is no trace */
async function openInput(input: TraceInput, { format, kallsyms }: ReadingOptions): Promise<OpenInput> {
  const folder = await RecordingInput.openDirectory(input, kallsyms);
  if (folder !== undefined) return folder;
  const source = await input.open();
  let text: TextInput | undefined;
  try {
    const found = await RecordingInput.open(input, source, kallsyms);
    if (found instanceof RecordingInput) return found;
    // a trace.dat of a latency tracer has a text in it
    if (found !== undefined) return await TextInput.open(found, await found.open(), format);
    text = await TextInput.open(input, source, format);
    return text;
  } finally {
    // a text goes on from here; a recording has its bytes
    if (text === undefined) source.close();
  }
}

/** Use a reading, and close it whatever happens. */
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
