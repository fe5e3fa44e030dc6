// One row per trace: where the text lies and how to know it again, what it says about itself, and the trace as the
// report shows it.
import type Database from 'better-sqlite3';
import type { Loss, RuleOutcome, TraceInfo } from '../contract/report.ts';
import type { TraceHead } from '../parsers/formats/head.ts';
import { rest } from './json.ts';

/** The file a trace was read from. */
export interface SourceIdentity {
  path: string;
  /** of the file as it lies on disk (of the text, where it came through a pipe) */
  sha256?: string;
  fileBytes?: number;
  mtimeMs?: number;
  compression: string;
}

/** A trace in a store. */
export interface StoredTrace extends SourceIdentity {
  id: number;
  head: TraceHead;
  /** the trace as the report shows it */
  info: TraceInfo;
}

export function saveTrace(
  db: Database.Database,
  id: number,
  source: SourceIdentity,
  head: TraceHead,
  info: TraceInfo,
  vmemmap: number | undefined,
): void {
  const { losses, ...more } = info;
  insert(db, 'trace', {
    id,
    path: source.path,
    sha256: source.sha256,
    file_bytes: source.fileBytes,
    mtime_ms: source.mtimeMs,
    compression: source.compression,
    bytes: info.bytes,
    lines: info.lines,
    events: info.events,
    mm_events: info.mmEvents,
    format: head.format,
    variant: head.variant,
    kernel: head.kernel,
    era: info.era,
    era_from: info.eraFrom,
    clock: head.clock,
    time_unit: head.timeUnit,
    time_base: head.timeBase,
    time_digits: head.timeDigits,
    time_step: 10 ** (9 - Math.min(9, head.timeDigits)),
    vmemmap,
    cpus: head.cpus,
    first_ts: info.firstTime,
    last_ts: info.lastTime,
    head: JSON.stringify(head),
    info: JSON.stringify(more),
  });
  for (const { kind, count, cpu, line, time, reason, ...left } of losses)
    insert(db, 'loss', { trace: id, kind, count, cpu, line, ts: time, reason, more: rest(left, []) });
}

function insert(db: Database.Database, table: string, row: Record<string, unknown>): void {
  const columns = Object.keys(row);
  db.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map((c) => `@${c}`).join(', ')})`).run(
    Object.fromEntries(columns.map((c) => [c, row[c] ?? null])),
  );
}

interface TraceRow {
  id: number;
  path: string;
  sha256: string | null;
  file_bytes: number | null;
  mtime_ms: number | null;
  compression: string;
  head: string;
  info: string;
}

interface LossRow {
  kind: string;
  count: number | null;
  cpu: number | null;
  line: number | null;
  ts: number | null;
  reason: string;
  more: string | null;
}

export function readTraces(db: Database.Database): StoredTrace[] {
  const losses = db.prepare<[number], LossRow>('select * from loss where trace = ? order by rowid');
  const rows = db.prepare<[], TraceRow>('select * from trace order by id').all();
  return rows.map((row) => ({
    id: row.id,
    path: row.path,
    sha256: row.sha256 ?? undefined,
    fileBytes: row.file_bytes ?? undefined,
    mtimeMs: row.mtime_ms ?? undefined,
    compression: row.compression,
    head: JSON.parse(row.head),
    info: { ...JSON.parse(row.info), losses: losses.all(row.id).map(lossOf) },
  }));
}

function lossOf(row: LossRow): Loss {
  const { kind, count, cpu, line, ts, reason, more } = row;
  const fields = { kind, count, cpu, line, time: ts, reason, ...(more === null ? {} : JSON.parse(more)) };
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== null)) as Loss & Record<string, unknown>;
}

export function saveRules(db: Database.Database, rules: readonly RuleOutcome[]): void {
  for (const { id, verdict, findings, missing, ...left } of rules)
    insert(db, 'rule_outcome', { rule: id, verdict, findings, missing: JSON.stringify(missing), more: rest(left, []) });
}

export function readRules(db: Database.Database): RuleOutcome[] {
  const rows = db.prepare<
    [],
    { rule: string; verdict: RuleOutcome['verdict']; findings: number; missing: string; more: string | null }
  >('select * from rule_outcome order by position');
  return rows.all().map((row) => ({
    id: row.rule,
    verdict: row.verdict,
    findings: row.findings,
    missing: JSON.parse(row.missing),
    ...(row.more === null ? {} : JSON.parse(row.more)),
  }));
}
