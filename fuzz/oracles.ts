// Why: properties that hold for any input, so that no expected result is needed: it is read to its end or refused with
// an error message, with the same result when repeated, in any chunks, and in every way of reading.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../src/contract/report.ts';
import { check } from '../src/engine/check.ts';
import { ingest } from '../src/engine/ingest.ts';
import { memoryInput, type TraceInput } from '../src/engine/reading/input.ts';
import { rerun } from '../src/engine/rerun.ts';
import type { Source } from '../src/parsers/bytes/wrapped-source.ts';
import type { TraceFormat } from '../src/parsers/formats/head.ts';
import { mended } from '../src/parsers/mend/open.ts';
import { InputError } from '../src/util/errors.ts';
import { lastSaid, pieces, watchAll } from '../test/live/feed.ts';
import type { Random } from './random.ts';
import { textOf } from './seeds.ts';

export type Answer = CheckReport | InputError;

export const folder = mkdtempSync(join(tmpdir(), 'pindrift-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

export const NAME = 'trace';

/** Anything thrown but a sentence for the user is a finding. */
export async function answerOf(work: Promise<CheckReport>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (error.message === '') throw new Error('an error without a word');
    return error;
  }
}

export const plain = (trace: Uint8Array | TraceInput, format?: TraceFormat): Promise<Answer> =>
  answerOf(check([inputOf(trace)], { workers: 1, format }));

const inputOf = (trace: Uint8Array | TraceInput): TraceInput =>
  trace instanceof Uint8Array ? memoryInput(NAME, trace) : trace;

/** The same where there is no WebAssembly: JavaScript does what its loops do. */
export async function withoutLoops<T>(work: () => Promise<T>): Promise<T> {
  const known = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly') as PropertyDescriptor;
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', known);
  }
}

/** What two ways must agree in. */
const wordsOf = (answer: Answer): string =>
  answer instanceof InputError ? `refused: ${answer.message}` : JSON.stringify(answer, sorted);

/** The order of keys says nothing. */
const sorted = (key: string, value: unknown): unknown =>
  // a recording in memory is not there any more when rules run on its store
  key === 'record'
    ? undefined
    : typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

export function same(what: string, one: Answer, other: Answer): void {
  if (wordsOf(one) === wordsOf(other)) return;
  throw new Error(`${what}: ${difference(wordsOf(one), wordsOf(other))}`);
}

/** Where two texts part. */
function difference(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at]) at++;
  const from = Math.max(0, at - 80);
  return `...${a.slice(from, at + 120)}\n      or ...${b.slice(from, at + 120)}`;
}

/** The same bytes in pieces. */
export function inPieces(bytes: Uint8Array, rnd: Random): TraceInput {
  const size = rnd.of([7, 200, 5000, 70_000]);
  return {
    path: NAME,
    open: async ({ start = 0, end = bytes.length } = {}) => {
      const part = bytes.subarray(0, end);
      if (start > 0 || end < bytes.length) return piecesOf(part, start, () => size);
      return mended(
        piecesOf(bytes, 0, () => 1 + rnd.below(size)),
        async () => piecesOf(bytes, 0, () => size),
      );
    },
  };
}

function piecesOf(bytes: Uint8Array, position: number, size: () => number): Source {
  const source = {
    path: NAME,
    compression: 'none' as const,
    size: bytes.length,
    position,
    damage: undefined,
    head: async () => bytes.subarray(source.position, source.position + (64 << 10)),
    read: (into: Uint8Array) => {
      const n = Math.min(into.length, bytes.length - source.position, size());
      into.set(bytes.subarray(source.position, source.position + n));
      source.position += n;
      return n;
    },
    close: () => {},
  };
  return source;
}

