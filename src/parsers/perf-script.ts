// Text of `perf script`: perf_sample__fprintf_start() and process_event() of builtin-script.c, and the side records
// as perf_event__fprintf() names them. Which columns there are depends on -F, so a line is read around its time:
//
//        perf-exec   201 [001]    19.724130:             pindrift:fault: (ffffffffb3462860) mm=0xffff8dd4c1061dc0 addr=0x7f
//        perf-exec     597 [001]    55.345071:   exceptions:page_fault_user: address=0x7f3b34e69400          pid 7 wide since 6.2
//             perf   134/134   [001]    11.727476:               pindrift:fault: (ffffffff8de62860) mm=...    -F comm,pid,tid,...
//             perf   134    11.727476:               pindrift:fault: ...                                      no cpu
//             perf   134 [001]    11.727476:               pindrift:fault:                         (ffff...   -F +flags
//     perf-exec   298 [001]    49.560172:   exceptions:page_fault_user: address=0x7f6c17869e76               -g: no padding, frames follow
//     	ffffffff8e504e40 exc_page_fault+0x110 ([kernel.kallsyms])
//          swapper     0 [000]     0.000000: PERF_RECORD_MMAP -1/0: [0xffffffff8dc00000(0xc01f42) @ 0xffffffff8dc00000]: x [kernel.kallsyms]_text
//        perf-exec   419 [000]    56.397849: PERF_RECORD_LOST lost 18
//             :629     629 [001]    55.345071: ...                                                            a task whose name perf never saw
import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  CARRIAGE_RETURN,
  COLON,
  DASH,
  DOT,
  decimal,
  find,
  HASH,
  isBlank,
  isDigit,
  isHex,
  isWord,
  SLASH,
  SPACE,
  skipBlanks,
  skipDigits,
  startsWith,
  TAB,
  trimEnd,
  ZERO,
} from '../util/bytes.ts';
import { LineKind, type LineParser, type TraceHead, type TraceLine } from './line.ts';
import { readTime } from './time.ts';

/** Columns of the task name, "%16s " unless there is a call chain. */
const COMM_COLUMNS = 16;

/** Word of `head.variant`: lines show neither time nor task, so an event is all there is to go by. */
export const NO_TIME = 'no time';

export class PerfScriptParser implements LineParser {
  readonly head: TraceHead;
  readonly #noTime: boolean;

