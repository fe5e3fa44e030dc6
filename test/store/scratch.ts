// A folder for the stores of one test file, and short ways to make and look at them.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { type IngestOptions, ingest } from '../../src/engine/ingest.ts';

export interface Scratch {
  dir: string;
  file(name: string): string;
  /** Write a trace. */
  trace(name: string, text: string | Uint8Array): string;
  /** Ingest text; returns the path of the store. */
  store(text: string | Uint8Array, options?: Partial<IngestOptions>): Promise<string>;
}

export function scratch(): Scratch {
  const dir = mkdtempSync(join(tmpdir(), 'pindrift-store-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  let count = 0;
  const file = (name: string) => join(dir, name);
  const trace = (name: string, text: string | Uint8Array) => {
    writeFileSync(file(name), text);
    return file(name);
  };
  return {
    dir,
    file,
    trace,
    store: async (text, options = {}) => {
      const out = file(`${++count}.db`);
      await ingest([trace(`${count}.txt`, text)], { out, ...options });
      return out;
    },
  };
}

/** Rows of a query, as plain `sqlite3` would see them. */
export function rows(path: string, sql: string): unknown[][] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(sql).raw().safeIntegers().all() as unknown[][];
  } finally {
    db.close();
  }
}

/** One ftrace line; time is `second.micro`. */
export function line(event: string, time = 1, { comm = 'scn', pid = 133, cpu = 0 } = {}): string {
  return `${comm.padStart(16)}-${String(pid).padEnd(7)} [${String(cpu).padStart(3, '0')}] ....  ${time.toFixed(6).padStart(12)}: ${event}\n`;
}

export const HEADER = '# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/2   #P:2\n#\n';

/** The report as JSON has it: without the fields that are undefined. */
export const plain = (report: CheckReport): unknown => JSON.parse(JSON.stringify(report));

/**
 * Captures shipped with the project, one of each kernel and form; with PINDRIFT_CORPUS all of them, and those in the
 * folder it names.
 */
export function captures(): string[] {
  const corpus = process.env.PINDRIFT_CORPUS;
  const shipped = find(join(import.meta.dirname, '../../fixtures'));
  if (corpus !== undefined) return [...shipped, ...find(corpus)];
  const forms = new Map(shipped.map((path) => [path.replace(/[^/]*\.([^/.]+)\/[^/]*$/, '$1'), path]));
  return [...forms.values()];
}

function find(root: string): string[] {
  if (!existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true }) as string[];
  return names
    .filter((name) => /(^|\/)trace\.txt(\.gz)?$/.test(name))
    .map((name) => join(root, name))
    .sort();
}
