// Why: a serial line, a terminal or an editor that loses or doubles one character moves everything behind it, and the
// line can still be read. The kernel prints the columns before an event with fixed widths (trace_print_context(),
// kernel/trace/trace_output.c), so a line whose columns differ from those of the others was damaged.
import {
  BRACKET_CLOSE,
  COLON,
  isDigit,
  PAREN_OPEN,
  SPACE,
  skipBlanks,
  skipDigits,
  trimEnd,
  ZERO,
} from '../../util/bytes.ts';
import type { HeadLines } from './head-lines.ts';
import { LineKind, type LineParser, TraceLine } from './line.ts';
import { COMM_COLUMNS } from './task-columns.ts';

/** Minimum number of events in the head, and the share of them that must have the same columns. */
const FEWEST = 10;
const MOSTLY = 0.75;

/** The columns are not as printed by any kernel. */
const BROKEN = -1;

/** The form of the columns of these lines, for {@link hasForm}; undefined: they have none, or several. */
export function usualForm(lines: HeadLines, parser: LineParser): number | undefined {
  const { format, timeUnit } = parser.head;
  if ((format !== 'ftrace' && format !== 'trace-cmd') || timeUnit !== 'ns') return undefined;
  const counts = new Map<number, number>();
  const out = new TraceLine();
  let events = 0;
  for (let i = 0; i < lines.length; i++) {
    lines.parse(i, parser, out);
    if (out.kind !== LineKind.Event) continue;
    events++;
    const form = formOf(out, lines.starts[i]) ?? BROKEN;
    counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  const [form, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [BROKEN, 0]);
  if (form === BROKEN || events < FEWEST || count < events * MOSTLY) return undefined;
  // an older trace-cmd prints a preempt count of any width (trace_seq_printf(s, "%x", pc), libtraceevent)
  return format === 'trace-cmd' ? form & ~(PART << BITS) : form;
}

/** Whether all events of these lines begin with a blank. */
export function beginsWithBlanks(lines: HeadLines, parser: LineParser): boolean {
  const out = new TraceLine();
  let events = 0;
  for (let i = 0; i < lines.length; i++) {
    lines.parse(i, parser, out);
    if (out.kind !== LineKind.Event) continue;
    if (lines.buf[lines.starts[i]] !== SPACE) return false;
    events++;
  }
  return events > 0;
}

/** Whether the event in the line at `start` has columns of this form, or some for which there is no form. */
export function hasForm(line: TraceLine, start: number, form: number): boolean {
  const own = formOf(line, start);
  return own === undefined || (own !== BROKEN && fits(own, form));
}

/** Bits of the parts of a form; a part that is 0 fits all others: its value is wider than its column. */
const BITS = 6;
const PART = (1 << BITS) - 1;
const PARTS = [0, BITS, 2 * BITS, 3 * BITS, 4 * BITS];

const fits = (form: number, other: number): boolean =>
  PARTS.every((bits) => {
    const [a, b] = [(form >> bits) & PART, (other >> bits) & PART];
    return a === b || a === 0 || b === 0;
  });

const WIDEST = PART - 1;

/** No column of a number is narrower. */
const NARROWEST = 5;

/** Width of the column of a number with so many digits: 0 if they fill it; -1: no column is so narrow. */
const columnOf = (digits: number, width: number): number =>
  width > digits || digits < NARROWEST ? (width < NARROWEST ? BROKEN : width) : 0;

/**
 * The widths of pid, flags, seconds and fraction, and of the blanks after them, of `            scn-133     [001] d...
 * 9.044846: fault`; undefined: these columns have something before or within them that other lines may lack.
 */
function formOf({ buf, commEnd, nameStart }: TraceLine, start: number): number | undefined {
  const before = commEnd - start - COMM_COLUMNS;
  if (before > 0 && isSource(buf, start, start + before)) return undefined;
  if (before !== 0) return BROKEN;
  const pid = commEnd + 1;
  const pidEnd = skipDigits(buf, pid, nameStart);
  const bracket = skipBlanks(buf, pidEnd, nameStart);
  // record-tgid
  if (buf[bracket] === PAREN_OPEN) return undefined;
  const cpuEnd = skipDigits(buf, bracket + 1, nameStart);
  const cpuDigits = cpuEnd - bracket - 1;
  if (cpuDigits < 3 || (cpuDigits > 3 && buf[bracket + 1] === ZERO) || buf[cpuEnd] !== BRACKET_CLOSE) return BROKEN;
  const flags = skipBlanks(buf, cpuEnd + 1, nameStart);
  let flagsEnd = flags;
  if (!isDigit(buf[flags])) while (flagsEnd < nameStart && buf[flagsEnd] !== SPACE) flagsEnd++;
  if (flagsEnd > flags && flags !== cpuEnd + 2) return BROKEN;
  const behindFlags = flagsEnd > flags ? flagsEnd : cpuEnd + 1;
  const seconds = skipBlanks(buf, behindFlags, nameStart);
  const point = skipDigits(buf, seconds, nameStart);
  const colon = skipDigits(buf, point + 1, nameStart);
  const name = skipBlanks(buf, colon + 1, nameStart);
  const parts = [
    columnOf(pidEnd - pid, bracket - pid - 1),
    flagsEnd - flags + 1,
    columnOf(point - seconds, point - behindFlags - 1),
    colon - point,
    // (+16) of --ts-diff
    name === nameStart ? name - colon : 0,
  ];
  if (buf[colon] !== COLON || parts.some((part) => part < 0 || part > WIDEST)) return BROKEN;
  return parts.reduce((form, part, i) => form | (part << PARTS[i]), 0);
}

/** The name of a file or an instance, as in `guest:              scn-133`; several words are what a lost line end left there. */
function isSource(buf: Uint8Array, from: number, to: number): boolean {
  const end = trimEnd(buf, from, to);
  return buf[end - 1] === COLON && buf.indexOf(SPACE, skipBlanks(buf, from, end)) >= end;
}
