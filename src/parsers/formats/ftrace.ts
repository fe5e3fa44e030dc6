// Text of the files `trace`, `trace_pipe`, `per_cpu/cpuN/trace` and `instances/X/trace`, as written by
// print_trace_line() (kernel/trace/trace.c). One pass per line, by position where the layout allows:
//
//              scn-133     [000] d...     9.044846: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0 refs=1
//     # entries-in-buffer/entries-written: 3647/43062   #P:2
//     ##### CPU 1 buffer started ####
//     CPU:0 [LOST 11915 EVENTS]
//      => handle_mm_fault
//     fault: (handle_mm_fault+0x0/0x1c00) mm=... addr=...               nocontext-info
//     496 1 57669836610 type: 116                                       raw
//
// Other layouts: task-line.ts, ftrace-latency.ts, function-graph.ts. Every line is parsed independently of the lines
// before it (except the continuation of a marker's text), so a file can be read in parts.
import { decimal, HASH, SLASH, SPACE, skipDigits, startsWith } from '../../util/bytes.ts';
import { readBody } from './body.ts';
import { readLatencyLine, readVerboseLine } from './ftrace-latency.ts';
import { readGraphLine } from './function-graph.ts';
import type { TraceHead } from './head.ts';
import { LineKind, type TraceLine, withoutColumns } from './line.ts';
import { searchTaskLine } from './task-columns.ts';
import { TaskParser } from './task-parser.ts';

/** Words of `head.variant` that change how a line is read. */
export const NO_CONTEXT = 'nocontext-info';

export class FtraceParser extends TaskParser {
  protected readonly unknown = 'not a line of any ftrace format';
  /** without context a line is only `name: arguments`, which could otherwise be any text */
  readonly #bare: boolean;

  constructor(head: TraceHead) {
    super(head);
    this.#bare = head.variant.includes(NO_CONTEXT);
  }

  protected readHeader(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    if (buf[start] !== HASH) return false;
    out.lost = overwritten(buf, start, end);
    return true;
  }

  protected readLayouts(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    const isEvent = (body: number): boolean => body > 0 && readBody(buf, body, end, out);
    return (
      isEvent(readLatencyLine(buf, start, end, this.head, out)) ||
      readGraphLine(buf, start, end, this.head, out) ||
      isEvent(readVerboseLine(buf, start, end, this.head, out)) ||
      isEvent(searchTaskLine(buf, start, end, this.head, out)) ||
      readRaw(buf, start, end, out) ||
      (this.#bare && readBare(buf, start, end, out))
    );
  }
}

/** nocontext-info: nothing but the body. */
function readBare(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  withoutColumns(out, start);
  return readBody(buf, start, end, out);
}

/** `496 1 57669836610 type: 116` of print_raw_fmt(): pid, cpu, time and an event that cannot be identified. */
function readRaw(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  let at = start;
  for (let column = 0; column < 3; column++) {
    const behind = skipDigits(buf, at, end);
    if (behind === at || buf[behind] !== SPACE) return false;
    at = behind + 1;
  }
  if (at >= end) return false;
  out.kind = LineKind.Record;
  return true;
}

/** B - A of `# entries-in-buffer/entries-written: A/B   #P:2` (print_event_info()); -1 in any other header line. */
function overwritten(buf: Uint8Array, start: number, end: number): number {
  const label = '# entries-in-buffer/entries-written: ';
  if (!startsWith(buf, start, end, label)) return -1;
  const inBuffer = start + label.length;
  const slash = skipDigits(buf, inBuffer, end);
  const written = skipDigits(buf, slash + 1, end);
  return slash > inBuffer && buf[slash] === SLASH && written > slash + 1
    ? Math.max(0, decimal(buf, slash + 1, written) - decimal(buf, inBuffer, slash))
    : -1;
}