  constructor(head: TraceHead) {
    this.head = head;
    this.#noTime = head.variant.includes(NO_TIME);
  }

  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    let last = end;
    while (last > start && (buf[last - 1] === SPACE || buf[last - 1] === CARRIAGE_RETURN)) {
      last--;
    }
    out.buf = buf;
    const at = this.#readDefault(buf, start, last, out);
    if (at < 0 || !readEvent(buf, at, last, out)) {
      this.#parseOther(buf, start, last, out);
    }
  }

  /** Task name in its 16 columns, tid or pid/tid, maybe the CPU, the time: the place behind the time's colon. */
  #readDefault(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    let at = start + COMM_COLUMNS;
    if (end - start < 30 || buf[at] !== SPACE) {
      return -1;
    }
    do {
      at++;
    } while (buf[at] === SPACE && at < end);
    const pid = at;
    let tid = 0;
    for (; at < end; at++) {
      const digit = buf[at] - ZERO;
      if (digit < 0 || digit > 9) {
        break;
      }
      tid = tid * 10 + digit;
    }
    if (at === pid) {
      return -1;
    }
    out.tgid = -1;
    if (buf[at] === SLASH) {
      out.tgid = tid;
      const tidStart = at + 1;
      at = skipDigits(buf, tidStart, end);
      tid = decimal(buf, tidStart, at);
      if (at === tidStart) {
        return -1;
      }
    }
    if (buf[at] !== SPACE) {
      return -1;
    }
    out.pid = tid;
    at = skipBlanks(buf, at, end);
    out.cpu = -1;
    if (buf[at] === BRACKET_OPEN) {
      const cpuEnd = skipDigits(buf, at + 1, end);
      if (buf[cpuEnd] !== BRACKET_CLOSE || cpuEnd === at + 1) {
        return -1;
      }
      out.cpu = decimal(buf, at + 1, cpuEnd);
      at = skipBlanks(buf, cpuEnd + 1, end);
    }
    at = readTime(buf, at, end, this.head, out);
    if (at < 0 || at >= end || buf[at] !== COLON) {
      return -1;
    }
    let comm = start;
    while (buf[comm] === SPACE) {
      comm++;
    }
    out.commStart = comm;
    out.commEnd = comm < start + COMM_COLUMNS ? start + COMM_COLUMNS : comm;
    return comm < pid ? at + 1 : -1;
  }

  #parseOther(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    const first = skipBlanks(buf, start, end);
    if (first === end) {
      out.kind = LineKind.Blank;
    } else if (buf[start] === HASH && (end === start + 1 || isBlank(buf[start + 1]))) {
      out.kind = LineKind.Header;
      out.lost = -1;
    } else if (buf[start] === TAB) {
      out.kind = LineKind.Stack;
    } else if (!this.#readSample(buf, start, end, out) && !readKnown(buf, first, end, start, out)) {
      if (!this.#noTime || !readTimeless(buf, first, end, out)) {
        out.kind = LineKind.Bad;
        out.reason = 'not a line of perf script';
      }
    }
  }

  /** Any selection of columns: find `SECONDS.FRACTION: ` with an event or record behind it, and read what stands before. */
  #readSample(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    for (let at = start; at < end; at++) {
      if (buf[at] !== DOT || !isDigit(buf[at + 1]) || at === start || !isDigit(buf[at - 1])) {
        continue;
      }
      let seconds = at - 1;
      while (seconds > start && isDigit(buf[seconds - 1])) {
        seconds--;
      }
      if (seconds > start && !isBlank(buf[seconds - 1])) {
        continue;
      }
      const behind = readTime(buf, seconds, end, this.head, out);
      if (behind > 0 && buf[behind] === COLON && readEvent(buf, behind + 1, end, out)) {
        readTask(buf, start, trimEnd(buf, start, seconds), out);
        return true;
      }
    }
    return false;
  }
}

/** From behind the time: an optional period, then `system:event: args` or `PERF_RECORD_X ...`. */
function readEvent(buf: Uint8Array, p: number, end: number, out: TraceLine): boolean {
  let at = p;
  while (at < end && buf[at] === SPACE) {
    at++;
  }
  if (isDigit(buf[at])) {
    // -F +period
    const behind = skipDigits(buf, at, end);
    if (buf[behind] !== SPACE) {
      return false;
    }
    at = skipBlanks(buf, behind, end);
  }
  const start = at;
  let colon = -1;
  for (; at < end; at++) {
    const c = buf[at];
    if (c === SPACE || c === TAB) {
      break;
    }
    if (c === COLON && colon < 0) {
      colon = at;
    }
  }
  if (at === start || buf[at - 1] !== COLON) {
    return startsWith(buf, start, end, 'PERF_RECORD_') && readRecord(buf, start, end, out);
  }
  if (startsWith(buf, start, end, 'PERF_RECORD_')) {
    return readRecord(buf, start, end, out);
  }
  const nameEnd = at - 1;
  if (colon === start || !isNameStart(buf[start])) {
    return false;
  }
  out.kind = LineKind.Event;
  if (colon === nameEnd || isCounter(buf, start, colon)) {
    // `cycles:`, `cpu-clock:pppH:`
    out.systemStart = start;
    out.systemEnd = start;
    out.nameStart = start;
    out.nameEnd = colon;
  } else {
    out.systemStart = start;
    out.systemEnd = colon;
    out.nameStart = colon + 1;
    let name = colon + 1;
    while (name < nameEnd && buf[name] !== COLON) {
      name++;
    }
    out.nameEnd = name;
  }
  while (at < end && buf[at] === SPACE) {
    at++;
  }
  out.argsStart = at;
  out.argsEnd = end;
  return true;
}

function isNameStart(c: number | undefined): boolean {
  return isWord(c) && !isDigit(c);
}

/** `cpu-clock:pppH`, `cpu/cycles/:u`: what stands before the colon is no event system, which is an identifier. */
function isCounter(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (!isWord(buf[at])) {
      return true;
    }
  }
  return ['cycles', 'instructions', 'branches', 'faults', 'dummy'].some(
    (name) => name.length === end - start && startsWith(buf, start, end, name),
  );
}

