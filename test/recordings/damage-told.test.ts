// Damage that leaves a recording readable, and takes events away without a word: each kind was found by changing bytes of
// recordings, and is told.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { perfData } from './write/perf-data.ts';
import { traceDat } from './write/trace-dat.ts';
import { readBytes, writtenOf } from './written.ts';

const written = writtenOf('5.10/odirect_read_swap.ft');
const PAGE = 4096;

/** Offsets of the pages of a version 6 file: those of CPU 0, then of CPU 1. */
function pagesOf(bytes: Buffer): number[] {
  const table = bytes.lastIndexOf('flyrecord\0') + 10;
  const [at, size] = [Number(bytes.readBigUInt64LE(table)), Number(bytes.readBigUInt64LE(table + 8))];
  return Array.from({ length: size / PAGE }, (_, i) => at + i * PAGE);
}

const losses = async (bytes: Buffer): Promise<string> => {
  const [trace] = (await check([memoryInput('damaged', bytes)])).traces;
  return trace.losses.map(({ kind, reason }) => `${kind}: ${reason}`).join('\n');
};

describe('a page of the ring buffer', () => {
  const change = (how: (page: Buffer) => void): Buffer => {
    const bytes = traceDat(written, { version: 6, perPage: 20 });
    const at = pagesOf(bytes)[3];
    how(bytes.subarray(at, at + PAGE));
    return bytes;
  };

  it.each<[string, (page: Buffer) => void, RegExp]>([
    ['is zeros, and others follow', (page) => page.fill(0), /lost-events.*\n.*empty, although others follow/],
    ['has lost its length', (page) => page.fill(0, 8, 16), /lost-events.*\n.*empty, although others follow/],
    ['has a length that no kernel writes', (page) => page.writeUInt32LE(0x80, 12), /truncated or damaged/],
    ['has a time that is later than what follows', (page) => page.writeUInt32LE(0xffff, 4), /timestamps go backwards/],
  ])('%s', async (_, how, words) => {
    expect(await losses(change(how))).toMatch(words);
  });

  it('has the sign of bit 31 in its upper half, as kernels write it', async () => {
    const bytes = traceDat(written, { version: 6, perPage: 10, lost: new Map([[3, 7]]) });
    const page = pagesOf(bytes)[3];
    expect(bytes.readUInt32LE(page + 8) >>> 31).toBe(1);
    bytes.writeUInt32LE(0xffffffff, page + 12);
    const read = await readBytes('trace.dat', bytes);
    expect({ damage: read.damage, lost: read.lost }).toEqual({ damage: undefined, lost: ['0: 7'] });
  });
});

it.each([
  [19, 'symbols: they are missing'],
  [20, 'formats of trace_printk(): they are missing'],
])('a section %i that lies outside of the file', async (id, words) => {
  const bytes = traceDat(written, { version: 7 });
  const option = Buffer.alloc(6);
  option.writeUInt16LE(id, 0);
  option.writeUInt32LE(8, 2);
  const at = bytes.indexOf(option);
  expect(at).toBeGreaterThan(0);
  bytes.writeBigUInt64LE(1n << 40n, at + option.length);
  expect(await losses(bytes)).toContain(words);
});

it('pages of a size that no buffer has', async () => {
  const bytes = traceDat(written, { version: 7 });
  // clock, page size, CPUs
  const at = bytes.indexOf(Buffer.from('local\0\0\x10\0\0\x02\0', 'latin1'));
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt32LE(0, at + 6);
  expect(await losses(bytes)).toContain('a buffer cannot have pages of 0 bytes');
});

describe('after a recording', () => {
  const RECORDINGS: Record<string, Buffer> = {
    'trace.dat, version 7': traceDat(written, { version: 7 }),
    'perf.data': perfData(written),
  };
  it.each(Object.keys(RECORDINGS))('another one: %s', async (name) => {
    const bytes = RECORDINGS[name];
    expect(await losses(bytes)).not.toMatch(/follows? it/);
    expect(await losses(Buffer.concat([bytes, Buffer.alloc(4096)]))).not.toMatch(/follows? it/);
    for (const other of Object.values(RECORDINGS))
      expect(await losses(Buffer.concat([bytes, other]))).toMatch(/another recording follows it/);
    expect(await losses(Buffer.concat([bytes, Buffer.from('# tracer: nop\n')]))).toMatch(/14 bytes that follow it/);
  });
});

describe('a format', () => {
  it.each([
    ['name: fault', 'name: fa[lt'],
    ['name: fault', 'name: fa\xb6lt'],
    ['field:unsigned short common_type;', 'field:unsigned short \x1bommon_type;'],
  ])('%s that became %s describes nothing', async (from, to) => {
    for (const bytes of [traceDat(written, { version: 6 }), perfData(written)]) {
      const at = bytes.indexOf(from);
      bytes.write(to, at, 'latin1');
      expect(await losses(bytes)).toMatch(/no format in the recording describes this event|is not the one|damaged/);
    }
  });
});

it('an attr of a tracepoint says that it is something else', async () => {
  const bytes = perfData(written, { pipe: true });
  const { id } = written.formats.find(({ name }) => name === 'fault') ?? { id: 0 };
  // type, size, config of the attr
  const attr = Buffer.alloc(16);
  attr.writeUInt32LE(2, 0);
  attr.writeUInt32LE(128, 4);
  attr.writeBigUInt64LE(BigInt(id), 8);
  bytes.writeUInt32LE(0x80000002, bytes.indexOf(attr));
  expect(await losses(bytes)).toMatch(/but its attr is not/);
});
