// Why: a trace can be read from a store without its text. The store contains the mm events, which are replayed like
// those of a trace.
import * as fs from 'node:fs';
import type { TraceInfo } from '../../contract/report.ts';
import type { Model } from '../../model/model.ts';
import { finish, replay, settleMachine } from '../../model/replay.ts';
import { isTextFormat, type TraceHead } from '../../parsers/formats/head.ts';
import { hashFile } from '../../store/hash.ts';
import { evidenceLines, rebuiltLines } from '../../store/lines.ts';
import type { Store } from '../../store/open.ts';
import { readSymbols } from '../../store/replay.ts';
import type { StoredTrace } from '../../store/traces.ts';
import { catalogueFor } from '../../vocabulary/catalogue.ts';
import { type Era, eraNamed } from '../../vocabulary/era.ts';
import { Vocabulary } from '../../vocabulary/vocabulary.ts';
import { type EvidenceLine, fetchLines } from './evidence.ts';
import { decideEra, newModel, recordingFacts, traceInfo } from './facts.ts';
import { fileInput } from './input.ts';
import { damageIn, unreadOf, unsaidBy } from './losses.ts';
import { type ReadingOptions, withReading } from './reading.ts';
import { recordsOf } from './stored-records.ts';
import type { ReadTrace } from './trace.ts';
import { Words } from './words.ts';

export interface StoredOptions extends Pick<ReadingOptions, 'rules'> {
  /** release or era, if the trace did not show it, or to judge it as another kernel */
  kernel?: string | undefined;
}

export class StoredReading implements ReadTrace {
  readonly model: Model;
  readonly symbols: string[];
  /** the file of the trace is missing or changed, so some lines were assembled from the event tables */
  rebuilt = false;
  readonly #store: Store;
  readonly #trace: StoredTrace;
  readonly #kernel: string | undefined;

  constructor(store: Store, trace: StoredTrace, { kernel, rules }: StoredOptions = {}) {
    this.#store = store;
    this.#trace = trace;
    this.#kernel = kernel;
    this.symbols = readSymbols(store, trace.id);
    this.model = newModel(catalogueFor(rules), this.symbols, trace.head);
  }

  get path(): string {
    return this.#trace.path;
  }

  get head(): TraceHead {
    return this.#trace.head;
  }

  /** Replay all events. */
  read(): void {
    const { model, head } = this;
    const recording = () =>
      recordingFacts(head, { catalogue: model.catalogue, seen: model.seen, era: () => this.era().era?.name });
    model.facts = { ...model.facts, ...recording() };
    for (const batch of recordsOf(this.#store, this.#trace.id, this.symbols, model.catalogue)) replay(model, batch);
    settleMachine(model);
    const info = this.#trace.info as TraceInfo;
    model.lastLine = info.lines;
    model.facts = {
      ...recording(),
      cpus: head.cpus,
      timeUnit: head.timeUnit,
      overwritten: head.overwritten ?? 0,
      unread: unreadOf(info.losses),
      damage: head.damage ?? damageIn(info.losses),
      unsaid: unsaidBy(info, info.losses),
    };
    finish(model);
  }

  era(): { era: Era | undefined; from: string } {
    if (this.#kernel !== undefined)
      return { era: decideEra(new Vocabulary(), this.#kernel, this.model).era, from: 'given' };
    const info = this.#trace.info as TraceInfo;
    return {
      era: info.era === undefined ? undefined : eraNamed(info.era, this.model.machine.arch),
      from: info.eraFrom,
    };
  }

  info(): TraceInfo {
    const { era, from } = this.era();
    return traceInfo(this.#trace.info as TraceInfo, this.model, era?.name, from);
  }

  /** Lines verbatim from the findings or, if it is unchanged, the file; otherwise assembled from the event tables. */
  async lines(places: readonly number[]): Promise<Map<number, EvidenceLine>> {
    const trace = this.#trace;
    const lines = evidenceLines(this.#store, trace.id);
    const missing = places.filter((place) => !lines.has(place));
    if (missing.length === 0) return lines;
    if (unchanged(trace)) {
      const again = await linesAgain(trace, missing);
      for (const [place, line] of again) lines.set(place, line);
      return lines;
    }
    for (const [place, line] of rebuiltLines(this.#store, trace, missing)) lines.set(place, line);
    this.rebuilt = true;
    return lines;
  }

  words(lines: ReadonlyMap<number, EvidenceLine> = new Map()): Words {
    return new Words(this.model, this.era().era, this.symbols, lines, this.head.timeUnit);
  }
}

/** Lines of text, or records, from the file itself. */
function linesAgain({ head, path }: StoredTrace, places: readonly number[]): Promise<Map<number, EvidenceLine>> {
  const input = fileInput(path);
  // the format of a text may have been given by the user
  return isTextFormat(head.format)
    ? fetchLines(input, head, places)
    : withReading(input, {}, (reading) => reading.lines(places));
}

/** Whether the file of a trace exists and has the same bytes. */
function unchanged(trace: StoredTrace): boolean {
  const stat = trace.path === '-' ? undefined : fs.statSync(trace.path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size !== trace.fileBytes) return false;
  if (stat.mtimeMs === trace.mtimeMs) return true;
  try {
    return hashFile(trace.path) === trace.sha256;
  } catch {
    return false;
  }
}
