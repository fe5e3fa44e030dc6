// The beginning of a line as trace_print_context() prints it (kernel/trace/trace_output.c), and trace-cmd after it:
//
//   "%16s-%-7d "  "(%7d) " with record-tgid  "[%03d] "  flags if irq-info  " %5lu.%06lu: " or " %12llu: "
//
//              scn-133     [000] d...     9.044846: grab_fast: ...                       5.10
//              scn-221     [001] ...1.    28.378848: wp_fault: ...                       6.1+
//              scn-210     (    210) [001]     19.238260: fault: ...                     record-tgid, noirq-info
//           <idle>-0       (-------) [000] d.h2.    19.238260: ...
//              scn-315     [000] d...  86546260107: page_fault_user: ...                 trace_clock x86-tsc
//              scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860)    trace-cmd: "%16s-%-5d [%03d] " + name padded to 20
//              scn-311   [000]133600439400: page_fault_user:      address=...            trace-cmd, clock without seconds
//
// The 16 columns of the task name make the fast path: whatever the name holds (blanks, dashes, brackets), the
// dash before the pid stands in column 16. Text that lost its columns (a mail, an instance prefix) is searched.
import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  DASH,
  decimal,
  DOT,
  isBlank,
  isDigit,
  PAREN_CLOSE,
  PAREN_OPEN,
  SPACE,
  skipBlanks,
  skipDigits,
  ZERO,
} from '../util/bytes.ts';
import type { TraceHead, TraceLine } from './line.ts';
import { readTime } from './time.ts';

/** Columns of the task name: TASK_COMM_LEN, printed right-aligned. */
const COMM_COLUMNS = 16;

/** Shortest line worth a look: name, pid, CPU, time. */
const SHORTEST = 30;

/** The bits that say "digit" in each of four characters. */
const HIGH_BITS = 0xf0f0f0f0 | 0;
const DIGITS = 0x30303030;
const ABOVE_NINE = 0x06060606;

/** Tasks kept, a power of two; each has 16 words in the table. */
const TASKS = 64;

/**
 * Reads the columns up to the time. The common layouts are read by place, four characters at once: where the
 * point of the time stands behind the CPU's bracket is learned from the line before and checked in this one, so
 * the state is a guess about columns and never changes what a line means.
 */
export class TaskLineReader {
  readonly #head: TraceHead;
  #buf: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** columns from `[` to the point of the time */
  #point = 17;
  /** per task: columns 0..24 without the dash as six words, then where its name starts, its pid, where the bracket is */
  readonly #tasks = new Int32Array(TASKS * 16);
  /** the last four columns of the seconds as one word, and the seconds they are */
  #secondsWord = 0;
  #secondsNs = 0;

  constructor(head: TraceHead) {
    this.#head = head;
  }

  /** Read task, CPU and time. Returns the place behind the time's `:`, or -1 when the line does not begin like this. */
  read(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    if (end - start < SHORTEST || buf[start + COMM_COLUMNS] !== DASH) {
      return -1;
    }
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    let bracket = this.#knownTask(buf, start, out);
    if (bracket < 0) {
      bracket = this.#newTask(buf, start, end, out);
      if (bracket < 0) {
        return readPidAndRest(buf, start + COMM_COLUMNS + 1, end, this.#head, out);
      }
    }
    const behind = this.#readCpuAndTime(buf, bracket, end, out);
    if (behind > 0) {
      return behind;
    }
    const other = readPidAndRest(buf, start + COMM_COLUMNS + 1, end, this.#head, out);
    if (other > 0) {
      this.#learn(buf, bracket, other);
    }
    return other;
  }

  /** A task whose 24 columns were seen before: its name and pid without looking at single characters. */
  #knownTask(buf: Uint8Array, start: number, out: TraceLine): number {
    const view = this.#view;
    const tasks = this.#tasks;
    const pid = view.getInt32(start + 17, true);
    const slot = ((pid ^ (pid >>> 11)) & (TASKS - 1)) << 4;
    if (
      tasks[slot] !== view.getInt32(start, true) ||
      tasks[slot + 1] !== view.getInt32(start + 4, true) ||
      tasks[slot + 2] !== view.getInt32(start + 8, true) ||
      tasks[slot + 3] !== view.getInt32(start + 12, true) ||
      tasks[slot + 4] !== pid ||
      tasks[slot + 5] !== view.getInt32(start + 21, true)
    ) {
      return -1;
    }
    const bracket = start + tasks[slot + 8];
    out.commStart = start + tasks[slot + 6];
    out.commEnd = start + COMM_COLUMNS;
    out.pid = tasks[slot + 7];
    out.tgid = -1;
    return buf[bracket] === BRACKET_OPEN ? bracket : -1;
  }

  /** The place of the bracket behind name and pid; -1 when something stands between them (a tgid) or this is no such line. */
  #newTask(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    let comm = start;
    while (buf[comm] === SPACE) {
      comm++;
    }
    out.commStart = comm;
    out.commEnd = start + COMM_COLUMNS;
    const pidEnd = skipDigits(buf, start + COMM_COLUMNS + 1, end);
    // the bracket: column 25 in ftrace ("%-7d "), 23 in trace-cmd and ftrace before 5.9 ("%-5d ")
    let bracket = start + 25;
    if (buf[bracket] !== BRACKET_OPEN) {
      bracket -= 2;
    }
    if (buf[bracket] !== BRACKET_OPEN || pidEnd === start + COMM_COLUMNS + 1 || pidEnd >= bracket) {
      return -1;
    }
    if (skipBlanks(buf, pidEnd, end) !== bracket) {
      return -1;
    }
    out.pid = decimal(buf, start + COMM_COLUMNS + 1, pidEnd);
    out.tgid = -1;
    this.#keep(start, comm - start, out.pid, bracket - start);
    return bracket;
  }

