// A record of perf.data whose type is damaged is no longer what its size and strings say: it is missed, not passed over.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { MemoryBytes } from '../../src/recordings/bytes.ts';
import { RecordedEvent } from '../../src/recordings/contract.ts';
import { openPerfRecording } from '../../src/recordings/perf/open.ts';

const SAMPLE = 9;
/** Kinds of the kernel, kinds of perf, and what is one bit away. TEXT_POKE, BUILD_ID and AUXTRACE_INFO can be of any bytes. */
const KINDS = [
  ...Array.from({ length: 22 }, (_, i) => i + 1),
  ...Array.from({ length: 24 }, (_, i) => i + 64),
  25,
  41,
  137,
];
const TYPES = KINDS.filter((type) => type !== SAMPLE && ![20, 67, 70].includes(type));

const fixture = (name: string): Buffer =>
  gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures', name, 'perf.data.gz')));

async function read(bytes: Uint8Array) {
  const recording = await openPerfRecording('perf.data', new MemoryBytes(bytes), bytes.subarray(0, 64));
  if (recording === undefined) throw new Error('no recording');
  const event = new RecordedEvent();
  let events = 0;
  for (;;) {
    const more = await recording.fill();
    while (recording.next(event)) if (event.lost === 0) events++;
    if (!more) break;
  }
  recording.close();
  return { events, bad: recording.badCount, damage: recording.damage };
}

/** Places of some samples of a file. */
function samplesOf(bytes: Buffer): number[] {
  const out: number[] = [];
  const end = Number(bytes.readBigUInt64LE(40)) + Number(bytes.readBigUInt64LE(48));
  for (let at = Number(bytes.readBigUInt64LE(40)); at < end; at += bytes.readUInt16LE(at + 6))
    if (bytes.readUInt32LE(at) === SAMPLE) out.push(at);
  return out;
}

const whole = fixture('5.10/odirect_read_swap.perf-plain');
const changed = (change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(whole);
  change(copy);
  return copy;
};

it('finds nothing wrong with healthy files', { timeout: 60_000 }, async () => {
  for (const name of ['5.10/odirect_read_swap.perf-plain', '5.10/odirect_read_swap.perf-z']) {
    const { bad, damage } = await read(fixture(name));
    expect({ name, bad, damage }).toEqual({ name, bad: 0, damage: undefined });
  }
  const { bad, damage } = await read(fixture('6.12/odirect_read_swap.perf-pipe'));
  expect({ bad, damage }).toEqual({ bad: 0, damage: undefined });
});

it('misses a sample that became a record of another kind', { timeout: 120_000 }, async () => {
  const { events } = await read(whole);
  const samples = samplesOf(whole);
  expect(samples).toHaveLength(events);
  // one sample for each kind, all in one file
  const step = Math.floor(samples.length / (TYPES.length + 1));
  const damaged = changed((copy) => {
    for (const [i, type] of TYPES.entries()) copy.writeUInt32LE(type, samples[(i + 1) * step]);
  });
  const seen = await read(damaged);
  expect(seen.events).toBe(events - TYPES.length);
  expect(seen.bad).toBe(TYPES.length);
});

it('misses what a record claims to be followed by, if the file ends before', async () => {
  const AUXTRACE = 71;
  const FINISHED_INIT = 82;
  const [at] = samplesOf(whole).slice(700);
  const size = whole.readUInt16LE(at + 6);
  const end = Number(whole.readBigUInt64LE(40)) + Number(whole.readBigUInt64LE(48));
  for (const claimed of [BigInt(end - at), 10_000_000n, 1n << 62n, (1n << 64n) - 8n]) {
    const damaged = changed((copy) => {
      copy.fill(0, at, at + size);
      copy.writeUInt32LE(AUXTRACE, at);
      copy.writeUInt16LE(48, at + 6);
      copy.writeBigUInt64LE(claimed, at + 8);
      for (let rest = at + 48; rest < at + size; rest += 8) {
        copy.writeUInt32LE(FINISHED_INIT, rest);
        copy.writeUInt16LE(8, rest + 6);
      }
    });
    expect((await read(damaged)).damage).toContain('a record claims more bytes than are left');
  }
});

it('misses a sample that is longer than its parts', async () => {
  const samples = samplesOf(whole);
  // it takes the record behind it in
  const at = samples[100];
  const next = at + whole.readUInt16LE(at + 6);
  const damaged = changed((copy) => {
    copy.writeUInt16LE(copy.readUInt16LE(at + 6) + copy.readUInt16LE(next + 6), at + 6);
  });
  const seen = await read(damaged);
  expect(seen.bad).toBe(1);
});

it.each<[string, (copy: Buffer) => void]>([
  ['its data end early', (b) => b.writeBigUInt64LE(b.readBigUInt64LE(48) - 4096n, 48)],
  ['its data begin late', (b) => b.writeBigUInt64LE(b.readBigUInt64LE(40) + 4096n, 40)],
  ['the table of attrs is longer than it is', (b) => b.writeBigUInt64LE(b.readBigUInt64LE(32) + 1n, 32)],
  ['a tracepoint became a counter', (b) => b.writeUInt32LE(0, Number(b.readBigUInt64LE(24)))],
  [
    'the ids of one event run over those of all',
    (b) => {
      const last = Number(b.readBigUInt64LE(24) + b.readBigUInt64LE(32) - 8n);
      b.writeBigUInt64LE(8n * 4000n, last);
    },
  ],
])('names damage of its tables, or says that nothing can be read: %s', async (_what, change) => {
  const said = await read(changed(change)).then(
    ({ damage }) => damage,
    (error: Error) => error.message,
  );
  expect(said).toMatch(/perf\.data/);
});
