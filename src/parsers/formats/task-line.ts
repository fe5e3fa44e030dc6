// The beginning of a line as printed by trace_print_context() (kernel/trace/trace_output.c), read by position:
//
//              scn-133     [000] d...     9.044846: grab_fast: ...                       "%16s-%-7d [%03d] " flags " %5lu.%06lu: "
//              scn-221     [001] ...1.    28.378848: wp_fault: ...
//              scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860)    trace-cmd: "%16s-%-5d [%03d] "
//
// Nearly all lines of nearly all traces have this form. Whatever the task's name contains (spaces, dashes, brackets),
// it has 16 columns, and the dash before the pid is in column 16. Other columns: task-columns.ts.
//
// Characters and columns are literal numbers here: V8 does not fold constants that are imported or outside of the
// function, which would cost a tenth of the time of a line. 32 space, 45 dash, 46 point, 48 to 57 digits, 58 colon, 91
// and 93 brackets, 0x20202020 four spaces.
import { decimal, skipBlanks, skipDigits } from '../../util/bytes.ts';
import type { TraceHead } from './head.ts';
import type { TraceLine } from './line.ts';
import { contextOf, readPidAndRest } from './task-columns.ts';

/** Number of cached tasks; slotOf() gives the upper 6 bits of a hash. Each has 4 entries in the tables. */
const TASKS = 64;

/**
 * Parses the columns up to the time. The position of the decimal point after the CPU's bracket, and the number of flags
 * in between, are remembered from the previous line and checked in this one; a task is recognised by its columns. All
 * state is only a guess, and never changes the result.
 */
export class TaskLineReader {
  readonly #head: TraceHead;
  #buf: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** columns from `[` to the point of the time, and of the flags between them */
  #point = 17;
  #flags = 5;
  /**
   * per task: its columns 0..24 without the dash, as three doubles of eight characters each, which are never NaN for
   * text
   */
  readonly #taskColumns = new Float64Array(TASKS * 4);
  /** and the parsed values: the columns of bracket and name, the pid */
  readonly #tasks = new Int32Array(TASKS * 4);
  /** the last four columns of the seconds as one word, and their value */
  #secondsWord = 0;
  #secondsNs = Number.NaN;
  #secondsColumns = 4;

  constructor(head: TraceHead) {
    this.#head = head;
  }

  /**
   * Parse task, CPU and time. Returns the position after the time's `:`, or -1 if the line does not begin like this.
   */
  read(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    if (end - start < 30 || buf[start + 16] !== 45) return -1;
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    let bracket = this.#knownTask(buf, start, out);
    if (bracket < 0) {
      bracket = this.#newTask(buf, start, end, out);
      if (bracket < 0) return readPidAndRest(buf, start + 17, end, this.#head, out);
    }
    const behind = this.#readCpuAndTime(buf, bracket, end, out);
    if (behind > 0) return behind;
    const other = readPidAndRest(buf, start + 17, end, this.#head, out);
    if (other > 0) this.#learn(buf, bracket, other);
    return other;
  }

  /** A task whose 24 columns were seen before: its name and pid without parsing single characters. */
  #knownTask(buf: Uint8Array, start: number, out: TraceLine): number {
    const view = this.#view;
    const columns = this.#taskColumns;
    const slot = slotOf(view.getInt32(start + 17, true), view.getInt32(start + 21, true));
    if (
      columns[slot] !== view.getFloat64(start + 17, true) ||
      columns[slot + 1] !== view.getFloat64(start + 8, true) ||
      columns[slot + 2] !== view.getFloat64(start, true)
    ) {
      return -1;
    }
    const tasks = this.#tasks;
    const bracket = start + tasks[slot];
    out.commStart = start + tasks[slot + 1];
    out.commEnd = start + 16;
    out.pid = tasks[slot + 2];
    out.tgid = -1;
    return buf[bracket] === 91 ? bracket : -1;
  }

  /**
   * The position of the bracket after name and pid; -1 if there is something between them (a tgid) or the line has
   * another form.
   */
  #newTask(buf: Uint8Array, start: number, end: number, out: TraceLine): number {
    const pidStart = start + 17;
    const pidEnd = skipDigits(buf, pidStart, end);
    // column 25 in ftrace ("%-7d "), 23 in trace-cmd and in ftrace before 5.9 ("%-5d ")
    let bracket = start + 25;
    if (buf[bracket] !== 91) bracket -= 2;
    setComm(buf, start, out);
    if (pidEnd === pidStart || pidEnd >= bracket || buf[bracket] !== 91) return -1;
    // blanks only: what a tab does here is for task-columns.ts to say
    for (let at = pidEnd; at < bracket; at++) if (buf[at] !== 32) return -1;
    out.pid = decimal(buf, pidStart, pidEnd);
    out.tgid = -1;
    const view = this.#view;
    const slot = slotOf(view.getInt32(start + 17, true), view.getInt32(start + 21, true));
    this.#taskColumns[slot] = view.getFloat64(start + 17, true);
    this.#taskColumns[slot + 1] = view.getFloat64(start + 8, true);
    this.#taskColumns[slot + 2] = view.getFloat64(start, true);
    this.#tasks[slot] = bracket - start;
    this.#tasks[slot + 1] = out.commStart - start;
    this.#tasks[slot + 2] = out.pid;
    return bracket;
  }

