// Why: text that is not a trace is usually the output of another tool, and its owner needs the next step. One row per
// tool: a pattern of most lines, what it is, what to do.
import type { HeadLines } from '../formats/head-lines.ts';
import type { Unusable } from './not-a-trace.ts';

interface Kind extends Unusable {
  /** most lines match this, */
  line?: RegExp;
  /** or one line matches this, which is sufficient */
  mark?: RegExp;
}

const RECORD = 'record with `pindrift capture`, or with the probes of docs/traces.md';

/** Columns of perf script before the event. */
const PERF_TASK = String.raw`^\s*\S.{0,15}? +-?\d+(?:\/-?\d+)? +(?:\[\d+\] +)?`;

/** `perf script` with an -F that leaves out what a check needs. */
const PERF_KINDS: readonly Kind[] = [
  {
    line: new RegExp(
      String.raw`${PERF_TASK}\d+\.\d{6,9}: +(?:\([0-9a-f]{8,16}(?: <- [0-9a-f]+)?\)(?: |$)|\w+(?:=|: )\S)`,
    ),
    problem: 'this is the text of `perf script` without the names of the events',
    tryThis: 'perf script -F +event > trace.txt, or give the perf.data itself',
  },
  {
    line: new RegExp(String.raw`${PERF_TASK}\d+\.\d{6,9}: +[\w-]+:\w[^ =]*: *$`),
    problem: 'this is the text of `perf script` without the arguments of the events',
    tryThis: 'perf script -F +time,+trace > trace.txt, or give the perf.data itself',
  },
];

