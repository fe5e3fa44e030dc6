// Why: determines from the first lines, once and for the whole text, how it was changed: a mail quotes all lines, a log
// stamps all. Plain text is not touched, so it takes the fast path.

import { DUMP, filled, hasEvent, isBetween, isEventLine, NOTHING } from '../detect/looks.ts';
import { aroundLog, takeOffAround } from './around-log.ts';
import { commonPattern, commonPrefix, commonSuffix, isFew, withoutSuffix } from './common.ts';
import { Folded, foldedAt } from './folded.ts';
import { isEscaped, isHtml, TAG, withoutEntities, withoutMarkup } from './html.ts';
import { hasMarkupEnds, hasOtherEnds, MARKUP_ENDS, OTHER_ENDS } from './line-ends.ts';
import { isMarked, withBlanks, withoutMarks } from './marks.ts';
import type { MendPlan } from './mend-plan.ts';
import { isPart, Parts } from './parts.ts';
import { type Prefix, takeOff, takeOffLog, takeOffThese } from './prefixes.ts';
import {
  areCells,
  isJournal,
  isOneString,
  isQuoted,
  journalText,
  memberOf,
  memberWithLines,
  uncelled,
  unescaped,
  unquoted,
} from './strings.ts';
import { NamedLines, taskNames, wordsOf } from './task-names.ts';
import { wrapOf } from './wrapped.ts';

/**
 * Text without a line of a trace at its beginning: possibly a log with a dump further on.
 * @param isPage in a page
 */
export function searchPlanFor(head: string, isPage = false): MendPlan {
  const plan: MendPlan = { words: [] };
  let lines = head.split(/\r*\n/, LOOKED_AT);
  if (isPage) {
    plan.page = true;
    plan.words.push('in an HTML page');
    lines = lines.map(withoutMarkup);
  }
  const folded = foldedAt(lines);
  planLog(lines, plan);
  if (folded === undefined) return plan;
  return { ...plan, folded, words: [...plan.words, `wrapped at ${folded} columns`] };
}

/** Number of lines examined, and the share of them that must agree. */
const LOOKED_AT = 400;
const MOST_OF = 0.8;

/** How to repair a text that begins like this (one character per byte); undefined: not necessary. */
export function mendPlanFor(head: string): MendPlan | undefined {
  const plan: MendPlan = { words: [] };
  let text = head;
  if (hasOtherEnds(text)) {
    plan.ends = true;
    plan.words.push('lines not ended by LF');
    text = text.split(OTHER_ENDS).join('\n');
  }
  if (hasMarkupEnds(text)) {
    plan.markup = true;
    plan.words.push('lines ended by markup');
    text = text.split(MARKUP_ENDS).join('\n');
  }
  if (isOneString(text)) {
    plan.escapes = true;
    plan.words.push('in a string of a program');
    text = text.split('\\n').map(unescaped).join('\n');
  }
  let lines = text.split(/\r*\n/).slice(0, LOOKED_AT);
  if (lines.some(isPart)) {
    plan.parts = true;
    const parts = new Parts();
    lines = lines.flatMap((line) => parts.take(line)?.line ?? []);
  }
  // an encoded line is broken at a width, too
  const isEncoded = isQuotedPrintable(lines);
  const folded = lines.some(hasEvent) && !isEncoded ? foldedAt(lines) : undefined;
  if (folded !== undefined) {
    plan.folded = folded;
    plan.words.push(`wrapped at ${folded} columns`);
    const pieces = new Folded(folded);
    lines = [...lines.map((line) => pieces.take(line)), pieces.end()].flatMap((whole) => whole?.line ?? []);
  }
  const member = memberWithLines(lines);
  if (member !== undefined) {
    plan.member = member;
    plan.words.push('in JSON');
    lines = lines.map((line) => memberOf(line, member).rest);
  }
  if (isJournal(lines)) {
    plan.journal = true;
    plan.words.push('in entries of the journal');
    lines = lines.map((line) => journalText(line) ?? NOTHING);
  }
  if (areCells(lines)) {
    plan.cells = true;
    plan.words.push('in a table');
    lines = lines.map(uncelled);
  }
  if (isEscaped(lines)) {
    plan.entities = true;
    plan.words.push('escaped for HTML');
    lines = lines.map(withoutEntities);
  }
  if (filled(lines).filter((line) => / {3,}$/.test(line)).length > MOST_OF * filled(lines).length) {
    plan.padded = true;
    plan.words.push('spaces at the end of each line');
    lines = lines.map((line) => line.trimEnd());
  }
  const repeated = lines.filter((line, i) => hasEvent(line) && line === lines[i + 1]).length;
  const share = repeated / lines.filter(hasEvent).length;
  if (repeated > 2 && share > 0.4 && share < 0.6) {
    plan.doubled = true;
    plan.words.push('each line twice');
    lines = lines.filter((line, i) => i === 0 || line !== lines[i - 1]);
  }
  lines = planIndent(lines, plan, 'outer');
  const names = taskNames(lines);
  if (names !== undefined) {
    plan.names = names;
    plan.words.push(wordsOf(names));
    const named = new NamedLines(names);
    lines = lines.map((line) => named.take(line));
  }
  if (isPlain(lines)) return plan.words.length > 0 ? plan : undefined;
  if (isMarked(text)) {
    plan.marks = true;
    plan.words.push('colours or special spaces');
    lines = lines.map(withoutMarks);
  }
  if (isHtml(lines)) {
    plan.html = true;
    plan.words.push('in an HTML page');
    // its markup is removed before what it escapes
    delete plan.entities;
    const texts = lines.map(withoutMarkup);
    if (!texts.some((line) => DUMP.test(line))) return plan;
    delete plan.html;
    plan.page = true;
    planLog(texts, plan);
    return plan;
  }
  if (isEncoded) {
    plan.quotedPrintable = true;
    plan.words.push('quoted-printable');
    lines = decoded(lines);
  }
  lines = planIndent(planLines(lines, plan), plan, 'indent');
  const { width, hard } = wrapOf(lines) ?? {};
  if (width !== undefined) {
    plan.wrapped = width;
    if (hard === true) plan.hard = true;
    plan.words.push(`wrapped at ${width} columns`);
  }
  return plan.words.length > 0 ? plan : undefined;
}