  #keep(start: number, comm: number, pid: number, bracket: number): void {
    const view = this.#view;
    const tasks = this.#tasks;
    const key = view.getInt32(start + 17, true);
    const slot = ((key ^ (key >>> 11)) & (TASKS - 1)) << 4;
    for (let word = 0; word < 4; word++) {
      tasks[slot + word] = view.getInt32(start + 4 * word, true);
    }
    tasks[slot + 4] = key;
    tasks[slot + 5] = view.getInt32(start + 21, true);
    tasks[slot + 6] = comm;
    tasks[slot + 7] = pid;
    tasks[slot + 8] = bracket;
  }

  /** `[001] ...1.    28.378848:` by place; -1 when this line has other columns. */
  #readCpuAndTime(buf: Uint8Array, bracket: number, end: number, out: TraceLine): number {
    const point = bracket + this.#point;
    const view = this.#view;
    if (point + 7 >= end || buf[point] !== DOT || buf[bracket + 4] !== BRACKET_CLOSE) {
      return -1;
    }
    const first = buf[bracket + 1] - ZERO;
    const second = buf[bracket + 2] - ZERO;
    const third = buf[bracket + 3] - ZERO;
    if (first < 0 || first > 9 || second < 0 || second > 9 || third < 0 || third > 9) {
      return -1;
    }
    const seconds = view.getInt32(point - 4, true);
    if (seconds !== this.#secondsWord || buf[point - 5] !== SPACE) {
      if (!this.#setSeconds(buf, point, seconds)) {
        return -1;
      }
    }
    const four = view.getInt32(point + 1, true);
    const fifth = buf[point + 5] - ZERO;
    const sixth = buf[point + 6] - ZERO;
    if (
      (four & HIGH_BITS) !== DIGITS ||
      ((four + ABOVE_NINE) & HIGH_BITS) !== DIGITS ||
      fifth < 0 ||
      fifth > 9 ||
      sixth < 0 ||
      sixth > 9
    ) {
      return -1;
    }
    const digits = four & 0x0f0f0f0f;
    const pairs = Math.imul(digits, 10) + (digits >>> 8);
    const us = ((pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)) * 100 + fifth * 10 + sixth;
    out.cpu = first * 100 + second * 10 + third;
    if (buf[point + 7] === COLON) {
      out.ts = this.#secondsNs + us * 1000;
      return point + 8;
    }
    return this.#readNanoseconds(buf, point, end, us, out);
  }

  #readNanoseconds(buf: Uint8Array, point: number, end: number, us: number, out: TraceLine): number {
    if (point + 10 >= end || buf[point + 10] !== COLON) {
      return -1;
    }
    const first = buf[point + 7] - ZERO;
    const second = buf[point + 8] - ZERO;
    const third = buf[point + 9] - ZERO;
    if (first < 0 || first > 9 || second < 0 || second > 9 || third < 0 || third > 9) {
      return -1;
    }
    out.ts = this.#secondsNs + us * 1000 + first * 100 + second * 10 + third;
    return point + 11;
  }

  /** Seconds change rarely: keep them by the word they were printed as. More than four digits are read in every line. */
  #setSeconds(buf: Uint8Array, point: number, word: number): boolean {
    let at = point;
    let seconds = 0;
    for (let scale = 1; ; scale *= 10) {
      const digit = buf[--at] - ZERO;
      if (digit < 0 || digit > 9) {
        break;
      }
      seconds += digit * scale;
    }
    if (at === point - 1 || buf[at] !== SPACE) {
      return false;
    }
    this.#secondsNs = this.#head.timeUnit === 'ns' ? (seconds - this.#head.timeBase) * 1e9 : Number.NaN;
    this.#secondsWord = at >= point - 5 ? word : 0;
    return true;
  }

  /** Where the point of the time stood in a line that was read the slow way. */
  #learn(buf: Uint8Array, bracket: number, behind: number): void {
    for (let at = behind - 2; at > bracket + 10; at--) {
      if (buf[at] === DOT) {
        this.#point = at - bracket;
        return;
      }
    }
  }
}

