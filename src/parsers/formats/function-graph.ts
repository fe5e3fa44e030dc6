// Text of the function_graph tracer (print_graph_prologue(), print_graph_comment() in trace_functions_graph.c):
// optional columns, then C-like text. Events of the same trace are in comments and are treated like any other:
//
//  1)               |  /* wp_copy: (wp_page_copy+0x0/0x7b0) mm=... page=... */
//  0) + 12.279 us   |  page_add_file_rmap();
//    7.601944 |   1)    scn-130     |               |  /* wp_copy: (wp_page_copy+0x0/0x7b0) ... */     funcgraph-abstime, funcgraph-proc
//    7.601944 |   1)    scn-130     |  d..1. |      |  } /* page_add_new_anon_rmap */                   latency-format adds the flags
//   97.548866 |      scn-424     |               |  /* fault: (handle_mm_fault+0x0/0x1c00) ... */    nofuncgraph-cpu
//    21 us |   0)    scn-424     |  d..1. |      |  /* fault: ... */                               display-graph of irqsoff, wakeup
//  ------------------------------------------
//  1)    scn-130     =>     bash-1
import {
  DASH,
  decimal,
  digitsBefore,
  find,
  isBlank,
  isDigit,
  PAREN_CLOSE,
  PIPE,
  SLASH,
  STAR,
  skipBlanks,
  skipDigits,
  startsWith,
  trimEnd,
} from '../../util/bytes.ts';
import { readBody } from './body.ts';
import type { TraceHead } from './head.ts';
import { Brace, LineKind, type TraceLine, withoutColumns } from './line.ts';
import { readTime } from './time.ts';

const BRACE_CLOSE = 125;

/** Parse a line of the function_graph tracer; false if it has another form. */
export function readGraphLine(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): boolean {
  let at = skipBlanks(buf, start, end);
  if (startsWith(buf, at, end, '----------')) {
    out.kind = LineKind.Function;
    return true;
  }
  if (startsWith(buf, at, end, '*/')) {
    // the end of a multi-line comment, a stack trace
    out.kind = LineKind.Stack;
    return true;
  }
  withoutColumns(out, at);
  // absolute and relative time, each before a bar; the first one is used
  for (let column = 0; column < 2; column++) {
    const { ts } = out;
    let behind = readTime(buf, at, end, head, out);
    if (behind > 0 && startsWith(buf, behind, end, ' us |')) {
      behind += 3;
      out.ts = Number.NaN;
    }
    const bar = behind < 0 ? end : skipBlanks(buf, behind, end);
    if (column === 1 || buf[bar] !== PIPE) out.ts = ts;
    if (bar >= end || buf[bar] !== PIPE) break;
    at = skipBlanks(buf, bar + 1, end);
  }
  const cpuEnd = skipDigits(buf, at, end);
  if (buf[cpuEnd] !== PAREN_CLOSE || cpuEnd === at) return readWithoutCpu(buf, at, end, out);
  out.cpu = decimal(buf, at, cpuEnd);
  at = cpuEnd + 1;
  if (!isBlank(buf[at]) && at < end) return false;
  return readColumns(buf, at, end, out);
}

/**
 * Without a CPU the first column is the task or the duration, and the text is an event or a function. The text of a
 * marker can contain the same, but the columns of its own line come before it.
 */
function readWithoutCpu(buf: Uint8Array, p: number, end: number, out: TraceLine): boolean {
  const last = Math.min(end, p + WIDEST_COLUMN);
  let bar = p;
  while (bar < last && buf[bar] !== PIPE) bar++;
  if (bar === last || !isColumn(buf, p, bar)) return false;
  return readColumns(buf, p, end, out) && (out.kind === LineKind.Event || out.brace !== Brace.None);
}

/** Maximum number of columns before the first bar, more than any has. */
const WIDEST_COLUMN = 40;

/** Columns of a task's name: print_graph_proc() cuts it. */
const LONGEST_NAME = 7;

