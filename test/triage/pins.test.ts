// The lives of pins: the same from a trace and from its store, filtered, sorted, in rows.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPins } from '../../src/commands/shared/load-pins.ts';
import type { PinLife, TraceInfo } from '../../src/contract/report.ts';
import { histogramCsv, histogramJson, pinsCsv, pinsJson } from '../../src/pins/data.ts';
import { histogram, type PinRow, pinRows, sortRows } from '../../src/pins/rows.ts';
import { durationOf, heldFor, type LoadedPins, type PinSelection } from '../../src/pins/selection.ts';
import { histogramText, pinsText } from '../../src/pins/text.ts';
import { EVIL, evilCapture, joined, MIXED, SWAP, store, UNSAFE, widest } from './captures.ts';

let mixed: string;
let all: LoadedPins;
beforeAll(async () => {
  mixed = await store('mixed.db', MIXED);
  all = await loadPins(mixed, {}, {});
});

const rowsOf = ({ pins, traces }: LoadedPins, each = false) => pinRows(pins, traces, each);
const idOf = ({ address, line }: PinLife) => `${line} ${address}`;

describe('pins', () => {
  it('of a trace are those of its store', async () => {
    const direct = await loadPins(MIXED, {}, { quiet: true });
    const shown = ({ pin, ...row }: ReturnType<typeof rowsOf>[number]) => ({ ...row, at: idOf(pin), state: pin.state });
    expect(rowsOf(direct).map(shown)).toEqual(rowsOf(all).map(shown));
    expect(direct.total).toBe(119);
  });

  it('know their finding, owner, fate and how long they were held', async () => {
    const { pins, traces } = await loadPins(SWAP, {}, { quiet: true });
    expect(pins).toHaveLength(1);
    expect(pins[0]).toMatchObject({ owner: 'bio', state: 'released', finding: 1, api: 'get_user_pages_fast' });
    expect(heldFor(pins[0] as PinLife, traces[0])).toEqual({ size: 808_696_000 });
  });

  it.each<[string, PinSelection, (pin: PinLife) => boolean]>([
    ['--pid', { pid: 142 }, (pin) => pin.pid === 142 || pin.tgid === 142],
    ['--comm', { comm: 'nobody' }, () => false],
    ['--state', { state: 'presumed' }, (pin) => pin.state === 'presumed'],
    ['--api', { api: 'pin_user_pages' }, (pin) => pin.api === 'pin_user_pages'],
    ['--longterm', { longterm: true }, (pin) => pin.longterm],
    ['--addr', { addr: '0x7f314bd09fff' }, (pin) => pin.address === '0x7f314bd09000'],
    ['--page by pfn', { page: '2269' }, (pin) => pin.pfn === '0x2269'],
    ['--held-longer', { 'held-longer': '0.8 s' }, (pin) => (pin.to ?? 0) - (pin.from ?? 0) > 800_000_000],
  ])('%s', async (_name, selection, expected) => {
    const { pins, total } = await loadPins(mixed, selection, {});
    expect(pins.map(idOf)).toEqual(all.pins.filter(expected).map(idOf));
    expect(total).toBe(119);
  });

  it('--mm and --page by pointer', async () => {
    const [pin] = all.pins;
    const { pins } = await loadPins(mixed, { mm: pin?.mm, page: pin?.page }, {});
    expect(pins.map(idOf)).toContain(idOf(pin as PinLife));
    expect(pins.every((one) => one.mm === pin?.mm && one.page === pin?.page)).toBe(true);
  });

  it('of a capture with 200,000 of them are laid out', () => {
    const [row] = rowsOf(all);
    const many = Array.from({ length: 200_000 }, () => row as PinRow);
    for (const width of [80, 160]) {
      const [head] = pinsText(many, many.length, all, { color: false, width });
      expect(head).toContain('held for');
    }
  });

  it('explains the form of times and numbers', async () => {
    expect(durationOf('--held-longer', '1.5ms')).toEqual({ size: 1_500_000, unit: 'ns' });
    expect(durationOf('--held-longer', '200 ticks')).toEqual({ size: 200, unit: 'ticks' });
    expect(() => durationOf('--held-longer', '3')).toThrow('expected a time');
    await expect(loadPins(mixed, { addr: 'xyz' }, {})).rejects.toThrow('--addr xyz');
  });
});

