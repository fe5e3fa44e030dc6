// The arguments of an event as its line shows them, taken apart without knowing the event. This is the slow and
// tolerant way, read from the first line of each event and from lines that do not look like it; the fast way
// (decode.ts) must give the same. Together the pieces are the whole text: nothing is dropped.
//
//   (do_wp_page+0x0/0x470) mm=0xffff9af7ffe48440 addr=0x7ff1ee747000       print_kprobe_event(), kernel/trace/trace_kprobe.c
//   prev_comm=my task prev_pid=1 prev_prio=120 prev_state=R+ ==> next_comm=swapper/0 ...    TP_printk of sched_switch
//   (start: 7fcde215a000, len_in: 4000, behavior: f)                       print_syscall_enter(), kernel/trace/trace_syscalls.c
//   (unsigned long start: 7fcde215a000, size_t len_in: 4000)               the same with trace option verbose
//   start: 0x7fb5722f3000, len_in: 0x00004000                              the same in perf and trace-cmd
//   -> 0x8                                                                 print_syscall_exit()
//   254,0 RA 16384 () 101424 + 32 [bash]                                   no names at all: kept as text
import { isBlank, isWord, skipBlanks, text, trimEnd } from '../util/bytes.ts';

/** One argument; places are in the line's buffer. */
export interface Argument {
  key: string;
  /** how often the key stood before */
  nth: number;
  start: number;
  end: number;
  /** text between the value and the next key, without the blanks around it; empty where start = end */
  behindStart: number;
  behindEnd: number;
}

export interface Arguments {
  /** the probe's place, `(sym+0x0/0x10)`; empty where start = end */
  locationStart: number;
  locationEnd: number;
  list: Argument[];
  /** text before the first argument, or all of it where there is none */
  restStart: number;
  restEnd: number;
  /** numbers are hexadecimal without 0x */
  bareHex: boolean;
  /** `key=value` with one blank between: may be read by place */
  plain: boolean;
}

const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const COLON = 58;
const EQUALS = 61;
const QUOTE = 34;
const STAR = 42;
const BACKSLASH = 92;
const DASH = 45;
const GREATER = 62;

export function readArguments(buf: Uint8Array, start: number, end: number): Arguments {
  const out: Arguments = {
    locationStart: start,
    locationEnd: start,
    list: [],
    restStart: end,
    restEnd: end,
    bareHex: false,
    plain: true,
  };
  if (buf[start] === OPEN && readColons(buf, start + 1, end, true, out)) return out;
  if (readColons(buf, start, end, false, out)) return out;
  if (buf[start] === DASH && buf[start + 1] === GREATER && readReturn(buf, start, end, out)) return out;
  out.locationEnd = locationEnd(buf, start, end);
  readEquals(buf, out.locationEnd, end, out);
  return out;
}

/** Behind `(sym+0x0/0x10)`, `(A <- B)` or `(ffffffff8de62860)`; `start` when the line does not begin with one. */
export function locationEnd(buf: Uint8Array, start: number, end: number): number {
  if (buf[start] !== OPEN) return start;
  for (let at = start + 1; at < end; at++) {
    if (buf[at] === CLOSE) return at + 1 === end || isBlank(buf[at + 1]) ? at + 1 : start;
  }
  return start;
}

/** `key: value, key: value`, all of it; with parentheses around it or not. */
function readColons(buf: Uint8Array, start: number, end: number, parentheses: boolean, out: Arguments): boolean {
  const last = parentheses ? end - 1 : end;
  if (parentheses && buf[last] !== CLOSE) return false;
  const list: Argument[] = [];
  let at = start;
  while (at < last) {
    const colon = keyColon(buf, at, last);
    if (colon < 0) return false;
    let key = colon;
    while (key > at && isWord(buf[key - 1])) key--;
    const valueStart = skipBlanks(buf, colon + 1, last);
    const valueEnd = colonValueEnd(buf, valueStart, last);
    const argument = push(list, text(buf, key, colon), valueStart, tokenEnd(buf, valueStart, valueEnd));
    // buf: 0x7ffc7a4c25c0 (44:44:44:44) "DDDD", count: 4
    argument.behindStart = skipBlanks(buf, argument.end, valueEnd);
    argument.behindEnd = trimEnd(buf, argument.behindStart, valueEnd);
    at = valueEnd < last ? skipBlanks(buf, valueEnd + 1, last) : last;
  }
  if (list.length === 0) return false;
  out.list = list;
  out.bareHex = parentheses;
  out.plain = false;
  return true;
}

/** Colon of the `key: ` at `start`; the verbose option puts a type before it: `unsigned long start: `. -1: no key. */
function keyColon(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isWord(buf[at]) || isBlank(buf[at]) || buf[at] === STAR)) at++;
  return at < end && at > start && buf[at] === COLON && isWord(buf[at - 1]) && isBlank(buf[at + 1]) ? at : -1;
}

/** The comma behind a value is one that a `key: ` follows. */
function colonValueEnd(buf: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (buf[at] === COMMA && keyColon(buf, skipBlanks(buf, at + 1, end), end) >= 0) return at;
  }
  return end;
}

/** `-> 0x8` */
function readReturn(buf: Uint8Array, start: number, end: number, out: Arguments): boolean {
  const value = skipBlanks(buf, start + 2, end);
  if (value === end || tokenEnd(buf, value, end) !== end) return false;
  push(out.list, 'ret', value, end);
  out.plain = false;
  return true;
}

function readEquals(buf: Uint8Array, from: number, end: number, out: Arguments): void {
  const { list } = out;
  let at = skipBlanks(buf, from, end);
  if (at !== from + (from === out.locationStart ? 0 : 1)) out.plain = false;
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
    at = tokenEnd(buf, start, end);
    const next = nextKey(buf, skipBlanks(buf, at, end), end);
    const argument = push(list, text(buf, key, keyEnd), start, at);
    argument.behindStart = skipBlanks(buf, at, end);
    argument.behindEnd = trimEnd(buf, argument.behindStart, next < 0 ? end : next);
    if (next >= 0 && at - start > 1 && buf[at - 1] === COMMA && buf[start] !== QUOTE) {
      // `pid=1, comm=x`: the comma is the format's
      argument.end--;
      argument.behindStart = at - 1;
      if (argument.behindEnd < at) argument.behindEnd = at;
    }
    key = next;
  }
}

/** First place in `buf[start, end)`, at the beginning of a word, where `key=` stands; -1 when there is none. */
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

/** Keys are C identifiers, `a.b` and `a[0]` included. */
function wordEnd(buf: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isWord(buf[at]) || (at > start && (buf[at] === 46 || buf[at] === 91 || buf[at] === 93)))) at++;
  return at;
}

/** The next blank, or behind the closing quote. */
function tokenEnd(buf: Uint8Array, start: number, end: number): number {
  if (buf[start] === QUOTE) {
    for (let at = start + 1; at < end; at++) {
      if (buf[at] === BACKSLASH) at++;
      else if (buf[at] === QUOTE && (at + 1 === end || isBlank(buf[at + 1]))) return at + 1;
    }
  }
  let at = start;
  while (at < end && !isBlank(buf[at])) at++;
  return at;
}

function push(list: Argument[], key: string, start: number, end: number): Argument {
  let nth = 0;
  for (const other of list) if (other.key === key) nth++;
  const argument = { key, nth, start, end, behindStart: end, behindEnd: end };
  list.push(argument);
  return argument;
}
