// Detects the format of a text from its first bytes, never from its name. For input that is not a trace, gives a
// sentence that says what it is, and the next step.
import { text } from '../../util/bytes.ts';
import { escapeControl } from '../../util/escape.ts';
import { beginsWithBlanks, usualForm } from '../formats/column-form.ts';
import { createParser } from '../formats/create.ts';
import { csvHead } from '../formats/csv-head.ts';
import type { TraceFormat, TraceHead } from '../formats/head.ts';
import { HEAD_BYTES, HeadLines } from '../formats/head-lines.ts';
import { LineKind, type LineParser, TraceLine } from '../formats/line.ts';
import { cutColumn } from './cut.ts';
import { isCutLeft, withoutTasks } from './cut-left.ts';
import { ftraceHead, isWithoutContext } from './ftrace-head.ts';
import { notATrace, type Unusable } from './not-a-trace.ts';
import { lacksColumns, otherTool } from './other-tools.ts';
import { isTimeless, NOTHING_READ, perfScriptHead } from './perf-head.ts';
import { readCaptureHead } from './recorded.ts';
import { roundedTable } from './rounded.ts';
import { severalNames } from './several-names.ts';
import { probeHead } from './time-sample.ts';
import { traceCmdHead } from './trace-cmd-head.ts';
import { twoSided } from './two-sided.ts';

export { createParser } from '../formats/create.ts';

export type Detection = { parser: LineParser } | Unusable;

/** Number of lines tried with each format. */
const TRIED_LINES = 120;

/** Determine from the first bytes (64 KB) which parser to use; `forced` overrides everything except binary data. */
export function detectFormat(head: Uint8Array, forced?: TraceFormat): Detection {
  const looked = look(head, forced);
  if ('problem' in looked) return looked;
  const { lines, found } = looked;
  const column = found.format === 'csv' ? undefined : cutColumn(lines);
  if (column !== undefined) found.cutAt = column;
  if ((found.format === 'ftrace' || found.format === 'trace-cmd') && isCutLeft(lines)) found.cutLeft = true;
  readCaptureHead(lines, found);
  const columns = usualForm(lines, createParser(found));
  if (columns !== undefined) found.columns = columns;
  if (beginsWithBlanks(lines, createParser(found))) found.padded = true;
  return { parser: createParser(found) };
}

/** Whether a text that begins with these bytes is a trace, without checking its completeness. */
export const isTraceText = (head: Uint8Array): boolean => !('problem' in look(head));

function look(head: Uint8Array, forced?: TraceFormat): { lines: HeadLines; found: TraceHead } | Unusable {
  const unusable = notATrace(head);
  if (unusable !== undefined) return unusable;
  const sides = twoSided(text(head, 0, head.length));
  if (sides !== undefined) return sides;
  const lines = new HeadLines(head, head.length < HEAD_BYTES);
  const format = forced ?? formatOf(lines);
  if (format === undefined || (forced === undefined && format === 'perf-script')) {
    const tasks = withoutTasks(lines);
    if (tasks !== undefined) return tasks;
    const columns = lacksColumns(lines);
    if (columns !== undefined) return columns;
  }
  if (format === undefined) return notRecognised(lines);
  const names = format === 'csv' ? undefined : severalNames(lines);
  if (names !== undefined) return names;
  const found = headOf(format, lines);
  // if no line has a time, a header may be perf's
  if (forced === undefined && format === 'perf-script' && found?.variant.includes(NOTHING_READ)) {
    const other = otherTool(lines);
    if (other !== undefined) return other;
  }
  if (found === undefined) {
    return {
      problem: 'no row of this table names its columns; time and event columns are needed',
      tryThis: 'add a header row, such as time,cpu,comm,pid,event',
    };
  }
  return roundedTable(lines, found) ?? { lines, found };
}

