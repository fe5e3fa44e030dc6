// However many threads read a trace, and wherever it is cut: the same records, counts, losses and findings.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { TraceFilter } from '../../src/engine/reading/filter.ts';
import { readTraceParallel, workersFor } from '../../src/engine/reading/parallel.ts';
import { TraceReader } from '../../src/engine/reading/read.ts';
import { ReadStats } from '../../src/engine/reading/read-stats.ts';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import { openSource } from '../../src/parsers/source.ts';
import { Slot, STRIDE } from '../../src/vocabulary/record.ts';
import { Vocabulary } from '../../src/vocabulary/vocabulary.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-parallel-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** All that reading a trace gives. */
async function read(
  path: string,
  workers: number,
  blockSize: number,
  filter?: TraceFilter,
  idle = true,
): Promise<unknown> {
  const source = await openSource(path);
  const detection = detectFormat(await source.head());
  if (!('parser' in detection)) throw new Error(detection.problem);
  const { parser } = detection;
  const vocabulary = new Vocabulary();
  const stats = new ReadStats();
  const records: string[] = [];
  const onBatch = ({ rows, length }: { rows: Float64Array; length: number }, lineBase = 0) => {
    for (let o = 0; o < length * STRIDE; o += STRIDE) {
      rows[o + Slot.LINE] += lineBase;
      records.push(rows.slice(o, o + STRIDE).join(' '));
    }
  };
  if (workers > 1) {
    await readTraceParallel(path, parser.head, vocabulary, stats, {
      workers,
      blockSize,
      size: source.size ?? 0,
      onBatch,
      filter,
      idle,
    });
  } else {
    const reader = new TraceReader(source, parser, vocabulary, stats, { onBatch, filter });
    while (await reader.advance());
  }
  source.close();
  const { types, symbols, era } = vocabulary;
  return {
    stats: { ...stats, bad: stats.samples, around: [stats.unread, stats.around.isAtEnd(stats.kinds)] },
    records,
    seen: vocabulary.seen(),
    symbols: [...symbols],
    types: types.map(({ name, symbol, count, first, kind, keys }) => [name, symbol, count, first, kind, keys.join()]),
    era: [era.candidates, era.reasons],
  };
}

async function expectSame(
  path: string,
  cuts: readonly (readonly [workers: number, blockSize: number])[],
  filter?: TraceFilter,
): Promise<void> {
  const alone = await read(path, 1, 0, filter);
  for (const [workers, blockSize] of cuts) {
    expect(await read(path, workers, blockSize, filter), `${workers} workers, blocks of ${blockSize} bytes`).toEqual(
      alone,
    );
    expect(await read(path, workers, blockSize, filter, false), 'and this thread').toEqual(alone);
  }
}

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const fixture = (name: string): string => {
  const path = new URL(`../../fixtures/${name}/trace.txt.gz`, import.meta.url);
  return write(`${name.replace('/', '-')}.txt`, gunzipSync(readFileSync(path)));
};

/** Lines that lean on the lines before them, and everything else that a cut could tear. */
function awkward(): string {
  const at = (n: number) => (9 + n / 1000).toFixed(6);
  const line = (n: number, text: string) =>
    `             scn-${133 + (n % 3)}     [00${n % 2}] d...     ${at(n)}: ${text}`;
  const callers = ['get_futex_key+0x90', 'iov_iter_get_pages+0xc9', 'get_futex_key+0x91', 'pin_it+0x1'];
  const out = [
    '# tracer: nop',
    '#',
    '# entries-in-buffer/entries-written: 400/400   #P:2',
    '#',
    'CPU:0 [LOST 7 EVENTS]',
  ];
  for (let n = 0; n < 160; n++) {
    out.push(
      line(
        n,
        `grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10${(n * 64).toString(16).padStart(5, '0')} refs=1 flags=0x50003 ref=2`,
      ),
    );
    out.push(
      line(
        n,
        `gup_fast: (get_user_pages_fast+0x0/0x50) start=0x7f13e7f3${n % 10}000 nr=1 flags=0x1 caller=${callers[(n * 7) % 4]}`,
      ),
    );
    out.push(line(n, `gup_fast_ret: (${callers[n % 3]}/0x100 <- get_user_pages_fast) ret=1`));
    out.push(line(n, 'rmap_del: (page_remove_rmap+0x0/0x460) page=0xffffe882c10214c0 compound=0'));
    if (n % 5 === 0) out.push(line(n, '<stack trace>'), ' => handle_mm_fault', ' => exc_page_fault');
    if (n % 7 === 0) out.push(line(n, 'tracing_mark_write: a text that'), 'goes on', 'and on in lines of its own');
    if (n % 11 === 0) out.push('CPU:1 [LOST 23 EVENTS]');
    if (n % 13 === 0) out.push('', 'nobody prints this');
    if (n === 80)
      out.push(line(n, `sys_madvise(start: 7f13e7f30000, len_in: 4000, behavior: 15)`), `long ${'x'.repeat(3000)}`);
    // the same probe with more to say, another probe under a known name, an event nobody knows
    if (n > 90 && n % 4 === 0)
      out.push(line(n, 'zap: (unmap_page_range+0x0/0x1000) mm=0xffff8dd4c1061dc0 start=0x1000 end=0x3000'));
    if (n > 90 && n % 4 === 1)
      out.push(line(n, 'zap: (zap_vma_range_batched+0x0/0x1000) mm=0xffff8dd4c1061dc0 start=0x1000 len=0x3000'));
    if (n > 100 && n % 6 === 0) out.push(line(n, `mystery: (foo+0x0/0x10) a=${n} b="x y"`));
  }
  out.push(line(161, 'grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe8').slice(0, 40));
  return out.join('\n');
}

