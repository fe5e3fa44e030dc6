// `ingest`: writes traces into a store and checks them in one pass: every line goes to its table, every mm event to the
// replay and, in compact form, into the store, where the rules can run again without the text.
import { createHash, type Hash } from 'node:crypto';
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { CheckReport } from '../contract/report.ts';
import { Knowledge } from '../known-lines/knowledge.ts';
import type { Model } from '../model/model.ts';
import { replay } from '../model/replay.ts';
import type { SourceOptions } from '../parsers/bytes/source-input.ts';
import type { Source } from '../parsers/bytes/wrapped-source.ts';
import { WrappedSource } from '../parsers/bytes/wrapped-source.ts';
import type { TraceFormat } from '../parsers/formats/head.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import type { StoreOptions } from '../store/create.ts';
import { hashFile } from '../store/hash.ts';
import { MOST_TRACES } from '../store/schema.ts';
import type { SourceIdentity } from '../store/traces.ts';
import { StoreWriter } from '../store/write-store.ts';
import { InputError } from '../util/errors.ts';
import { LineMemory } from '../util/line-memory.ts';
import { type RecordBatch, STRIDE } from '../vocabulary/record.ts';
import { Collector } from './findings/collect.ts';
import { type Judged, judge, reportOf } from './judge.ts';
import { fileInput, type TraceInput } from './reading/input.ts';
import { type StartOptions, withReading } from './reading/reading.ts';
import type { RuleOptions } from './running/run-rules.ts';

export interface IngestOptions {
  /** the store to write */
  out: string;
  /** replace an existing store, or an empty file */
  force?: boolean;
  format?: TraceFormat;
  /** kernel release or era, if the trace does not show it */
  kernel?: string;
  /** file with the symbols of that boot, for a recording without symbols */
  kallsyms?: string | undefined;
  rules?: readonly Rule[];
  /** options and observers of the rules */
  running?: RuleOptions;
  /** false: only events and losses; rules can run later on the store */
  check?: boolean | undefined;
  /** see {@link StoreOptions} */
  writer?: StoreOptions['writer'];
  /** kept in the store's `meta`, beside the verdict */
  meta?: Readonly<Record<string, string | number>>;
  onProgress?: (path: string, position: number, size: number | undefined) => void;
  /** called for a trace without events, which is stored anyway; without it, the error is thrown */
  onUnreadable?: ((error: InputError) => void) | undefined;
}

/** Reason why no rule could decide. */
const NOT_ASKED = 'nothing was checked when the store was made';

/** Size for the pages of some hundred event tables; further ones are written by SQL. */
const TABLES_BYTES = 8 << 20;

/** Read traces into a new store. Returns the result of `check`, or that it was not requested. */
export async function ingest(traces: readonly (string | TraceInput)[], options: IngestOptions): Promise<CheckReport> {
  const inputs = traces.map((trace) => (typeof trace === 'string' ? fileInput(trace) : trace));
  const paths = inputs.map((input) => input.path);
  if (paths.length > MOST_TRACES) {
    throw new InputError(`a store can hold ${MOST_TRACES} traces, but ${paths.length} were given`, {
      tryThis: 'use several stores, or pindrift fleet run, which has no such limit',
    });
  }
  const rules = options.rules ?? BUILT_IN;
  // the lines, followed by the pages that the store makes of them
  const memory = options.writer === undefined ? LineMemory.of(TABLES_BYTES) : undefined;
  const knowledge = memory && new Knowledge(memory);
  const { force, writer } = options;
  const meta = { ...options.meta, checked: options.check === false ? 'no' : 'yes' };
  const store = new StoreWriter(options.out, { force, sources: paths, writer, meta, knowledge, traces: paths.length });
  try {
    const judged: Judged[] = [];
    for (const [i, input] of inputs.entries()) judged.push(await ingestOne(store, input, i, rules, options, knowledge));
    const report = reportOf(rules, judged);
    store.finish(report);
    return report;
  } catch (error) {
    store.discard();
    throw store.explain(error);
  }
}