const KINDS: readonly Kind[] = [
  {
    line: /^\[\d\d:\d\d:\d\d\.\d{9}\] \([+?]/,
    problem: 'this is the text of babeltrace: an LTTng or CTF trace, which has no mm events to check',
    tryThis: RECORD,
  },
  {
    mark: /^\s*\d+\.\d+ (?:\( *\): )?(?:\S.{0,15}\/\d+ )?pindrift:\w+[:(]/,
    problem: 'this is the text of `perf trace`, which does not show the CPU of an event',
    tryThis: "record the same events into a perf.data and give that: perf record -a -e 'pindrift:*'",
  },
  {
    line: /^\s*(?:\d+\.\d+|\?) (?:(?:\([^)]* ms\)|\( *\)): \S.* ?\w+(?:\(| |:)|\S.{0,15}\/\d+ [\w-]+:\w+\()/,
    problem: 'this is the text of `perf trace`: system calls, without the kernel functions they call',
    tryThis: RECORD,
  },
  {
    line: /^(?:\[pid +\d+\] |\d+ +)?(?:\d\d:\d\d:\d\d(?:\.\d+)? |\d+\.\d+ )?\w+\(.*(?:\) += +-?(?:\d|0x|\?)|<unfinished \.\.\.>)/,
    problem: 'this is the text of strace: system calls, without the kernel functions they call',
    tryThis: RECORD,
  },
  {
    mark: /^Content-Transfer-Encoding: +base64/i,
    problem: 'this is a mail with its attachment in base64',
    tryThis: 'save the attachment and give that: `munpack FILE`, or use the mail program',
  },
  {
    line: /^[A-Za-z0-9+/]{60,76}={0,2}$/,
    problem: 'this is base64',
    tryThis: 'base64 -d FILE | pindrift check -',
  },
  {
    line: /^[0-9a-f]{7,8}:? +(?:[0-9a-f]{2,4} {1,2}){8,16}/,
    problem: 'this is a hex dump of a file',
    tryThis: 'give the file itself; `xxd -r FILE` converts a dump made by xxd back',
  },
  {
    mark: /^# (?:Overhead|Children) |^# Samples: \d/,
    problem: 'this is the text of `perf report`: totals, not events',
    tryThis: 'give the perf.data itself',
  },
  {
    // `0x3f88@perf.data [0x38]: event: 79`, `. ... raw event: size 56 bytes`
    mark: /^\. \.\.\. raw event: size \d+ bytes$/,
    problem: 'this is the raw dump of perf (`perf script -D`, `perf report -D`)',
    tryThis: 'give the perf.data itself, or the text of `perf script` without -D',
  },
  {
    // -x: time with -I, count, unit, event, ns that it ran, share of the time
    mark: /Performance counter stats for |^(?: *\d+\.\d+,)?(?:\d+(?:\.\d+)?|<not \w+>),\w*,[\w-]+(?::\w+)*,\d+,\d+\.\d\d,/,
    problem: 'this is the text of `perf stat`: counts, not events',
    tryThis: RECORD,
  },
  {
    // bt maps: `@[do_wp_page]: 12`, `@lat:`
    mark: /^(?:Attaching|Attached) \d+ probes?(?:\.\.\.)?$|^@\w*(?:\[.*\])?: \d+$/,
    problem: 'this is the text of bpftrace: the output of a script, in no format that can be recognised',
    tryThis:
      'use the program of `pindrift capture probes --for bpftrace`, or another that prints a table with time, cpu, comm, pid and event columns',
  },
  {
    line: /^ {2}\w{1,44} +\d+ +\d+$/,
    problem: 'this is kprobe_profile: how often each probe was hit, not the events',
    tryThis: 'give the text of /sys/kernel/tracing/trace',
  },
  {
    mark: /^ {1,4}Event: \S+ \(\d+\) Total: \d+ Avg: /,
    problem: 'this is the text of `trace-cmd report --profile`: totals, not events',
    tryThis: 'give the trace.dat itself',
  },
  {
    mark: /^[0-9a-f]{8,16}\t\[kernel\]$/,
    problem: 'this is last_boot_info: the load addresses of the previous kernel, not its trace',
    tryThis: 'give the text of `trace` beside it, in the same directory of instances/',
  },
  {
    mark: /^# event histogram/,
    problem: 'this is a histogram of ftrace (hist): totals, not events',
    tryThis: 'give the text of /sys/kernel/tracing/trace',
  },
  {
    mark: /^print fmt: /,
    problem: "this is an event's format file, not a trace",
    tryThis: 'give the text of /sys/kernel/tracing/trace',
  },
  {
    line: /^[pr]\d*:\S+ \S+/,
    problem: 'this is a list of probes (dynamic_events), not the events they recorded',
    tryThis: 'give the text of /sys/kernel/tracing/trace',
  },
  {
    line: /^[0-9a-f]{8,16} [a-zA-Z] \S+/,
    problem: 'this is a list of symbols (kallsyms, System.map), not a trace',
    tryThis: 'give the text of /sys/kernel/tracing/trace',
  },
  {
    line: /^\s*\S.{0,15}? +-?\d+(?:\/-?\d+)? +(?:\[\d+\] +)?[\w-]+(?:[:/]\S*)?: *(?:\([0-9a-f]+\))?\s*$/,
    problem: 'this is the text of `perf script` without times or event arguments',
    tryThis: 'perf script -F +time,+trace > trace.txt, or give the perf.data itself',
  },
  {
    line: /^(?:<\d+>)?\[ *\d+\.\d{6}\]|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ kernel: /,
    problem: 'this is a kernel log without an ftrace dump',
    tryThis: 'give the trace itself; `echo z > /proc/sysrq-trigger` or ftrace_dump_on_oops prints it into the log',
  },
];

/** Number of lines examined. */
const LOOKED_AT = 200;

/** The tool that printed this text, if known. */
export const otherTool = (lines: HeadLines): Unusable | undefined => among([...KINDS, ...PERF_KINDS], lines);

/** What is missing from the columns of perf script. */
export const lacksColumns = (lines: HeadLines): Unusable | undefined => among(PERF_KINDS, lines);

function among(kinds: readonly Kind[], lines: HeadLines): Unusable | undefined {
  const some: string[] = [];
  for (let i = 0; i < Math.min(lines.length, LOOKED_AT); i++) {
    const line = lines.line(i);
    // frames of call chains begin with a tab
    if (/^[^\t]*\S/.test(line)) some.push(line);
  }
  const said = some.filter((line) => !/^#/.test(line));
  const kind = kinds.find(({ line, mark }) =>
    mark === undefined
      ? line !== undefined && said.length > 0 && said.filter((l) => line.test(l)).length * 2 > said.length
      : some.some((l) => mark.test(l)),
  );
  return kind && { problem: kind.problem, tryThis: kind.tryThis };
}
