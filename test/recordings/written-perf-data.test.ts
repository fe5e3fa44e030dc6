// perf.data byte by byte: what the format allows, written from a list of events, is read as the text of these events.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { fileInput, memoryInput } from '../../src/engine/reading/input.ts';
import { WAYS } from './perf-ways.ts';
import { perfData, threadFiles } from './write/perf-data.ts';
import { readAll, readBytes, writtenOf } from './written.ts';

const written = writtenOf('5.10/odirect_read_swap.ft');
const ofText = await readBytes('trace.txt', Buffer.from(written.text));

describe('perf.data is read as the text of its events', () => {
  it.each(Object.entries(WAYS))('%s', async (_, options) => {
    const { events, lost, damage, bad } = await readBytes('perf.data', perfData(written, options));
    expect(damage).toBeUndefined();
    expect({ lost, bad }).toEqual({ lost: [], bad: 0 });
    expect(events).toEqual(ofText.events);
  });

  it.each([{}, { pipe: true }])('an event that was opened twice is one event: %o', async (options) => {
    for (const twice of [() => true, ({ name }: { name: string }) => name.startsWith('gup')]) {
      const read = await readBytes('perf.data', perfData(written, { ...options, twice }));
      expect(read).toMatchObject({ events: ofText.events, lost: [], bad: 0, damage: undefined });
    }
  });

  it('the same findings', async () => {
    const of = async (name: string, bytes: Buffer) =>
      (await check([memoryInput(name, bytes)], { kernel: written.kernel })).findings.map(
        ({ rule, severity, pin }) => `${rule} ${severity} ${pin.pid} ${pin.address} ${pin.pfn}`,
      );
    const said = await of('trace.txt', Buffer.from(written.text));
    expect(said).not.toEqual([]);
    for (const options of [{}, WAYS['every part'], WAYS['events whose samples differ']])
      expect(await of('perf.data', perfData(written, options))).toEqual(said);
  });
});

describe('perf record --threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-perf-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([{}, { little: false }, { packed: 81 }] as const)('is a directory: %o', async (options) => {
    const threads = [0, 1].map((cpu) => written.events.filter((event) => event.cpu === cpu));
    writeFileSync(join(folder, 'data'), perfData(written, { ...options, threads }));
    for (const [i, bytes] of threadFiles(written, { ...options, threads }).entries())
      writeFileSync(join(folder, `data.${i}`), bytes);
    const { events, lost, bad } = await readAll(fileInput(folder));
    expect({ lost, bad }).toEqual({ lost: [], bad: 0 });
    expect([...events].sort()).toEqual([...ofText.events].sort());
  });

  it('the end of its files is not known', async () => {
    const clean = writtenOf('6.12/none_quick.capture');
    const threads = [0, 1].map((cpu) => clean.events.filter((event) => event.cpu === cpu));
    writeFileSync(join(folder, 'data'), perfData(clean, { threads }));
    for (const [i, bytes] of threadFiles(clean, { threads }).entries()) writeFileSync(join(folder, `data.${i}`), bytes);
    const { verdict, rules } = await check([fileInput(folder)]);
    expect(verdict).toBe('could-not-be-checked');
    const missing = rules.find(({ id }) => id === 'insufficient-evidence')?.missing;
    expect(missing).toContainEqual(expect.stringContaining('nothing in a perf.data directory shows'));
    rmSync(join(folder, 'data.1'));
  });

  it('files that were not copied are reported as missing', async () => {
    const threads = [0, 1, 2, 3].map((n) => written.events.filter((_, i) => i % 4 === n));
    writeFileSync(join(folder, 'data'), perfData(written, { threads }));
    for (const [i, bytes] of threadFiles(written, { threads }).entries())
      writeFileSync(join(folder, `data.${i}`), bytes);
    expect((await readAll(fileInput(folder))).damage).toBeUndefined();
    rmSync(join(folder, 'data.1'));
    expect((await readAll(fileInput(folder))).damage).toBe('perf.data: data.1 not in its directory');
    const alone = await readBytes('data', perfData(written, { threads }));
    expect(alone.damage).toMatch(/the files of its threads \(data.0 and so on\) are not beside it/);
  });
});

describe('what was lost', () => {
  it.each([{}, { little: false }, { pipe: true }, { packed: 81 }] as const)(
    'is reported where it was: %o',
    async (how) => {
      const lost = new Map([
        [100, 17],
        [500, 3],
      ]);
      const read = await readBytes('perf.data', perfData(written, { ...how, lost }));
      expect(read.lost.map((one) => one.split(' ')[1])).toEqual(['17', '3']);
      expect(read.events).toEqual(ofText.events);
    },
  );

  it('is reported if perf counted it only at the end', async () => {
    expect((await readBytes('perf.data', perfData(written, { lostSamples: 9 }))).lost).toEqual(['-1: 9']);
    // what was said before is in that number
    const both = perfData(written, { lostSamples: 9, lost: new Map([[100, 4]]) });
    expect((await readBytes('perf.data', both)).lost.map((one) => one.split(' ')[1])).toEqual(['4', '5']);
  });
});
