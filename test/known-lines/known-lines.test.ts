// Known lines decide nothing: with them and without, every record, count and loss is the same, also of lines that are
// nearly like those that were learned.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { memoryInput } from '../../src/engine/input.ts';
import { TraceReader } from '../../src/engine/read.ts';
import { ReadStats } from '../../src/engine/read-stats.ts';
import { KnownLines } from '../../src/known-lines/known-lines.ts';
import { detectFormat } from '../../src/parsers/detect.ts';
import type { RecordBatch } from '../../src/vocabulary/record.ts';
import { STRIDE } from '../../src/vocabulary/record.ts';
import { Vocabulary } from '../../src/vocabulary/vocabulary.ts';
import { damagedLines } from '../damaged-lines.ts';

async function read(trace: string | Uint8Array, known: boolean, keep?: (kind: number) => boolean): Promise<unknown> {
  const source = await memoryInput('memory', trace).open();
  const detection = detectFormat(await source.head());
  if (!('parser' in detection)) throw new Error(detection.problem);
  const vocabulary = new Vocabulary();
  if (keep !== undefined) vocabulary.keep = Array.from({ length: 200 }, (_, kind) => keep(kind));
  const stats = new ReadStats();
  const records: string[] = [];
  const onBatch = ({ rows, length }: RecordBatch) => {
    for (let o = 0; o < length * STRIDE; o += STRIDE) records.push(rows.slice(o, o + STRIDE).join(' '));
  };
  const reader = new TraceReader(source, detection.parser, vocabulary, stats, { onBatch, known });
  while (await reader.advance());
  return { stats, records, types: vocabulary.facts(), symbols: vocabulary.symbols };
}

const fixtures = new URL('../../fixtures/', import.meta.url);
const captures = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(?:ft|tc)[\w-]*\/trace\.txt\.gz$/.test(name),
);

test('every capture of ftrace and trace-cmd', async () => {
  expect(captures.length).toBeGreaterThan(20);
  for (const name of captures) {
    const trace = gunzipSync(readFileSync(new URL(name, fixtures)));
    expect(await read(trace, true), name).toEqual(await read(trace, false));
  }
}, 300_000);

test('nearly every line is known', async () => {
  const trace = gunzipSync(readFileSync(new URL('5.10/mixed.ft/trace.txt.gz', fixtures)));
  const { read: readKnown } = KnownLines.prototype;
  let taken = 0;
  let seen = 0;
  KnownLines.prototype.read = function (...args) {
    const took = readKnown.apply(this, args);
    seen++;
    if (took) taken++;
    return took;
  };
  try {
    await read(trace, true);
  } finally {
    KnownLines.prototype.read = readKnown;
  }
  expect(taken / seen).toBeGreaterThan(0.95);
});

test.each([1, 2, 3, 4, 5, 6])('lines that are nearly like known ones (%i)', async (seed) => {
  const trace = damagedLines(seed, 3000);
  expect(await read(trace, true)).toEqual(await read(trace, false));
  const some = (kind: number) => kind % 2 === 0;
  expect(await read(trace, true, some)).toEqual(await read(trace, false, some));
});

test('a line without a probe location says nothing about those that have one', async () => {
  const line = (text: string) => `       scn-348   [001]    67.467223: fault:                ${text}`;
  const mm = 'mm=0xffff8d25c1060cc0';
  const rest = 'addr=0x56486a1ff030 flags=0x255';
  const place = '(ffffffff91c62860)';
  const trace = [
    'cpus=2',
    line(`${place} ${mm} ${rest} k6=0x1`),
    line(`() ${mm} ${rest}`),
    line(`${place} ${mm} ${rest}`),
    line(`${place} ${mm} ${mm} flags=0x255`),
    line(`${place} ${mm} ${rest}`),
  ].join('\n');
  const plain = await read(trace, false);
  expect(await read(trace, true)).toEqual(plain);
  // both lack the argument that the first has
  expect(plain).toMatchObject({ stats: { bad: [{ line: 4 }, { line: 6 }] } });
});
