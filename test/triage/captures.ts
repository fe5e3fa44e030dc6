// Captures for these tests, a store of them, and one whose task chose a name to fool terminals and spreadsheets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';

const root = join(import.meta.dirname, '../..');
export const capture = (name: string): string => join(root, 'fixtures', name, 'trace.txt.gz');

export const SWAP = capture('5.10/odirect_read_swap.ft');
export const SWAP_FIXED = capture('6.12/odirect_read_swap.ft');
export const FORK = capture('5.10/odirect_read_fork.ft');
export const FORK_6_1 = capture('6.1/odirect_read_fork.ft');
export const MIXED = capture('5.10/mixed.ft');

/** What an evil task calls itself: a formula with a control character in it. */
export const EVIL = '=1+1\x07';

const dir = mkdtempSync(join(tmpdir(), 'pindrift-triage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
export const file = (name: string): string => join(dir, name);

export async function store(name: string, ...traces: string[]): Promise<string> {
  await ingest(traces, { out: file(name) });
  return file(name);
}

/** The story of SWAP, told of a task with an evil name. */
export function evilCapture(): string {
  const text = gunzipSync(readFileSync(SWAP)).toString('latin1');
  const path = file('evil.txt');
  writeFileSync(path, text.replaceAll(/ {13}scn-(15[78])/g, `${EVIL.padStart(16)}-$1`), 'latin1');
  return path;
}

export const joined = (pieces: Iterable<string>): string => [...pieces].join('');

/** Columns of the widest line that is no quoted line of a trace. */
export const widest = (text: string): number =>
  Math.max(
    ...text
      .split('\n')
      .filter((line) => !/^ +\d* \| /.test(line))
      .map((line) => line.length),
  );

/** No control character but the newlines of the layout. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
export const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
