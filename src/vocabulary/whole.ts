// Why: copied text may lose the ends of lines, and a truncated address is still a valid number. This checks whether the
// arguments of a line are complete: numbers are numbers, there is nothing between them, and there are as many as in
// other lines of the event.
import { isBlank, isDigit, skipWord } from '../util/bytes.ts';
import type { Arguments } from './arguments.ts';
import { number64 } from './number.ts';
import type { Template } from './template.ts';

const COMMA = 44;
const MINUS = 45;
const PAREN_OPEN = 40;
const BRACKET_OPEN = 91;

/**
 * Why the arguments that end at `end` are not as printed by a kernel; undefined: nothing indicates that.
 * @param placed a probe location precedes them: the kernel prints only `name=value` after it
 */
export function damageOf(
  buf: Uint8Array,
  end: number,
  args: Arguments,
  template: Template,
  placed: boolean,
): string | undefined {
  if (args.cut) return 'the last argument is truncated or not a number';
  if (args.bareHex) return undefined;
  for (const [i, { start: from, end: to }] of args.list.entries()) {
    if (!template.isNumber(i) || !isDamagedNumber(buf, from, to, placed)) continue;
    return to === end
      ? 'the last argument is truncated or not a number'
      : 'an argument that should be a number is not one';
  }
  if (placed && hasLooseWord(buf, args)) return 'text between or after the arguments of a probe';
  return undefined;
}

/**
 * Nothing, or a word that is no number. A probe prints nothing else but `(fault)`, and a symbol or a string with signs
 * around them; a tracepoint also names, pointers without 0x and flags as `clone_flags=3d0f00`.
 */
function isDamagedNumber(buf: Uint8Array, start: number, end: number, placed: boolean): boolean {
  if (end <= start) return true;
  const first = buf[start];
  const isOne = first === MINUS || isDigit(first) || (placed && skipWord(buf, start, end) === end);
  if (!isOne) return false;
  if (!Number.isNaN(number64(buf, start, end, false))) return false;
  return placed || Number.isNaN(number64(buf, start, end, true));
}

/** A word that is no `name=value`, nor what belongs to the value before it: `[module]` of a symbol, `(decimal)` of print_fields(). */
const hasLooseWord = (buf: Uint8Array, { list, restStart, restEnd }: Arguments): boolean =>
  isLoose(buf, restStart, restEnd) ||
  list.some(({ behindStart, behindEnd }) => behindStart < behindEnd && isLoose(buf, behindStart, behindEnd));

function isLoose(buf: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    while (at < end && (isBlank(buf[at]) || buf[at] === COMMA)) at++;
    if (at < end && buf[at] !== PAREN_OPEN && buf[at] !== BRACKET_OPEN) return true;
    while (at < end && !isBlank(buf[at])) at++;
  }
  return false;
}

/** Lines whose arguments have these names in this order. */
export interface LinesOfLayout {
  /** names, with blanks between */
  readonly names: string;
  readonly lines: number;
  /** number of the first of them */
  readonly first: number;
}

/** Whether a line with these arguments is only the beginning of one that was seen before. */
export const isBeginningOf = (names: string, layouts: Iterable<string>): boolean => {
  for (const other of layouts) if (isBeginning(names, other)) return true;
  return false;
};

/** Lines that were read before others showed that they are damaged. */
export interface DamagedLines {
  readonly lines: number;
  /** number of the first of them; infinite if unknown */
  readonly first: number;
  readonly reason: string;
}

/** Lines of the layouts that are only the beginning of another: they were cut, and came before it was known. */
export function cutLines(layouts: readonly LinesOfLayout[]): DamagedLines[] {
  return layouts
    .filter((l) => layouts.some((other) => isBeginning(l.names, other.names)))
    .map(({ lines, first }) => ({ lines, first, reason: 'the last arguments of this event are missing' }));
}

/** Whether these are the first of the others, but not all. */
export const isBeginning = (names: string, of: string): boolean =>
  of.length > names.length && (names === '' || of.startsWith(`${names} `));
