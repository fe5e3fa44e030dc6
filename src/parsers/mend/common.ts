// Why: what a program adds to each line, before it or after it, is the same in all lines, or differs only in numbers.
import { beforeTask, isEventLine } from '../detect/looks.ts';
import type { Bare } from './prefixes.ts';

/** Share of lines that must agree. */
const MOST_OF = 0.8;

const JUNK = /(?:\xe2\x94[\x80-\xbf]|<br ?\/?>|<\/?[a-z]+>|\\n|\\|["'`$]|\^M|,)+\s*$/i;

/** Signs with which the kernel ends no line: borders of tables, ends of statements, of sections in XML. */
const NO_END = /^[^\w\s]*[|;,~*!\\/][^\w\s]*$/;
const TAGS = /<\/?[a-z][\w:-]*>/gi;

/** Maximum length of text added after a line. */
const JUNK_LOOKED_AT = 64;

/** The common end of nearly all of these, if the kernel does not print it. */
export function commonSuffix(events: readonly string[]): string | undefined {
  const ends = new Map<string, number>();
  for (const line of events) {
    const end = JUNK.exec(line.slice(-JUNK_LOOKED_AT))?.[0].trimEnd();
    if (end !== undefined && end !== '') ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const [best] = [...ends].sort((a, b) => b[1] - a[1]);
  const signs = commonSigns(events);
  if (signs !== undefined && !(best?.[0] ?? '').endsWith(signs)) return signs;
  return best !== undefined && isNearlyAll(best[1], events.length) ? best[0] : undefined;
}

const isNearlyAll = (n: number, all: number): boolean => n >= 3 && n > MOST_OF * all;

/** The longest common end of nearly all of these, from its first sign on, if it is none of the kernel. */
function commonSigns(events: readonly string[]): string | undefined {
  let some = events.map((line) => line.trimEnd());
  let end = '';
  while (end.length < JUNK_LOOKED_AT) {
    const before = new Map<string, string[]>();
    for (const line of some) {
      const sign = line.at(-1 - end.length) ?? '';
      const same = before.get(sign);
      if (same === undefined) before.set(sign, [line]);
      else same.push(line);
    }
    const [most] = [...before].sort((a, b) => b[1].length - a[1].length);
    if (most === undefined || most[0] === '' || !isNearlyAll(most[1].length, events.length)) break;
    end = most[0] + end;
    some = most[1];
  }
  const signs = end.replace(/^[\w\s]+/, '');
  return NO_END.test(signs.replace(TAGS, '/')) ? signs : undefined;
}

/** Text before the task's columns of all lines. */
export interface Pattern {
  /** numbers in it vary */
  pattern: RegExp;
  /** its words name where a line comes from: they are the same in all lines, or few */
  hasNames: boolean;
}

/**
 * The common text before the task's columns of nearly all of these, as a pattern in which numbers may vary. `<13>1
 * 2026-11-28T14:56:22.123456+00:00 box trace - - - `, `2026-11-28T14:56:22.1Z stdout F `
 */
export function commonPattern(events: readonly string[]): Pattern | undefined {
  const before = events.flatMap((line) => {
    const text = isEventLine(line) ? undefined : beforeTask(line);
    return text === undefined || text.trim() === '' ? [] : [text];
  });
  const best = samePattern(before);
  if (best === undefined || best.before.length <= MOST_OF * events.length) return undefined;
  return { pattern: patternOf(best.before[0]), hasNames: best.hasNames };
}

/** Those of these texts that differ in numbers only, if they are the most. */
export function samePattern(texts: readonly string[]): { before: string[]; hasNames: boolean } | undefined {
  const patterns = new Map<string, string[]>();
  for (const text of texts) {
    const { source } = patternOf(text);
    const same = patterns.get(source);
    if (same === undefined) patterns.set(source, [text]);
    else same.push(text);
  }
  const [best] = [...patterns.values()].sort((a, b) => b.length - a.length);
  if (best === undefined) return undefined;
  return { before: best, hasNames: isFew(new Set(best.map(nameIn)).size, best.length) };
}

/** A text in which numbers may vary. */
export function patternOf(text: string): RegExp {
  const source = text
    .split(/(\d+| +)/)
    .map((part, i, all) => {
      if (/^\d/.test(part)) return '\\d+';
      if (!/^ /.test(part)) return part.replace(/[^\w]/g, '\\$&');
      // on the left numbers are padded, on the right the columns of the name begin
      const before = all.slice(0, i).join('');
      return before === '' ? ' *' : i === all.length - 2 && all[i + 1] === '' ? ` {${part.length}}` : ' +';
    })
    .join('');
  return new RegExp(`^${source.startsWith('\\d') ? ' *' : ''}${source}`);
}

/** Numbers within words that differ from line to line count something. */
const FEW = 0.25;

/** So many different ones in so many lines are names. */
export const isFew = (names: number, lines: number): boolean => names === 1 || names < lines * FEW;

/** Parts of a time, a process, a CPU; a number in hexadecimal. An address of a machine is a name. */
const NO_NAME = /^(?!\d+(?:\.\d+){3}$)(?:\d{4}-\d\d-\d\dT\d*|[\d.]+(?:Z|[mun]?s)?|[TC]\d+|(?:0x)?[\da-f]{8,})$/;

/** Remove it, if present. Another text before an event names another one. */
export function takeOffPattern(line: string, { pattern, hasNames }: Pattern): Bare {
  const before = pattern.exec(line)?.[0];
  const from = hasNames ? nameIn(before ?? beforeTask(line) ?? '') : '';
  return { rest: line.slice(before?.length ?? 0), from: from === '' ? undefined : from };
}

/** The words of a text before a line that may name its machine, its file or its container. */
const nameIn = (before: string): string =>
  (before.match(/[\w./-]+/g) ?? []).filter((word) => !NO_NAME.test(word)).join(' ');

export function withoutSuffix(line: string, suffix: string): string {
  const end = line.trimEnd();
  return end.endsWith(suffix) ? end.slice(0, -suffix.length).trimEnd() : line;
}

export function commonPrefix(lines: readonly string[]): string {
  let [common = ''] = lines;
  for (const line of lines) {
    let n = 0;
    while (n < common.length && common[n] === line[n]) n++;
    common = common.slice(0, n);
  }
  return common;
}
