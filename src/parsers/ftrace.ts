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
import { CARRIAGE_RETURN, decimal, HASH, SLASH, SPACE, skipBlanks, skipDigits, startsWith } from '../util/bytes.ts';
import { isMarker, readBody } from './body.ts';
import { framesText } from './frame-lines.ts';
import { readLatencyLine, readVerboseLine } from './ftrace-latency.ts';
import { readGraphLine } from './function-graph.ts';
import type { TraceHead } from './head.ts';
import { LineKind, type LineParser, type TraceLine } from './line.ts';
import { readLost } from './lost.ts';
import { searchTaskLine } from './task-columns.ts';
import { TaskLineReader } from './task-line.ts';

/** Words of `head.variant` that change how a line is read. */
export const NO_CONTEXT = 'nocontext-info';

export class FtraceParser implements LineParser {
  readonly head: TraceHead;
  readonly #task: TaskLineReader;
  /** without context a line is only `name: arguments`, which could otherwise be any text */
  readonly #bare: boolean;
  /** the previous line was a marker, whose text may contain newlines */
  #inMarker = false;

  constructor(head: TraceHead) {
    this.head = head;
    this.#task = new TaskLineReader(head);
    this.#bare = head.variant.includes(NO_CONTEXT);
  }

  parse(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    let last = end;
    while (last > start && (buf[last - 1] === SPACE || buf[last - 1] === CARRIAGE_RETURN)) {
      last--;
    }
    out.buf = buf;
    const body = this.#task.read(buf, start, last, out);
    if (body > 0 && readBody(buf, body, last, out)) {
      this.#inMarker = isMarker(buf, out);
      return;
    }
    this.#parseOther(buf, start, last, out);
    if (body > 0 && out.kind === LineKind.Bad) {
      out.reason = 'no event after the time';
    }
  }

  #parseOther(buf: Uint8Array, start: number, end: number, out: TraceLine): void {
    const first = skipBlanks(buf, start, end);
    if (first === end) {
      out.kind = LineKind.Blank;
    } else if (buf[start] === HASH) {
      out.kind = LineKind.Header;
      out.lost = overwritten(buf, start, end);
    } else if (startsWith(buf, first, end, '=> ')) {
      out.kind = LineKind.Stack;
    } else if (readLost(buf, first, end, out)) {
      this.#inMarker = false;
    } else if (this.#parseLayouts(buf, start, end, out)) {
      this.#inMarker = isMarker(buf, out);
    } else if (this.#inMarker) {
      out.kind = LineKind.Stack;
    } else if (framesText(buf, start, end)) {
      out.kind = LineKind.Header;
      out.lost = -1;
    } else {
      out.kind = LineKind.Bad;
      out.reason = 'not a line of any ftrace format';
    }
  }

  #parseLayouts(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    let body = readLatencyLine(buf, start, end, this.head, out);
    if (body > 0 && readBody(buf, body, end, out)) {
      return true;
    }
    if (readGraphLine(buf, start, end, this.head, out)) {
      return true;
    }
    body = readVerboseLine(buf, start, end, this.head, out);
    if (body > 0 && readBody(buf, body, end, out)) {
      return true;
    }
    body = searchTaskLine(buf, start, end, this.head, out);
    if (body > 0 && readBody(buf, body, end, out)) {
      return true;
    }
    if (isRaw(buf, start, end)) {
      out.kind = LineKind.Record;
      return true;
    }
    return this.#bare && readBare(buf, start, end, out);
  }
}

/** nocontext-info: nothing but the body. */
function readBare(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  out.ts = Number.NaN;
  out.cpu = -1;
  out.pid = -1;
  out.tgid = -1;
  out.context = -1;
  out.commStart = start;
  out.commEnd = start;
  return readBody(buf, start, end, out);
}

/** `496 1 57669836610 type: 116` of print_raw_fmt(): pid, cpu, time and an event that cannot be identified. */
function isRaw(buf: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let column = 0; column < 3; column++) {
    const behind = skipDigits(buf, at, end);
    if (behind === at || buf[behind] !== SPACE) {
      return false;
    }
    at = behind + 1;
  }
  return at < end;
}

/** B - A of `# entries-in-buffer/entries-written: A/B   #P:2` (print_event_info()); -1 in any other header line. */
function overwritten(buf: Uint8Array, start: number, end: number): number {
  const label = '# entries-in-buffer/entries-written: ';
  if (!startsWith(buf, start, end, label)) {
    return -1;
  }
  const inBuffer = start + label.length;
  const slash = skipDigits(buf, inBuffer, end);
  const written = skipDigits(buf, slash + 1, end);
  return slash > inBuffer && buf[slash] === SLASH && written > slash + 1
    ? Math.max(0, decimal(buf, slash + 1, written) - decimal(buf, inBuffer, slash))
    : -1;
}
