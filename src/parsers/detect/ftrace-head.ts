// Information in the first lines of ftrace's text:
//
//     # tracer: nop
//     # entries-in-buffer/entries-written: 3647/43062   #P:2            the difference was overwritten
//     # nop latency trace v1.1.5 on 5.10.0-32-amd64                     latency-format, and the only place with the release
//
// The layout of the lines is not in the header; it is detected from the first event.

import { NO_CONTEXT } from '../formats/ftrace.ts';
import { verboseTime } from '../formats/ftrace-latency.ts';
import type { TraceHead } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';
import { firstTime, note, setTime, type TimeSample } from './time-sample.ts';

const RAW = /^\d+ \d+ \d+ \S/;

export function ftraceHead(lines: HeadLines): TraceHead {
  const head: TraceHead = { format: 'ftrace', variant: '', timeUnit: 'ns', timeDigits: 6, timeBase: 0 };
  let first: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines.line(i);
    if (line.startsWith('#')) {
      readHeader(line, head);
    } else if (/\S/.test(line)) {
      first ??= line;
    }
  }
  const sample = firstTime('ftrace', lines);
  if (sample !== undefined) {
    setTime(head, sample);
    head.variant = describe(lines, sample, head).join(', ');
  } else if (first !== undefined) {
    withoutTime(lines, first, head);
  }
  return head;
}

function readHeader(line: string, head: TraceHead): void {
  // latency-format: `# latency: 0 us, #965/965, CPU#0 | (M:desktop VP:0, KP:0, SP:0 HP:0 #P:2)`
  const entries = /^# (?:entries-in-buffer\/entries-written: |latency: \d+ us, #)(\d+)\/(\d+)/.exec(line);
  if (entries) {
    head.entries ??= Number(entries[1]);
    head.overwritten = (head.overwritten ?? 0) + Math.max(0, Number(entries[2]) - Number(entries[1]));
  }
  const tracer = /^# tracer: (\S+)/.exec(line);
  if (tracer) head.tracer ??= tracer[1];
  const cpus = /#P:(\d+)/.exec(line);
  if (cpus) head.cpus = Number(cpus[1]);
  const release = /^# \S+ latency trace v\S+ on (\S+)/.exec(line);
  if (release) head.kernel = release[1];
}

function describe(lines: HeadLines, sample: TimeSample, head: TraceHead): string[] {
  const { prefix } = sample;
  if (/ \[[0-9a-f]{8,}\] .*\(\+/.test(prefix)) {
    const time = verboseTime(lines.buf, lines.starts[sample.line], lines.ends[sample.line]);
    if (time !== undefined) head.timeBase = time.inNs ? Math.floor(time.time / 1e6) : Math.floor(time.time / 1e9) * 1e9;
    return ['latency-format verbose'];
  }
  if (prefix.includes('|')) return ['function_graph'];
  if (!/\[\d+\]/.test(prefix)) {
    if (head.timeUnit === 'ns') {
      head.timeBase = 0;
      note(head, 'times are relative to the first event in the buffer');
    }
    return ['latency-format'];
  }
  const words: string[] = [];
  if (/\] +[\d.]+: *$/.test(prefix)) words.push('no irq-info');
  if (/-\d+ +\([ \d-]+\) +\[/.test(prefix)) words.push('tgid');
  if (head.timeDigits === 9) words.push('nanoseconds');
  return words;
}

/** Layouts without a time: the order in time is unknown, for some of them even the event. */
function withoutTime(lines: HeadLines, first: string, head: TraceHead): void {
  head.timeUnit = 'none';
  head.timeDigits = 0;
  if (RAW.test(first)) {
    head.variant = 'raw';
    note(head, 'the raw option hides the events: `echo noraw > trace_options`, then read the trace again');
  } else if (isWithoutContext(lines)) {
    head.variant = NO_CONTEXT;
    note(head, 'task, CPU and time are missing: `echo context-info > trace_options`, then read the trace again');
  } else {
    // function_graph without funcgraph-abstime
    head.variant = 'no time';
    note(head, 'times are missing: `echo funcgraph-abstime > trace_options`, then read the trace again');
  }
}

/** nocontext-info: nearly every line is only the body, as in body.ts. */
export function isWithoutContext(lines: HeadLines): boolean {
  let bare = 0;
  let other = 0;
  for (let i = 0; i < lines.length && i < 100; i++) {
    const line = lines.line(i);
    if (/^[a-zA-Z_]\w*: (\(\S+\+0x|.*\w=|.*\w)|^sys_\w+(\(| -> )|^\S+ <-\S+$/.test(line)) {
      bare++;
    } else if (/\S/.test(line) && !/^#|^ => |^<stack/.test(line)) {
      other++;
    }
  }
  return bare > 0 && bare > 4 * other && (bare > 3 || /^# tracer: /.test(lines.line(0))) && hasArguments(lines);
}

/** Prose has colons too, but no probe location and no `name=value`. */
function hasArguments(lines: HeadLines): boolean {
  for (let i = 0; i < lines.length && i < 100; i++) {
    if (/^[a-zA-Z_]\w*: (\S+\+0x|.*\w=(0x)?[0-9a-f])/.test(lines.line(i))) return true;
  }
  return false;
}
