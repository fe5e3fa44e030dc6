// The fast lane decides nothing: with it and without it, every record, count and loss is the same, also of lines that
// are nearly like those it has learned.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { memoryInput } from '../../src/engine/input.ts';
import { Lane } from '../../src/engine/lane/lane.ts';
import { ReadStats, readTrace } from '../../src/engine/read.ts';
import { detectFormat } from '../../src/parsers/detect.ts';
import type { RecordBatch } from '../../src/vocabulary/record.ts';
import { STRIDE } from '../../src/vocabulary/record.ts';
import { Vocabulary } from '../../src/vocabulary/vocabulary.ts';

async function read(trace: string | Uint8Array, lane: boolean, keep?: (kind: number) => boolean): Promise<unknown> {
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
  await readTrace(source, detection.parser, vocabulary, stats, { onBatch, lane });
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
}, 60_000);

test('it takes nearly every line', async () => {
  const trace = gunzipSync(readFileSync(new URL('5.10/mixed.ft/trace.txt.gz', fixtures)));
  const take = Lane.prototype.take;
  let taken = 0;
  let seen = 0;
  Lane.prototype.take = function (...args) {
    const took = take.apply(this, args);
    seen++;
    if (took) taken++;
    return took;
  };
  try {
    await read(trace, true);
  } finally {
    Lane.prototype.take = take;
  }
  expect(taken / seen).toBeGreaterThan(0.95);
});

const LINES = [
  '             scn-133     [000] d...     9.044846: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0 refs=1 flags=0x50003 ref=2',
  '             scn-133     [001] ....     9.044847: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354',
  '          <idle>-0       [001] d.h2.   19.238260: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9fc2c1061540 addr=0x7f13e7f30000 pte=0x8000000072645865 flags=0x1',
  '     kworker/0:1-7       [000] ....     9.044846123: zap: (zap_vma_range_batched+0x0/0x1000) mm=0xffff9fc2c1061540 start=0x1000 len=0x3000',
  '             scn-134     [001] d...     9.044849: wp_fault_ret: (__handle_mm_fault+0x8b1/0x1570 <- do_wp_page) ret=8',
  '             scn-134     [001] d...     9.044849: gup_fast_ret: (iov_iter_get_pages+0xc9/0x4b0 <- get_user_pages_fast) ret=-14',
  '             scn-134     [001] d...     9.044850: new_anon: (page_add_new_anon_rmap+0x0/0x180) page=0xffffe882c10214c0 mm=0xffff9fc2c1061540 addr=0x7f13e7f30000 compound=0',
  '             scn-134     [001] d...     9.044850: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f689e1d9000 nr=1 flags=0x10001 pages=0xffffa06128fd1000 caller=take+0x1b2/0x220 [pinrig]',
  '             scn-134     [001] d...     9.044850: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f689e1d9000 nr=1 flags=0x10001',
  '             scn-134     [001] d...     9.044851: rmap_del: (page_remove_rmap+0x0/0x460) page=0xffffe882c10214c0 compound=0',
  '             scn-134     [001] d...     9.044852: sched_process_exit: comm="a b" pid=134 prio=120',
  '             scn-134     [001] d...     9.044852: page_fault_user: address=0x7f3b34e69400 ip=0x401000 error_code=0x6',
  '             scn-134     [001] d...     9.044853: tracing_mark_write: hello',
  'world',
  '             scn-134     [001] d...     9.044853: <stack trace>',
  ' => handle_mm_fault',
];

/** A generator of the same numbers every time (xorshift). */
function dice(seed: number): (sides: number) => number {
  let x = seed;
  return (sides) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % sides;
  };
}

/** What a character becomes: something that stands in traces, mostly. */
const CHARACTERS = ' 0123456789abcdefgxABF:=()[]+-./_"<>\r\t\xff';

test.each([1, 2, 3, 4, 5, 6])('lines that are nearly like known ones (%i)', async (seed) => {
  const roll = dice(seed * 7919);
  const out = ['# tracer: nop', ...LINES];
  for (let n = 0; n < 3000; n++) {
    let line = LINES[roll(LINES.length)];
    for (let changes = roll(4); changes > 0; changes--) {
      const at = roll(line.length + 1);
      const character = CHARACTERS[roll(CHARACTERS.length)];
      line = line.slice(0, at) + (roll(3) > 0 ? character : '') + line.slice(at + roll(2));
    }
    out.push(line);
  }
  const trace = Buffer.from(`${out.join('\n')}\n`, 'latin1');
  expect(await read(trace, true)).toEqual(await read(trace, false));
  const some = (kind: number) => kind % 2 === 0;
  expect(await read(trace, true, some)).toEqual(await read(trace, false, some));
});
