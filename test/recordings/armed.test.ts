// What a recording says was on, and what it does not: a kind that was recorded and never seen did not happen.
import { expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { scopeOf } from '../../src/recordings/perf/scope.ts';
import type { Written } from './write/events.ts';
import { type PerfDataOptions, perfData } from './write/perf-data.ts';
import { type TraceDatOptions, traceDat } from './write/trace-dat.ts';
import { writtenOf } from './written.ts';

/** The shell that recorded is trace-cmd here. */
const byTraceCmd = (written: Written): Written => ({
  ...written,
  events: written.events.map((event) => (event.pid === SHELL ? { ...event, comm: 'trace-cmd' } : event)),
  cmdlines: written.cmdlines.replace(`${SHELL} sh`, `${SHELL} trace-cmd`),
});
const SHELL = 401;

/** A program that pins nothing, under all probes; and with only those that it met. */
const none = byTraceCmd(writtenOf('6.12/none_quick.capture', { armed: true }));
const only = byTraceCmd(writtenOf('6.12/none_quick.capture'));
/** Events of that program alone. */
const own = { ...none, events: none.events.filter(({ pid }) => pid !== SHELL) };

const verdict = async (name: string, bytes: Uint8Array, options = {}) =>
  (await check([memoryInput(name, bytes)], options)).verdict;
const ofTraceDat = (options: TraceDatOptions, written = none) => verdict('trace.dat', traceDat(written, options));
const ofPerf = (options: PerfDataOptions, written = none) => verdict('perf.data', perfData(written, options));

it('a whole recording of a program that pins nothing is clean', async () => {
  expect(await ofTraceDat({ version: 6 })).toBe('clean');
  expect(await ofTraceDat({ compression: 'zstd' })).toBe('clean');
  expect(await ofTraceDat({ top: [], instances: { pins: none.events } })).toBe('clean');
  expect(await ofPerf({})).toBe('clean');
  expect(await ofPerf({ pipe: true, little: false })).toBe('clean');
});

it('what was not on may have happened', async () => {
  expect(await ofTraceDat({}, only)).toBe('could-not-be-checked');
  expect(await ofPerf({}, only)).toBe('could-not-be-checked');
});

it('the formats of a whole kernel prove nothing', async () => {
  const systems = ['irq', 'timer', 'workqueue', 'signal', 'power', 'printk', 'block', 'kmem'];
  expect(await ofTraceDat({ systems })).toBe('could-not-be-checked');
  // some of them were named to the recorder
  expect(await ofTraceDat({ systems: ['irq', 'timer', 'kmem'] })).toBe('clean');
});

it('nor do those of a recording of one program, or of an instance that is not read', async () => {
  expect(await ofTraceDat({}, own)).toBe('could-not-be-checked');
  expect(await ofTraceDat({ top: none.events, instances: { again: none.events.slice(0, 50) } })).toBe(
    'could-not-be-checked',
  );
});

it('a list of what was armed counts beside it', async () => {
  const armed = [{ event: 'gup_fast', symbol: 'get_user_pages_fast', isReturn: false, fields: ['start', 'flags'] }];
  expect(await verdict('trace.dat', traceDat(own), { armed })).toBe('could-not-be-checked');
});

it("perf's command line shows which tasks it recorded", async () => {
  expect(await ofPerf({ command: [] })).toBe('could-not-be-checked');
  expect(await ofPerf({ command: ['perf', 'record', '-e', 'pindrift:*', './a.out'] })).toBe('could-not-be-checked');
  expect(await ofPerf({ command: ['perf', 'record', '-ag', '-m', '256', '--', './a.out'] })).toBe('clean');
});

it('what perf opened for user mode, for guests or to overwrite proves nothing', async () => {
  for (const flag of [5, 19, 27]) expect(await ofPerf({ samples: { flags: [flag] } })).toBe('could-not-be-checked');
  // guests are excluded, as perf does it by itself
  expect(await ofPerf({ samples: { flags: [20] } })).toBe('clean');
});

it('a piece of a recording proves nothing', async () => {
  for (const version of [6, 7] as const)
    expect(await ofTraceDat({ version, piece: true })).toBe('could-not-be-checked');
});

it.each([
  ['perf record -a', true],
  ['perf record -e sched:* -e pindrift:* -ag -o out sleep 5', true],
  ['perf record -qa -- sleep 5', true],
  ['perf record --all-cpus -m 256 --clockid mono', true],
  ['perf record -e pindrift:*', true],
  ['perf record -z3 -a', true],
  ['perf record -e pindrift:* sleep 5', false],
  ['perf record -e -a sleep 5', false],
  ['perf record -o-a sleep 5', false],
  ['perf record -a --filter pid==1', false],
  ['perf record -p 5', false],
  ['perf record -a -C 0', false],
  ['perf record -ag --overwrite', false],
  ['perf record sleep -a', false],
  ['perf record -a --filt pid==1', false],
  ['perf record -a --pi 5 -e pindrift:*', false],
  ['perf record --all-cp -e pindrift:* sleep 5', true],
  ['perf record -a --eve pindrift:* --cgr foo', false],
  ['perf record -a --switch-output=1M', false],
  ['perf record -a --switch-out', false],
  ['perf record -aS', false],
  ['perf record -a --all-user', false],
])('%s records everything: %s', (line, everywhere) => {
  expect(scopeOf(line.split(' '))?.everywhere).toBe(everywhere);
});

it('another perf command does not', () => {
  expect(scopeOf(['perf', 'trace', 'record', '-a'])?.everywhere).toBe(true);
  expect(scopeOf(['perf', 'mem', '-a'])).toBeUndefined();
  expect(scopeOf([])).toBeUndefined();
});
