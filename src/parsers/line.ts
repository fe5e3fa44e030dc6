// One line of trace text, as a parser understood it. The object is a cursor: one instance is reused for
// every line, and it holds places in a byte buffer instead of strings, since a busy machine's trace has
// millions of lines and nearly all of them are looked at only once.
import type { TraceHead } from './head.ts';

/** What a line is. Every line of a trace gets exactly one of these; nothing is dropped without a name. */
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
  /** perf's task, mmap and other side records; raw lines of other tools that are known and carry no event */
  Record: 7,
  /** a line nobody understood: `reason` says why */
  Bad: 8,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

/** What a line of the function_graph tracer does with the functions that were entered. */
export const Brace = {
  /** nothing that shows */
  None: 0,
  /** `foo() {`: `depth` is set, and the name is that of the function */
  Opens: 1,
  /** a closing brace: `depth` is set */
  Closes: 2,
  /** `foo();`: `depth` is set */
  Leaf: 3,
  /** `scn-130 => bash-1`: another task runs on the CPU */
  Switch: 4,
} as const;
export type Brace = (typeof Brace)[keyof typeof Brace];

/** The cursor a parser fills. Only the fields that `kind` names are meaningful; the rest is left from earlier lines. */
export class TraceLine {
  kind: LineKind = LineKind.Blank;
  /** why a line is `Bad`, one short sentence without text from the trace */
  reason = '';
  /** the buffer that comm, name and args point into (a parser that rewrites a line, such as CSV, brings its own) */
  buf: Uint8Array = new Uint8Array(0);
  /** time in ns (or in ticks, see {@link TraceHead.timeUnit}) since {@link TraceHead.timeBase}; NaN when the line shows none */
  ts = Number.NaN;
  /** CPU number; -1 when the line shows none */
  cpu = -1;
  /** thread id (what ftrace calls PID); -1 when the line shows none */
  pid = -1;
  /** process id; -1 when the line does not show it or shows `-------` */
  tgid = -1;
  /** what ran: 0 the task, 1 a softirq, 2 a hardirq or NMI (vocabulary/record.ts Context); -1 when the line does not show it */
  context = -1;
  /** task name, without padding; empty range when there is none */
  commStart = 0;
  commEnd = 0;
  /** event name without its system: `grab_fast` of `pindrift:grab_fast` */
  nameStart = 0;
  nameEnd = 0;
  /** event system where the text shows it (`perf script`); empty range when not */
  systemStart = 0;
  systemEnd = 0;
  /** everything behind `name:` and its blanks, up to the end of the line (trailing blanks cut) */
  argsStart = 0;
  argsEnd = 0;
  /**
   * number of events lost; -1 when the line does not say how many. In a Header line: how many events it says were
   * overwritten (`# entries-in-buffer/entries-written: A/B`), -1 when it says nothing about that.
   */
  lost = -1;
  /** in a Function line; how many functions stand around it */
  brace: Brace = Brace.None;
  depth = 0;
}

/**
 * A text format. `parse` never throws: what it does not understand becomes `Bad` with a reason.
 * A parser may keep state between lines (which form the last line had), never text.
 */
export interface LineParser {
  readonly head: TraceHead;
  /** Understand `buf[start, end)` (one line without its newline, `\r` cut) and fill `out`. */
  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void;
}
