// The text after the time is the same in every layout of ftrace and trace-cmd, so it is parsed in one place:
//
//   fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354     trace_raw_output_prep(), print_kprobe_event()
//   sys_madvise(start: 7fcde215a000, len_in: 4000, behavior: f)                            print_syscall_enter()
//   sys_pread64 -> 0x8                                                                     print_syscall_exit()
//   page_add_file_rmap <-alloc_set_pte                                                     trace_fn_trace()
//   handle_mm_fault(vma=0xffff8b, address=4) <-do_user_addr_fault                          the same with func-args
//   <stack trace>                                                                          trace_stack_print()
//   tracing_mark_write: scn: action                                                        trace_print_print()
//     134:120:R   + [001]   210:120:R scn                                                  trace_ctxwake_print()
import {
  BRACKET_OPEN,
  COLON,
  DASH,
  GREATER,
  HASH,
  isDigit,
  isHex,
  isNameStart,
  isWord,
  LESS,
  PAREN_CLOSE,
  PAREN_OPEN,
  PIPE,
  PLUS,
  SPACE,
  skipBlanks,
  skipDigits,
  startsWith,
  TAB,
} from '../../util/bytes.ts';
import { LineKind, type TraceLine } from './line.ts';

/**
 * Parse `buf[p, end)`, the line after its time, without trailing spaces. False: not a known form. Numbers for
 * characters as in task-line.ts: 32 space, 48 to 57 digits, 58 colon.
 */
export function readBody(buf: Uint8Array, p: number, end: number, out: TraceLine): boolean {
  let start = p;
  while (start < end && buf[start] === 32) start++;
  let at = start;
  let c = 0;
  while (at < end) {
    c = buf[at];
    // letters and `_` lie above ':'; only digits below it belong to a name
    if (c <= 58 && (c < 48 || c === 58)) break;
    at++;
  }
  if (c === 58 && at < end && isNameStart(buf[start]) && (at + 1 === end || buf[at + 1] === 32)) {
    out.kind = 1 satisfies typeof LineKind.Event;
    out.systemStart = start;
    out.systemEnd = start;
    out.nameStart = start;
    out.nameEnd = at++;
    while (at < end && buf[at] === 32) at++;
    out.argsStart = at;
    out.argsEnd = end;
    return true;
  }
  return readOtherBody(buf, start, end, out);
}

function readOtherBody(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  if (start === end) return false;
  if (buf[start] === PAREN_OPEN && buf[start + 1] === PLUS) {
    // `(+16)    fault:` of trace-cmd report --ts-diff
    let at = start + 2;
    while (at < end && buf[at] !== PAREN_CLOSE) at++;
    return at < end && readBody(buf, at + 1, end, out);
  }
  if (startsWith(buf, start, end, '<stack trace') || startsWith(buf, start, end, '<user stack trace')) {
    out.kind = LineKind.Stack;
    return true;
  }
  if (startsWith(buf, start, end, '=> ')) {
    out.kind = LineKind.Stack;
    return true;
  }
  const caller = callerPlace(buf, start, end);
  if (caller > start) {
    out.kind = LineKind.Function;
    let nameEnd = start;
    while (nameEnd < caller && buf[nameEnd] !== SPACE && buf[nameEnd] !== PAREN_OPEN) nameEnd++;
    setNameArgs(out, start, nameEnd, skipBlanks(buf, nameEnd, end), end);
    return true;
  }
  let name = start;
  while (name < end && isWord(buf[name])) name++;
  if (isNameStart(buf[start])) {
    const behind = skipBlanks(buf, name, end);
    // `sys_madvise(start: ...)`; `sys_pread64 -> 0x8`
    if (buf[name] === PAREN_OPEN || (buf[behind] === DASH && buf[behind + 1] === GREATER)) {
      out.kind = LineKind.Event;
      setNameArgs(out, start, name, behind, end);
      return true;
    }
  }
  if (isGraph(buf, start, end)) {
    out.kind = LineKind.Function;
    return true;
  }
  if (isRecord(buf, start, end)) {
    out.kind = LineKind.Record;
    return true;
  }
  return readLooseName(buf, start, end, out);
}

/** `do_wp_page+0x10/0x470: text` of trace_printk() with symbol offsets, `foo.part.0: text`, `mod:name: text`. */
function readLooseName(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  let at = start;
  while (at < end && buf[at] !== SPACE && buf[at] !== TAB) at++;
  if (at - start < 2 || buf[at - 1] !== COLON || !(isNameStart(buf[start]) || isAddress(buf, start, at - 1)))
    return false;
  out.kind = LineKind.Event;
  setNameArgs(out, start, at - 1, skipBlanks(buf, at, end), end);
  return true;
}

