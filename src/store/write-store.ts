// A store from its first trace to its last: what ingest does with it, one call per thing that is known.
import type { Model } from '../model/model.ts';
import type { TraceHead } from '../parsers/line.ts';
import type { Finding } from '../rules/finding.ts';
import type { RecordBatch } from '../vocabulary/record.ts';
import { textOrBlob } from './bytes.ts';
import { NewStore, type StoreOptions } from './create.ts';
import { EventSink, type Shared } from './event-sink.ts';
import { EventTables, quoted } from './event-table.ts';
import { saveFindings } from './findings.ts';
import { Symbols, Tasks } from './intern.ts';
import { rest } from './json.ts';
import { linkPins, PinKeeper, type PinWords } from './pins.ts';
import { ReplayEncoder } from './replay-codec.ts';
import { INDEXED_KEYS, INDEXES, MOST_CHUNKS } from './schema.ts';
import { type RuleReport, type SourceIdentity, saveRules, saveTrace, type TraceReport } from './traces.ts';
import { createViews } from './views.ts';

export interface WriteOptions extends StoreOptions {
  /** kept in `meta`: version and the like */
  meta?: Readonly<Record<string, string | number>>;
}

/** A store being written. `finish` or `discard` ends it. */
export class StoreWriter {
  readonly #store: NewStore;
  readonly #shared: Shared;
  readonly #meta: Readonly<Record<string, string | number>>;

  constructor(path: string, options: WriteOptions = {}) {
    this.#store = new NewStore(path, options);
    this.#meta = options.meta ?? {};
    const { db } = this.#store;
    const task = db.prepare('insert into task values (?, ?, ?, ?)');
    const sym = db.prepare('insert into sym values (?, ?)');
    this.#shared = {
      tables: new EventTables(),
      tasks: new Tasks((id, pid, tgid, comm) =>
        task.run(
          id,
          pid < 0 ? null : pid,
          tgid < 0 ? null : tgid,
          comm.length === 0 ? null : textOrBlob(comm, 0, comm.length),
        ),
      ),
      symbols: new Symbols((id, text) => sym.run(id, textOrBlob(text, 0, text.length))),
      writer: this.#store.writer,
      pins: 0,
      pfnBases: new Map(),
    };
  }

  /** Begin a trace; `id` counts from 0. */
  trace(id: number, model: Model, words: () => PinWords): TraceWriter {
    return new TraceWriter(this.#store, this.#shared, id, model, words);
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
    rules: readonly RuleReport[];
  }): void {
    this.#store.guard(() => {
      const db = this.#store.complete();
      saveFindings(db, report.findings);
      saveRules(db, report.rules);
      const { all } = this.#shared.tables;
      const views = createViews(db, all);
      const type = db.prepare('insert into event_type values (?, ?, ?, ?, ?, ?)');
      const column = db.prepare('insert into event_column values (?, ?, ?, ?, ?, ?)');
      for (const t of all) {
        type.run(t.id, t.name, t.system, t.table, views.get(t), t.events);
        t.columns.forEach((c, i) => {
          column.run(t.id, i, c.key, c.name, c.form, c.behind);
        });
      }
      db.exec(INDEXES);
      linkPins(db, this.#shared.pfnBases);
      for (const t of all) {
        for (const keys of INDEXED_KEYS) {
          const columns = keys
            .map((key) => t.columns[t.find(key, 0)])
            .filter((c) => c !== undefined && c.form !== 'text');
          if (columns.length < keys.length) continue;
          const names = columns.map((c) => quoted(c.name));
          db.exec(
            `create index ${quoted(`${t.table}_by_${keys.join('_')}`)} on ${quoted(t.table)} (${names.join(', ')})`,
          );
        }
      }
      const meta = db.prepare('insert into meta values (?, ?)');
      const { schema, verdict } = report;
      const more = rest(report, ['schema', 'verdict', 'traces', 'rules', 'findings']);
      for (const [key, value] of Object.entries({
        ...this.#meta,
        report: schema,
        verdict,
        ...(more === null ? {} : { more }),
      })) {
        meta.run(key, value);
      }
    });
    this.#store.finish();
  }

  discard(): void {
    this.#store.discard();
  }
}

/** One trace of a store being written. */
export class TraceWriter {
  readonly events: EventSink;
  readonly #store: NewStore;
  readonly #id: number;
  readonly #pins: PinKeeper;
  readonly #encoder = new ReplayEncoder();
  #chunk = 0;

  constructor(store: NewStore, shared: Shared, id: number, model: Model, words: () => PinWords) {
    this.#store = store;
    this.#id = id;
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
    info: TraceReport,
    symbols: readonly string[],
    vmemmap: number | undefined,
  ): void {
    const { db } = this.#store;
    saveTrace(db, this.#id, source, head, info, vmemmap);
    const symbol = db.prepare('insert into replay_symbol values (?, ?, ?)');
    symbols.forEach((text, i) => {
      symbol.run(this.#id, i, text);
    });
    this.#pins.finish();
  }
}
