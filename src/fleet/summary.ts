// Why: results may be a million rows in a few hundred files. DuckDB groups them in place; this file contains the SQL.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  DriftState,
  FleetDrift,
  FleetReport,
  FleetSighting,
  ParkedCapture,
  Share,
} from '../report/fleet/contract.ts';
import { InputError } from '../util/errors.ts';
import { optional } from './optional.ts';
import { CAPTURES_END, FINDINGS_END } from './results.ts';

export interface SummaryOptions {
  /** earlier results, to determine what is new and what is gone */
  baseline?: string | undefined;
  /** or: captures before this time are the baseline (ISO 8601) */
  since?: string | undefined;
}

const MOST_HOSTS = 20;
const MOST_PARKED = 100;
const MEMORY = '320MB';

/** @throws InputError without DuckDB, or if there are no results */
export async function summarize(folder: string, options: SummaryOptions = {}): Promise<FleetReport> {
  const { baseline, since } = options;
  const duckdb = await optional('@duckdb/node-api', '@duckdb/node-api', () => import('@duckdb/node-api'));
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY,
    preserve_insertion_order: 'false',
  });
  const db = await instance.connect();
  try {
    await load(db, 'now', folder);
    if (baseline !== undefined) await load(db, 'base', baseline);
    else if (since !== undefined) await divide(db, since);
    const known = baseline !== undefined || since !== undefined;
    const current = await drifts(db, 'now', known);
    const gone = known ? await drifts(db, 'base', true) : [];
    return {
      schema: 'pindrift.fleet/1',
      ...(await totals(db)),
      baseline: baseline ?? (since === undefined ? undefined : `captures before ${since}`),
      drifts: [...current, ...gone],
      parked: (await rows(db, PARKED)) as unknown as ParkedCapture[],
    };
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * The tables of one side. If a capture is in several parts (delivered twice, checked again by a later version) the best
 * row is used, with its findings. Captures are numbered by time, so that the first and the last sighting of a drift are
 * a minimum and a maximum.
 */
async function load(db: DuckDBConnection, name: Side, folder: string): Promise<void> {
  const there = listed(folder);
  if (there.captures.length === 0)
    throw new InputError('there are no results in this directory', {
      where: folder,
      tryThis: 'pindrift fleet run MANIFEST -o DIR',
    });
  const read = (paths: string[], end: string): string =>
    `(SELECT *, replace(filename, ${quoted(end)}, '') AS part
      FROM read_parquet([${paths.map(quoted).join(', ')}], filename = true, union_by_name = true))`;
  await db.run(`CREATE TABLE ${name}_captures AS
    SELECT *, coalesce(kernel, 'era ' || era, 'unknown') AS of_kernel,
      row_number() OVER (ORDER BY modified NULLS FIRST, path, capture) AS id
    FROM (SELECT * EXCLUDE (losses, undecided) FROM ${read(there.captures, CAPTURES_END)}
      QUALIFY row_number() OVER (PARTITION BY capture ORDER BY status = 'checked' DESC, version DESC, part) = 1)`);
  await db.run(`CREATE VIEW ${name}_files AS SELECT * FROM ${read(there.findings, FINDINGS_END)}`);
  await db.run(readable(name, name));
  await shown(db, name);
}

/**
 * A row for each drift, and one for each capture that shows it; with numbers instead of names, since there are
 * millions.
 */
async function shown(db: DuckDBConnection, name: Side): Promise<void> {
  await db.run(`CREATE TABLE ${name}_drifts AS
    SELECT fingerprint, row_number() OVER () AS drift, any_value(rule) AS rule, max(${RANK}) AS rank, count(*) AS findings,
      any_value(cause) AS cause, list(DISTINCT harm) AS harm, any_value(fingerprint_version) AS version
    FROM ${name}_read GROUP BY fingerprint`);
  await db.run(`CREATE TABLE ${name}_shown AS
    SELECT drift, id, min(n) AS first_n, max(n) AS last_n
    FROM (SELECT fingerprint, id, n FROM ${name}_read) JOIN ${name}_drifts USING (fingerprint) GROUP BY drift, id`);
}

/** The findings of a side's captures, from the files of one side. */
const readable = (side: Side, files: Side): string => `CREATE VIEW ${side}_read AS SELECT f.*, c.id
  FROM ${files}_files f JOIN ${side}_captures c ON c.capture = f.capture AND c.part = f.part`;

/** Complete parts: findings without a captures file do not count. */
function listed(folder: string): { captures: string[]; findings: string[] } {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new InputError('this directory cannot be read', {
      where: folder,
      tryThis: 'use the output directory of `pindrift fleet run`',
      cause: error,
    });
  }
  const parts = names.filter((name) => name.endsWith(CAPTURES_END)).map((name) => name.slice(0, -CAPTURES_END.length));
  return {
    captures: parts.map((name) => join(folder, name + CAPTURES_END)),
    findings: parts.map((name) => join(folder, name + FINDINGS_END)),
  };
}

