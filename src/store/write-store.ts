// Writes a store from its first trace to its last; ingest calls one method for each kind of data.

import type Database from 'better-sqlite3';
import type { Finding } from '../contract/finding.ts';
import type { RuleOutcome, TraceInfo } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { TraceHead } from '../parsers/formats/head.ts';
import { InputError } from '../util/errors.ts';
import { LineMemory } from '../util/line-memory.ts';
import type { RecordBatch } from '../vocabulary/record.ts';
import { textOrBlob } from './bytes.ts';
import { NewStore, type StoreOptions } from './create.ts';
import { EventSink, type Shared } from './event-sink.ts';
import { type EventTable, EventTables, pageIndexes, type TableIndex } from './event-table.ts';
import { saveFindings } from './findings.ts';
import { hashVocabulary } from './hash.ts';
import { Sites, Tasks } from './intern.ts';
import { rest } from './json.ts';
import { linkPins, PinKeeper, type PinWords } from './pins.ts';
import { ReplayEncoder } from './replay-codec.ts';
import {
  Ids,
  INDEXES,
  MOST_CHUNKS,
  SCHEMA_VERSION,
  SHIFT_KEY,
  shiftFor,
  USUAL_SHIFT,
  USUAL_VERSION,
  VOCABULARY_KEY,
} from './schema.ts';
import { type SourceIdentity, saveRules, saveTrace } from './traces.ts';
import { createViews } from './views.ts';

export interface WriteOptions extends StoreOptions {
  /** stored in `meta`: the version and others */
  meta?: Readonly<Record<string, string | number>>;
  /** index the events by page; default true */
  indexes?: boolean;
  /** number of traces; default 1 */
  traces?: number;
}

/** A store being written. `finish` or `discard` ends it. */
export class StoreWriter {
  readonly #store: NewStore;
  readonly #shared: Shared;
  readonly #meta: WriteOptions['meta'];
  readonly #indexes: boolean;
  readonly #memory: LineMemory | undefined;

