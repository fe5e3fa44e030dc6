// Why: the end of a value and the end of a probe location are determined by the same code for the tolerant parser
// (arguments.ts) and the fast ones.
import { COLON, isBlank, PAREN_CLOSE, PAREN_OPEN, QUOTE, startsWith } from '../util/bytes.ts';

const BACKSLASH = 92;
const COMMA = 44;

/** End of the value at `start`: the next space, or the position after its closing quote. */
export function valueEnd(buf: Uint8Array, start: number, end: number): number {
  if (buf[start] === QUOTE) {
    for (let at = start + 1; at < end; at++) {
      if (buf[at] === BACKSLASH) at++;
      else if (buf[at] === QUOTE && (at + 1 === end || isBlank(buf[at + 1]) || buf[at + 1] === COMMA)) return at + 1;
    }
  }
  let at = start;
  while (at < end && !isBlank(buf[at])) at++;
  return at;
}

/** End of the probe location at `start`; `start` itself if the arguments do not begin with one. */
export function siteEnd(buf: Uint8Array, start: number, end: number): number {
  if (buf[start] === PAREN_OPEN) return parenthesesEnd(buf, start, end);
  let at = start;
  let behind = start;
  while (startsWith(buf, at, end, '__probe_')) {
    behind = valueEnd(buf, at, end);
    // print_fields() repeats the value in decimal: `__probe_ip=0xffffffff9196cfe0 (-1852387360)`
    if (startsWith(buf, behind, end, ' (')) behind = valueEnd(buf, behind + 1, end);
    at = behind + 1;
  }
  return behind;
}

function parenthesesEnd(buf: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    // (start: 7fcde215a000, len_in: 4000) of a system call are the arguments themselves
    if (buf[at] === COLON && isBlank(buf[at + 1])) return start;
    if (buf[at] === PAREN_CLOSE) return at - start >= 3 && (at + 1 === end || isBlank(buf[at + 1])) ? at + 1 : start;
  }
  return start;
}
