// Text of `trace-cmd report` (2.9 to 3.4), read_data_info() and trace_show_data() of trace-read.c. The task, CPU and
// time columns are ftrace's (task-line.ts), names are padded to 20 columns:
//
//     cpus=2
//              scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860) start=0x7f4cd40e8000 nr=1
//              scn-251   [001] .....    23.517917: gup_remote:           (ffffffffacb11cc4) mm=0xffff8958c117f700     3.2+: flags as in ftrace
//              scn-137   [001]    10.208778: fault:                 __probe_ip=ffffffffa4462860 mm=0xffff8e1ec09c3b80     -R
//              scn-137   [001]    10.208778: (+432)   fault:                (ffffffffa4462860) mm=...                     --ts-diff
//     trace-cm-135     0.....    10.208346: clear_flush:          (ffffffffa4473220) mm=...                               -l
//              scn-311   [000]133600439400: page_fault_user:      address=0x7fe53a2d70b0                                  x86-tsc
//              scn-280   [001]    38.816709: kernel_stack:         <stack trace >
//     => exc_page_fault (ffffffffa4b04e40)
//        trace-cmd-401   [000]    82.536365: funcgraph_entry:        1.121 us   |    page_add_file_rmap();
//     CPU:0 [477 EVENTS DROPPED]
import {
  COLON,
  DASH,
  decimal,
  digitsBefore,
  find,
  HASH,
  isBlank,
  LESS,
  PIPE,
  SPACE,
  skipBlanks,
  skipDigits,
  skipWord,
  startsWith,
} from '../../util/bytes.ts';
import { readBody } from './body.ts';
import { readBraces } from './function-graph.ts';
import type { TraceHead } from './head.ts';
import { LineKind, type TraceLine } from './line.ts';
import { readFlagsAndTime, searchTaskLine } from './task-columns.ts';
import { TaskParser } from './task-parser.ts';

/** Columns of the task name with -l. */
const LATENCY_COLUMNS = 8;

export class TraceCmdParser extends TaskParser {
  protected readonly unknown = 'not a line of trace-cmd report';

  protected readHeader(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    if (!isHeader(buf, start, end)) return false;
    out.lost = -1;
    return true;
  }

  protected readLayouts(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
    let body = readLatency(buf, start, end, this.head, out);
    if (body < 0 || !readBody(buf, body, end, out)) {
      body = searchTaskLine(buf, start, end, this.head, out);
      if (body < 0 || !readBody(buf, body, end, out)) return isWarning(buf, start, end, out);
    }
    if (out.kind === LineKind.Event) this.classify(buf, out);
    return true;
  }

  /** Entries of ftrace itself have the form of events here: `function:`, `funcgraph_entry:`, `kernel_stack:`. */
  protected override classify(buf: Uint8Array, out: TraceLine): void {
    const { nameStart, nameEnd } = out;
    switch (buf[nameStart]) {
      case 102:
        if (nameEnd - nameStart === 8 && startsWith(buf, nameStart, nameEnd, 'function')) {
          out.kind = LineKind.Function;
        } else if (startsWith(buf, nameStart, nameEnd, 'funcgraph_')) {
          out.kind = LineKind.Function;
          const bar = buf.indexOf(PIPE, out.argsStart);
          readBraces(buf, bar < 0 ? out.argsEnd : bar + 1, out.argsEnd, out);
        }
        break;
      case 107:
      case 117:
        if (
          buf[out.argsStart] === LESS &&
          (startsWith(buf, nameStart, nameEnd, 'kernel_stack') || startsWith(buf, nameStart, nameEnd, 'user_stack'))
        ) {
          out.kind = LineKind.Stack;
        }
        break;
    }
  }
}

/** `trace-cm-135     0.....    10.208346:`, "%8.8s-%-5d %3d" with the flags after the CPU. */
function readLatency(buf: Uint8Array, start: number, end: number, head: TraceHead, out: TraceLine): number {
  const dash = start + LATENCY_COLUMNS;
  if (dash >= end || buf[dash] !== DASH) return -1;
  const pidEnd = skipDigits(buf, dash + 1, end);
  const cpuStart = skipBlanks(buf, pidEnd, end);
  const cpuEnd = skipDigits(buf, cpuStart, end);
  if (pidEnd === dash + 1 || cpuStart === pidEnd || cpuEnd === cpuStart || isBlank(buf[cpuEnd])) return -1;
  const at = readFlagsAndTime(buf, cpuEnd, end, head, out);
  if (at < 0) return -1;
  out.commStart = skipBlanks(buf, start, dash);
  out.commEnd = dash;
  out.pid = decimal(buf, dash + 1, pidEnd);
  out.tgid = -1;
  out.cpu = decimal(buf, cpuStart, cpuEnd);
  return at;
}

/** `cpus=2`, with several files `t1.dat: cpus=2`, `version = 6`, `CPU 0 is empty`, `CPU:1 [SUBBUFFER START] [...]` of --debug. */
function isHeader(buf: Uint8Array, start: number, end: number): boolean {
  const digits = digitsBefore(buf, start, end);
  const cpus = digits - 'cpus='.length;
  if (digits < end && cpus >= start && startsWith(buf, cpus, end, 'cpus=')) {
    return cpus === start || buf[cpus - 1] === SPACE;
  }
  if (
    startsWith(buf, start, end, 'version = ') ||
    (buf[start] === HASH && (end === start + 1 || buf[start + 1] === SPACE))
  ) {
    return true;
  }
  // of report -V
  if (startsWith(buf, start, end, 'registering plugin: ') || startsWith(buf, start, end, 'overriding event ('))
    return true;
  if (startsWith(buf, start, end, 'CPU ')) return startsWith(buf, end - 9, end, ' is empty');
  return startsWith(buf, start, end, 'CPU:') && find(buf, start, end, '[SUBBUFFER START]') > 0;
}

/**
 * Messages of the program to stderr, if both were redirected to one file: `trace-cmd: ...`, `  [pindrift:fault]
 * function foo not defined`; and what `trace-cmd stream` prints first.
 */
function isWarning(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  const isBracketed = startsWith(buf, start, end, '  [') && buf[skipWord(buf, start + 3, end)] === COLON;
  if (
    isBracketed ||
    startsWith(buf, start, end, ' TIME EXTEND: ') ||
    startsWith(buf, start, end, 'trace-cmd: ') ||
    startsWith(buf, start, end, '  Error: ') ||
    startsWith(buf, start, end, 'Hit Ctrl^C to stop recording')
  ) {
    out.kind = LineKind.Record;
    return true;
  }
  return false;
}
