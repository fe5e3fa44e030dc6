// Filters look at the first columns of a line only; what a line does not show is never held against it.
import { expect, test } from 'vitest';
import { describeFilter, isFilter, LineFilter, type TraceFilter } from '../../src/engine/reading/filter.ts';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import { LineKind, TraceLine } from '../../src/parsers/formats/line.ts';

const FTRACE = `# tracer: nop
             scn-133     [000] d...     9.044846: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0
     kworker/0:1-7       [001] ....     9.100000: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540
             scn-134     [001] ....    10.000000: gup_fast: (get_user_pages_fast+0x0/0x50) nr=1
`;
const PERF = `       perf-exec   201/203   [001]    19.724130:             pindrift:fault: (ffffffffb3462860) mm=0xffff8dd4c1061dc0
       perf-exec   201/204   [001]    19.724131:           exceptions:page_fault_user: address=0x7f3b34e69400
`;
const TICKS = `# tracer: nop
             scn-315     [000] d...  86546260107: page_fault_user: address=0x7fe53a2d70b0
             scn-315     [000] d...  86546260207: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540
`;

/** Names of the events that a filter keeps. */
function kept(trace: string, filter: TraceFilter): string[] {
  const buf = new Uint8Array(Buffer.from(trace));
  const detection = detectFormat(buf);
  if (!('parser' in detection)) throw new Error(detection.problem);
  const { parser } = detection;
  const lines = new LineFilter(filter, parser.head);
  const out = new TraceLine();
  const names: string[] = [];
  let start = 0;
  for (const line of trace.split('\n')) {
    parser.parse(buf, start, start + line.length, out);
    if (out.kind === LineKind.Event && lines.keeps(out)) names.push(trace.slice(out.nameStart, out.nameEnd));
    start += line.length + 1;
  }
  return names;
}

test.each<[string, TraceFilter, string[]]>([
  ['both ends belong to the time', { since: '9.1', until: '10' }, ['fault', 'gup_fast']],
  ['a time is exact to its last digit', { since: '9.100000001' }, ['gup_fast']],
  ['a task by its thread', { pid: [7, 134] }, ['fault', 'gup_fast']],
  ['a task by its name', { comm: ['scn'] }, ['grab_fast', 'gup_fast']],
  ['a name is not a part of another', { comm: ['sc', 'kworker/0:1'] }, ['fault']],
  ['a CPU', { cpu: [0] }, ['grab_fast']],
  ['an event', { event: ['fault'] }, ['fault']],
  ['events by the beginning of their name', { event: ['g*'] }, ['grab_fast', 'gup_fast']],
  ['a system that the text does not show', { event: ['pindrift:fault'] }, ['fault']],
  ['all of several', { comm: ['scn'], cpu: [1] }, ['gup_fast']],
])('ftrace: %s', (_, filter, names) => {
  expect(kept(FTRACE, filter)).toEqual(names);
});

test.each<[string, TraceFilter, string[]]>([
  ['a process by its id', { pid: [201] }, ['fault', 'page_fault_user']],
  ['a thread of it', { pid: [204] }, ['page_fault_user']],
  ['a system', { event: ['exceptions:*'] }, ['page_fault_user']],
  ['an event of another system', { event: ['other:fault'] }, []],
])('perf script: %s', (_, filter, names) => {
  expect(kept(PERF, filter)).toEqual(names);
});

test('ticks are whole numbers', () => {
  expect(kept(TICKS, { since: '86546260108' })).toEqual(['fault']);
  expect(() => kept(TICKS, { since: '9.5' })).toThrow('a whole number of ticks');
  expect(() => kept(FTRACE, { until: 'noon' })).toThrow('seconds');
});

test('a filter is printed as it was typed', () => {
  expect(describeFilter({ since: '9.1', pid: [7, 8], event: [] })).toBe('--since 9.1 --pid 7 --pid 8');
  expect(isFilter({ pid: [] })).toBe(false);
  expect(isFilter(undefined)).toBe(false);
});
