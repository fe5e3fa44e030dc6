// Why: a terminal, a pager, a serial log or a spreadsheet cuts every line at one column, and what is left reads like a
// whole line: the address that was cut is a number, too. Such a text is known by its widest lines, which all end in the
// same column: some of them in the middle of a word, and more kinds of them than ever have one width.
import type { HeadLines } from './head-lines.ts';

/** Lines looked at. */
const LOOKED_AT = 2000;

/** So many lines end in the column, at least, and so many of them plainly in the middle of something. */
const FEWEST = 3;
const PLAINLY_CUT = 2;

/** Lines of several kinds that end in the column are cut where most of their ends are shorter than those of their like. */
const KINDS = 3;
const FEWEST_OF_KINDS = 8;
const FEWEST_UNCOMPARED = 30;
const OFTEN = 3;

/** Behind the time: the event's name, its place in parentheses, and the arguments. */
const EVENT = /(?:^|: +(?:\(\+\d+\) +)?)([A-Za-z_][\w:.]*): +(\((?:\S+\+0x|[0-9a-f]{8,16}\b|\[unknown)[^)]*\)?)?(.*)$/;

/** The column at which the lines were cut: those that reach it are not whole. Undefined: nothing speaks for a cut. */
export function cutColumn(lines: HeadLines): number | undefined {
  const count = Math.min(lines.length, LOOKED_AT);
  const names = new Map<string, number>();
  let column = 0;
  let ends = 0;
  for (let i = 0; i < count; i++) {
    const width = lines.width(i);
    if (width > column) [column, ends] = [width, 0];
    if (width === column) ends++;
  }
  if (ends < FEWEST) return undefined;
  const atColumn: { name: string; args: string }[] = [];
  let cut = 0;
  let elsewhere = 0;
  for (let i = 0; i < count; i++) {
    const line = lines.line(i);
    const event = line.startsWith('#') ? null : EVENT.exec(line);
    if (event === null) continue;
    const [, name, place, args] = event;
    const isCut = endsInside(place, args);
    // a blank at the cut is taken away by who cut there
    if (lines.width(i) < column - 1) {
      if (isCut) elsewhere++;
      continue;
    }
    names.set(name, (names.get(name) ?? 0) + 1);
    if (isCut) cut++;
    else atColumn.push({ name, args });
  }
  if (cut >= PLAINLY_CUT && cut > elsewhere) return column;
  const many = names.size >= KINDS && ends >= FEWEST_OF_KINDS && ends * 20 >= count;
  if (!many) return undefined;
  const whole = longest(lines, count);
  const short = atColumn.filter(({ name, args }) => isShort(name, args, whole)).length;
  if (cut + short >= PLAINLY_CUT && (cut + short) * 2 >= ends) return column;
  // where all lines of a kind are cut, none is left to compare with: but then there are many, of many kinds
  const often = [...names.values()].filter((n) => n >= OFTEN).length;
  return ends >= FEWEST_UNCOMPARED && often >= KINDS ? column : undefined;
}

/** What the lines of an event have at most: arguments, and characters of each of them. */
interface Longest {
  args: number;
  values: Map<string, number>;
}

const ARGUMENT = /([\w.]+)=(\S*)/g;

function longest(lines: HeadLines, count: number): Map<string, Longest> {
  const events = new Map<string, Longest>();
  for (let i = 0; i < count; i++) {
    const [, name, , args] = EVENT.exec(lines.line(i)) ?? [];
    if (name === undefined || args === undefined) continue;
    const event = events.get(name) ?? { args: 0, values: new Map<string, number>() };
    let n = 0;
    for (const [, key, value] of args.matchAll(ARGUMENT)) {
      n++;
      event.values.set(key, Math.max(event.values.get(key) ?? 0, value.length));
    }
    event.args = Math.max(event.args, n);
    events.set(name, event);
  }
  return events;
}

/** Fewer arguments than another line of the event, or a value at the end with fewer characters than it has elsewhere. */
function isShort(name: string, args: string, whole: ReadonlyMap<string, Longest>): boolean {
  const event = whole.get(name);
  const all = [...args.matchAll(ARGUMENT)];
  const last = all.at(-1);
  if (event === undefined || last === undefined) return false;
  return all.length < event.args || last[2].length < (event.values.get(last[1]) ?? 0);
}

/** Whether a probe's line ends within its place, a name or before a value. */
function endsInside(place: string | undefined, args: string): boolean {
  if (place === undefined) return false;
  if (!place.endsWith(')')) return true;
  const word = args.slice(args.lastIndexOf(' ') + 1);
  return word !== '' && (/^\w+(=(0x)?)?$/.test(word) || !/[=)\]"]/.test(word));
}
