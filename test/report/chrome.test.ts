// The Chrome JSON trace says the same as the Perfetto one, in the words of that format.
import { describe, expect, it } from 'vitest';
import type { DetailedReport } from '../../src/contract/report.ts';
import { chrome } from '../../src/report/chrome.ts';
import { pieces } from '../../src/report/index.ts';
import { hostileLife, manyLives, odirectLife } from './lives.ts';
import { cleanReport, undecided } from './samples.ts';

interface Event {
  ph: string;
  name?: string;
  cat?: string;
  pid: number;
  tid: number;
  ts?: number;
  id?: number;
  args?: Record<string, string | number>;
}

function eventsOf(detailed: DetailedReport): Event[] {
  const text = [...pieces(chrome.renderDetailed?.(detailed, {}) ?? '')].join('');
  expect(text.endsWith('\n')).toBe(true);
  return (JSON.parse(text) as { traceEvents: Event[] }).traceEvents;
}

describe('the 5.10 story as a Chrome trace', () => {
  const events = eventsOf(odirectLife());

  it('names the process and its tracks', () => {
    const names = events.filter((event) => event.ph === 'M' && event.args?.name !== undefined);
    const process = names.find((event) => event.name === 'process_name' && event.pid === 157);
    expect(process?.args?.name).toBe('scn 157 mm 0xffffa08d01063300');
    const page = names.find((event) => String(event.args?.name).startsWith('0x7f02b2792000'));
    expect(page).toMatchObject({ name: 'thread_name', pid: 157 });
  });

  it('has times in microseconds', () => {
    const pin = events.find((event) => event.cat === 'pin');
    expect(pin).toMatchObject({ ph: 'B', ts: 385_083, args: { pfn: '0x7fb7d', line: 331 } });
  });

  it('connects finding, pin, drift and harm', () => {
    const arrows = events.filter((event) => event.cat === 'pin to harm');
    expect(arrows.map(({ ph }) => ph)).toEqual(['s', 't', 't', 'f']);
    expect(new Set(arrows.map(({ id, name }) => `${id} ${name}`)).size).toBe(1);
  });
});

describe('any report as a Chrome trace', () => {
  it.each([
    ['hostile', hostileLife()],
    ['many', manyLives(500, 20)],
    ['clean', { report: cleanReport(), pins: [] }],
    ['undecided', { report: undecided(), pins: [] }],
  ])('%s: every begin has its end on the same track', (_, detailed) => {
    const open = new Map<number, number>();
    for (const { ph, tid } of eventsOf(detailed)) {
      const by = ph === 'B' ? 1 : ph === 'E' ? -1 : 0;
      open.set(tid, (open.get(tid) ?? 0) + by);
      expect(open.get(tid)).toBeGreaterThanOrEqual(0);
    }
    expect([...open.values()].every((n) => n === 0)).toBe(true);
  });

  it('tracks that are not processes get pids that no process can have', () => {
    const pids = new Set(eventsOf(odirectLife()).map(({ pid }) => pid));
    expect([...pids].filter((pid) => pid !== 157).every((pid) => pid > 4 * 1024 * 1024)).toBe(true);
  });
});
