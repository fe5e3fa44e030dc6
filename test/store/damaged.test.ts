// A writer that has learned what lines look like writes the same of lines that are nearly so as the writer that has not.
import { expect, it, vi } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { KnownLines } from '../../src/known-lines/known-lines.ts';
import { damagedLines } from '../damaged-lines.ts';
import { expectSame } from './same.ts';
import { scratch } from './scratch.ts';
import { sqlWriter } from './sql-writer.ts';

const { file } = scratch();

it.each([1, 2, 3, 4, 5, 6])('lines that are nearly like known ones (%i)', async (seed) => {
  const trace = damagedLines(seed, 3000);
  const [pages, sql] = [file('pages.db'), file('sql.db')];
  await ingest([memoryInput('memory', trace)], { out: pages, force: true });
  await ingest([memoryInput('memory', trace)], { out: sql, force: true, writer: sqlWriter });
  expectSame(pages, sql);
});

it('a line longer than the buffer, and lines of usual length after it', async () => {
  const usual = damagedLines(7, 12_000);
  const long = Buffer.from(`             scn-134     [001] d...     9.044853: note: text=${'x'.repeat(300_000)}\n`);
  const trace = Buffer.concat([usual, long, usual, long, usual]);
  const [pages, sql] = [file('pages.db'), file('sql.db')];
  const report = await ingest([memoryInput('memory', trace)], { out: pages, force: true });
  await ingest([memoryInput('memory', trace)], { out: sql, force: true, writer: sqlWriter });
  expect(report.traces[0].bytes).toBe(trace.length);
  expectSame(pages, sql);
}, 120_000);

const CALLS = [
  'sys_pread64(fd: 3, buf: 7fffebb7f060, count: 348, pos: 40)',
  'sys_pread64 -> 0x10',
  'sys_munmap(addr: 7f769824600#, len: 1000)',
  'sys_munmap -> 0x0',
  'sys_vmsplice(fd: 4, uiov: 7ffd4f1b2#00, nr_segs: 1, flags: 0)',
];
const ODD_CALLS = [
  'sys_pread64(fd: 3, buf: ffffffffffffff9#, count: 0, pos: 0)',
  'sys_pread64(fd: 3, buf: 7fffebb7f0600000#, count: 348, pos: 40)',
  'sys_pread64(fd: 3, buf: 0x7fffebb7f06#, count: 348, pos: 40)',
  'sys_pread64(fd: 3, buf: 7fffebb7f06# (44:44) "DD, count: 1", count: 348, pos: 40)',
  'sys_pread64(fd: 3, buf: 7fffebb7f06#, count: 348, pos: 40',
  'sys_pread64(fd: 3, buf: 7fffebb7f06#, count: 348, pos: 40) ',
  'sys_pread64(fd: 3, buf: , count: 348, pos: 4#)',
  'sys_pread64(fd: 3, count: 348, buf: 7fffebb7f06#, pos: 40)',
  'sys_pread64(fd: 3, buf: 7fffebb7f06#)',
  'sys_pread64(unsigned int fd: 3, char * buf: 7fffebb7f06#, size_t count: 1, loff_t pos: 2)',
  'sys_pread64 -> -1#',
  'sys_pread64 -> 0xfffffffffffffff#',
  'sys_pread64 -> 0x1# more',
  'sys_pread64: 7fffebb7f06# <-do_syscall_64',
  'sys_munmap(addr: 7f769824600#, len: 1000 <-do_syscall_64 (repeats: 2)',
  'sys_munmap addr=0x7f769824600# len=4096',
];
const callLines = (bodies: readonly string[]): string =>
  [
    '# tracer: nop',
    ...bodies.map(
      (body, i) => `             scn-134     [001] d...     9.${100000 + i}: ${body.replace('#', String(i % 10))}`,
    ),
    '',
  ].join('\n');

it('a store knows lines of system calls', async () => {
  const read = vi.spyOn(KnownLines.prototype, 'read');
  try {
    const many = callLines(Array.from({ length: 400 }, (_, i) => CALLS[i % CALLS.length]));
    await ingest([memoryInput('memory', many)], { out: file('pages.db'), force: true });
    const known = read.mock.results.filter(({ value }) => value === true).length;
    expect(known / 400).toBeGreaterThan(0.9);
  } finally {
    read.mockRestore();
  }
});

it.each([0, 1, 2, 3])('system calls that are nearly like known ones (%i)', async (first) => {
  const odd = Array.from({ length: 600 }, (_, i) =>
    i % 3 === 0 ? ODD_CALLS[(i * 5 + (i >> 4) + first * 4) % ODD_CALLS.length] : CALLS[(i + first) % CALLS.length],
  );
  const trace = callLines(odd);
  const [pages, sql] = [file('pages.db'), file('sql.db')];
  await ingest([memoryInput('memory', trace)], { out: pages, force: true });
  await ingest([memoryInput('memory', trace)], { out: sql, force: true, writer: sqlWriter });
  expectSame(pages, sql);
});
