// Information in the first lines of `perf script`: the header comments if --header was given, and the columns in use.
//
//     # os release : 5.10.0-32-amd64
//     # nrcpus online : 2
import { PAREN_OPEN } from '../../util/bytes.ts';
import { createParser } from '../formats/create.ts';
import { TRAILING_COLUMNS, type TraceHead, type TrailingColumn } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';
import { LineKind, TraceLine } from '../formats/line.ts';
import { withoutColumns } from '../formats/perf-columns.ts';
import { NO_TIME } from '../formats/perf-script.ts';
import { firstTime, note, probeHead, setTime } from './time-sample.ts';

/** Word of `head.variant`: no line is a sample. */
export const NOTHING_READ = 'no sample at the beginning';

export function perfScriptHead(lines: HeadLines): TraceHead {
  const head: TraceHead = { format: 'perf-script', variant: '', timeUnit: 'ns', timeDigits: 6, timeBase: 0 };
  const words: string[] = [];
  if (readHeader(lines, head)) words.push('header');
  const sample = firstTime('perf-script', lines);
  if (sample !== undefined) {
    setTime(head, sample);
    if (!/\[\d{3,}\]/.test(sample.prefix)) words.push('no cpu');
    if (/\d\/-?\d+ +(\[\d+\] +)?[\d.]+: /.test(sample.prefix)) words.push('pid/tid');
    if (head.timeDigits === 9) words.push('nanoseconds');
    describeSamples(lines, head, words);
  } else if (isTimeless(lines)) {
    words.push(NO_TIME);
    head.timeUnit = 'none';
    head.timeDigits = 0;
    note(head, 'times are missing: add `time` to the fields of perf script -F');
  } else {
    words.push(NOTHING_READ);
  }
  head.variant = words.join(', ');
  const trailing = trailingColumns(lines, head);
  if (trailing.length > 0) {
    head.trailing = trailing;
    words.push(`fields behind the arguments (${trailing.join(', ')})`);
    head.variant = words.join(', ');
  }
  return head;
}

function readHeader(lines: HeadLines, head: TraceHead): boolean {
  let seen = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines.line(i);
    if (!line.startsWith('# ')) continue;
    seen = true;
    const release = /^# os release : (\S+)/.exec(line);
    if (release) head.kernel = release[1];
    const machine = /^# arch : (\S+)/.exec(line);
    if (machine) head.machine = machine[1];
    const cpus = /^# nrcpus online : (\d+)/.exec(line);
    if (cpus) head.cpus = Number(cpus[1]);
  }
  return seen;
}

/** Call chains, and times that are not absolute: --reltime begins at 0, --deltatime goes back all the time. */
function describeSamples(lines: HeadLines, head: TraceHead, words: string[]): void {
  const parser = createParser(probeHead('perf-script', 'ns'));
  const out = new TraceLine();
  let first = Number.NaN;
  let last = 0;
  let backwards = 0;
  let samples = 0;
  let frames = 0;
  for (let i = 0; i < lines.length && samples < 300; i++) {
    lines.parse(i, parser, out);
    if (out.kind === LineKind.Event) {
      if (samples++ === 0) {
        first = out.ts;
      } else if (out.ts < last) {
        backwards++;
      }
      last = out.ts;
    } else if (out.kind === LineKind.Stack) {
      frames++;
    }
  }
  if (frames > 0) words.push('call chains');
  if (first !== 0) return;
  if (backwards * 10 > samples) {
    words.push('time differences (--deltatime)');
    head.timeUnit = 'none';
    head.timeDigits = 0;
    note(head, 'times are relative to the previous line; only the order of the lines is used');
  } else {
    words.push('relative time (--reltime)');
    note(head, 'times are relative to the first event');
  }
}

/** Minimum number of events in the head, and the share of them that must have a column. */
const FEWEST = 10;
const MOSTLY = 0.75;

/**
 * The columns behind the arguments of nearly all events, the last one first. Some of the events must be of probes: the
 * kernel prints nothing there, and a tracepoint may print anything.
 */
function trailingColumns(lines: HeadLines, head: TraceHead): TrailingColumn[] {
  const parser = createParser(head);
  const out = new TraceLine();
  const found: TrailingColumn[] = [];
  for (;;) {
    const counts = TRAILING_COLUMNS.map(() => 0);
    let events = 0;
    let probes = 0;
    for (let i = 0; i < lines.length; i++) {
      lines.parse(i, parser, out);
      if (out.kind !== LineKind.Event || out.systemEnd === out.systemStart) continue;
      events++;
      if (out.buf[out.argsStart] === PAREN_OPEN) probes++;
      for (const [c, column] of TRAILING_COLUMNS.entries())
        if (withoutColumns(out, [...found, column]) >= 0) counts[c]++;
    }
    const next = counts.findIndex((count) => count >= events * MOSTLY);
    if (events < FEWEST || probes === 0 || next < 0) return found;
    found.push(TRAILING_COLUMNS[next]);
  }
}

/** -F event,trace: lines with an event and no time. */
export function isTimeless(lines: HeadLines): boolean {
  let events = 0;
  let other = 0;
  for (let i = 0; i < lines.length && i < 100; i++) {
    const line = lines.line(i);
    if (/(^| )[a-z_]\w*:[a-zA-Z_]\w*: /.test(line)) {
      events++;
    } else if (/\S/.test(line) && !/^[#\t]/.test(line)) {
      other++;
    }
  }
  return events > 0 && events > 4 * other;
}
