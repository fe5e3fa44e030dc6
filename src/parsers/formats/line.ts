// A parsed line of trace text. The object is a cursor: one instance is reused for every line, and it holds positions in
// a byte buffer instead of strings, since a busy machine's trace has millions of lines and nearly all of them are read
// only once.
import type { TraceHead } from './head.ts';

/** The kind of a line. Every line of a trace gets exactly one; nothing is dropped silently. */
export const LineKind = {
  /** an event: name and arguments are set */
  Event: 1,
  /** `# ...` headers, `cpus=N`, `tracer:`, `##### CPU 1 buffer started ####` and the like */
  Header: 2,
  Blank: 3,
  /** a line that belongs to the event before it: `=> symbol`, `<stack trace>`, a call chain frame */
  Stack: 4,
  /** `CPU:1 [LOST 23 EVENTS]`, `CPU:0 [477 EVENTS DROPPED]`, `PERF_RECORD_LOST lost 18`: `lost` and `cpu` are set */
  Lost: 5,
  /** output of the function or function_graph tracer without an event in it */
  Function: 6,
  /** perf's task, mmap and other side records; lines of other tools that are known and have no event */
  Record: 7,
  /** a line that could not be parsed: `reason` explains why */
  Bad: 8,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

/** Effect of a line of the function_graph tracer on the nesting of functions. */
export const Brace = {
  /** none */
  None: 0,
  /** `foo() {`: `depth` is set, and the name is the function's */
  Opens: 1,
  /** a closing brace: `depth` is set */
  Closes: 2,
  /** `foo();`: `depth` is set */
  Leaf: 3,
  /** `scn-130 => bash-1`: another task runs on the CPU */
  Switch: 4,
} as const;
export type Brace = (typeof Brace)[keyof typeof Brace];

/** The cursor filled by a parser. Only the fields for its `kind` are valid; the others have values of earlier lines. */
export class TraceLine {
  kind: LineKind = LineKind.Blank;
  /** why a line is `Bad`, in one short sentence without text from the trace */
  reason = '';
  /** the buffer of comm, name and args (a parser that rewrites a line, such as CSV, uses its own) */
  buf: Uint8Array = new Uint8Array(0);
  /**
   * time in ns (or in ticks, see {@link TraceHead.timeUnit}) since {@link TraceHead.timeBase}; NaN if the line shows
   * none
   */
  ts = Number.NaN;
  /** CPU number; -1 if the line shows none */
  cpu = -1;
  /** thread id (which ftrace calls PID); -1 if the line shows none */
  pid = -1;
  /** process id; -1 if the line does not show it or shows `-------` */
  tgid = -1;
  /**
   * context: 0 the task, 1 a softirq, 2 a hardirq (vocabulary/record.ts Context); -1 if the line does
   * not show it
   */
  context = -1;
  /** task name, without padding; empty if there is none */
  commStart = 0;
  commEnd = 0;
  /** event name without its system: `grab_fast` of `pindrift:grab_fast` */
  nameStart = 0;
  nameEnd = 0;
  /** event system, if the text shows it (`perf script`); otherwise empty */
  systemStart = 0;
  systemEnd = 0;
  /** the text after `name:` and its spaces, without trailing spaces */
  argsStart = 0;
  argsEnd = 0;
  /**
   * number of events lost; -1 if the line does not show it. In a Header line: number of overwritten events (`#
   * entries-in-buffer/entries-written: A/B`), -1 if it does not contain that.
   */
  lost = -1;
  /** for a Function line; and the number of enclosing functions */
  brace: Brace = Brace.None;
  depth = 0;
}

/** Nothing that stands before an event's name is known; the empty task name is at `at`. */
export function withoutColumns(out: TraceLine, at: number): void {
  out.ts = Number.NaN;
  out.cpu = -1;
  out.pid = -1;
  out.tgid = -1;
  out.context = -1;
  out.commStart = at;
  out.commEnd = at;
}

/**
 * A text format. `parse` never throws: a line it cannot parse becomes `Bad` with a reason. A parser may keep state
 * between lines (such as the layout of the last line), but no text.
 */
export interface LineParser {
  readonly head: TraceHead;
  /** Parse `buf[start, end)` (one line without its newline and `\r`) and fill `out`. */
  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void;
}
