// What a store says without running anything: the report as it was when the traces were read.
import type { CheckReport } from '../contract/report.ts';
import { readFindings } from './findings.ts';
import type { Store } from './open.ts';
import { readRules, readTraces, type StoredTrace } from './traces.ts';

/** The traces of a store, with their source and what their text says about itself. */
export function listTraces(store: Store): StoredTrace[] {
  return store.guard(() => readTraces(store.db));
}

export function readReport(store: Store): CheckReport {
  return store.guard(() => {
    const meta = readMeta(store);
    const more = meta.get('more');
    return {
      ...(typeof more === 'string' ? JSON.parse(more) : {}),
      schema: String(meta.get('report') ?? ''),
      verdict: meta.get('verdict') as CheckReport['verdict'],
      traces: readTraces(store.db).map((t) => t.info),
      rules: readRules(store.db),
      findings: readFindings(store.db, store.ids),
    };
  });
}

/** Whether rules ran when the store was made; if not, it has no findings and no pins. */
export function wasChecked(store: Store): boolean {
  return store.guard(() => readMeta(store).get('checked') !== 'no');
}

/** Who made the store, and how it turned out. */
export function readMeta(store: Store): Map<string, unknown> {
  const rows = store.db.prepare<[], { key: string; value: unknown }>('select key, value from meta').all();
  return new Map(rows.map((row) => [row.key, row.value]));
}

/** An event type of a store. */
export interface StoredEventType {
  name: string;
  /** as `perf script` shows it; empty for traces that do not */
  system: string;
  /** its table, and the view that prints addresses as hex */
  table: string;
  view: string;
  events: number;
}

/** All event types, the most frequent first. */
export function listEventTypes(store: Store): StoredEventType[] {
  const sql = 'select name, system, tab as "table", view, events from event_type order by events desc, name';
  return store.guard(() => store.db.prepare<[], StoredEventType>(sql).all());
}
