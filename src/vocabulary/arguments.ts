// Parses the arguments of an event line without knowing the event. This defines the meaning of a line's arguments, for
// the mm events and for the tables of a store. It is slow and tolerant, and is used for the first line of each layout
// and for lines that differ from it; the fast paths (template.ts, known lines, the store's shapes) must give the same
// result. The pieces together are the whole text: nothing is dropped.
//
//   (do_wp_page+0x0/0x470) mm=0xffff9af7ffe48440 addr=0x7ff1ee747000       print_kprobe_event(), kernel/trace/trace_kprobe.c
//   prev_comm=my task prev_pid=1 prev_prio=120 prev_state=R+ ==> next_comm=swapper/0 ...    TP_printk of sched_switch
//   mm=0xffff8b8103d68000 status=no_writable_page, unmapped=0              TP_printk of mm_collapse_huge_page_isolate
//   (start: 7fcde215a000, len_in: 4000, behavior: f)                       print_syscall_enter(), kernel/trace/trace_syscalls.c
//   (unsigned long start: 7fcde215a000, size_t len_in: 4000)               the same with trace option verbose
//   start: 0x7fb5722f3000, len_in: 0x00004000                              the same in perf and trace-cmd
//   -> 0x8                                                                 print_syscall_exit()
//   254,0 RA 16384 () 101424 + 32 [bash]                                   no names at all: kept as text
//
// Ambiguous: a task with the name `a pid=7` prints `comm=a pid=7 pid=9`. The first of two equal names is the argument;
// the store keeps the second as text.
import { isBlank, isWord, skipBlanks, text, trimEnd } from '../util/bytes.ts';
import { siteEnd, valueEnd } from './ends.ts';

/** One argument, as positions in the line's buffer. */
export interface Argument {
  key: string;
  /** number of earlier arguments with the same key */
  nth: number;
  /** value, without the comma that a format prints after it */
  start: number;
  end: number;
  /** text between the value and the next key, without the spaces around it; empty if start = end */
  behindStart: number;
  behindEnd: number;
}

export interface Arguments {
  /** the probe location, `(sym+0x0/0x10)`; empty if start = end */
  locationStart: number;
  locationEnd: number;
  list: Argument[];
  /** text before the first argument, or all of it if there is none */
  restStart: number;
  restEnd: number;
  /** numbers are hexadecimal without 0x */
  bareHex: boolean;
  /** `key=value`, not `key: value` or `-> value` */
  equals: boolean;
  /** `key=value` with one space between, or a system call or its return: may be read by position */
  plain: boolean;
  /** the parenthesis around the arguments of a system call is not closed: the last argument may be incomplete */
  cut: boolean;
}

const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const COLON = 58;
const EQUALS = 61;
const QUOTE = 34;
const STAR = 42;
const DOLLAR = 36;
const DASH = 45;
const GREATER = 62;

/** All arguments of an event in `buf[start, end)`, with the probe location before them if there is one. */
export function readArguments(buf: Uint8Array, start: number, end: number): Arguments {
  const out = none(start, end);
  const isRead =
    (buf[start] === OPEN && readColons(buf, start + 1, end, true, out)) ||
    readColons(buf, start, end, false, out) ||
    (buf[start] === DASH && buf[start + 1] === GREATER && readReturn(buf, start, end, out));
  if (!isRead) {
    out.locationEnd = siteEnd(buf, start, end);
    readEquals(buf, out.locationEnd, end, out.locationEnd > start, out);
  }
  countNames(out.list);
  return out;
}

/** The arguments in `buf[start, end)` after a known probe location. */
export function readPlaced(buf: Uint8Array, start: number, end: number): Arguments {
  const out = none(start, end);
  readEquals(buf, start, end, true, out);
  countNames(out.list);
  return out;
}

/** In one pass, because a line may consist of names only. */
function countNames(list: readonly Argument[]): void {
  const counts = new Map<string, number>();
  for (const argument of list) {
    argument.nth = counts.get(argument.key) ?? 0;
    counts.set(argument.key, argument.nth + 1);
  }
}

const none = (start: number, end: number): Arguments => ({
  locationStart: start,
  locationEnd: start,
  list: [],
  restStart: end,
  restEnd: end,
  bareHex: false,
  equals: true,
  plain: true,
  cut: false,
});