function headOf(format: TraceFormat, lines: HeadLines): TraceHead | undefined {
  switch (format) {
    case 'ftrace':
      return ftraceHead(lines);
    case 'trace-cmd':
      return traceCmdHead(lines);
    case 'perf-script':
      return perfScriptHead(lines);
    case 'csv':
      return csvHead(lines);
  }
}

function formatOf(lines: HeadLines): TraceFormat | undefined {
  if (csvHead(lines) !== undefined) return 'csv';
  const marked = markOf(lines);
  if (marked !== undefined) return marked;
  let best: TraceFormat | undefined;
  let bestScore = 0;
  for (const format of ['ftrace', 'trace-cmd', 'perf-script'] as const) {
    const score = scoreOf(format, lines);
    if (score > bestScore) {
      bestScore = score;
      best = format;
    }
  }
  if (best === 'ftrace' && isPadded(lines)) return 'trace-cmd';
  // texts without task and time are accepted last, since nearly any text has a word and a colon
  return best ?? (isWithoutContext(lines) ? 'ftrace' : isTimeless(lines) ? 'perf-script' : undefined);
}

/** A line among the first ones that only one format has, whatever precedes it. */
function markOf(lines: HeadLines): TraceFormat | undefined {
  for (let i = 0, tried = 0; i < lines.length && tried < TRIED_LINES; i++) {
    const line = lines.line(i);
    if (line === '#' || line === '') continue;
    tried++;
    if (
      /^# pindrift-capture: |^# tracer: |^# entries-in-buffer|^#{5} CPU \d+ buffer started|^CPU:\d+ \[LOST |^# Dumping ftrace /.test(
        line,
      )
    ) {
      return 'ftrace';
    }
    if (/^(\S+: +)?cpus=\d+$|^version = \d+$|^CPU \d+ is empty$|^CPU:\d+ \[(\d+ )?EVENTS DROPPED/.test(line)) {
      return 'trace-cmd';
    }
    if (/^# captured on|^# os release : |^# perf version : /.test(line)) return 'perf-script';
  }
  return undefined;
}

/** How well a format parses the first lines: parsed lines against bad ones. */
function scoreOf(format: TraceFormat, lines: HeadLines): number {
  const parser = createParser(probeHead(format, 'ns'));
  const out = new TraceLine();
  let score = 0;
  for (let i = 0, tried = 0; i < lines.length && tried < TRIED_LINES; i++) {
    lines.parse(i, parser, out);
    switch (out.kind) {
      case LineKind.Event:
      case LineKind.Function:
      case LineKind.Lost:
      case LineKind.Record:
        score += 4;
        tried++;
        break;
      case LineKind.Bad:
        score--;
        tried++;
        break;
      default:
        break;
    }
  }
  return score;
}

/** trace-cmd pads event names, ftrace does not; the columns before them are the same. */
function isPadded(lines: HeadLines): boolean {
  let padded = 0;
  let other = 0;
  for (let i = 0; i < lines.length && i < TRIED_LINES; i++) {
    const line = lines.line(i);
    if (/\d: (\(\+\d+\) +| +)?\w+: {2,}\S/.test(line)) {
      padded++;
    } else if (/\d: \w+: \S/.test(line)) {
      other++;
    }
  }
  return padded > other;
}

function notRecognised(lines: HeadLines): Unusable {
  const other = otherTool(lines);
  if (other !== undefined) return other;
  let shown = '';
  for (let i = 0; i < lines.length && shown === ''; i++) {
    shown = new TextDecoder().decode(lines.buf.subarray(lines.starts[i], lines.ends[i])).trim().slice(0, 80);
  }
  return {
    problem: `this is text, but not a trace: no line is ftrace, trace-cmd report, perf script or a CSV table; it begins with "${escapeControl(shown)}"`,
    tryThis:
      'give the text of /sys/kernel/tracing/trace, `trace-cmd report`, `perf script`, or a table with time and event ' +
      'columns; --format forces one of these',
  };
}