/** `scn-424     `, `+ 12.279 us   `, or an empty duration. */
function isColumn(buf: Uint8Array, p: number, bar: number): boolean {
  const first = skipBlanks(buf, p, bar);
  const last = trimEnd(buf, first, bar);
  if (first === bar || startsWith(buf, last - 3, last, ' us')) return true;
  const pid = digitsBefore(buf, first, last);
  return pid < last && buf[pid - 1] === DASH && pid - 1 > first && pid - 1 - first <= LONGEST_NAME;
}

/** The columns after the CPU, each followed by a bar: task, flags, duration. The text follows the last one. */
function readColumns(buf: Uint8Array, p: number, end: number, out: TraceLine): boolean {
  let column = p;
  let seenBar = false;
  for (let at = p; at < end; at++) {
    const c = buf[at];
    if (c === PIPE) {
      if (!seenBar) readTask(buf, column, at, out);
      seenBar = true;
      column = at + 1;
    } else if (c === SLASH && buf[at + 1] === STAR && seenBar) {
      return readComment(buf, column, at, end, out);
    } else if (seenBar && !isBlank(c) && at - column > 30) {
      break;
    }
  }
  // `scn-130    =>     bash-1` between two rulers, `==========> |` of an interrupt
  if (!seenBar && !hasArrow(buf, p, end)) return false;
  out.kind = LineKind.Function;
  if (seenBar) readBraces(buf, column, end, out);
  else out.brace = Brace.Switch;
  return true;
}

/**
 * After the bar: two spaces, two more for each enclosing function, and C-like text (print_graph_entry_nested() and
 * similar).
 */
export function readBraces(buf: Uint8Array, column: number, end: number, out: TraceLine): void {
  const at = skipBlanks(buf, column, end);
  const indent = at - column - 2;
  if (at === end || indent < 0 || indent % 2 !== 0) return;
  out.depth = indent / 2;
  if (buf[at] === BRACE_CLOSE) {
    out.brace = Brace.Closes;
    return;
  }
  const nameEnd = find(buf, at, end, '(');
  if (nameEnd < 0) return;
  out.nameStart = at;
  out.nameEnd = nameEnd;
  if (find(buf, nameEnd, end, ') {') >= 0) out.brace = Brace.Opens;
  else if (find(buf, nameEnd, end, ');') >= 0) out.brace = Brace.Leaf;
}

/** `    scn-130     `, or the duration column, empty or not, which is not a task. */
function readTask(buf: Uint8Array, p: number, end: number, out: TraceLine): void {
  const comm = skipBlanks(buf, p, end);
  const pidEnd = trimEnd(buf, comm, end);
  let dash = pidEnd - 1;
  while (dash > comm && isDigit(buf[dash])) dash--;
  if (dash > comm && dash < pidEnd - 1 && buf[dash] === DASH) {
    out.commStart = comm;
    out.commEnd = dash;
    out.pid = decimal(buf, dash + 1, pidEnd);
  }
}

function readComment(buf: Uint8Array, column: number, open: number, end: number, out: TraceLine): boolean {
  if (skipBlanks(buf, column, end) !== open) {
    // `} /* page_add_new_anon_rmap */`, `foo(); /* = 0x0 */`
    out.kind = LineKind.Function;
    readBraces(buf, column, end, out);
    return true;
  }
  let close = end;
  if (buf[end - 1] === SLASH && buf[end - 2] === STAR) close = trimEnd(buf, open, end - 2);
  if (!readBody(buf, open + 2, close, out)) {
    // the text of a trace_printk() only
    out.kind = LineKind.Record;
  }
  return true;
}

/** `=>` of a task switch, `==========> |` and `<========== |` of an interrupt. */
function hasArrow(buf: Uint8Array, p: number, end: number): boolean {
  return find(buf, p, end, '=>') >= 0 || find(buf, p, end, '<=') >= 0;
}
