// What a file is that is no trace of the mm, in its own words, and what to do with it.
import { expect, test } from 'vitest';
import { refusal } from './capture.ts';

const many = (line: string): string => `${line}\n`.repeat(5);

test.each([
  [
    'babeltrace',
    many('[08:15:01.000000100] (+0.000000100) rack9 sched_switch: { cpu_id = 1 }, { prev_comm = "rdr" }'),
    /babeltrace/,
  ],
  ['JSON', '[{"ph": "X", "ts": 1}]\n', /JSON/],
  [
    'perf trace',
    many('     0.010 ( 0.003 ms): rdr/2101 madvise(start: 0x7f55c01a4000, len_in: 4096, behavior: 4) = 0'),
    /perf trace/,
  ],
  ['strace', many('12:01:01.000100 madvise(0x7f55c01a4000, 4096, MADV_DONTNEED) = 0'), /strace/],
  ['perf report', '# Samples: 3\n# Overhead  Command\n    33.00%  rdr\n', /perf report.*perf\.data/],
  ['perf script without time', many('rdr  2101 cycles: '), /without times.*-F \+time,\+trace/],
  [
    'function tracer',
    `# tracer: function\n#\n${many('             rdr-2101    [001] ....    50.268770: do_wp_page <-handle_mm_fault')}`,
    /5 function lines and no event/,
  ],
  [
    'wakeup',
    '# tracer: wakeup\n#\n  <idle>-0         1dNh4.    0us :        0:120:R   + [001]    2101:120:R rdr\n',
    /wakeup tracer.*no events/,
  ],
  [
    'hwlat',
    '# tracer: hwlat\n#\n           <...>-1729    [001] d...    50.107095: #1     inner/outer(us):   12/10    ts:1732.5\n',
    /hwlat tracer/,
  ],
  ['a kernel log', many('[   61.500000] usb 1-1: new high-speed USB device number 2'), /kernel log.*sysrq/],
  ['probes', many('p:pindrift/fault handle_mm_fault mm=+16($arg1):x64'), /list of probes/],
  ['kallsyms', many('ffffffff81250a10 T handle_mm_fault'), /list of symbols/],
  ['a table of processes', '"pid","name","process_type"\n2101,"rdr","Browser"\n', /no trace/],
])('%s', async (_, text, words) => {
  expect(await refusal(text)).toMatch(words);
});

test.each([
  ['a module that is gone', '0xffffffffc0b41020: my_drv: pinned 1 page'],
  ['bpf_trace_printk() of old kernels', '0: pinned 1 page'],
])('trace_printk() of %s is an event', async (_, body) => {
  const line = (what: string) => `             rdr-2102    [000] ....    50.107090: ${what}\n`;
  expect(await refusal(line(body) + line('fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540'))).toBe(
    'read as ftrace',
  );
});