  constructor(path: string, options: WriteOptions = {}) {
    this.#store = new NewStore(path, options);
    this.#meta = options.meta;
    this.#memory = options.knowledge?.memory ?? LineMemory.of();
    this.#indexes = options.indexes ?? true;
    const { db } = this.#store;
    const task = db.prepare('insert into task values (?, ?, ?, ?)');
    const sym = db.prepare('insert into sym values (?, ?)');
    this.#shared = {
      ids: new Ids(shiftFor(options.traces ?? 1)),
      tables: new EventTables(),
      tasks: new Tasks((id, pid, tgid, comm) =>
        task.run(
          id,
          pid < 0 ? null : pid,
          tgid < 0 ? null : tgid,
          comm.length === 0 ? null : textOrBlob(comm, 0, comm.length),
        ),
      ),
      sites: new Sites((id, text) => sym.run(id, textOrBlob(text, 0, text.length))),
      writer: this.#store.writer,
      decoders: 0,
      pins: 0,
      pfnBases: new Map(),
    };
  }

  /** Begin a trace; `id` counts from 0. */
  trace(id: number, model: Model, words: () => PinWords): TraceWriter {
    return new TraceWriter(this.#store, this.#shared, id, model, words, this.#memory);
  }

  /** Run something that writes; errors of the disk become sentences. */
  guard<T>(work: () => T): T {
    return this.#store.guard(work);
  }

  explain(error: unknown): unknown {
    return this.#store.explain(error);
  }

  /** All traces are in: findings, indexes, views, and the file gets its name. */
  finish(report: {
    schema: string;
    verdict: string;
    findings: readonly Finding[];
    rules: readonly RuleOutcome[];
  }): void {
    this.#store.guard(() => {
      const { ids } = this.#shared;
      const { all } = this.#shared.tables;
      const indexes = this.#indexes ? pageIndexes(all) : [];
      const db = this.#store.complete(indexes);
      saveFindings(db, report.findings, ids);
      saveRules(db, report.rules);
      const shift: Record<string, number> = ids.shift === USUAL_SHIFT ? {} : { [SHIFT_KEY]: ids.shift };
      saveMeta(db, report, { ...this.#meta, ...shift, [VOCABULARY_KEY]: hashVocabulary() });
      saveCatalogue(db, all, createViews(db, all, ids));
      db.exec(INDEXES);
      linkPins(db, this.#shared.pfnBases);
      createMissing(db, indexes);
    });
    this.#store.finish(this.#shared.ids.shift === USUAL_SHIFT ? USUAL_VERSION : SCHEMA_VERSION);
  }

  discard(): void {
    this.#store.discard();
  }
}

function saveMeta(
  db: Database.Database,
  report: { schema: string; verdict: string },
  meta: WriteOptions['meta'],
): void {
  const { schema, verdict } = report;
  const more = rest(report, ['schema', 'verdict', 'traces', 'rules', 'findings']);
  const insert = db.prepare('insert into meta values (?, ?)');
  for (const [key, value] of Object.entries({ ...meta, report: schema, verdict })) insert.run(key, value);
  if (more !== null) insert.run('more', more);
}

/** Which event is in which table, and which argument in which column. */
function saveCatalogue(
  db: Database.Database,
  tables: readonly EventTable[],
  views: ReadonlyMap<EventTable, string>,
): void {
  const type = db.prepare('insert into event_type values (?, ?, ?, ?, ?, ?)');
  const column = db.prepare('insert into event_column values (?, ?, ?, ?, ?, ?)');
  for (const t of tables) {
    type.run(t.id, t.name, t.system, t.table, views.get(t), t.events);
    for (const [i, c] of t.columns.entries()) column.run(t.id, i, c.key, c.name, c.form, c.behind);
  }
}

/** Indexes that were not written as pages. */
function createMissing(db: Database.Database, indexes: readonly TableIndex[]): void {
  const there = new Set(db.prepare("select name from sqlite_schema where type = 'index'").pluck().all());
  for (const { name, sql } of indexes) if (!there.has(name)) db.exec(sql);
}

const GIB = 2 ** 30;

/** One trace of a store being written. */
export class TraceWriter {
  readonly events: EventSink;
  readonly #store: NewStore;
  readonly #id: number;
  readonly #pins: PinKeeper;
  readonly #encoder: ReplayEncoder;
  readonly #step: number;
  #chunk = 0;

  constructor(
    store: NewStore,
    shared: Shared,
    id: number,
    model: Model,
    words: () => PinWords,
    memory: LineMemory | undefined,
  ) {
    this.#encoder = new ReplayEncoder(memory);
    this.#store = store;
    this.#id = id;
    this.#step = shared.ids.step;
    this.events = new EventSink(shared, id);
    this.#pins = new PinKeeper(id, model, shared, words);
  }

  /** Keep the records for a later run of the rules. */
  records(batch: RecordBatch): void {
    const data = this.#encoder.encode(batch);
    this.#store.writer.row('replay', this.#id * MOST_CHUNKS + this.#chunk++, [this.#id, batch.length, data]);
  }

  finish(
    source: SourceIdentity,
    head: TraceHead,
    info: TraceInfo,
    symbols: readonly string[],
    vmemmap: number | undefined,
  ): void {
    const { db } = this.#store;
    if (info.bytes > this.#step)
      throw new InputError(`in a store of this many traces each can have at most ${this.#step / GIB} GiB`, {
        where: source.path,
        tryThis: 'use a separate store for this one',
      });
    saveTrace(db, this.#id, source, head, info, vmemmap);
    const symbol = db.prepare('insert into replay_symbol values (?, ?, ?)');
    symbols.forEach((text, i) => {
      symbol.run(this.#id, i, text);
    });
    this.#pins.finish();
  }
}
