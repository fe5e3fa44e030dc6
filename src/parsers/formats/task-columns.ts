// The columns before the time, character by character, for all layouts that are not read by position (task-line.ts):
//
//   "%16s-%-7d "  "(%7d) " with record-tgid  "[%03d] "  flags if irq-info  " %5lu.%06lu: " or " %12llu: "
//
//              scn-210     (    210) [001]     19.238260: fault: ...                     record-tgid, no irq-info
//           <idle>-0       (-------) [000] d.h2.    19.238260: ...
//              scn-315     [000] d...  86546260107: page_fault_user: ...                 trace_clock x86-tsc
//              scn-311   [000]133600439400: page_fault_user:      address=...            trace-cmd, clock without seconds
//     guest:              scn-133   [000]    89.702884: fault:                (...)      trace-cmd, several files or instances
//     scn-133 [000] d... 9.044846: grab_fast: ...                                        spaces lost in a mail
//
// Flags have four characters up to 5.15 and five since, any letters (7.2: `.l...`), but never a space.
import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  DASH,
  hexAt,
  isBlank,
  isDigit,
  PAREN_CLOSE,
  PAREN_OPEN,
  SPACE,
  skipBlanks,
  skipDigits,
  ZERO,
} from '../../util/bytes.ts';
import type { TraceHead } from './head.ts';
import type { TraceLine } from './line.ts';
import { readTime } from './time.ts';

/** Columns of the task name: TASK_COMM_LEN, printed right-aligned. */
export const COMM_COLUMNS = 16;

/** After the dash: `133     [000] d...     9.044846:`. */
export function readPidAndRest(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  let pid = 0;
  for (;;) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    pid = pid * 10 + digit;
    if (++at >= end) return -1;
  }
  if (at === p || buf[at] !== SPACE) return -1;
  out.pid = pid;
  do {
    at++;
  } while (buf[at] === SPACE && at < end);
  if (buf[at] === PAREN_OPEN) {
    at = readTgid(buf, at, end, out);
    if (at < 0) return -1;
  } else {
    out.tgid = -1;
  }
  if (buf[at] !== BRACKET_OPEN) return -1;
  return readCpuAndRest(buf, at + 1, end, head, out);
}

/** `(    210) ` or `(-------) `; returns the position after it. */
function readTgid(buf: Uint8Array, p: number, end: number, out: TraceLine): number {
  let at = skipBlanks(buf, p + 1, end);
  out.tgid = -1;
  if (isDigit(buf[at])) {
    let tgid = 0;
    for (; isDigit(buf[at]) && at < end; at++) tgid = tgid * 10 + buf[at] - ZERO;
    out.tgid = tgid;
  } else {
    while (buf[at] === DASH && at < end) at++;
  }
  return at < end && buf[at] === PAREN_CLOSE ? skipBlanks(buf, at + 1, end) : -1;
}

/** After `[`: `000] d...     9.044846:`. */
function readCpuAndRest(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  let cpu = 0;
  for (;;) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    cpu = cpu * 10 + digit;
    if (++at >= end) return -1;
  }
  if (at === p || buf[at] !== BRACKET_CLOSE) return -1;
  out.cpu = cpu;
  return readFlagsAndTime(buf, at + 1, end, head, out);
}

/**
 * ` d...     9.044846:`, `     14.117719:`, `331820356845:`, ` .....331820356845:`; returns the position after the
 * colon.
 */
export function readFlagsAndTime(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  while (at < end && buf[at] === SPACE) at++;
  const c = buf[at];
  out.context = -1;
  if (c < ZERO || c > 57) {
    // the irq-info column contains no spaces, and does not begin with a digit
    const flags = at;
    while (at < end && buf[at] !== SPACE) at++;
    if (at - flags > 6) at = flagsGluedToTime(buf, flags, at);
    out.context = at - flags >= 4 ? contextIn(buf, flags, at) : -1;
    while (at < end && buf[at] === SPACE) at++;
  }
  const behind = readTime(buf, at, end, head, out);
  return behind < 0 || behind >= end || buf[behind] !== COLON ? -1 : behind + 1;
}

/** `d.h1.`, or with -l and -R of trace-cmd `-0x9`: the flags as a number (data_latency_format(), libtraceevent). */
function contextIn(buf: Uint8Array, flags: number, end: number): number {
  if (buf[flags] !== DASH || buf[flags + 2] !== 120) return contextOf(buf[flags + 2]);
  return contextOfBits(hexAt(buf, flags + 3, end));
}

/**
 * 0: a task, 1: a softirq, 2: a hard interrupt, -1: not shown. TRACE_FLAG_HARDIRQ 0x08, TRACE_FLAG_NMI 0x40,
 * TRACE_FLAG_SOFTIRQ 0x10 (include/linux/trace_events.h).
 *
 * No NMI calls a function that is probed. A kprobe that traps is an NMI itself (irqentry_nmi_enter() in exc_int3() of
 * x86, and in do_trap_break() of riscv64), which counts as a hardirq, too: what it interrupted is not shown.
 */
export const contextOfBits = (flags: number): number =>
  (flags & 0x40) !== 0 ? -1 : (flags & 0x08) !== 0 ? 2 : (flags & 0x10) !== 0 ? 1 : 0;

/**
 * Context, from the third flag (trace_print_lat_fmt(), kernel/trace/trace_output.c): `.` the task, `s` a softirq, `h` a
 * hardirq, `H` one inside a softirq, `z` and `Z` an NMI.
 */
export function contextOf(flag: number): number {
  return flag === 46 ? 0 : flag === 115 ? 1 : (flag | 32) === 122 ? -1 : 2;
}

/**
 * trace-cmd prints ticks directly after the flags: `d....331820356845:`. Four characters up to 5.15, five since; the
 * time is long.
 */
function flagsGluedToTime(buf: Uint8Array, flags: number, end: number): number {
  let at = end - 1;
  if (buf[at] !== COLON) return end;
  while (isDigit(buf[at - 1])) at--;
  return Math.min(Math.max(at, flags + 4), flags + 5);
}

/**
 * The tolerant method: the first `-PID [CPU]` in the line that is followed by a time. `comm` is the text before it, at
 * most 16 columns: an instance or file name may precede it (`guest:              scn-133   [000] ...`).
 */
export function searchTaskLine(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): number {
  for (let dash = start + 1; dash < end; dash++) {
    if (buf[dash] !== DASH || !isDigit(buf[dash + 1])) continue;
    const pidEnd = skipDigits(buf, dash + 1, end);
    const behindPid = skipBlanks(buf, pidEnd, end);
    if (behindPid === pidEnd || (buf[behindPid] !== BRACKET_OPEN && buf[behindPid] !== PAREN_OPEN)) continue;
    const at = readPidAndRest(buf, dash + 1, end, head, out);
    if (at > 0) {
      let comm = Math.max(start, dash - COMM_COLUMNS);
      while (comm < dash && isBlank(buf[comm])) comm++;
      // what is left of a name is not a name
      out.commStart = comm === start && head.cutLeft === true ? dash : comm;
      out.commEnd = dash;
      return at;
    }
  }
  return -1;
}