/** `key: value, key: value`, all of it; with or without parentheses around it. */
function readColons(buf: Uint8Array, start: number, end: number, parentheses: boolean, out: Arguments): boolean {
  const cut = parentheses && buf.subarray(start, end).indexOf(CLOSE) < 0;
  const last = parentheses && !cut ? end - 1 : end;
  if (parentheses && !cut && buf[last] !== CLOSE) return false;
  const list: Argument[] = [];
  let at = start;
  while (at < last) {
    const colon = keyColon(buf, at, last);
    if (colon < 0) {
      if (!cut || list.length === 0) return false;
      out.restStart = at;
      out.restEnd = last;
      break;
    }
    let key = colon;
    while (key > at && isWord(buf[key - 1])) key--;
    const valueStart = skipBlanks(buf, colon + 1, last);
    const behind = colonValueEnd(buf, valueStart, last);
    const argument = push(list, text(buf, key, colon), valueStart, valueEnd(buf, valueStart, behind));
    // buf: 0x7ffc7a4c25c0 (44:44:44:44) "DDDD", count: 4
    argument.behindStart = skipBlanks(buf, argument.end, behind);
    argument.behindEnd = trimEnd(buf, argument.behindStart, behind);
    at = behind < last ? skipBlanks(buf, behind + 1, last) : last;
  }
  if (list.length === 0) return false;
  out.list = list;
  out.bareHex = parentheses;
  out.cut = cut;
  out.equals = false;
  out.plain = parentheses && !cut;
  return true;
}

/**
 * Position of the colon of the `key: ` at `start`; the verbose option prints a type before it: `unsigned long start: `.
 * -1: no key.
 */
function keyColon(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isWord(buf[at]) || isBlank(buf[at]) || buf[at] === STAR)) at++;
  return at < end && at > start && buf[at] === COLON && isWord(buf[at - 1]) && isBlank(buf[at + 1]) ? at : -1;
}

/** End of a value: the comma that is followed by another `key: `. */
function colonValueEnd(buf: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (buf[at] === COMMA && keyColon(buf, skipBlanks(buf, at + 1, end), end) >= 0) return at;
  }
  return end;
}

/** `-> 0x8` */
function readReturn(buf: Uint8Array, start: number, end: number, out: Arguments): boolean {
  const value = skipBlanks(buf, start + 2, end);
  if (value === end || valueEnd(buf, value, end) !== end) return false;
  push(out.list, 'ret', value, end);
  out.equals = false;
  return true;
}

function readEquals(buf: Uint8Array, from: number, end: number, placed: boolean, out: Arguments): void {
  const { list } = out;
  let at = skipBlanks(buf, from, end);
  if (at !== from + (placed ? 1 : 0)) out.plain = false;
  let key = nextKey(buf, at, end);
  if (key < 0) {
    out.restStart = at;
    out.restEnd = end;
    return;
  }
  out.restStart = at;
  out.restEnd = trimEnd(buf, at, key);
  while (key >= 0) {
    const keyEnd = wordEnd(buf, key, end);
    const start = keyEnd + 1;
    at = valueEnd(buf, start, end);
    const next = nextKey(buf, skipBlanks(buf, at, end), end);
    const argument = push(list, text(buf, key, keyEnd), start, at);
    argument.behindStart = skipBlanks(buf, at, end);
    argument.behindEnd = trimEnd(buf, argument.behindStart, next < 0 ? end : next);
    if (at - start > 1 && buf[at - 1] === COMMA && buf[start] !== QUOTE) {
      // `status=no_writable_page, unmapped=0`: the comma belongs to the format
      argument.end--;
      argument.behindStart = at - 1;
      if (argument.behindEnd < at) argument.behindEnd = at;
    }
    key = next;
  }
}

/** First position in `buf[start, end)`, at the beginning of a word, of a `key=`; -1 if there is none. */
function nextKey(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const keyEnd = wordEnd(buf, at, end);
    if (keyEnd > at && keyEnd < end && buf[keyEnd] === EQUALS && (buf[at] < 48 || buf[at] > 57)) return at;
    at = keyEnd;
    while (at < end && !isBlank(buf[at])) at++;
    at = skipBlanks(buf, at, end);
  }
  return -1;
}

/** Keys are C identifiers, including `a.b`, `a[0]` and `$retval`. */
function wordEnd(buf: Uint8Array, start: number, end: number): number {
  let at = buf[start] === DOLLAR ? start + 1 : start;
  while (at < end && (isWord(buf[at]) || (at > start && (buf[at] === 46 || buf[at] === 91 || buf[at] === 93)))) at++;
  return at;
}

function push(list: Argument[], key: string, start: number, end: number): Argument {
  const argument = { key, nth: 0, start, end, behindStart: end, behindEnd: end };
  list.push(argument);
  return argument;
}
