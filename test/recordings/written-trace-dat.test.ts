// trace.dat byte by byte: what the format allows, written from a list of events, is read as the text of these events.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { Out } from './write/out.ts';
import { type TraceDatOptions, traceDat } from './write/trace-dat.ts';
import { readBytes, writtenOf } from './written.ts';

const written = writtenOf('5.10/odirect_read_swap.ft');
const relative = writtenOf('6.12/none_quick.capture', { rel: true });
const ofText = await readBytes('trace.txt', Buffer.from(written.text));
const ofRelative = await readBytes('trace.txt', Buffer.from(relative.text));

const tsc2nsec = (mult: number, shift: number): Buffer => new Out(true).u32(mult).u32(shift).u64(0).all;
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/**
 * trace-cmd 3.1.6 prints all 1279 events of each of these, but of two: Debian builds it without zlib, and it refuses
 * sub-buffers that are larger than the page size in the head (`failed to init data`).
 */
const WAYS: Record<string, TraceDatOptions> = {
  'version 6': { version: 6 },
  'version 7': {},
  'version 6, big endian': { version: 6, little: false },
  'version 7, big endian': { little: false },
  'version 7, zlib': { compression: 'zlib' },
  'version 7, zstd': { compression: 'zstd' },
  'version 7, zstd, big endian': { compression: 'zstd', little: false },
  'sub-buffers of 8 KiB': { pageSize: 8192 },
  'sub-buffers of 16 KiB, zstd': { pageSize: 16384, compression: 'zstd' },
  'sub-buffers of 64 KiB, version 6': { pageSize: 65536, version: 6 },
  'sub-buffers of 8 KiB, by a trace-cmd that does not know of them': { pageSize: 8192, page: 4096 },
  'options that nobody knows': {
    options: [
      [99, text('hello')],
      [60000, Buffer.alloc(0)],
    ],
  },
  'options that nobody knows, version 6': {
    version: 6,
    options: [
      [99, text('hello')],
      [60000, Buffer.alloc(0)],
    ],
  },
  'a trace of a guest': {
    // trace id; id, guests: name, trace id, CPUs with their threads; version of the protocol
    options: [
      [11, new Out(true).u64(7).all],
      [10, new Out(true).string('vm').u64(9).u32(1).u32(0).u32(77).all],
    ],
  },
  'without symbols of functions that are asked for': { systems: ['kvm', 'xen'] },
  'a program of 32 bits on a kernel of 64': { userLong: 4 },
  'one event on each page': { perPage: 1, version: 6 },
  'an instance': { top: [], instances: { pins: written.events } },
  'an instance, version 6, big endian': { version: 6, little: false, top: [], instances: { pins: written.events } },
  'ticks of the TSC, which become ns': {
    clock: 'x86-tsc',
    // 4 ticks a ns
    ticks: (ts) => 4n * ts,
    options: [[14, tsc2nsec(1 << 30, 32)]],
  },
  'an offset': { options: [[7, text('-5000000000')]], ticks: (ts) => ts + 5_000_000_000n },
  'a date': { options: [[1, text('0x10')]], ticks: (ts) => ts - 16_000n },
};

