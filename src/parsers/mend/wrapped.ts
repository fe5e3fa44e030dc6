// Why: a mail program or a terminal continues a line in the next one where it became too long.
import { hasEvent, isBetween, isEventLine } from '../detect/looks.ts';

/** Share of lines that must agree. */
const MOST_OF = 0.8;

const WIDEST_WRAP = 132;

/** Terminals are wider; lines wrapped by them end in the same column. */
const WIDEST_TERMINAL = 400;

/** The maximum line width, if lines continue in the next because the next word, or character, did not fit. */
export function wrapOf(lines: readonly string[]): { width: number; hard: boolean } | undefined {
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (width > WIDEST_TERMINAL || width < 40) return undefined;
  let wrapped = 0;
  let torn = 0;
  let full = 0;
  for (const [i, line] of lines.entries()) {
    if (i === 0 || isEventLine(line) || isBetween(line) || !/\S/.test(line)) continue;
    if (!hasEvent(lines[i - 1]) && wrapped === 0) continue;
    if (wasWrapped(lines[i - 1], line, width)) wrapped++;
    else torn++;
    if (lines[i - 1].length === width) full++;
  }
  const hard = full > MOST_OF * wrapped;
  return wrapped >= 2 && wrapped > torn && (hard || width <= WIDEST_WRAP) ? { width, hard } : undefined;
}

/**
 * After the time, or the event's name, there are padding spaces: a mail program breaks lines there, and removes them.
 */
const ENDS_EARLY = /(?:\d\.\d{6,9}|\dus ?[^\s\w:]?): *(?:[\w:]+: *)?$/;

/**
 * Whether the first word of a line did not fit the previous line. Programs that wrap at spaces may count differently by
 * a few columns.
 */
export function wasWrapped(before: string, line: string, width: number): boolean {
  const word = /^\s*(\S+)/.exec(line)?.[1] ?? '';
  if (word === '') return false;
  return before.length + 1 + word.length > width - 4 || ENDS_EARLY.test(before);
}
