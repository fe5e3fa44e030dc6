// A folder for the stores of one test file, and short ways to make and look at them.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import { type IngestOptions, ingest } from '../../src/engine/ingest.ts';
import type { CheckReport } from '../../src/report/contract.ts';

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

/** Captures shipped with the project, and those in the folder that PINDRIFT_CORPUS names. */
export function captures(): string[] {
  const out: string[] = [];
  for (const root of [join(import.meta.dirname, '../../fixtures'), process.env.PINDRIFT_CORPUS ?? '']) {
    if (root === '' || !existsSync(root)) continue;
    for (const name of readdirSync(root, { recursive: true }) as string[]) {
      if (/(^|\/)trace\.txt(\.gz|\.zst|\.xz)?$/.test(name)) out.push(join(root, name));
    }
  }
  return out.sort();
}
