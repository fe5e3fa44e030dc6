// The two halves of a sample of `perf script`, around its time: before it task and CPU in the columns selected by -F,
// after it the event.
//
//        perf-exec   201 [001]    | 19.724130: |            pindrift:fault: (ffffffffb3462860) mm=0xffff8dd4c1061dc0
//             perf   134/134      | 11.727476: |          1  exceptions:page_fault_user: address=...               +period
//             perf   134 [001] K  | 11.727476: |  cpu-clock:pppH:                                                  +misc
//        perf-exec   419 [000]    | 56.397849: |PERF_RECORD_LOST lost 18
import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  DASH,
  decimal,
  digitsBefore,
  find,
  isBlank,
  isHex,
  isNameStart,
  SLASH,
  SPACE,
  skipBlanks,
  skipDigits,
  startsWith,
  trimEnd,
} from '../../util/bytes.ts';
import { LineKind, type TraceLine } from './line.ts';

/**
 * After the time: an optional period, then `system:event: args` or `PERF_RECORD_X ...`. Numbers for characters as in
 * task-line.ts: 9 tab, 32 space, 48 to 57 digits, 58 colon.
 */
export function readEvent(buf: Uint8Array, p: number, end: number, out: TraceLine): boolean {
  let start = p;
  while (start < end && buf[start] === 32) start++;
  if (start < end && buf[start] >= 48 && buf[start] <= 57) {
    // -F +period
    const behind = skipDigits(buf, start, end);
    if (buf[behind] !== 32) return false;
    start = skipBlanks(buf, behind, end);
  }
  if (!isNameStart(buf[start]) || start >= end) return false;
  let at = start;
  let colon = -1;
  for (; at < end; at++) {
    const c = buf[at];
    if (c <= 58) {
      if (c === 58) {
        if (colon < 0) colon = at;
      } else if (c === 32 || c === 9) {
        break;
      }
    }
  }
  if (buf[start] === 80 && startsWith(buf, start, end, 'PERF_RECORD_')) return readRecord(buf, start, end, out);
  const nameEnd = at - 1;
  if (colon < 0 || buf[nameEnd] !== 58) return false;
  out.kind = 1 satisfies typeof LineKind.Event;
  out.systemStart = start;
  if (colon === nameEnd || isCounter(buf, start, colon)) {
    // `cycles:`, `cpu-clock:pppH:`
    out.systemEnd = start;
    out.nameStart = start;
    out.nameEnd = colon;
  } else {
    out.systemEnd = colon;
    out.nameStart = colon + 1;
    let name = colon + 1;
    while (name < nameEnd && buf[name] !== 58) name++;
    out.nameEnd = name;
  }
  while (at < end && buf[at] === 32) at++;
  out.argsStart = at;
  // what a counter prints is the address
  out.argsEnd = out.systemEnd === start ? end : withoutIp(buf, at, end);
  return out.nameEnd > out.nameStart;
}

/**
 * -F +ip, +sym, +dso without a call chain print one address behind the arguments:
 *
 *     (ffffffff8e674aa0) page=0xfffff908c108b700 compound=0 ffffffff8e674aa1 [unknown] ([kernel.kallsyms])
 *     address=0x7f93db086400 ip=0x55a27faaf513 error_code=0x4     7ffe8d1c2a10 __vdso_gettimeofday+0x10 ([vdso])
 *
 * An argument is never a bare number of this length.
 */
export function withoutIp(buf: Uint8Array, start: number, end: number): number {
  let at = trimEnd(buf, start, end);
  for (let words = 0; words < 3 && at > start; words++) {
    const word = wordBefore(buf, start, at);
    if (at - word >= LEAST_IP && isHexWord(buf, word, at)) return trimEnd(buf, start, word);
    at = trimEnd(buf, start, word);
  }
  return end;
}

/** Digits of an address of a program or of the kernel, at least. */
const LEAST_IP = 9;

function isHexWord(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isHex(buf[at])) return false;
  return true;
}