/** Splits one directory by time. */
async function divide(db: DuckDBConnection, since: string): Promise<void> {
  if (Number.isNaN(Date.parse(since)))
    throw new InputError(`--since ${since}: not a time`, { tryThis: '--since 2026-11-27T18:00:00Z' });
  const at = `TIMESTAMP ${quoted(new Date(since).toISOString().slice(0, 19).replace('T', ' '))}`;
  await db.run(`CREATE TABLE base_captures AS SELECT * FROM now_captures WHERE modified < ${at}`);
  await db.run('DELETE FROM now_captures WHERE id IN (SELECT id FROM base_captures)');
  await db.run('DROP TABLE now_shown');
  await db.run('DROP TABLE now_drifts');
  await db.run(readable('base', 'now'));
  await shown(db, 'now');
  await shown(db, 'base');
}

type Side = 'now' | 'base';

const RANK = `CASE severity WHEN 'error' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END`;
const SEVERITIES = ['note', 'warning', 'error'] as const;

const PARKED = `SELECT path, capture, status, coalesce(reason, '') AS reason FROM now_captures
  WHERE status <> 'checked' ORDER BY status, path LIMIT ${MOST_PARKED}`;

/** A sighting as one number that sorts by capture, then by finding. */
const PER_CAPTURE = 10_000_000;

/** The drifts of one side; `state` shows whether the other side has them too. */
async function drifts(db: DuckDBConnection, side: Side, known: boolean): Promise<FleetDrift[]> {
  const other = side === 'now' ? 'base' : 'now';
  const inOther = `fingerprint IN (SELECT fingerprint FROM ${other}_drifts)`;
  const state = !known ? 'NULL' : side === 'base' ? `'gone'` : `CASE WHEN ${inOther} THEN 'ongoing' ELSE 'new' END`;
  const found = await rows(
    db,
    `SELECT d.*, ${state} AS state, s.* EXCLUDE (drift)
    FROM ${side}_drifts d JOIN (
      SELECT drift, count(*) AS captures, min(id * ${PER_CAPTURE} + first_n) AS first, max(id * ${PER_CAPTURE} + last_n) AS last
      FROM ${side}_shown GROUP BY drift) s USING (drift)
    ${side === 'base' ? `WHERE NOT ${inOther}` : ''}
    ORDER BY rank DESC, captures DESC, findings DESC, fingerprint`,
  );
  const kernels = await shares(db, side, 'of_kernel');
  const hosts = await shares(db, side, 'host');
  const sightings = await sighted(
    db,
    side,
    found.flatMap(({ first, last }) => [Number(first), Number(last)]),
  );
  const messages = await messagesOf(
    db,
    side,
    found.map(({ first }) => Number(first)),
  );
  return found.map((row) => ({
    fingerprint: String(row.fingerprint),
    fingerprintVersion: Number(row.version),
    state: (row.state ?? undefined) as DriftState | undefined,
    rule: String(row.rule),
    severity: SEVERITIES[Number(row.rank)] ?? 'note',
    cause: String(row.cause ?? ''),
    message: messages.get(Number(row.first)) ?? '',
    harm: harms(row.harm as (string | null)[]),
    findings: Number(row.findings),
    captures: Number(row.captures),
    kernels: kernels.get(String(row.fingerprint)) ?? [],
    hosts: hosts.get(String(row.fingerprint)),
    first: sightings.get(Number(row.first)) as FleetSighting,
    last: sightings.get(Number(row.last)) as FleetSighting,
  }));
}