/** Determines what surrounds each line. */
function planLines(given: string[], plan: MendPlan): string[] {
  let lines = given;
  const python = lines.filter((line) => isQuoted(line) && (hasEvent(line) || isBetween(unquoted(line))));
  if (python.length >= 2 && python.length > MOST_OF * filled(lines).length) {
    plan.python = true;
    plan.words.push('quoted by a program');
    lines = lines.map(unquoted);
  }
  const end = commonSuffix(lines.filter(hasEvent));
  const ended = end === undefined ? lines : lines.map((line) => withoutSuffix(line, end));
  if (ended.some((line) => DUMP.test(line))) {
    if (end !== undefined) plan.suffix = end;
    return planLog(ended, plan);
  }
  const tabbed = lines.map(withBlanks);
  if (!lines.some(isEventLine) && tabbed.filter(isEventLine).length * 4 > filled(lines).length) {
    plan.tabs = true;
    plan.words.push('tabs instead of spaces');
    lines = tabbed;
  }
  lines = planPrefix(lines, plan);
  const suffix = commonSuffix(lines.filter(hasEvent));
  if (suffix !== undefined) {
    plan.suffix = suffix;
    plan.words.push('additional text at the end of each line');
    lines = lines.map((line) => withoutSuffix(line, suffix));
  }
  return lines;
}

/** A log with a dump, and what it was printed in. */
function planLog(lines: readonly string[], plan: MendPlan): string[] {
  plan.log = true;
  plan.words.push('a dump in a log');
  const around = aroundLog(lines);
  if (around === undefined) return lines.map((line) => takeOffLog(line, isEventLine).rest);
  plan.around = around;
  plan.words.push(around.counts ? 'numbered' : 'the same prefix on each line');
  return lines.map((line) => takeOffLog(takeOffAround(line, around).rest, isEventLine).rest);
}

/** Larger indents are not stripped. */
const MOST_INDENT = 256;