/** Each is dear in its own measure, and has its turn once in so many cases. */
export const TEXT_ORACLES: readonly [
  name: string,
  every: number,
  ask: (bytes: Uint8Array, seen: Answer, rnd: Random) => Promise<void>,
][] = [
  [
    'the same twice, in pieces',
    4,
    async (bytes, seen, rnd) => same('in pieces', seen, await plain(inPieces(bytes, rnd))),
  ],
  ['watch as check', 8, watched],
  ['ingest and report as check', 32, stored],
  ['two threads as one', 128, inParallel],
];

/** Findings without numbers, which go by the time they were found. */
const told = (findings: readonly object[]): string[] =>
  findings.map((finding) => JSON.stringify({ ...finding, n: 0 })).sort();

async function watched(bytes: Uint8Array, seen: Answer, rnd: Random): Promise<void> {
  // a watch puts late events in their place, which `check` only says of, and follows no logs
  if (seen instanceof InputError || goesBack(bytes) || (await isMended(bytes))) return;
  const size = rnd.of([50, 2000, 60_000]);
  let events: Awaited<ReturnType<typeof watchAll>>;
  try {
    events = await watchAll(pieces(bytes, () => rnd.below(size)));
  } catch (error) {
    // a watch follows traces as a machine writes them, and says of what else there is that it does not
    if (error instanceof InputError) return;
    throw error;
  }
  const end = events.at(-1) as { type: string; verdict?: string };
  if (end.type !== 'end') throw new Error('a watch without an end');
  const [a, b] = [told(seen.findings), told(lastSaid(events))];
  if (a.join('\n') !== b.join('\n')) throw new Error(`watch: ${difference(a.join('\n'), b.join('\n'))}`);
  if (end.verdict !== seen.verdict) throw new Error(`watch: ${end.verdict}, check: ${seen.verdict}`);
}

const TIME = /(\d+)\.(\d{3,9})\b|\b(\d+)(?:us\b|: )/;

/** Whether the text was wrapped in something: a watch follows what a machine writes. */
async function isMended(bytes: Uint8Array): Promise<boolean> {
  const source = await memoryInput(NAME, bytes).open();
  source.close();
  return source.mended !== undefined;
}

/** Whether a line is older than the one before. */
function goesBack(bytes: Uint8Array): boolean {
  let last = 0;
  for (const line of textOf(bytes).split('\n')) {
    const [, seconds, fraction = '', us] = TIME.exec(line) ?? [];
    const time = us === undefined ? Number(`${seconds}.${fraction}`) : Number(us) / 1e6;
    if (time < last) return true;
    if (!Number.isNaN(time)) last = time;
  }
  return false;
}

export async function stored(trace: Uint8Array | TraceInput, seen: Answer): Promise<void> {
  const out = join(folder, 'x.db');
  const input = inputOf(trace);
  const made = await answerOf(ingest([input], { out, force: true }));
  same('ingest', seen, made);
  if (!(made instanceof InputError)) same('rules again on the store', seen, await answerOf(rerun(out)));
}

async function inParallel(bytes: Uint8Array, seen: Answer): Promise<void> {
  const path = join(folder, NAME);
  writeFileSync(path, bytes);
  const one = await answerOf(check([path], { workers: 1 }));
  same('two threads', one, await answerOf(check([path], { workers: 2 })));
  if (seen instanceof InputError !== one instanceof InputError) throw new Error('a file is not what its bytes are');
}

/** What loses nothing must not make a violation clean. */
export function notClean(what: string, before: Answer, after: Answer): void {
  if (before instanceof InputError || before.verdict !== 'violated') return;
  if (!(after instanceof InputError) && after.verdict === 'clean') throw new Error(`${what}: violated became clean`);
}

/** Damage is seen, or did none: a container with a checksum says so, or gives what it gave before. */
export function damageSeen(before: Answer, after: Answer): void {
  if (before instanceof InputError || after instanceof InputError) return;
  if (after.traces.some(({ losses }) => losses.length > 0)) return;
  const clean = (report: CheckReport): string =>
    JSON.stringify([report.verdict, report.findings, report.traces[0]?.events]);
  if (clean(before) !== clean(after)) throw new Error(`damage unseen: ${difference(clean(before), clean(after))}`);
}
