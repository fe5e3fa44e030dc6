// Why: what the commands ask of a store. Loaded by those that have one: SQLite is a native module.
import { closeSync, openSync, readSync } from 'node:fs';
import type { CheckReport, DetailedReport } from '../../report/contract.ts';
import { openStore, type Store } from '../../store/open.ts';
import { readPins } from '../../store/read-pins.ts';
import { readReport } from '../../store/report.ts';

export function withStore<T>(path: string, use: (store: Store) => T): T {
  const store = openStore(path);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** The report as it was when the traces were read. */
export function storedReport(path: string, options: { pins: boolean }): DetailedReport {
  return withStore(path, (store) => ({
    report: readReport(store) as CheckReport,
    pins: options.pins ? readPins(store) : [],
  }));
}

const MAGIC = 'SQLite format 3\0';

/** Whether this is a database and no trace; what cannot be read is left to who opens it. */
export function isStore(path: string): boolean {
  if (path === '-') return false;
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(MAGIC.length);
      return readSync(fd, head) === head.length && head.toString('latin1') === MAGIC;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
