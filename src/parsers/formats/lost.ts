// Lines within a trace that report events dropped from the ring buffer:
//
//     CPU:0 [LOST 11915 EVENTS]       ftrace, print_trace_line()
//     CPU:0 [LOST EVENTS]             the same if the number is unknown
//     CPU:0 [477 EVENTS DROPPED]      trace-cmd, trace_show_data()
//     CPU:0 [EVENTS DROPPED]
import { BRACKET_OPEN, decimal, HASH, isBlank, skipBlanks, skipDigits, startsWith, text } from '../../util/bytes.ts';
import { LineKind, type TraceLine } from './line.ts';

//     ** 12 printk messages dropped **       console_emit_next_record(), kernel/printk/printk.c, in a dump in a log
const DROPPED = '** ';

/**
 * What a log says where it left out lines of whoever wrote too many, with their number or without:
 *
 *     systemd-journald[99]: Suppressed 40 messages from tracer.service       journald-rate-limit.c, journald-server.c
 *     systemd-journald[99]: Missed 12 kernel messages
 *     rsyslogd: imjournal: 40 messages lost due to rate-limiting             rsyslog, runtime/ratelimit.c
 *     rsyslogd: imuxsock from <box:cat>: begin to drop messages due to rate-limiting
 */
const LEFT_OUT =
  /(?:^|: )(?:Suppressed (\d{1,9}) messages from |Missed (\d{1,9}) kernel messages|.*?\b(\d{1,9}) messages lost due to rate-limiting|.*\bbegin to drop messages due to rate-limiting)/;

/**
 * What somebody writes in a comment where he has cut a text (one character per byte), as seen in mails and bug reports:
 *
 *     # ... 100 lines omitted ...
 *     # [output truncated]
 */
const CUT =
  /^[[(<\s]*(?:\.{3,}|\xe2\x80\xa6)|\b(?:omitted|truncated|elided|snip(?:ped)?|left out)\b|\blines? (?:skipped|removed|cut|deleted)\b/i;

/** Bytes of a line that are looked at. */
const LOOKED_AT = 400;

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

/** Parse a line that begins with `#` into `lost`, if it says that lines are not there. */
export function readComment(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  let at = start;
  while (at < end && (buf[at] === HASH || isBlank(buf[at]))) at++;
  if (readLost(buf, at, end, out)) return true;
  const said = text(buf, at, Math.min(end, at + LOOKED_AT));
  if (!CUT.test(said)) return false;
  out.kind = LineKind.Lost;
  out.cpu = -1;
  out.lost = Number(/\b(\d{1,9}) (?:lines|events)\b/i.exec(said)?.[1] ?? -1);
  return true;
}

/** Whether a log says in this text that it left out lines. */
export const isLeftOut = (line: string): boolean => LEFT_OUT.test(line);

/** Parse a line that is nothing else into `lost`, if a log says in it that it left out lines. */
export function readLeftOut(buf: Uint8Array, start: number, end: number, out: TraceLine): boolean {
  const m = LEFT_OUT.exec(text(buf, start, Math.min(end, start + LOOKED_AT)));
  if (m === null) return false;
  out.kind = LineKind.Lost;
  out.cpu = -1;
  out.lost = Number(m[1] ?? m[2] ?? m[3] ?? -1);
  return true;
}
