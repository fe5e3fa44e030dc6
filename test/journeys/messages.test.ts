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
  [
    'perf trace with events',
    many('     0.010 ( 0.002 ms): rdr/2101 munmap(addr: 0x7f0000, len: 4096) = 0') +
      '     0.100 (         ): rdr/2101 pindrift:fault(__probe_ip: -1903810464, mm: 18446628694534741440)\n',
    /perf trace.*does not show the CPU.*perf\.data/,
  ],
  [
    'perf trace without system calls',
    many('     0.000 rdr/2101 pindrift:fault(__probe_ip: -1903810464, mm: 18446628694534741440)'),
    /perf trace.*does not show the CPU/,
  ],
  [
    'perf trace of a running task',
    many('         ? (         ): rdr/2101  ... [continued]: read())                      = 512'),
    /perf trace/,
  ],
  [
    'kprobe_profile',
    many('  fault                                              1234               0'),
    /kprobe_profile/,
  ],
  ['perf stat -x, -I', many('     1.000200,1234,,pindrift:fault,1000,100.00,,'), /perf stat/],
  ['perf stat -x,', many('<not counted>,,cycles,0,0.00,,'), /perf stat/],
  ['Perfetto', '\n\x06\x08\x01\x10\x02\x18\0'.repeat(5), /Perfetto.*traceconv/],
  ['strace', many('12:01:01.000100 madvise(0x7f55c01a4000, 4096, MADV_DONTNEED) = 0'), /strace/],
  [
    'perf report -D',
    many('0x3f88@perf.data [0x38]: event: 79\n.\n. ... raw event: size 56 bytes\n.  0000:  4f 00 00 00'),
    /raw dump of perf.*perf\.data/,
  ],
  ['perf report', '# Samples: 3\n# Overhead  Command\n    33.00%  rdr\n', /perf report.*perf\.data/],
  ['perf script without time', many('rdr  2101 cycles: '), /without times.*-F \+time,\+trace/],
  [
    'perf script -F -trace',
    many('             rdr  2101 [000]    50.107090:         pindrift:fault: '),
    /without the arguments.*-F \+time,\+trace/,
  ],
  [
    'perf script -F -event, and --call-trace',
    many('             rdr  2101 [000]    50.107090: (ffffffff8e674aa0) page=0xfffff908c108b700 compound=0') +
      many('             rdr  2101 [000]    50.107091: start: 0x004d4000, len: 0x00004000, prot: 0x00000001'),
    /without the names of the events.*-F \+event/,
  ],
  [
    'function tracer',
    `# tracer: function\n#\n${many('             rdr-2101    [001] ....    50.268770: do_wp_page <-handle_mm_fault')}`,
    /5 function lines and no event/,
  ],
  [
    'wakeup',
    '# tracer: wakeup\n#\n  <idle>-0         1dNh4.    0us :        0:120:R   + [001]    2101:120:R rdr\n',
    /wakeup tracer, which has no mm events/,
  ],
  [
    'hwlat',
    '# tracer: hwlat\n#\n           <...>-1729    [001] d...    50.107095: #1     inner/outer(us):   12/10    ts:1732.5\n',
    /hwlat tracer/,
  ],
  ['a kernel log', many('[   61.500000] usb 1-1: new high-speed USB device number 2'), /kernel log.*sysrq/],
  ['probes', many('p:pindrift/fault handle_mm_fault mm=+16($arg1):x64'), /list of probes/],
  ['kallsyms', many('ffffffff81250a10 T handle_mm_fault'), /list of symbols/],
  ['maps of bpftrace', 'Attaching 2 probes...\n\n@[do_wp_page]: 12\n', /bpftrace.*table/],
  [
    'trace-cmd report --profile',
    '\ntask: rdr-2101\n  Event: sched_switch:R (12) Total: 1234 Avg: 100 Max: 300(ts:50.1) Min:10(ts:50.2)\n',
    /--profile.*trace\.dat/,
  ],
  ['last_boot_info', 'ffffffff81000000\t[kernel]\nffffffffc0400000\txfs\n', /last_boot_info/],
  ['pcap', '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0', /network/],
  ['a program', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x03\0`, /a program/],
  ['a core file', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x04\0`, /core file.*crash/],
  ['a table of processes', '"pid","name","process_type"\n2101,"rdr","Browser"\n', /not a trace/],
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