/** `PERF_RECORD_LOST lost 18`, `PERF_RECORD_LOST_SAMPLES lost 3`, and all the records that are no samples. */
function readRecord(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
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

/** What stands before the time, from its end: misc letters, `[cpu]`, `tid` or `pid/tid`, and the rest is the task's name. */
function readTask(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
  let last = end;
  out.cpu = -1;
  out.pid = -1;
  out.tgid = -1;
  const misc = wordBefore(buf, start, last);
  if (buf[misc - 1] === SPACE && isMisc(buf, misc, last) && buf[trimEnd(buf, start, misc) - 1] === BRACKET_CLOSE) {
    last = trimEnd(buf, start, misc);
  }
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
    if (tid > start && buf[tid - 1] === SLASH) {
      pid = digitsBefore(buf, start, tid - 1);
    }
    if (pid === start || isBlank(buf[pid - 1])) {
      out.pid = decimal(buf, tid, last);
      out.tgid = pid < tid - 1 ? decimal(buf, pid, tid - 1) : -1;
      last = trimEnd(buf, start, pid);
    } else if (buf[pid - 1] === DASH && (pid - 1 === start || isBlank(buf[pid - 2]))) {
      // tid -1: perf does not know
      last = trimEnd(buf, start, pid - 1);
    }
  }
  out.commStart = skipBlanks(buf, start, last);
  out.commEnd = Math.max(last, out.commStart);
}

function digitsBefore(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(buf[at - 1])) {
    at--;
  }
  return at;
}

function wordBefore(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && !isBlank(buf[at - 1])) {
    at--;
  }
  return at;
}

/** -F +misc: `K`, `U`, `Sp`... */
function isMisc(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const c = buf[at] | 32;
    if (c < 97 || c > 122) {
      return false;
    }
  }
  return end > start && end - start <= 4;
}

/** Lines that are no samples: frames without a tab, source lines of frames, records without a time, perf's own warnings. */
function readKnown(buf: Uint8Array, first: number, end: number, start: number, out: TraceLine): boolean {
  if (first > start && (isFrame(buf, first, end) || isSourceLine(buf, first, end))) {
    out.kind = LineKind.Stack;
    return true;
  }
  const record = find(buf, first, end, 'PERF_RECORD_');
  if (record >= 0 && (record === first || isBlank(buf[record - 1]))) {
    out.ts = Number.NaN;
    readTask(buf, start, trimEnd(buf, start, record), out);
    return readRecord(buf, record, end, out);
  }
  if (startsWith(buf, first, end, 'Processed ') && find(buf, first, end, ' lost ') > 0) {
    // `Processed 81 events and lost 5 chunks!`: how many events is not known
    out.kind = LineKind.Lost;
    out.cpu = -1;
    out.lost = -1;
    return true;
  }
  if (startsWith(buf, first, end, 'Warning:') || startsWith(buf, first, end, 'Check IO/CPU overload')) {
    out.kind = LineKind.Record;
    return true;
  }
  return false;
}

/** `ffffffff8e504e40 exc_page_fault+0x110 ([kernel.kallsyms])`. */
function isFrame(buf: Uint8Array, first: number, end: number): boolean {
  let at = first;
  while (at < end && isHex(buf[at])) {
    at++;
  }
  return at - first >= 3 && (at === end || isBlank(buf[at]));
}

/** `memory.c:3412` of -F +srcline. */
function isSourceLine(buf: Uint8Array, first: number, end: number): boolean {
  const digits = digitsBefore(buf, first, end);
  return digits < end && digits > first + 1 && buf[digits - 1] === COLON && find(buf, first, end, ' ') < 0;
}

/** `pindrift:fault: (...)` with -F event,trace. */
function readTimeless(buf: Uint8Array, first: number, end: number, out: TraceLine): boolean {
  out.ts = Number.NaN;
  for (let at = first; at < end && buf[at] !== 40; at++) {
    if ((at === first || isBlank(buf[at - 1])) && isNameStart(buf[at]) && readEvent(buf, at, end, out)) {
      readTask(buf, first, trimEnd(buf, first, at), out);
      return true;
    }
  }
  return false;
}
