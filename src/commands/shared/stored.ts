// Why: store access for commands. Loaded only by those that use a store, since SQLite is a native module.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { CheckReport, DetailedReport } from '../../contract/report.ts';
import type { RerunOptions } from '../../engine/rerun.ts';
import { openStore, type Store } from '../../store/open.ts';
import { readPins } from '../../store/read-pins.ts';
import { readReport, wasChecked } from '../../store/report.ts';
import { InputError } from '../../util/errors.ts';
import { tuneForReading } from '../../util/v8.ts';
import { rulesOf, type TraceOptions } from './run-check.ts';

export function withStore<T>(path: string, use: (store: Store) => T): T {
  const store = openStore(path);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** The report made when the traces were read, or a new one if nothing was checked then. */
export async function storedReport(
  path: string,
  { pins, setup }: { pins: boolean; setup?: TraceOptions['setup'] },
): Promise<DetailedReport> {
  const stored = withStore(path, (store) =>
    wasChecked(store) ? { report: readReport(store), pins: pins ? readPins(store) : [] } : undefined,
  );
  if (stored !== undefined) return stored;
  if (pins) {
    throw new InputError('this store has no pins: it was made with --no-check', {
      where: path,
      tryThis: 'ingest the trace again: pindrift ingest --force',
    });
  }
  return { report: await rulesAgain(path, rulesOf(setup)), pins: [] };
}

/** The report of rules that run again on a store. */
export async function rulesAgain(path: string, options: RerunOptions): Promise<CheckReport> {
  const { rerun } = await import('../../engine/rerun.ts');
  tuneForReading(statSync(path).size);
  return rerun(path, options);
}

/** The report of other rules on a store; its pins name the findings of these rules. */
export async function storedAgain(
  path: string,
  { pins, setup }: { pins: boolean; setup?: TraceOptions['setup'] },
): Promise<DetailedReport> {
  const stored = pins ? (await storedReport(path, { pins })).pins : [];
  const report = await rulesAgain(path, rulesOf(setup));
  const numbers = new Map(
    report.findings.map(({ evidence, n, pin, trace }) => [
      `${trace} ${evidence.find(({ role }) => role === 'pin')?.line} ${pin.address}`,
      n,
    ]),
  );
  return {
    report,
    pins: stored.map((pin) => ({ ...pin, finding: numbers.get(`${pin.trace} ${pin.line} ${pin.address}`) })),
  };
}

const MAGIC = 'SQLite format 3\0';

/** Whether this is a database and not a trace; read errors are reported when it is opened. */
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
