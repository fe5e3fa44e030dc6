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
//     perf-exe   138   0    19.823067:               pindrift:fault: (ffffffff8e662860) mm=...                  -L: bare CPU
//             :629     629 [001]    55.345071: ...                                                            a task whose name perf never saw
import {
  CARRIAGE_RETURN,
  COLON,
  DOT,
  decimal,
  digitsBefore,
  find,
  HASH,
  isBlank,
  isDigit,
  isHex,
  isNameStart,
  SPACE,
  skipBlanks,
  skipDigits,
  startsWith,
  TAB,
  trimEnd,
} from '../../util/bytes.ts';
import { framesText } from './frame-lines.ts';
import type { TraceHead, TrailingColumn } from './head.ts';
import { LineKind, type LineParser, type TraceLine } from './line.ts';
import { withoutColumns } from './perf-columns.ts';
import { readEvent, readRecord, readTask } from './perf-sample.ts';
import { readTime } from './time.ts';

/** Word of `head.variant`: lines show neither time nor task, only an event. */
export const NO_TIME = 'no time';

/** Messages of perf to stderr, if both were redirected to one file. */
const REMARKS = [
  'Warning:',
  'Check IO/CPU overload',
  'No kallsyms or vmlinux with build-id ',
  'not found, continuing without symbols',
  ' not valid for ',
  'build id event received for ',
];

export class PerfScriptParser implements LineParser {
  readonly head: TraceHead;
  readonly #noTime: boolean;

  constructor(head: TraceHead) {
    this.head = head;
    this.#noTime = head.variant.includes(NO_TIME);
  }

  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    let last = end;
    while (last > start && (buf[last - 1] === SPACE || buf[last - 1] === CARRIAGE_RETURN)) last--;
    out.buf = buf;
    const at = this.#readDefault(buf, start, last, out);
    if (at < 0 || !readEvent(buf, at, last, out)) this.#parseOther(buf, start, last, out);
    const { trailing } = this.head;
    if (trailing !== undefined && out.kind === LineKind.Event) takeColumns(out, trailing);
  }

  /**
   * Task name in its 16 columns, tid or pid/tid, possibly the CPU, the time; returns the position after the colon.
   * Numbers for characters as in task-line.ts: 32 space, 47 slash, 48 to 57 digits, 58 colon, 91 and 93 brackets.
   */
  #readDefault(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    let at = start + 16;
    if (end - start < 30 || buf[at] !== 32) return -1;
    do {
      at++;
    } while (buf[at] === 32);
    let tid = buf[at] - 48;
    if (tid < 0 || tid > 9) return -1;
    let digit = buf[++at] - 48;
    while (digit >= 0 && digit <= 9) {
      tid = tid * 10 + digit;
      digit = buf[++at] - 48;
    }
    out.tgid = -1;
    if (buf[at] === 47) {
      out.tgid = tid;
      const tidStart = at + 1;
      at = skipDigits(buf, tidStart, end);
      tid = decimal(buf, tidStart, at);
      if (at === tidStart) return -1;
    }
    if (buf[at] !== 32) return -1;
    out.pid = tid;
    do {
      at++;
    } while (buf[at] === 32);
    out.cpu = -1;
    if (buf[at] === 91) {
      let cpu = buf[++at] - 48;
      if (cpu < 0 || cpu > 9) return -1;
      digit = buf[++at] - 48;
      while (digit >= 0 && digit <= 9) {
        cpu = cpu * 10 + digit;
        digit = buf[++at] - 48;
      }
      if (buf[at] !== 93) return -1;
      out.cpu = cpu;
      do {
        at++;
      } while (buf[at] === 32);
    }
    if (at >= end) return -1;
    at = readTime(buf, at, end, this.head, out);
    if (at < 0 || at >= end || buf[at] !== 58) return -1;
    let comm = start;
    while (buf[comm] === 32) comm++;
    out.commStart = comm;
    out.commEnd = start + 16;
    // with -L the number may be that of the CPU
    if (out.cpu < 0 && (buf[start + 15] === 32 || (buf[start + 8] === 32 && isDigit(buf[start + 15])))) return -1;
    // without padding (-g) a name of 14 letters leaves its spaces in the columns
    if (buf[start + 15] === 32) out.commEnd = trimEnd(buf, comm, start + 16);
    return comm < start + 16 ? at + 1 : -1;
  }

  #parseOther(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    const first = skipBlanks(buf, start, end);
    if (first === end) {
      out.kind = LineKind.Blank;
    } else if (buf[start] === HASH && (end === start + 1 || isBlank(buf[start + 1]))) {
      const isSample = this.#readSample(buf, start, end, out);
      out.kind = isSample ? LineKind.Bad : LineKind.Header;
      out.reason = 'a sample behind what begins a comment';
      out.lost = -1;
    } else if (buf[start] === TAB) {
      out.kind = LineKind.Stack;
    } else if (this.#noTime && isDigit(buf[first]) && readTimeless(buf, first, end, out)) {
      // -F tid,cpu,event,trace: the number of the thread, which is not the address of a frame
      return;
    } else if (!this.#readSample(buf, start, end, out) && !readKnown(buf, first, end, start, out)) {
      if (framesText(buf, start, end)) {
        out.kind = LineKind.Header;
        out.lost = -1;
      } else if (!this.#noTime || !readTimeless(buf, first, end, out)) {
        out.kind = LineKind.Bad;
        out.reason = 'not a line of perf script';
      }
    }
  }

  /**
   * Any selection of columns: find `SECONDS.FRACTION: ` followed by an event or record, and parse the text before it.
   */
  #readSample(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    for (let at = start; at < end; at++) {
      if (buf[at] !== DOT || !isDigit(buf[at + 1]) || at === start || !isDigit(buf[at - 1])) continue;
      let seconds = at - 1;
      while (seconds > start && isDigit(buf[seconds - 1])) seconds--;
      if (seconds > start && !isBlank(buf[seconds - 1])) continue;
      const behind = readTime(buf, seconds, end, this.head, out);
      if (behind > 0 && buf[behind] === COLON && readEvent(buf, behind + 1, end, out)) {
        if (isOfFtrace(buf, start, seconds)) return false;
        readTask(buf, start, trimEnd(buf, start, seconds), out);
        // the prefix of a log or a mail, which would be taken for the task
        return out.commEnd - out.commStart <= LONGEST_NAME;
      }
    }
    return false;
  }
}