test('lines that depend on others are cut at every odd place', async () => {
  const path = write('awkward.txt', awkward());
  await expectSame(path, [
    [2, 61],
    [3, 1009],
    [4, 4096],
  ]);
}, 60_000);

test('a line that is longer than blocks and windows', async () => {
  const text = awkward();
  const path = write('long.txt', `${text}\n${'y'.repeat(3 << 20)}\n${text.split('\n').slice(5).join('\r\n')}\n`);
  await expectSame(path, [
    [2, 100_003],
    [3, 4000],
  ]);
}, 60_000);

test('a filter leaves out the same events', async () => {
  const path = write('filter.txt', awkward());
  await expectSame(path, [[2, 2003]], {
    since: '9.01',
    until: '9.15',
    pid: [133, 135],
    cpu: [0, 1],
    event: ['gup_*', 'grab_fast'],
  });
}, 60_000);

test.each([
  ['5.10/mixed.ft', 3, 40_009],
  ['5.10/iouring_fixed_uffdwp.ft-stack', 2, 10_007],
  ['5.10/odirect_read_swap.tc-lost', 2, 30_011],
  ['5.10/odirect_read_swap.perf-callchain', 2, 5003],
  ['5.10/odirect_read_swap.fgraph', 2, 20_011],
])(
  '%s',
  async (name, workers, blockSize) => {
    await expectSame(fixture(name), [[workers, blockSize]]);
  },
  60_000,
);

/** Every fourth line stands there twice. */
const doubled = awkward()
  .split('\n')
  .flatMap((line, i) => (i % 4 === 0 ? [line, line] : line))
  .join('\n');

test('a line and its repetition in different blocks', async () => {
  await expectSame(write('doubled.txt', doubled), [
    [2, 61],
    [3, 1009],
  ]);
}, 60_000);

test('a line and its repetition that come one after the other', async () => {
  const path = write('doubled-pieces.txt', doubled);
  const repeated = async (size: number) => {
    const source = await openSource(path);
    const detection = detectFormat(await source.head());
    if (!('parser' in detection)) throw new Error(detection.problem);
    const { read } = source;
    source.read = (into) => read.call(source, into.subarray(0, size));
    const stats = new ReadStats();
    const reader = new TraceReader(source, detection.parser, new Vocabulary(), stats, { onBatch: () => {} });
    while (await reader.advance());
    source.close();
    return [stats.repeated.count, stats.repeated.line];
  };
  const whole = await repeated(1 << 20);
  expect(whole[0]).toBeGreaterThan(100);
  expect(await repeated(50)).toEqual(whole);
  expect(await repeated(4000)).toEqual(whole);
}, 60_000);

test('workers are for large plain files', async () => {
  const path = write('small.txt', awkward());
  const source = await openSource(path);
  const detection = detectFormat(await source.head());
  if (!('parser' in detection)) throw new Error(detection.problem);
  const { head } = detection.parser;
  expect(workersFor(source, path, head), 'small').toBe(0);
  expect(workersFor(source, path, head, 2), 'asked for').toBe(1);
  expect(workersFor(source, path, head, 16), 'no more than the replay can take').toBe(2);
  expect(workersFor(source, path, head, 1)).toBe(0);
  expect(workersFor(source, undefined, head, 2), 'not a file').toBe(0);
  expect(workersFor(source, path, { ...head, format: 'csv' }, 2), 'newlines in cells').toBe(0);
  source.close();
});

test('a file that shrinks while it is read is an error with a next step', async () => {
  const path = write('shrinks.txt', awkward());
  const source = await openSource(path);
  const detection = detectFormat(await source.head());
  if (!('parser' in detection)) throw new Error(detection.problem);
  const size = (source.size ?? 0) + 10_000;
  source.close();
  const reading = readTraceParallel(path, detection.parser.head, new Vocabulary(), new ReadStats(), {
    workers: 2,
    size,
    blockSize: 9000,
    onBatch: () => {},
  });
  await expect(reading).rejects.toThrow('truncated');
}, 60_000);
