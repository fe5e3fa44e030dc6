// Known lines decide nothing: with them and without, every record, count and loss is the same, also of lines that are
// nearly like those that were learned.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { TraceReader } from '../../src/engine/reading/read.ts';
import { ReadStats } from '../../src/engine/reading/read-stats.ts';
import { RecordReader } from '../../src/engine/reading/record-reader.ts';
import { KnownLines } from '../../src/known-lines/known-lines.ts';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import type { RecordBatch } from '../../src/vocabulary/record.ts';
import { Slot, STRIDE } from '../../src/vocabulary/record.ts';
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

test('lines and offsets beyond 2^32', async () => {
  const trace = gunzipSync(readFileSync(new URL('5.10/odirect_read_swap.ft/trace.txt.gz', fixtures)));
  const read = async (ahead: number, known: boolean) => {
    const source = await memoryInput('memory', trace).open();
    const detection = detectFormat(await source.head());
    if (!('parser' in detection)) throw new Error(detection.problem);
    const records: number[][] = [];
    const onFull = (batch: RecordBatch) => {
      for (let o = 0; o < batch.length * STRIDE; o += STRIDE) records.push([...batch.rows.slice(o, o + STRIDE)]);
      batch.length = 0;
    };
    const reader = new RecordReader(detection.parser, new Vocabulary(), new ReadStats(), { known }, onFull);
    const lines = reader.lines(source);
    while (await lines.fill()) reader.take(lines, ahead, -ahead);
    reader.flush();
    return records;
  };
  const far = 2 ** 40 + 5;
  const wanted = (await read(0, false)).map((row) =>
    row.map((value, slot) => (slot === Slot.LINE || slot === Slot.OFFSET ? value + far : value)),
  );
  expect(wanted.length).toBeGreaterThan(500);
  expect(await read(far, false)).toEqual(wanted);
  expect(await read(far, true)).toEqual(wanted);
});

async function shareKnown(trace: string | Uint8Array): Promise<number> {
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
  return taken / seen;
}

test('nearly every line is known', async () => {
  const trace = gunzipSync(readFileSync(new URL('5.10/mixed.ft/trace.txt.gz', fixtures)));
  expect(await shareKnown(trace)).toBeGreaterThan(0.95);
});

const lines = (bodies: readonly string[]): string =>
  [
    '# tracer: nop',
    ...bodies.map((body, i) => `             scn-134     [001] d...     9.${100000 + i}: ${body}`),
    '',
  ].join('\n');

test('system calls are known, one whose text looks like the function tracer is not', async () => {
  const calls = [
    'sys_madvise(start: 7f7698246000, len_in: 10000, behavior: c)',
    'sys_madvise -> 0x0',
    'sys_pread64(fd: 3, buf: 7fffebb7f060, count: 348, pos: 40)',
    'sys_pread64 -> 0xfffffffffffffff2',
  ];
  const many = lines(Array.from({ length: 100 }, () => calls).flat());
  expect(await shareKnown(many)).toBeGreaterThan(0.95);
  expect(await read(many, true)).toEqual(await read(many, false));
  const function1 = lines([
    ...calls,
    'sys_pread64(fd: 3, buf: 7fffebb7f060 <-do_syscall_64 (repeats: 2, last_ts: 1)',
    ...calls,
  ]);
  const function2 = lines([...calls, 'sys_pread64(fd: 3, buf: 7fffebb7f060 x <-do_syscall_64', ...calls]);
  for (const trace of [function1, function2]) expect(await read(trace, true)).toEqual(await read(trace, false));
});

test('arguments of a system call are no probe location, also where they were cut', async () => {
  const line = (us: number, text: string) => `             scn-222     [001] .....    10.00000${us}: ${text}\n`;
  const call = 'sys_pwrite64(fd: 4, buf: 0x7ffff3aa22f0 (44:44:44)';
  const lines = [
    line(1, 'sys_pwrite64: (gup_fast_fallback+0x0/0xe00) start=0x7f02b2792000 nr=1'),
    line(2, `${call}, count: 3)`),
    line(3, `${call}, count: 3)`),
    line(4, 'sys_pwrite64(fd: 4, buf: 0x7ffff3aa22f0 (44:44'),
  ].join('');
  const known = await read(lines, true);
  expect(known).toEqual(await read(lines, false));
  expect(known).toMatchObject({ stats: { cutLines: { count: 0 } } });
});