function planIndent(lines: string[], plan: MendPlan, which: 'outer' | 'indent'): string[] {
  const comments = lines.flatMap((line) => /^([ \t]*)#(?: |$)/.exec(line)?.[1] ?? []);
  const [blanks] = comments;
  if (comments.length < 2 || blanks === '' || blanks.length > MOST_INDENT || new Set(comments).size > 1) return lines;
  const some = filled(lines);
  if (some.filter((line) => line.startsWith(blanks)).length < MOST_OF * some.length) return lines;
  plan[which] = new RegExp(`^${blanks}`);
  plan.words.push('indented');
  return lines.map((line) => line.replace(/^[ \t]*/, (all) => all.slice(blanks.length)));
}

function planPrefix(lines: string[], plan: MendPlan): string[] {
  const events = lines.filter(hasEvent);
  if (events.length === 0) return lines;
  const found = new Map<string, { prefixes: Prefix[]; n: number }>();
  for (const line of events) {
    const prefixes = takeOff(line, isEventLine)?.prefixes;
    if (prefixes === undefined) continue;
    const key = prefixes.map(({ pattern }) => pattern.source).join('\n');
    const known = found.get(key);
    if (known === undefined) found.set(key, { prefixes, n: 1 });
    else known.n++;
  }
  const [best] = [...found.values()].sort((a, b) => b.n - a.n);
  if (best !== undefined && best.n > MOST_OF * events.length && !isChance(lines, best.prefixes)) {
    const isName = areNames(events, best.prefixes);
    const isNumbered = areNumbered(events, best.prefixes);
    const prefixes = best.prefixes.map((prefix) => {
      const pattern = prefix.known ?? prefix.pattern;
      if (isName && prefix.name === 'numbered') return { ...NAMES, pattern };
      return { ...prefix, pattern, isNumbered };
    });
    plan.prefixes = prefixes;
    if (haveNumbers(events, prefixes)) plan.senders = { haveNumbers: true };
    plan.words.push(...new Set(prefixes.map(({ name }) => name)));
    return lines.map((line) => takeOffThese(line, prefixes).rest);
  }
  const common = commonPattern(events);
  if (common !== undefined) {
    plan.pattern = common;
    plan.words.push('the same prefix on each line');
    return lines.map((line) => line.replace(common.pattern, ''));
  }
  const literal = commonPrefix(filled(lines));
  if (
    literal.trim() !== '' &&
    !events.some(isEventLine) &&
    lines.some((line) => isEventLine(line.slice(literal.length)))
  ) {
    plan.literal = literal;
    plan.words.push('the same prefix on each line');
    return lines.map((line) => line.slice(literal.length));
  }
  return lines;
}

const NAMES = { name: 'names in front', isName: true } as const;

/** Whether the numbers in front of these are few, so that they count no lines. */
function areNames(events: readonly string[], prefixes: readonly Prefix[]): boolean {
  const numbers = events.flatMap((line) => takeOffThese(line, prefixes).line ?? []);
  return numbers.length >= FEWEST_NUMBERS && isFew(new Set(numbers).size, numbers.length);
}

const FEWEST_NUMBERS = 8;

/** Whether names count the lines: `[trace 12] ` of a CI system. */
function areNumbered(events: readonly string[], prefixes: readonly Prefix[]): boolean {
  const names = events.flatMap((line) => takeOffThese(line, prefixes).from ?? []);
  const numbers = names.map((name) => Number(/\d+$/.exec(name)?.[0] ?? Number.NaN));
  const steps = numbers.filter((n, i) => i > 0 && n - numbers[i - 1] === 1).length;
  return names.length >= FEWEST_NUMBERS && steps > MOST_OF * (numbers.length - 1);
}

/** Whether the programs that wrote these have numbers: `logger -i`, called for each line, has another each time. */
function haveNumbers(events: readonly string[], prefixes: readonly Prefix[]): boolean {
  const pids = events.flatMap((line) => takeOffThese(line, prefixes).pid ?? []);
  return pids.length > 0 && isFew(new Set(pids).size, pids.length);
}

/** Numbers before the lines are line numbers only if they increase. */
function isChance(lines: readonly string[], prefixes: readonly Prefix[]): boolean {
  const counting = prefixes.find(({ counts }) => counts === true);
  if (counting === undefined) return false;
  const numbers = lines.flatMap((line) => {
    const m = counting.pattern.exec(line);
    return m === null ? [] : [Number.parseInt(m[0].trim(), 10)];
  });
  const steps = numbers.filter((n, i) => i > 0 && n - numbers[i - 1] === 1).length;
  return steps < MOST_OF * (numbers.length - 1) || numbers.length < 3;
}

/** Lines that can be read unchanged. */
function isPlain(lines: readonly string[]): boolean {
  const some = filled(lines);
  if (some.some((line) => DUMP.test(line)) || TAG.test(some[0] ?? '')) return false;
  const plain = some.filter((line) => (isEventLine(line) || isBetween(line)) && !isMarked(line));
  // lines that begin like a quote or a number may have one
  const odd = plain.filter((line) => ODD.test(line)).length;
  const events = some.filter((line) => isEventLine(line) && !ODD.test(line)).length;
  if (some.some((line) => isMarked(line) && (hasEvent(line) || isBetween(withoutMarks(line))))) return false;
  return events > 0 && plain.length - odd > 0.97 * some.length && commonSuffix(some.filter(hasEvent)) === undefined;
}

/** Beginnings that task names rarely have. */
const ODD = /^(?:> |\| |<\d|\[|\+|b?['"]| *\d+[:|\t]| *\d+ {1,2} |# # |[\w./-]+:\d+:)/;

// ---- quoted-printable

function isQuotedPrintable(lines: readonly string[]): boolean {
  const encoded = lines.filter((line) => /=3D/.test(line)).length;
  const plain = lines.filter((line) => /=(?![0-9A-F]{2}|$)/.test(line)).length;
  return encoded >= 2 && encoded > 2 * plain;
}

export const decodeQuotedPrintable = (line: string): string =>
  line.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function decoded(lines: readonly string[]): string[] {
  return lines.join('\n').replace(/=\n/g, '').split('\n').map(decodeQuotedPrintable);
}
