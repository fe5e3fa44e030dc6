// ftrace's latency-format, in which the columns of trace_print_lat_context() replace the default ones:
//
//      scn-236       1.... 627438us+: wp_copy: (...)              lat_print_generic(): "%8.8s-%-7d %3d", flags, lat_print_timestamp() " %4lldus%c: "
//      scn-236       1d...  4203: fault: (...)                    the same with a clock that has no seconds: " %4lld: "
//              scn     262   1 0 00000000 00000136 [018848b5] 387.177ms (+0.051ms): wp_copy: (...)
//                                                                 verbose: "%16s %7d %3d %d %08x %08lx " then "[%08llx] %ld.%03ldms (+%ld.%03ldms): "
//              scn     262   1 0 00000000 00000136 [00000000018848b5] 1234 (+5): wp_copy: (...)     the same without seconds
//
// The time of the short form is relative to the first event of the buffer. The verbose form has the absolute time in
// its brackets, in hexadecimal microseconds (or ticks), which is used here.
import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  DASH,
  decimal,
  hexAt,
  isBlank,
  isDigit,
  isHex,
  PAREN_OPEN,
  SPACE,
  skipBlanks,
  skipDigits,
  startsWith,
} from '../../util/bytes.ts';
import type { TraceHead } from './head.ts';
import type { TraceLine } from './line.ts';
import { contextOf, contextOfBits } from './task-columns.ts';

/** Columns of the task name in the short form. */
const COMM_COLUMNS = 8;

/** Columns of a longer name: "%8.8s" truncates it, but not in every kernel. */
const MOST_COMM = 17;

/**
 * Parse a line of latency-format up to the colon after the time; returns the position after it, -1 if the line has
 * another form.
 */
export function readLatencyLine(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): number {
  if (end - start > COMM_COLUMNS && buf[start + COMM_COLUMNS] === DASH) {
    const at = readShort(buf, start + COMM_COLUMNS, end, head, out);
    if (at > 0) {
      setComm(buf, start, start + COMM_COLUMNS, out);
      return at;
    }
  }
  // indented, or without the spaces before the name: the first dash from which the rest matches
  const first = skipBlanks(buf, start, end);
  for (let dash = first + 1; dash < Math.min(end, first + MOST_COMM); dash++) {
    if (buf[dash] !== DASH || !isDigit(buf[dash + 1])) continue;
    const at = readShort(buf, dash, end, head, out);
    if (at > 0) {
      setComm(buf, Math.max(first, dash - COMM_COLUMNS), dash, out);
      return at;
    }
  }
  return -1;
}

/** From the dash on: `-236       1.... 627438us+:`. */
function readShort(buf: Uint8Array, dash: number, end: number, head: TraceHead, out: TraceLine): number {
  const pidEnd = skipDigits(buf, dash + 1, end);
  const cpuStart = skipBlanks(buf, pidEnd, end);
  const cpuEnd = skipDigits(buf, cpuStart, end);
  if (pidEnd === dash + 1 || cpuStart === pidEnd || cpuEnd === cpuStart) return -1;
  let at = cpuEnd;
  while (at < end && !isBlank(buf[at])) at++;
  out.context = at - cpuEnd >= 4 ? contextOf(buf[cpuEnd + 2]) : -1;
  at = skipBlanks(buf, at, end);
  const timeEnd = skipDigits(buf, at, end);
  if (timeEnd === at) return -1;
  let behind = timeEnd;
  let isTicks = true;
  if (startsWith(buf, timeEnd, end, 'us')) {
    // `us:`, `us :`, `us+:`, `us!:`, `us#:`
    isTicks = false;
    behind = timeEnd + 2;
    while (behind < end && buf[behind] !== COLON && behind < timeEnd + 4) behind++;
  }
  if (buf[behind] !== COLON || behind >= end) return -1;
  out.pid = decimal(buf, dash + 1, pidEnd);
  out.cpu = decimal(buf, cpuStart, cpuEnd);
  out.tgid = -1;
  const time = decimal(buf, at, timeEnd);
  out.ts = isTicks === (head.timeUnit === 'ticks') ? relative(time, head) : Number.NaN;
  return behind + 1;
}

