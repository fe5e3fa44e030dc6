// Why: a terminal, a pager, a serial log or a spreadsheet cuts every line at one column, and what is left reads like a
// whole line: the address that was cut is a number, too. Such a text is known by its widest lines, which all end in the
// same column: some of them in the middle of a word, and more kinds of them than ever have one width.
import type { HeadLines } from './head-lines.ts';

/** Lines looked at. */
const LOOKED_AT = 2000;

/** So many lines end in the column, at least, and so many of them plainly in the middle of something. */
const FEWEST = 3;
const PLAINLY_CUT = 2;

/** Kinds of events that end in the column: so many are not as wide as each other by chance, and wider than all others. */
const KINDS = 3;
const FEWEST_OF_KINDS = 8;

/** Behind the time: the event's name, its place in parentheses, and the arguments. */
const EVENT = /(?:^|: +(?:\(\+\d+\) +)?)([A-Za-z_][\w:.]*): +(\((?:\S+\+0x|[0-9a-f]{8,16}\b|\[unknown)[^)]*\)?)?(.*)$/;

/** The column at which the lines were cut: those that reach it are not whole. Undefined: nothing speaks for a cut. */
export function cutColumn(lines: HeadLines): number | undefined {
  const count = Math.min(lines.length, LOOKED_AT);
  let column = 0;
  for (let i = 0; i < count; i++) column = Math.max(column, lines.width(i));
  const names = new Set<string>();
  let ends = 0;
  let cut = 0;
  let elsewhere = 0;
  for (let i = 0; i < count; i++) {
    // a blank at the cut is taken away by who cut there
    const atColumn = lines.width(i) >= column - 1;
    const line = lines.line(i);
    const event = line.startsWith('#') ? null : EVENT.exec(line);
    const isCut = event !== null && endsInside(event[2], event[3]);
    if (!atColumn) {
      if (isCut) elsewhere++;
      continue;
    }
    if (lines.width(i) === column) ends++;
    if (event !== null) names.add(event[1]);
    if (isCut) cut++;
  }
  if (ends < FEWEST) return undefined;
  if (cut >= PLAINLY_CUT && cut > elsewhere) return column;
  return names.size >= KINDS && ends >= FEWEST_OF_KINDS && ends * 20 >= count ? column : undefined;
}

/** Whether a probe's line ends within its place, a name or before a value. */
function endsInside(place: string | undefined, args: string): boolean {
  if (place === undefined) return false;
  if (!place.endsWith(')')) return true;
  const word = args.slice(args.lastIndexOf(' ') + 1);
  return word !== '' && (/^\w+(=(0x)?)?$/.test(word) || !/[=)\]"]/.test(word));
}
