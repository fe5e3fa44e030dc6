// What the records of a pipe of perf say, whatever the pieces in which they pass.
import { expect, it } from 'vitest';
import { PipeRecords } from '../../src/recordings/perf/pipe.ts';
import { random } from '../live/feed.ts';
import { type PerfDataOptions, perfData } from './write/perf-data.ts';
import { readBytes, writtenOf } from './written.ts';

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

const short = { ...written, events: written.events.slice(0, 50) };
const SLEEP = { comm: 'sleep', ends: false };
it.each([
  ['perf record -o - -a -- /usr/bin/sleep 5', SLEEP, true],
  ['perf record -o - sleep 5', SLEEP, true],
  ['perf record -o - -a -- ./a-name-longer-than-a-comm', { comm: 'a-name-longer-t', ends: false }, true],
  ['perf record -o - -a -- sleep 5', { ...SLEEP, ends: true }, false],
  // the program that the stream shows is another one, or its exit may be on another CPU or in another cgroup
  ['perf record -o - -a -- stress-ng', SLEEP, false],
  ['perf record -o - -a', SLEEP, false],
  ['perf record -o - -p 1 -- sleep 5', SLEEP, false],
  ['perf record -o - -C 0 -- sleep 5', SLEEP, false],
])('a stream that ends with a round, but before the program of perf: %s %o', async (line, program, isCut) => {
  const missing =
    /^.*the stream ends before the program that perf started .* has exited: it was cut, or perf was stopped$/;
  const command = line.split(' ');
  for (const little of [true, false]) {
    const { damage } = passed(perfData(short, { pipe: true, command, program, little }), 2);
    if (isCut) expect(damage).toMatch(missing);
    else expect(damage).toBeUndefined();
  }
  for (const packed of [undefined, 81] as const) {
    const read = await readBytes('perf.data', perfData(short, { pipe: true, command, program, packed }));
    if (isCut) expect(read.damage).toMatch(missing);
    else expect(read.damage).toBeUndefined();
  }
  // a file has a length
  const { damage } = await readBytes('perf.data', perfData(short, { command, program }));
  expect(damage).toBeUndefined();
});