/** Short times are relative to the first event; the base in such a head is 0. */
function relative(time: number, head: TraceHead): number {
  return head.timeUnit === 'ticks' ? time - head.timeBase : time * 1000 - head.timeBase * 1e9;
}

/**
 * `             scn     262   1 0 00000000 00000136 [018848b5] 387.177ms (+0.051ms): `; the name may contain spaces.
 */
export function readVerboseLine(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): number {
  for (let at = start + 1; at < end - 20; at++) {
    if (!isDigit(buf[at]) || !isBlank(buf[at - 1])) continue;
    const behind = readVerbose(buf, at, end, head, out);
    if (behind > 0) {
      setComm(buf, start, at - 1, out);
      return behind;
    }
    if (at > start + 48) return -1;
  }
  return -1;
}

/** From the pid on. */
function readVerbose(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  const pidEnd = skipDigits(buf, p, end);
  const cpuStart = skipBlanks(buf, pidEnd, end);
  const cpuEnd = skipDigits(buf, cpuStart, end);
  // flags, preempt count, index: one decimal and two hexadecimal words
  let at = skipBlanks(buf, cpuEnd, end);
  const flags = decimal(buf, at, skipDigits(buf, at, end));
  for (let word = 0; word < 3; word++) {
    const wordStart = at;
    while (at < end && isHex(buf[at])) at++;
    if (at === wordStart || buf[at] !== SPACE) return -1;
    at = skipBlanks(buf, at, end);
  }
  if (cpuStart === pidEnd || cpuEnd === cpuStart || buf[at] !== BRACKET_OPEN) return -1;
  const hex = at + 1;
  let close = hex;
  while (close < end && isHex(buf[close])) close++;
  if (buf[close] !== BRACKET_CLOSE) return -1;
  // `387.177ms (+0.051ms): ` or `1234 (+5): `
  at = skipDigits(buf, skipBlanks(buf, close + 1, end), end);
  const inNs = buf[at] === 46;
  while (at < end && buf[at] !== PAREN_OPEN) at++;
  while (at < end && buf[at] !== COLON) at++;
  if (at >= end) return -1;
  out.pid = decimal(buf, p, pidEnd);
  out.cpu = decimal(buf, cpuStart, cpuEnd);
  out.tgid = -1;
  out.context = contextOfBits(flags);
  if (inNs === (head.timeUnit === 'ns'))
    out.ts = inNs ? hexSince(buf, hex, close, head.timeBase * 1e6) * 1000 : hexSince(buf, hex, close, head.timeBase);
  else out.ts = Number.NaN;
  return at + 1;
}

/** Hexadecimal number minus `base`, exact while the difference fits: the upper and the lower 32 bits apart. */
function hexSince(buf: Uint8Array, p: number, end: number, base: number): number {
  const split = Math.max(p, end - 8);
  const baseHigh = Math.floor(base / 0x1_0000_0000);
  return (
    (hexAt(buf, p, split) - baseHigh) * 0x1_0000_0000 + (hexAt(buf, split, end) - (base - baseHigh * 0x1_0000_0000))
  );
}

/**
 * The absolute time of a verbose line in microseconds or ticks, for the base of the head; undefined if it has another
 * form.
 */
export function verboseTime(buf: Uint8Array, start: number, end: number): { time: number; inNs: boolean } | undefined {
  for (let at = start; at < end && at < start + 100; at++) {
    if (buf[at] === BRACKET_OPEN && isHex(buf[at + 1])) {
      let close = at + 1;
      while (close < end && isHex(buf[close])) close++;
      if (buf[close] === BRACKET_CLOSE && close - at > 8) {
        const digits = skipBlanks(buf, close + 1, end);
        return { time: hexAt(buf, at + 1, close), inNs: buf[skipDigits(buf, digits, end)] === 46 };
      }
    }
  }
  return undefined;
}

function setComm(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
  out.commStart = skipBlanks(buf, start, end);
  let commEnd = end;
  while (commEnd > out.commStart && isBlank(buf[commEnd - 1])) commEnd--;
  out.commEnd = commEnd;
}
