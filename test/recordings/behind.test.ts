// What follows the last part of a recording, which no table refers to, is told: a second recording there may be violated.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { perfData } from './write/perf-data.ts';
import { traceDat } from './write/trace-dat.ts';
import { readBytes, writtenOf } from './written.ts';

const clean = writtenOf('6.12/none_quick.capture', { armed: true });
const [{ format }] = clean.events;

const FILES: Record<string, Buffer> = {
  'trace.dat, version 6': traceDat(clean, { version: 6 }),
  'trace.dat, version 6, with an instance': traceDat(clean, { version: 6, top: [], instances: { mm: clean.events } }),
  'trace.dat, version 7': traceDat(clean),
  'trace.dat, version 7, zlib': traceDat(clean, { compression: 'zlib' }),
  'trace.dat, version 7, big endian': traceDat(clean, { little: false }),
  'perf.data': perfData(clean),
  'perf.data, packed': perfData(clean, { packed: 81 }),
};

const OTHERS: [string, Buffer][] = [
  ['a trace.dat', FILES['trace.dat, version 7']],
  ['a perf.data', FILES['perf.data']],
  ['a perf.data after zeros', Buffer.concat([Buffer.alloc(700), FILES['perf.data']])],
];

describe.each(Object.entries(FILES))('%s', (_, bytes) => {
  it.each(OTHERS)('followed by %s', async (_other, other) => {
    const { damage } = await readBytes('two', Buffer.concat([bytes, other]));
    expect(damage).toMatch(/another recording follows it/);
  });

  it('followed by a few other bytes', async () => {
    const { damage } = await readBytes('more', Buffer.concat([bytes, Buffer.from(`# ${format.name}\n`)]));
    expect(damage).toMatch(/\d+ bytes that follow it/);
  });

  it('filled up with zeros', async () => {
    const all = Buffer.concat([bytes, Buffer.alloc(70_000)]);
    expect(await readBytes('zeros', all)).toEqual(await readBytes('alone', bytes));
  });
});

describe('a perf.data of a pipe, which does not tell its length', () => {
  const bytes = perfData(clean, { pipe: true });
  it.each([['one of a pipe', bytes] as const, ...OTHERS.slice(0, 2)])('followed by %s', async (_, other) => {
    const { damage } = await readBytes('two', Buffer.concat([bytes, other]));
    expect(damage).toBe('perf.data: another recording follows it in the same file, and was not read');
  });
});

it('two of them are not clean', async () => {
  for (const bytes of [FILES['trace.dat, version 7'], FILES['perf.data']]) {
    const { verdict, traces } = await check([memoryInput('two', Buffer.concat([bytes, bytes]))]);
    expect(verdict).toBe('could-not-be-checked');
    expect(traces[0].losses).toContainEqual(expect.objectContaining({ kind: 'truncated' }));
  }
});
