// Lines within a trace that report events dropped from the ring buffer:
//
//     CPU:0 [LOST 11915 EVENTS]       ftrace, print_trace_line()
//     CPU:0 [LOST EVENTS]             the same if the number is unknown
//     CPU:0 [477 EVENTS DROPPED]      trace-cmd, trace_show_data()
//     CPU:0 [EVENTS DROPPED]
import { BRACKET_OPEN, decimal, skipBlanks, skipDigits, startsWith } from '../../util/bytes.ts';
import { LineKind, type TraceLine } from './line.ts';

//     ** 12 printk messages dropped **       console_emit_next_record(), kernel/printk/printk.c, in a dump in a log
const DROPPED = '** ';

/** Parse such a line into `cpu` and `lost`; false if it has another form. */
export function readLost(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  if (!startsWith(buf, start, end, 'CPU:'))
    return startsWith(buf, start, end, DROPPED) && readDropped(buf, start + DROPPED.length, end, out);
  const cpuEnd = skipDigits(buf, start + 4, end);
  let at = skipBlanks(buf, cpuEnd, end);
  if (cpuEnd === start + 4 || buf[at] !== BRACKET_OPEN) return false;
  at++;
  if (startsWith(buf, at, end, 'LOST ')) at += 5;
  const countEnd = skipDigits(buf, at, end);
  const word = skipBlanks(buf, countEnd, end);
  if (!startsWith(buf, word, end, 'EVENTS')) return false;
  out.kind = LineKind.Lost;
  out.cpu = decimal(buf, start + 4, cpuEnd);
  out.lost = countEnd > at ? decimal(buf, at, countEnd) : -1;
  return true;
}

function readDropped(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  const behind = skipDigits(buf, start, end);
  if (behind === start || !startsWith(buf, behind, end, ' printk messages dropped')) return false;
  out.kind = LineKind.Lost;
  out.cpu = -1;
  out.lost = decimal(buf, start, behind);
  return true;
}
