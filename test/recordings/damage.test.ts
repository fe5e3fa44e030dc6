// A recording that is cut at any byte, or has any bit turned, gives events, a loss or a clear error; it never crashes,
// hangs, takes memory beyond measure, or passes for a whole one.
//
//     PINDRIFT_FUZZ=10000 npx vitest run test/recordings/damage.test.ts      so many tries per file, from SEED on
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { checkDetailed } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { InputError } from '../../src/util/errors.ts';
import { perfData } from './write/perf-data.ts';
import { traceDat } from './write/trace-dat.ts';
import { writtenOf } from './written.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const TRIES = Number(process.env.PINDRIFT_FUZZ ?? 12);
const SEED = Number(process.env.SEED ?? 1);
/** longest that a try may take: a hang, not a busy machine */
const HANG_MS = 20_000;
const MOST_BYTES = 300 << 20;

const FILES = [
  '5.10/odirect_read_swap.tc-v6/trace.dat.gz',
  '5.10/odirect_read_swap.tc-v7zstd/trace.dat',
  '6.12/odirect_read_swap.tc-v6lost/trace.dat.gz',
  '5.10/odirect_read_swap.perf-plain/perf.data.gz',
  '5.10/odirect_read_swap.perf-z/perf.data.gz',
  '6.12/odirect_read_swap.perf-pipe/perf.data.gz',
];

/** mulberry32 */
function random(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is clean as a whole: what is left of it must not pass for all of it. */
const none = writtenOf('6.12/none_quick.capture', { armed: true });
const bystander = none.events[0].pid;
const clean = {
  ...none,
  events: none.events.map((event) => (event.pid === bystander ? { ...event, comm: 'trace-cmd' } : event)),
  cmdlines: none.cmdlines.replace(`${bystander} sh`, `${bystander} trace-cmd`),
};
const WRITTEN: Record<string, () => Buffer> = {
  'version 6': () => traceDat(clean, { version: 6 }),
  'version 7, zlib': () => traceDat(clean, { compression: 'zlib' }),
  'perf.data': () => perfData(clean),
  'perf.data, a packed stream': () => perfData(clean, { pipe: true, packed: 81 }),
};

const bytesOf = (file: string): Buffer => {
  const written = WRITTEN[file];
  if (written !== undefined) return written();
  const bytes = readFileSync(join(fixtures, file));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

interface Seen {
  verdict: string;
  events: number;
  mmEvents: number;
  losses: number;
}

async function look(bytes: Uint8Array): Promise<Seen | InputError> {
  try {
    const { report } = await checkDetailed([memoryInput('damaged', bytes)]);
    const [trace] = report.traces;
    return { verdict: report.verdict, events: trace.events, mmEvents: trace.mmEvents, losses: trace.losses.length };
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

it.each([...FILES, ...Object.keys(WRITTEN)])('%s', { timeout: 60_000 + TRIES * 2000 }, async (file) => {
  const whole = bytesOf(file);
  const before = (await look(whole)) as Seen;
  expect(before.events).toBeGreaterThan(500);
  const next = random(SEED);
  for (let i = 0; i < TRIES; i++) {
    const cut = next() < 0.5;
    const at = Math.floor(next() * whole.length);
    const damaged = cut ? whole.subarray(0, at) : Buffer.from(whole);
    if (!cut) damaged[at] ^= 1 << Math.floor(next() * 8);
    const what = `${file} ${cut ? 'cut at' : 'a bit turned at'} ${at}`;
    const started = performance.now();
    const seen = await look(damaged).catch((error: Error) => {
      throw new Error(`${what}: ${error.stack}`);
    });
    expect(performance.now() - started, what).toBeLessThan(HANG_MS);
    if (seen instanceof InputError) {
      expect(seen.message, what).not.toBe('');
      expect(seen.tryThis, what).toBeDefined();
    } else if (seen.events < before.events) {
      expect(seen.losses, what).toBeGreaterThan(0);
      expect(seen.verdict, what).not.toBe('clean');
      // an event whose type became that of another one cannot be told
    } else if (seen.mmEvents < before.mmEvents - 1) expect(seen.verdict, what).not.toBe('clean');
    expect(process.memoryUsage().rss - process.memoryUsage().heapTotal, what).toBeLessThan(MOST_BYTES);
  }
});