/**
 * `0xffffffffc0b41020: text`, `0: text`: trace_printk() of a module that was unloaded, bpf_trace_printk() before 5.9.
 */
function isAddress(buf: Uint8Array, start: number, end: number): boolean {
  if (!startsWith(buf, start, end, '0x')) return buf[start] === 48 && end === start + 1;
  let at = start + 2;
  while (at < end && isHex(buf[at])) at++;
  return at === end && at > start + 2;
}

function setNameArgs(out: TraceLine, nameStart: number, nameEnd: number, argsStart: number, argsEnd: number): void {
  out.systemStart = nameStart;
  out.systemEnd = nameStart;
  out.nameStart = nameStart;
  out.nameEnd = nameEnd;
  out.argsStart = argsStart;
  out.argsEnd = argsEnd;
}

/**
 * Position of the ` <-caller` that ends a line of the function tracer, or -1. Only the end of the line counts: a return
 * probe has `<-` within its arguments, and a system call may print any text from user memory. `caller` is a symbol
 * (`do_fault.isra.0`, `foo+0x10/0x20 [mod]`, `[unknown/kretprobe'd]`), possibly followed by `(repeats: 2, last_ts:
 * ...)` (trace_func_repeats_print()).
 */
function callerPlace(buf: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  if (buf[at] === PAREN_CLOSE) {
    const open = startOfRepeats(buf, start, end);
    if (open < 0) return -1;
    at = open - 2;
  }
  for (; at > start; at--) {
    const c = buf[at];
    if (c === DASH && buf[at - 1] === LESS)
      return at - 2 > start && buf[at - 2] === SPACE && noNameBefore(buf, start, at - 2) ? at - 1 : -1;
    if (c === COLON || c === PAREN_CLOSE || c === PAREN_OPEN || c === 61) return -1;
  }
  return -1;
}

/** `name: text <-text` is an event, whatever its text ends with. */
function noNameBefore(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const c = buf[at];
    if (c === SPACE || c === PAREN_OPEN) return true;
    if (c === COLON) return false;
  }
  return true;
}

function startOfRepeats(buf: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at > start; at--) {
    if (buf[at] === PAREN_OPEN) return startsWith(buf, at, end, '(repeats:') ? at : -1;
  }
  return -1;
}

/** `1)   1.204 us    |    foo();`: an entry of function_graph, printed while another tracer is on. */
function isGraph(buf: Uint8Array, start: number, end: number): boolean {
  const cpuEnd = skipDigits(buf, start, end);
  if (cpuEnd === start || buf[cpuEnd] !== PAREN_CLOSE || buf[cpuEnd + 1] !== SPACE) return false;
  for (let at = cpuEnd + 1; at < end; at++) {
    if (buf[at] === PIPE) return true;
  }
  return false;
}

/** Lines of other tracers and entry types without an event. */
function isRecord(buf: Uint8Array, start: number, end: number): boolean {
  if (buf[start] === HASH) {
    // `#1     inner/outer(us):   12/10` of hwlat, `#3 context irq timer_latency 1200 ns` of timerlat, `# 1f buf: 00 00` of raw markers
    return true;
  }
  if (startsWith(buf, start, end, 'type: ')) return true;
  if (isDigit(buf[start])) {
    // `134:120:R ==> [001]   210:120:R scn`
    let at = skipDigits(buf, start, end);
    if (buf[at] === COLON) {
      at = skipDigits(buf, skipBlanks(buf, at + 1, end), end);
      for (at = at + 1; at < end; at++) {
        if (buf[at] === BRACKET_OPEN && isDigit(buf[at + 1])) return true;
      }
    }
  }
  return false;
}

/**
 * Whether the text of this entry was written by a user, to trace_marker or with trace_printk(): it may contain newlines
 * and continue in the next line.
 */
export function isMarker(buf: Uint8Array, out: TraceLine): boolean {
  const { nameStart, nameEnd } = out;
  switch (nameEnd - nameStart) {
    case 18:
      return out.kind === LineKind.Event && startsWith(buf, nameStart, nameEnd, 'tracing_mark_write');
    case 5:
      return (
        out.kind === LineKind.Event &&
        (startsWith(buf, nameStart, nameEnd, 'print') || startsWith(buf, nameStart, nameEnd, 'bputs'))
      );
    case 6:
      return out.kind === LineKind.Event && startsWith(buf, nameStart, nameEnd, 'bprint');
    default:
      return false;
  }
}