function ingestOne(
  store: StoreWriter,
  input: TraceInput,
  index: number,
  rules: readonly Rule[],
  options: IngestOptions,
  knowledge: Knowledge | undefined,
): Promise<Judged> {
  const hashed = new HashedInput(input);
  return withReading(hashed, options, async (reading) => {
    const { model, head, symbols } = reading;
    const unchecked = options.check === false;
    const collector = new Collector(model, unchecked ? [] : rules, options.running);
    knowledge?.forget();
    const trace = store.trace(index, model, () => reading.words());
    const start: StartOptions = {
      sink: trace.events,
      knowledge,
      onBatch: (batch) => {
        trace.records(batch);
        if (unchecked) countKinds(model, batch);
        else replay(model, batch);
      },
      onProgress: breathing((position) => options.onProgress?.(input.path, position, reading.size)),
    };
    await reading.read(start, !unchecked);
    if (options.onUnreadable === undefined) reading.demandEvents();
    else tellEmpty(reading, options.onUnreadable);
    const undecided = unchecked ? new Map(rules.map(({ meta }) => [meta.id, [NOT_ASKED]])) : undefined;
    const judged = await judge(reading, collector, index, { rules, undecided });
    if (model.facts.damage !== undefined) head.damage = model.facts.damage;
    // SQL assumes the usual struct page
    const isUsual = model.machine.structPage === 64 && !Number.isNaN(model.pfnBase);
    const vmemmap = isUsual ? model.pointer(model.pfnBase) : undefined;
    trace.finish(hashed.identity(), head, judged.info, symbols, vmemmap);
    return judged;
  });
}

/** With several traces, one without events does not prevent the others from being stored. */
function tellEmpty(reading: { demandEvents: () => void }, tell: (error: InputError) => void): void {
  try {
    reading.demandEvents();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(error);
  }
}

/** The kinds present determine what can be checked. */
function countKinds(model: Model, { rows, length }: RecordBatch): void {
  for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) model.seen[rows[o]]++;
}

/** Interval for signals and progress. */
const BREATH_MS = 50;

function breathing(report: (position: number) => void): (position: number) => Promise<void> | undefined {
  let breath = performance.now() + BREATH_MS;
  return (position) => {
    report(position);
    if (performance.now() < breath) return undefined;
    breath = performance.now() + BREATH_MS;
    return setImmediate();
  };
}

/** An input that is hashed as it is read, so that a store can recognise its trace. */
class HashedInput implements TraceInput {
  readonly path: string;
  readonly #input: TraceInput;
  #source: HashedSource | undefined;

  constructor(input: TraceInput) {
    this.path = input.path;
    this.#input = input;
  }

  get file(): string | undefined {
    return this.#input.file;
  }

  get origin(): TraceInput['origin'] {
    return this.#input.origin;
  }

  async open(options?: SourceOptions): Promise<Source> {
    const source = await this.#input.open(options);
    // opened again to read single lines
    if (this.#source !== undefined) return source;
    this.#source = new HashedSource(source, this.path);
    return this.#source;
  }

  identity(): SourceIdentity {
    if (this.#source !== undefined) return this.#source.identity();
    const { path } = this;
    // raw pages and the threads of perf are directories, which have no hash
    return { path, compression: 'none', ...(fs.statSync(path).isDirectory() ? {} : { sha256: hashFile(path) }) };
  }
}

class HashedSource extends WrappedSource {
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  read(into: Uint8Array): number | Promise<number> {
    const got = this.inner.read(into);
    if (typeof got !== 'number') return got.then((n) => this.#add(into, n));
    return this.#add(into, got);
  }

  /** Of the file on disk if there is one: as printed by `sha256sum`. */
  identity(): SourceIdentity {
    const { path, compression } = this;
    const stat = path === '-' ? undefined : fs.statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return { path, compression, sha256: this.#hash.digest('hex') };
    const all = compression === 'none' && this.mended === undefined && this.#bytes === stat.size;
    const sha256 = all ? this.#hash.digest('hex') : hashFile(path);
    return { path, compression, sha256, fileBytes: stat.size, mtimeMs: stat.mtimeMs };
  }

  #add(into: Uint8Array, n: number): number {
    this.#bytes += n;
    if (n > 0 && this.compression === 'none') this.#hash.update(into.subarray(0, n));
    return n;
  }
}