describe('trace.dat is read as the text of its events', () => {
  it.each(Object.entries(WAYS))('%s', async (_, options) => {
    const { events, lost, damage, bad } = await readBytes('trace.dat', traceDat(written, options));
    expect(damage).toBeUndefined();
    expect({ lost, bad }).toEqual({ lost: [], bad: 0 });
    expect(events).toEqual(ofText.events);
  });

  it('__rel_loc strings, in both byte orders', async () => {
    for (const little of [true, false]) {
      const { events } = await readBytes('trace.dat', traceDat(relative, { little }));
      expect(events).toEqual(ofRelative.events);
    }
  });

  it('a shift of time per CPU', async () => {
    // u64 trace id, u32 flags, u32 CPUs; per CPU u32 count, times, offsets, scalings; fractions per CPU
    const shift = new Out(true).u64(1).u32(0).u32(written.cpus);
    for (let cpu = 0; cpu < written.cpus; cpu++) shift.u32(1).u64(0).u64(-7000n).u64(1);
    for (let cpu = 0; cpu < written.cpus; cpu++) shift.u64(0);
    const bytes = traceDat(written, { ticks: (ts) => ts + 7000n, options: [[12, shift.all]] });
    expect((await readBytes('trace.dat', bytes)).events).toEqual(ofText.events);
  });

  it('several instances of different events are one trace', async () => {
    const [faults, others] = [true, false].map((fault) =>
      written.events.filter(({ format }) => format.name.startsWith('wp_') === fault),
    );
    const bytes = traceDat(written, { top: others, instances: { faults } });
    const { events } = await readBytes('trace.dat', bytes);
    expect([...events].sort()).toEqual([...ofText.events].sort());
  });

  const half = Math.floor(written.events.length / 2);
  const HALVES: Record<string, (event: (typeof written.events)[number], i: number) => boolean> = {
    'one after the other': (_, i) => i < half,
    'of one CPU each': ({ cpu }) => cpu === 0,
    'of other tasks': ({ pid }) => pid % 2 === 0,
  };
  it.each(Object.keys(HALVES))('several instances with the same kinds of events, %s, are one trace', async (how) => {
    const [top, foo] = [true, false].map((is) => written.events.filter((event, i) => HALVES[how](event, i) === is));
    const { events, damage } = await readBytes('trace.dat', traceDat(written, { top, instances: { foo } }));
    expect(damage).toBeUndefined();
    expect([...events].sort()).toEqual([...ofText.events].sort());
  });

  it('the same hits in two buffers are read once, and that one has others is told', async () => {
    // each takes the time by itself
    const later = written.events.map((event) => ({ ...event, ts: event.ts + 700n }));
    const both = await readBytes('trace.dat', traceDat(written, { instances: { foo: later } }));
    expect(both).toMatchObject({ events: ofText.events, damage: undefined });
    const more = traceDat(written, { top: written.events.slice(9), instances: { foo: later.slice(0, -9) } });
    expect((await readBytes('trace.dat', more)).damage).toContain('has others than the one that was read');
  });

  it('the same findings', async () => {
    const of = async (name: string, bytes: Buffer) =>
      (await check([memoryInput(name, bytes)], { kernel: written.kernel })).findings.map(
        ({ rule, severity, pin }) => `${rule} ${severity} ${pin.pid} ${pin.address} ${pin.pfn}`,
      );
    const said = await of('trace.txt', Buffer.from(written.text));
    expect(said).not.toEqual([]);
    for (const options of Object.values(WAYS)) expect(await of('trace.dat', traceDat(written, options))).toEqual(said);
  });
});

describe('what was lost', () => {
  it.each([
    { little: true, version: 6 },
    { little: false, version: 7 },
  ] as const)('is told with its number, or without: %o', async (options) => {
    const lost = new Map([
      [1, 85],
      [3, -1],
    ]);
    const read = await readBytes('trace.dat', traceDat(written, { ...options, lost, perPage: 10 }));
    expect(read.lost).toEqual(['0: 85', '0: NaN']);
    expect(read.events).toEqual(ofText.events);
  });

  it('is reported if it shows only in the counters of a CPU', async () => {
    const stats = ['CPU: 1\nentries: 0\noverrun: 12\ncommit overrun: 0\ndropped events: 3\nread events: 1\n'];
    expect((await readBytes('trace.dat', traceDat(written, { stats }))).lost).toEqual(['1: 15']);
  });
});

it.each([6, 7] as const)('a kernel of 32 bits is refused: version %s', async (version) => {
  await expect(readBytes('trace.dat', traceDat(written, { version, long: 4 }))).rejects.toThrow(/32-bit kernel/);
});