test('a second header is followed by a line whose time cannot be read', async () => {
  const line = (time: string) =>
    `             scn-440   [001] .....   ${time}: follow_pte: (ffffffffac16db20) mm=0xffff8d1a0106d800 addr=0x7f8bf97cc000 flags=0x2\n`;
  const lines = `cpus=2\n${line('10.000001')}${line('10.000002')}cpus=2\n${line('1')}${line('10.000003')}`;
  const known = await read(lines, true);
  expect(known).toEqual(await read(lines, false));
  expect(known).toMatchObject({ stats: { order: { count: { 'second-capture': 1 } } } });
});

test('flags that are a number are no letters', async () => {
  const line = (flags: string) =>
    `             scn-204   [001]${flags}    26.665977: gup_slow_ret:          ret=1 k=2\n`;
  const lines = [' d...1', '-0x0  ', '-0x0  ', '-0x9  ', '-0x9  ', ' d...1'].map(line).join('');
  expect(await read(lines, true)).toEqual(await read(lines, false));
});

test('calls of GUP are known with their caller, each caller by its whole name', async () => {
  const body = (caller: string, nr = 16) =>
    `gup_fast: (get_user_pages_fast+0x4/0x50) start=0x7fb01548f000 nr=${nr} flags=0x0 pages=0xffffcf1dc1093c98${caller}`;
  const callers = [
    ' caller=__iov_iter_get_pages_alloc+0x298/0x830',
    ' caller=__iov_iter_get_pages_alloc+0x298/0x83',
    ' caller=hva_to_pfn+0x1f/0x2c0 [kvm]',
    ' caller=hva_to_pfn+0x1f/0x2c0',
    ' caller=get_futex_key.constprop.0+0x9e/0x420',
    ' caller=0xffffffffc0a81234',
    ' caller=(fault)',
    ' caller="a caller=b c"',
    ' caller=a, caller=b',
    ' caller=',
    '',
  ];
  const usual = lines(Array.from({ length: 100 }, (_, i) => body(callers[i % 2 === 0 ? 0 : 4], i)));
  expect(await shareKnown(usual)).toBeGreaterThan(0.95);
  const odd = lines(Array.from({ length: 300 }, (_, i) => body(callers[(i * 7 + (i >> 4)) % callers.length], i)));
  const many = lines(Array.from({ length: 100 }, (_, i) => body(` caller=f${i % 12}+0x1/0x2`, i)));
  for (const trace of [usual, odd, many]) expect(await read(trace, true)).toEqual(await read(trace, false));
});

test.each([1, 2, 3, 4, 5, 6])('lines that are nearly like known ones (%i)', async (seed) => {
  const trace = damagedLines(seed, 3000);
  expect(await read(trace, true)).toEqual(await read(trace, false));
  const some = (kind: number) => kind % 2 === 0;
  expect(await read(trace, true, some)).toEqual(await read(trace, false, some));
});

test('a line without a probe location shows nothing about those that have one', async () => {
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

test('lines of an io_uring worker are known, and show whose it is', async () => {
  const line = (us: number, comm: string) =>
    `${comm.padStart(20)}     [001] .....   100.${String(us).padStart(6, '0')}: fault: (handle_mm_fault+0x0/0x100) mm=0xffff888100001000 addr=0x1000 flags=0x255\n`;
  const text = Array.from({ length: 9 }, (_, i) => line(i + 100, i % 2 === 0 ? 'iou-wrk-602-604' : 'scn-602')).join('');
  const { records } = (await read(text, true)) as { records: string[] };
  expect(records.map((record) => record.split(' ')[3])).toEqual([
    '602',
    '-1',
    '602',
    '-1',
    '602',
    '-1',
    '602',
    '-1',
    '602',
  ]);
  expect(await read(text, true)).toEqual(await read(text, false));
  expect(await shareKnown(text)).toBeGreaterThan(0.5);
});