/** `cpu-clock:pppH`, `cpu/cycles/:u`: the text before the colon is not an event system, which is an identifier. */
function isCounter(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const c = buf[at];
    if (c < 48 || (c > 57 && c < 65)) return true;
  }
  switch (end - start) {
    case 5:
      return startsWith(buf, start, end, 'dummy');
    case 6:
      return startsWith(buf, start, end, 'cycles') || startsWith(buf, start, end, 'faults');
    case 8:
      return startsWith(buf, start, end, 'branches');
    case 12:
      return startsWith(buf, start, end, 'instructions');
    default:
      return false;
  }
}

/** `PERF_RECORD_LOST lost 18`, `PERF_RECORD_LOST_SAMPLES lost 3`, and all records that are not samples. */
export function readRecord(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  if (!startsWith(buf, start, end, 'PERF_RECORD_LOST')) {
    out.kind = LineKind.Record;
    return true;
  }
  out.kind = LineKind.Lost;
  const lost = find(buf, start, end, ' lost ');
  const digits = lost < 0 ? end : skipBlanks(buf, lost + 6, end);
  const digitsEnd = skipDigits(buf, digits, end);
  out.lost = digitsEnd > digits ? decimal(buf, digits, digitsEnd) : -1;
  return true;
}

/** The text before the time, from its end: misc letters, `[cpu]`, `tid` or `pid/tid`; the rest is the task's name. */
export function readTask(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
  let last = end;
  out.cpu = -1;
  out.pid = -1;
  out.tgid = -1;
  if (readLatency(buf, start, last, out)) return;
  const misc = wordBefore(buf, start, last);
  if (buf[misc - 1] === SPACE && isMisc(buf, misc, last) && buf[trimEnd(buf, start, misc) - 1] === BRACKET_CLOSE)
    last = trimEnd(buf, start, misc);
  if (last > start && buf[last - 1] === BRACKET_CLOSE) {
    const open = digitsBefore(buf, start, last - 1) - 1;
    if (open >= start && buf[open] === BRACKET_OPEN && open < last - 2) {
      out.cpu = decimal(buf, open + 1, last - 1);
      last = trimEnd(buf, start, open);
    }
  }
  const tid = digitsBefore(buf, start, last);
  if (tid < last) {
    let pid = tid;
    if (tid > start && buf[tid - 1] === SLASH) pid = digitsBefore(buf, start, tid - 1);
    if (pid === start || isBlank(buf[pid - 1])) {
      out.pid = decimal(buf, tid, last);
      out.tgid = pid < tid - 1 ? decimal(buf, pid, tid - 1) : -1;
      last = trimEnd(buf, start, pid);
    } else if (buf[pid - 1] === DASH && (pid - 1 === start || isBlank(buf[pid - 2]))) {
      // tid -1: not known to perf
      last = trimEnd(buf, start, pid - 1);
    }
  }
  out.commStart = skipBlanks(buf, start, last);
  out.commEnd = Math.max(last, out.commStart);
}

/** Columns of a name that -L leaves. */
const LATENCY_NAME = 8;

/** `    perf   137   1`, `perf-exe   138/138     0`: perf script -L cuts names, and prints the CPU without brackets. */
function readLatency(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  const nameEnd = start + LATENCY_NAME;
  if (nameEnd >= end || buf[nameEnd] !== SPACE || isBlank(buf[nameEnd - 1])) return false;
  const first = skipBlanks(buf, nameEnd, end);
  let firstEnd = skipDigits(buf, first, end);
  const tid = buf[firstEnd] === SLASH ? firstEnd + 1 : first;
  firstEnd = skipDigits(buf, tid, end);
  const cpu = skipBlanks(buf, firstEnd, end);
  if (firstEnd === tid || cpu === firstEnd || cpu === end || skipDigits(buf, cpu, end) < end) return false;
  out.cpu = decimal(buf, cpu, end);
  out.pid = decimal(buf, tid, firstEnd);
  if (tid > first) out.tgid = decimal(buf, first, tid - 1);
  out.commStart = skipBlanks(buf, start, nameEnd);
  out.commEnd = nameEnd;
  return true;
}

export function wordBefore(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && !isBlank(buf[at - 1])) at--;
  return at;
}

/** -F +misc: `K`, `U`, `Sp`... */
function isMisc(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const c = buf[at] | 32;
    if (c < 97 || c > 122) return false;
  }
  return end > start && end - start <= 4;
}