  /** `[001] ...1.    28.378848:` by position; -1 if this line has other columns. */
  #readCpuAndTime(buf: Uint8Array, bracket: number, end: number, out: TraceLine): number {
    const point = bracket + this.#point;
    const view = this.#view;
    if (point + 7 >= end || buf[point] !== 46 || buf[bracket + 4] !== 93) return -1;
    const first = buf[bracket + 1] - 48;
    const second = buf[bracket + 2] - 48;
    const third = buf[bracket + 3] - 48;
    if (first < 0 || first > 9 || second < 0 || second > 9 || third < 0 || third > 9) return -1;
    const seconds = view.getInt32(point - 4, true);
    if (seconds !== this.#secondsWord || buf[point - 5] !== 32) {
      if (!this.#setSeconds(buf, point, seconds)) return -1;
    }
    if (!this.#isGap(buf, bracket + 5, point - this.#secondsColumns)) return -1;
    // four digits at once: each has 3 as its upper half, also when 6 is added to its lower half
    const four = view.getInt32(point + 1, true);
    const fifth = buf[point + 5] - 48;
    const sixth = buf[point + 6] - 48;
    if (
      (four & -0x0f0f0f10) !== 0x30303030 ||
      ((four + 0x06060606) & -0x0f0f0f10) !== 0x30303030 ||
      fifth < 0 ||
      fifth > 9 ||
      sixth < 0 ||
      sixth > 9
    ) {
      return -1;
    }
    const flag = buf[bracket + 8];
    out.context = this.#flags === 0 ? -1 : flag === 46 ? 0 : contextOf(flag);
    const digits = four & 0x0f0f0f0f;
    const pairs = Math.imul(digits, 10) + (digits >>> 8);
    const us = ((pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)) * 100 + fifth * 10 + sixth;
    out.cpu = first * 100 + second * 10 + third;
    if (buf[point + 7] === 58) {
      out.ts = this.#secondsNs + us * 1000;
      return point + 8;
    }
    return this.#readNanoseconds(buf, point, end, us, out);
  }

  #readNanoseconds(buf: Uint8Array, point: number, end: number, us: number, out: TraceLine): number {
    const behind = skipDigits(buf, point + 7, end);
    if (behind !== point + 10 || behind >= end || buf[behind] !== 58) return -1;
    out.ts = this.#secondsNs + us * 1000 + decimal(buf, point + 7, behind);
    return behind + 1;
  }

  /** ` ...1. ` surrounded by spaces, with as many flags as in the previous line. */
  #isGap(buf: Uint8Array, from: number, to: number): boolean {
    let at = from;
    const flags = this.#flags;
    if (flags > 0) {
      const first = buf[at + 1];
      const blanks = this.#view.getInt32(at + 1, true) ^ 0x20202020;
      if (
        buf[at] !== 32 ||
        (first >= 48 && first <= 57) ||
        ((blanks - 0x01010101) & ~blanks & 0x80808080) !== 0 ||
        (flags === 5 && buf[at + 5] === 32)
      ) {
        return false;
      }
      at += 1 + flags;
      if (at >= to) return false;
    }
    for (; at < to; at++) {
      if (buf[at] !== 32) return false;
    }
    return true;
  }

  /** Seconds change rarely: they are cached by their printed word. More than four digits are parsed in every line. */
  #setSeconds(buf: Uint8Array, point: number, word: number): boolean {
    let at = point;
    let seconds = 0;
    for (let scale = 1; ; scale *= 10) {
      const digit = buf[--at] - 48;
      if (digit < 0 || digit > 9) break;
      seconds += digit * scale;
    }
    if (at === point - 1) return false;
    // of the four columns that are compared from now on, those before the digits
    for (let before = Math.min(at, point - 4); before <= at; before++) {
      if (buf[before] !== 32) return false;
    }
    const ns = (seconds - this.#head.timeBase) * 1e9;
    // so large that adding in another order gives another number
    if (Math.abs(ns) > Number.MAX_SAFE_INTEGER) return false;
    this.#secondsNs = this.#head.timeUnit === 'ns' ? ns : Number.NaN;
    this.#secondsWord = at >= point - 5 ? word : 0;
    this.#secondsColumns = Math.max(4, point - 1 - at);
    return true;
  }

  /** Remember the position of the decimal point and the number of flags of a line parsed the slow way. */
  #learn(buf: Uint8Array, bracket: number, behind: number): void {
    let at = skipBlanks(buf, bracket + 5, behind);
    const flagsStart = at;
    if (buf[at] < 48 || buf[at] > 57) {
      while (at < behind && buf[at] !== 32) at++;
    }
    const flags = at - flagsStart;
    while (at < behind && buf[at] !== 46) at++;
    if (at < behind && (flags === 0 || flags === 4 || flags === 5)) {
      this.#point = at - bracket;
      this.#flags = flags;
    }
  }
}

/** The task's name is right-aligned in the 16 columns before the dash. */
function setComm(buf: Uint8Array, start: number, out: TraceLine): void {
  let comm = start;
  while (buf[comm] === 32) comm++;
  out.commStart = comm;
  out.commEnd = start + 16;
}

/** Cache slot of a task, from the eight columns of its pid. */
function slotOf(pid: number, pidEnd: number): number {
  return (Math.imul(pid ^ Math.imul(pidEnd, 0x85ebca6b), 0x9e3779b1) >>> 26) << 2;
}
