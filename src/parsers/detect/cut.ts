// Why: terminals, pagers, serial logs and spreadsheets cut every line at the same column, and the rest looks like a
// complete line: a truncated address is still a number. Such a text is recognised by its widest lines, which all end in
// the same column: some of them in the middle of a word, and more kinds of lines than would otherwise have the same
// width.
import type { HeadLines } from '../formats/head-lines.ts';

/** Number of lines examined. */
const LOOKED_AT = 2000;

/** Minimum number of lines that end in the column, and of those that end in the middle of something. */
const FEWEST = 3;
const PLAINLY_CUT = 2;

/**
 * Minimum number of kinds of lines that end in the column; most of their ends must be shorter than those of other lines
 * of the kind.
 */
const KINDS = 3;
const FEWEST_OF_KINDS = 8;
const FEWEST_UNCOMPARED = 30;
const OFTEN = 3;

/** After the time: the event's name, its location in parentheses, and the arguments. */
const EVENT = /(?:^|: +(?:\(\+\d+\) +)?)([A-Za-z_][\w:.]*): +(\((?:\S+\+0x|[0-9a-f]{8,16}\b|\[unknown)[^)]*\)?)?(.*)$/;

/**
 * The column at which the lines were cut: those that reach it are incomplete. Undefined: there is no indication of a
 * cut.
 */
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
    // a space at the cut has been removed together with the rest
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
  // if all lines of a kind are cut, there is nothing to compare with; but then many lines of many kinds end there
  const often = [...names.values()].filter((n) => n >= OFTEN).length;
  return ends >= FEWEST_UNCOMPARED && often >= KINDS ? column : undefined;
}

/** Maximum number of arguments in the lines of an event, and of characters in each argument. */
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

/** Fewer arguments than another line of the event, or a last value with fewer characters than elsewhere. */
function isShort(name: string, args: string, whole: ReadonlyMap<string, Longest>): boolean {
  const event = whole.get(name);
  const all = [...args.matchAll(ARGUMENT)];
  const last = all.at(-1);
  if (event === undefined || last === undefined) return false;
  return all.length < event.args || last[2].length < (event.values.get(last[1]) ?? 0);
}

/** Whether a probe's line ends within its location or a name, or before a value. */
function endsInside(place: string | undefined, args: string): boolean {
  if (place === undefined) return false;
  if (!place.endsWith(')')) return true;
  const word = args.slice(args.lastIndexOf(' ') + 1);
  return word !== '' && (/^\w+(=(0x)?)?$/.test(word) || !/[=)\]"]/.test(word));
}