/** Take away the columns behind the arguments, which what a counter prints does not precede. */
function takeColumns(out: TraceLine, columns: readonly TrailingColumn[]): void {
  if (out.systemEnd === out.systemStart) return;
  const end = withoutColumns(out, columns);
  if (end >= 0) {
    out.argsEnd = end;
    out.argsStart = Math.min(out.argsStart, end);
  } else {
    out.kind = LineKind.Bad;
    out.reason = 'truncated: a column that the other events have behind their arguments is missing';
  }
}

/** TASK_COMM_LEN without its NUL. */
const LONGEST_NAME = 15;

/** `scn-133     [000] d...`, `scn-133   [000]`: before the times of ftrace and trace-cmd. */
function isOfFtrace(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) {
    if (buf[at] !== 45 || isBlank(buf[at - 1]) || !isDigit(buf[at + 1])) continue;
    const pidEnd = skipDigits(buf, at + 1, end);
    const behind = skipBlanks(buf, pidEnd, end);
    if (behind > pidEnd && (buf[behind] === 91 || buf[behind] === 40) && isDigit(buf[behind + 1])) return true;
  }
  return false;
}

/**
 * Lines that are not samples: frames without a tab, source lines of frames, records without a time, perf's own
 * warnings.
 */
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
    // `Processed 81 events and lost 5 chunks!`: the number of events is unknown
    out.kind = LineKind.Lost;
    out.cpu = -1;
    out.lost = -1;
    return true;
  }
  if (REMARKS.some((remark) => find(buf, first, end, remark) >= 0)) {
    out.kind = LineKind.Record;
    return true;
  }
  return false;
}

/** `ffffffff8e504e40 exc_page_fault+0x110 ([kernel.kallsyms])`. */
function isFrame(buf: Uint8Array, first: number, end: number): boolean {
  let at = first;
  while (at < end && isHex(buf[at])) at++;
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
      return out.commEnd - out.commStart <= LONGEST_NAME;
    }
  }
  return false;
}
