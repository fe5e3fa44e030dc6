// Why: perf script prints some fields of -F behind the arguments (process_event(), builtin-script.c), where a probe prints
// nothing: they would be taken for damage. Which of them a text has, all of its first lines show (detect/perf-head.ts).
// From then on every event must have them: one that lacks them was cut.
//
//     (ffffffff8e662860) mm=0xffff9763a8005dc0 flags=0x254               0                          +addr, +weight: 16 columns
//     (ffffffff8e662860) mm=0xffff9763a8005dc0 flags=0x254         5080021 |OP N/A|LVL N/A|SNP N/A  +data_src
//     (ffffffff8e662860) mm=0xffff9763a8005dc0 flags=0x254 ilen: 0                                  +insn, +insnlen
//     (ffffffff8e662860) mm=0xffff9763a8005dc0 flags=0x254 4K                                       +data_page_size
//     (ffffffff8e662860) mm=0xffff9763a8005dc0 flags=0x254 /user.slice/session-1.scope              +cgroup
import { isDigit, isHex, SLASH, SPACE, startsWith, text, trimEnd } from '../../util/bytes.ts';
import type { TrailingColumn } from './head.ts';
import type { TraceLine } from './line.ts';
import { withoutIp, wordBefore } from './perf-sample.ts';

/** The end of the arguments before these columns, the last one first; -1: one of them is missing. */
export function withoutColumns(line: TraceLine, columns: readonly TrailingColumn[]): number {
  const { buf, nameEnd } = line;
  // there may be no arguments
  const start = nameEnd + 1;
  let at = line.argsEnd;
  for (const column of columns) {
    at = startOf(column, buf, start, at);
    if (at < start) return -1;
    at = withoutIp(buf, start, trimEnd(buf, start, at));
  }
  return at;
}

function startOf(column: TrailingColumn, buf: Uint8Array, start: number, end: number): number {
  switch (column) {
    case 'instruction':
      return instruction(buf, start, end);
    case 'data source': {
      const source = lastOperation(buf, start, end);
      return source < 0 ? -1 : numberColumn(buf, start, source, NUMBER_WIDTH - 1);
    }
    case 'number':
      return numberColumn(buf, start, end, MOST_DIGITS);
    case 'size':
      return wordColumn(buf, start, end, isSize);
    case 'cgroup':
      return wordColumn(buf, start, end, isCgroup);
  }
}

/** `%16lx`, `%16lu`. */
const NUMBER_WIDTH = 16;
/** A longer number is taken for an address of +ip. */
const MOST_DIGITS = 8;

/** A number in its 16 columns. One that fills them cannot be told from the argument before it. */
function numberColumn(buf: Uint8Array, start: number, end: number, mostDigits: number): number {
  const column = end - NUMBER_WIDTH;
  let at = end;
  while (at > start && isHex(buf[at - 1])) at--;
  if (column < start || at === end || end - at > mostDigits) return -1;
  while (at > column && buf[at - 1] === SPACE) at--;
  return at === column ? column : -1;
}

/** The blank before `|OP LOAD|LVL L1 hit|SNP None|...`. */
function lastOperation(buf: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (startsWith(buf, at, end, ' |OP ')) return at;
  return -1;
}

/** An instruction has at most 15 bytes. */
const LONGEST_INSTRUCTION = ' ilen: 15 insn:'.length + 15 * 3;
const INSTRUCTION = /^ ilen: \d+(?: insn:(?: [0-9a-f]{2})+)? *$/;

/** The blank before ` ilen: 3 insn: 48 89 e5` (perf_sample__fprintf_insn()). */
function instruction(buf: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= Math.max(start, end - LONGEST_INSTRUCTION); at--)
    if (startsWith(buf, at, end, ' ilen: ')) return INSTRUCTION.test(text(buf, at, end)) ? at : -1;
  return -1;
}

function wordColumn(
  buf: Uint8Array,
  start: number,
  end: number,
  isOne: (buf: Uint8Array, start: number, end: number) => boolean,
): number {
  const word = wordBefore(buf, start, end);
  return word > start && word < end && isOne(buf, word, end) ? word - 1 : -1;
}

/** `4K`, `2M`, `N/A`. */
function isSize(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start === 3 && startsWith(buf, start, end, 'N/A')) return true;
  for (let at = start; at < end - 1; at++) if (!isDigit(buf[at])) return false;
  return end - start > 1 && 'BKMG'.includes(String.fromCharCode(buf[end - 1]));
}

/** A path, or `unknown`. */
const isCgroup = (buf: Uint8Array, start: number, end: number): boolean =>
  buf[start] === SLASH || (end - start === 7 && startsWith(buf, start, end, 'unknown'));