const harms = (lists: readonly (string | null)[]): string[] =>
  [...new Set(lists.flatMap((text) => (text === null ? [] : (JSON.parse(text) as string[]))))].toSorted();

async function sighted(db: DuckDBConnection, side: Side, keys: readonly number[]): Promise<Map<number, FleetSighting>> {
  const ids = new Set(keys.map((key) => Math.floor(key / PER_CAPTURE)));
  const found = await rows(
    db,
    `SELECT id, capture, path, host, of_kernel, strftime(modified, '%Y-%m-%dT%H:%M:%SZ') AS modified
    FROM ${side}_captures WHERE id IN (${[...ids].join(', ') || 'NULL'})`,
  );
  const captures = new Map(found.map((row) => [Number(row.id), row as Record<string, string | null>]));
  return new Map(
    keys.map((key) => {
      const { capture, host, modified, of_kernel, path } = captures.get(Math.floor(key / PER_CAPTURE)) ?? {};
      const seen = { path: path ?? '', capture: capture ?? '', n: key % PER_CAPTURE, kernel: of_kernel ?? 'unknown' };
      return [key, { ...seen, host: host ?? undefined, modified: modified ?? undefined }];
    }),
  );
}

async function messagesOf(db: DuckDBConnection, side: Side, keys: readonly number[]): Promise<Map<number, string>> {
  if (keys.length === 0) return new Map();
  await db.run('CREATE OR REPLACE TEMP TABLE wanted (id BIGINT, n BIGINT)');
  await db.run(
    `INSERT INTO wanted VALUES ${keys.map((key) => `(${Math.floor(key / PER_CAPTURE)}, ${key % PER_CAPTURE})`).join(', ')}`,
  );
  const found = await rows(db, `SELECT id, n, message FROM ${side}_read JOIN wanted USING (id, n)`);
  return new Map(found.map(({ id, message, n }) => [Number(id) * PER_CAPTURE + Number(n), String(message ?? '')]));
}

async function shares(db: DuckDBConnection, side: Side, by: 'of_kernel' | 'host'): Promise<Map<string, Share[]>> {
  const found = await rows(
    db,
    `WITH a AS (SELECT ${by} AS name, count(*) AS n FROM ${side}_captures WHERE ${by} IS NOT NULL GROUP BY 1),
    s AS (SELECT drift, ${by} AS name, count(*) AS captures
      FROM ${side}_shown JOIN ${side}_captures USING (id) WHERE ${by} IS NOT NULL GROUP BY 1, 2)
    SELECT fingerprint, name, captures, n FROM s JOIN a USING (name) JOIN ${side}_drifts USING (drift)
    ${by === 'host' ? `QUALIFY row_number() OVER (PARTITION BY drift ORDER BY captures DESC, name) <= ${MOST_HOSTS}` : ''}
    ORDER BY captures DESC, name`,
  );
  const lists = new Map<string, Share[]>();
  for (const { captures, fingerprint, n, name } of found) {
    const list = lists.get(String(fingerprint)) ?? [];
    list.push({ name: String(name), captures: Number(captures), of: Number(n) });
    lists.set(String(fingerprint), list);
  }
  return lists;
}

async function totals(
  db: DuckDBConnection,
): Promise<Pick<FleetReport, 'captures' | 'byVerdict' | 'byStatus' | 'findings'>> {
  const counted = async (column: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await rows(
          db,
          `SELECT ${column} AS k, count(*) AS n FROM now_captures WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`,
        )
      ).map(({ k, n }) => [String(k), Number(n)]),
    );
  const [sum] = await rows(
    db,
    'SELECT count(*) AS captures, coalesce(sum(findings), 0)::BIGINT AS findings FROM now_captures',
  );
  return {
    captures: Number(sum?.captures),
    byVerdict: await counted('verdict'),
    byStatus: await counted('status'),
    findings: Number(sum?.findings),
  };
}

async function rows(db: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  return (await db.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
}
