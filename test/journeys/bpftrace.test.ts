// The table that the script of docs/capture.md prints: its columns and events are read, and say what the trace says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { capture, checked, said } from './capture.ts';

const doc = readFileSync(join(import.meta.dirname, '../../docs/capture.md'), 'utf8');
const script = /```\n(BEGIN \{[\s\S]*?)```/.exec(doc)?.[1] ?? '';
const [, head = ''] = /printf\("(.*?)\\n"\)/.exec(script) ?? [];

const LINE = /^ *(\S.*)-(\d+) +\[(\d+)\] \S+ +(\d+)\.(\d{6}): (\w+): (?:\([^)]*\) )?(.*)$/;

/** A capture as the script prints it. */
function table(name: string): string {
  const rows = capture(name)
    .split('\n')
    .flatMap((line) => {
      const [, comm, pid, cpu, s, us, event, args] = LINE.exec(line) ?? [];
      return comm === undefined
        ? []
        : [`${s}${us}000,${Number(cpu)},${pid},${pid},"${comm}",${event},${args.replaceAll(',', '')}`];
    });
  return `${[head, ...rows].join('\n')}\n`;
}

test('is read, and tells the finding', async () => {
  const report = await checked(table('5.10/odirect_read_swap.ft'));
  expect(report.traces[0]).toMatchObject({ format: 'csv', losses: [] });
  expect(said(report)).toEqual(said(await checked(capture('5.10/odirect_read_swap.ft'))));
});

test('its events are those that we know, and a line about losses is one', async () => {
  const events = [...script.matchAll(/",(\w+),/g)].map(([, event]) => event);
  const rows = events.map((event, i) => `1000${i},0,1,1,"scn",${event},mm=0x1000 page=0x2000 start=0x3000 ret=1`);
  const { traces, verdict } = await checked(`${[head, ...rows, 'Lost 12 events'].join('\n')}\n`);
  expect(events).toHaveLength(12);
  expect(traces[0]).toMatchObject({ events: 12, mmEvents: 12, losses: [{ kind: 'lost-events', count: 12 }] });
  expect(verdict).not.toBe('clean');
});
