// Why: a log may be printed once more: as a block of Markdown or YAML, with the line numbers of an editor, behind the
// stamps of a logger or a test lab. What that puts before each line is in no list of prefixes, but it is the same in all
// lines, and what the kernel's log puts there follows it:
//
//       12 [   48.557085] Dumping ftrace buffer:
//     2026-11-30 08:12:05,123 INFO  root: [   48.557085] Dumping ftrace buffer:
import { DUMP, filled, isEventLine } from '../detect/looks.ts';
import { type Pattern, patternOf, samePattern, takeOffPattern } from './common.ts';
import { type Bare, takeOffLog } from './prefixes.ts';

/** What stands before the lines of a log, without what the log itself puts there. */
export interface AroundLog extends Pattern {
  /** its number counts the lines */
  counts: boolean;
}

/** Share of lines that must agree, and the number of them. */
const MOST_OF = 0.8;
const FEWEST = 3;

/** It is not longer, nor of more words. */
const LONGEST = 160;
const MOST_WORDS = 24;

/** What a kernel's log puts in front of its lines, whoever prints it. */
const OF_LOG = new Set(['kernel log', 'log level', 'system log', 'hypervisor log']);

/** A log's own line begins here. */
function isLogLine(line: string): boolean {
  const { rest, prefixes = [] } = takeOffLog(line, isEventLine);
  return prefixes.some(({ name }) => OF_LOG.has(name)) || (DUMP.test(rest) && rest.startsWith('Dumping'));
}

/** The text before a log's line; undefined: it is none. */
function beforeLog(line: string): string | undefined {
  let words = 0;
  for (const { index } of line.slice(0, LONGEST).matchAll(/(?<!\w)\S/g)) {
    if (words++ > MOST_WORDS) return undefined;
    if (isLogLine(line.slice(index))) return line.slice(0, index);
  }
  return undefined;
}

/** What was put before the lines of this log; undefined: nothing, or no log was recognised. */
export function aroundLog(lines: readonly string[]): AroundLog | undefined {
  const some = filled(lines);
  const before = some.flatMap((line) => beforeLog(line) ?? []);
  if (before.filter((text) => text !== '').length <= MOST_OF * before.length) return undefined;
  const found = samePattern(before);
  if (found === undefined) return undefined;
  const pattern = BLANKS.test(found.before[0]) ? blanksOf(found.before) : patternOf(found.before[0]);
  const those = some.filter((line) => pattern.test(line));
  if (those.length < FEWEST || those.length <= MOST_OF * some.length) return undefined;
  const counts = isCounting(found.before);
  return { pattern: counts ? NUMBERED(pattern) : pattern, hasNames: !counts && found.hasNames, counts };
}

const BLANKS = /^[ \t]+$/;

/** An indent is removed up to its own width: the columns of the lines begin with blanks, too. */
const blanksOf = (before: readonly string[]): RegExp =>
  new RegExp(`^[ \\t]{0,${Math.min(...before.map(({ length }) => length))}}`);

const NUMBER = /^ *(\d{1,9})\W*$/;
const NUMBERED = ({ source }: RegExp): RegExp => new RegExp(source.replace('\\d+', '(?<line>\\d{1,9})'));

function isCounting(before: readonly string[]): boolean {
  const numbers = before.flatMap((text) => NUMBER.exec(text)?.[1] ?? []).map(Number);
  const steps = numbers.filter((n, i) => i > 0 && n === numbers[i - 1] + 1).length;
  return numbers.length >= FEWEST && steps > MOST_OF * (numbers.length - 1);
}

/** A line of the log as it was, with what was known from what stood before it. */
export function takeOffAround(line: string, { pattern, hasNames }: AroundLog): Bare {
  const { rest, from } = takeOffPattern(line, { pattern, hasNames });
  const number = pattern.exec(line)?.groups?.line;
  return number === undefined ? { rest, from } : { rest, from, line: Number(number) };
}
