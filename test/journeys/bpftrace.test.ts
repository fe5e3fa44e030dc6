// A capture as the table that the program of `capture probes --for bpftrace` prints says what the trace says.
import { expect, test } from 'vitest';
import { capture, checked, said } from './capture.ts';

const LINE = /^ *(\S.*)-(\d+) +\[(\d+)\] \S+ +(\d+)\.(\d{6}): (\w+): (?:\([^)]*\) )?(.*)$/;

function table(name: string): string {
  const rows = capture(name)
    .split('\n')
    .flatMap((line) => {
      const [, comm, pid, cpu, s, us, event, args] = LINE.exec(line) ?? [];
      return comm === undefined
        ? []
        : [`${s}${us}000,${Number(cpu)},${pid},${pid},"${comm}",${event},${args.replaceAll(',', '')}`];
    });
  return `${['nsecs,cpu,pid,tid,comm,event,args', ...rows].join('\n')}\n`;
}

test('the finding', async () => {
  const report = await checked(table('5.10/odirect_read_swap.ft'));
  expect(report.traces[0]).toMatchObject({ format: 'csv', losses: [] });
  expect(said(report)).toEqual(said(await checked(capture('5.10/odirect_read_swap.ft'))));
});

test('a loss', async () => {
  const { traces, verdict } = await checked(`${table('5.10/odirect_read_swap.ft')}Lost 12 events\n`);
  expect(traces[0]).toMatchObject({ losses: [{ kind: 'lost-events', count: 12 }] });
  expect(verdict).not.toBe('clean');
});

test.each([
  ['the names of the columns', 'nsecs,cpu,pid,tid,comm,event,args'],
  ['what bpftrace prints first', 'Attaching 40 probes...\nnsecs,cpu,pid,tid,comm,event,args'],
  ['the head of a capture', '# pindrift-capture: 1\nnsecs,cpu,pid,tid,comm,event,args'],
])('a second run in the same file: %s', async (_, head) => {
  const rows = table('5.10/odirect_read_swap.ft').split('\n');
  const { traces, verdict } = await checked([...rows.slice(0, 500), head, ...rows.slice(600)].join('\n'));
  expect(traces[0].losses).toMatchObject([{ kind: 'second-capture', line: 501 }]);
  expect(verdict).not.toBe('clean');
});