describe('rows', () => {
  it('pins of one call on neighbouring pages are one row; with --each a row per pin', () => {
    const rows = rowsOf(all);
    expect(rows.reduce((sum, { pages }) => sum + pages, 0)).toBe(119);
    expect(rows.length).toBeLessThan(60);
    expect(rowsOf(all, true)).toHaveLength(119);
    const row = rows.find(({ pin }) => pin.line === 5910);
    expect(row).toMatchObject({ pages: 2, findings: [1, 2] });
  });

  it('are sorted as asked', () => {
    const held = sortRows(rowsOf(all), 'held').map((row) => row.held?.size ?? -1);
    expect(held).toEqual(held.toSorted((a, b) => b - a));
    const pages = sortRows(rowsOf(all), 'pages').map((row) => row.pages);
    expect(pages).toEqual(pages.toSorted((a, b) => b - a));
    const lines = sortRows(rowsOf(all), 'start').map(({ pin }) => pin.line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  it('held to the end: at least so long; a release that was not seen: at most', () => {
    const trace = { timeUnit: 'ns', lastTime: 100 } as TraceInfo;
    const pin = { from: 10, state: 'held' } as PinLife;
    expect(heldFor(pin, trace)).toEqual({ size: 90, bound: 'more' });
    expect(heldFor({ ...pin, state: 'presumed', to: 30 }, trace)).toEqual({ size: 20, bound: 'less' });
    expect(heldFor(pin, { ...trace, timeUnit: 'none' })).toBeUndefined();
  });
});

describe('text', () => {
  const text = (width: number | undefined) => {
    const rows = sortRows(rowsOf(all), 'held').slice(0, 5);
    return joined(pinsText(rows, 41, all, { color: false, width }));
  };

  it.each([80, 160])('fits %i columns', (width) => {
    expect(widest(text(width))).toBeLessThanOrEqual(width);
    expect(text(width)).toContain('119 pins: 106 released, 13 presumed; 5 of 41 rows shown');
  });

  it('is one line a row in a pipe', () => {
    expect(
      text(undefined)
        .split('\n')
        .filter((line) => line.includes('get_user_pages_fast')),
    ).toHaveLength(5);
    expect(text(undefined)).toMatch(/^ *:1455 +0\.812 s +1 +0x7ff20a812000 +scn\[136\].*FOLL_WRITE\|FOLL_GET$/m);
  });

  it('the histogram counts every pin once', () => {
    const times = histogram(all.pins, all.traces, 'ns');
    const counted = times.buckets.reduce((sum, bucket) => sum + bucket.count, times.open + times.unknown);
    expect(counted).toBe(119);
    const drawn = joined(histogramText(times, 'ns', { color: false, width: 80 }));
    expect(drawn).toMatch(/^100 ms \.\. 1 s +8 {2}#+$/m);
    expect(widest(drawn)).toBeLessThanOrEqual(80);
    expect(JSON.parse(histogramJson('ns', times)).schema).toBe('pindrift.pins-histogram/1');
    expect(joined(histogramCsv(times))).toMatch(/^from,to,count\n/);
    expect(histogram([], [], 'ns').buckets).toEqual([]);
  });

  it('what a trace says stays text', async () => {
    const evil = await loadPins(evilCapture(), {}, { quiet: true });
    expect(evil.pins[0]?.comm).toBe(EVIL);
    for (const out of [
      pinsText(rowsOf(evil), 1, evil, { color: false, width: 80 }),
      pinsJson(rowsOf(evil), evil),
      pinsCsv(rowsOf(evil), evil),
    ]) {
      expect(joined(out)).not.toMatch(UNSAFE);
    }
    expect(joined(pinsCsv(rowsOf(evil), evil))).toContain(`,"'=1+1\\x07",`);
  });
});

describe('for scripts', () => {
  it('JSON has the fields of check, and no step of a row of many pages', () => {
    const { pins, schema, total } = JSON.parse(joined(pinsJson(rowsOf(all), all)));
    expect({ schema, total, rows: pins.length }).toEqual({ schema: 'pindrift.pins/1', total: 119, rows: 41 });
    expect(pins.find(({ line }: PinLife) => line === 5910)).toMatchObject({
      pages: 2,
      heldBound: 'less',
      findings: [1, 2],
    });
    expect(
      pins.every((pin: { pages: number; steps?: unknown }) => (pin.pages === 1) === (pin.steps !== undefined)),
    ).toBe(true);
    expect(JSON.parse(joined(pinsJson([], all))).pins).toEqual([]);
  });

  it('CSV has a row for each', () => {
    const lines = joined(pinsCsv(rowsOf(all), all))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(42);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });
});