/** From behind the dash: `133     [000] d...     9.044846:`. */
function readPidAndRest(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  let pid = 0;
  for (;;) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) {
      break;
    }
    pid = pid * 10 + digit;
    if (++at >= end) {
      return -1;
    }
  }
  if (at === p || buf[at] !== SPACE) {
    return -1;
  }
  out.pid = pid;
  do {
    at++;
  } while (buf[at] === SPACE && at < end);
  if (buf[at] === PAREN_OPEN) {
    at = readTgid(buf, at, end, out);
    if (at < 0) {
      return -1;
    }
  } else {
    out.tgid = -1;
  }
  if (buf[at] !== BRACKET_OPEN) {
    return -1;
  }
  return readCpuAndRest(buf, at + 1, end, head, out);
}

/** `(    210) ` or `(-------) `; returns the place of what follows. */
function readTgid(buf: Uint8Array, p: number, end: number, out: TraceLine): number {
  let at = skipBlanks(buf, p + 1, end);
  out.tgid = -1;
  if (isDigit(buf[at])) {
    let tgid = 0;
    for (; isDigit(buf[at]) && at < end; at++) {
      tgid = tgid * 10 + buf[at] - ZERO;
    }
    out.tgid = tgid;
  } else {
    while (buf[at] === DASH && at < end) {
      at++;
    }
  }
  return at < end && buf[at] === PAREN_CLOSE ? skipBlanks(buf, at + 1, end) : -1;
}

/** From behind `[`: `000] d...     9.044846:`. */
function readCpuAndRest(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  let cpu = 0;
  for (;;) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) {
      break;
    }
    cpu = cpu * 10 + digit;
    if (++at >= end) {
      return -1;
    }
  }
  if (at === p || buf[at] !== BRACKET_CLOSE) {
    return -1;
  }
  out.cpu = cpu;
  return readFlagsAndTime(buf, at + 1, end, head, out);
}

/** ` d...     9.044846:`, `     14.117719:`, `331820356845:`, ` .....331820356845:`; returns the place behind the colon. */
export function readFlagsAndTime(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  while (at < end && buf[at] === SPACE) {
    at++;
  }
  const c = buf[at];
  if (c < ZERO || c > 57) {
    // the irq-info column: no character of it is a blank, and none of the first is a digit
    const flags = at;
    while (at < end && buf[at] !== SPACE) {
      at++;
    }
    if (at - flags > 6) {
      at = flagsGluedToTime(buf, flags, at);
    }
    while (at < end && buf[at] === SPACE) {
      at++;
    }
  }
  const behind = readTime(buf, at, end, head, out);
  return behind < 0 || behind >= end || buf[behind] !== COLON ? -1 : behind + 1;
}

/** trace-cmd glues ticks to the flags: `d....331820356845:`. Four characters up to 5.15, five since; the time is long. */
function flagsGluedToTime(buf: Uint8Array, flags: number, end: number): number {
  let at = end - 1;
  if (buf[at] !== COLON) {
    return end;
  }
  while (isDigit(buf[at - 1])) {
    at--;
  }
  return Math.min(Math.max(at, flags + 4), flags + 5);
}

/**
 * The tolerant way: the first `-PID [CPU]` in the line that is followed by a time. `comm` is what stands before
 * it, at most 16 columns: an instance or file name may stand further left (`guest:              scn-133   [000] ...`).
 */
export function searchTaskLine(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): number {
  for (let dash = start + 1; dash < end; dash++) {
    if (buf[dash] !== DASH || !isDigit(buf[dash + 1])) {
      continue;
    }
    const pidEnd = skipDigits(buf, dash + 1, end);
    const behindPid = skipBlanks(buf, pidEnd, end);
    if (behindPid === pidEnd || (buf[behindPid] !== BRACKET_OPEN && buf[behindPid] !== PAREN_OPEN)) {
      continue;
    }
    const at = readPidAndRest(buf, dash + 1, end, head, out);
    if (at > 0) {
      let comm = Math.max(start, dash - COMM_COLUMNS);
      while (comm < dash && isBlank(buf[comm])) {
        comm++;
      }
      out.commStart = comm;
      out.commEnd = dash;
      return at;
    }
  }
  return -1;
}
