// Information in the first lines of `trace-cmd report`: `cpus=2`, and the options it was run with. The trace clock and
// the kernel release are in trace.dat, but the report does not print them.

import type { TraceHead } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';
import { firstTime, setTime } from './time-sample.ts';

export function traceCmdHead(lines: HeadLines): TraceHead {
  const head: TraceHead = { format: 'trace-cmd', variant: '', timeUnit: 'ns', timeDigits: 6, timeBase: 0 };
  for (let i = 0; i < lines.length && i < 20; i++) {
    const cpus = /^(?:\S+: +)?cpus=(\d+)$/.exec(lines.line(i));
    if (cpus) head.cpus = Number(cpus[1]);
  }
  const sample = firstTime('trace-cmd', lines);
  if (sample === undefined) return head;
  setTime(head, sample);
  const words: string[] = [];
  if (!/\[\d+\]/.test(sample.prefix)) words.push('latency (-l)');
  if (hasLine(lines, /\w: {3,}__probe_(ip|func)=/)) words.push('raw (-R)');
  if (hasLine(lines, /\d: \(\+\d+\) +\w/)) words.push('time differences (--ts-diff)');
  if (head.timeDigits === 9) words.push('nanoseconds (-t)');
  head.variant = words.join(', ');
  return head;
}

function hasLine(lines: HeadLines, pattern: RegExp): boolean {
  for (let i = 0; i < lines.length && i < 200; i++) {
    if (pattern.test(lines.line(i))) return true;
  }
  return false;
}
