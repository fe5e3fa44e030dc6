// What the records of a pipe of perf say, whatever the pieces in which they pass.
import { expect, it } from 'vitest';
import { PipeRecords } from '../../src/recordings/perf/pipe.ts';
import { random } from '../live/feed.ts';
import { type PerfDataOptions, perfData } from './write/perf-data.ts';
import { writtenOf } from './written.ts';

const written = writtenOf('6.12/none_quick.capture', { armed: true });
const pipe = (options: PerfDataOptions = {}) => perfData(written, { pipe: true, ...options });

function passed(bytes: Uint8Array, seed = 1): PipeRecords {
  const next = random(seed);
  const records = new PipeRecords(bytes.subarray(0, 16));
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(next() * (seed % 2 === 0 ? 30 : 5000));
    records.take(bytes.subarray(at, at + size));
    at += size;
  }
  return records;
}

it.each([{}, { little: false }, { attrSize: 152 }] as const)('events, kernel, end: %o', (options) => {
  for (let seed = 1; seed < 5; seed++) {
    const { facts, damage } = passed(pipe(options), seed);
    expect(damage).toBeUndefined();
    expect(facts).toMatchObject({ variant: 'pipe', kernel: written.kernel, recorded: { filters: [] } });
    expect(facts.recorded?.armed.length).toBeGreaterThan(90);
  }
});

it('a recording of some tasks shows nothing about the others', () => {
  const { facts } = passed(pipe({ command: ['perf', 'record', '-p', '1', '-o', '-'] }));
  expect(facts.recorded).toMatchObject({ armed: [], filters: ['-p'] });
});

it('nothing before the first event', () => {
  const bytes = pipe();
  expect(passed(bytes.subarray(0, 1000)).facts).toEqual({});
});

it('samples that perf lost, which perf script does not print', () => {
  expect(passed(pipe({ lostSamples: 12 })).damage).toBe('perf could not write 12 samples');
});

it('an end within a record, or within a round', () => {
  const bytes = pipe();
  for (const less of [1, 30, 2000])
    expect(passed(bytes.subarray(0, bytes.length - less)).damage).toMatch(/^the pipe of perf is truncated/);
});

it('compressed data is not read, so it proves nothing', () => {
  expect(passed(pipe({ packed: 81 })).facts).toEqual({});
});

it('formats that cannot be read prove nothing, and are reported', () => {
  const bytes = pipe();
  const at = bytes.indexOf('tracing');
  bytes.write('nothing', at, 'latin1');
  const { facts, damage } = passed(bytes);
  expect(facts).toEqual({});
  expect(damage).toMatch(/^the pipe of perf: its formats/);
});
