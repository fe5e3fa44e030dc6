// Why: what happened to a text on its way is found out from its first lines, once, and as a whole: a mail quotes all
// lines, a log stamps all. What is plain is left alone, so ordinary text goes the fast way.
import { DUMP, hasEvent, isBetween, isEventLine } from './looks.ts';
import { type Prefix, takeOff, takeOffLog } from './prefixes.ts';

/** What to do with the lines of a text. Nothing of it looks at more than a line and the one before it. */
export interface Plan {
  /** for people: `quoted`, `in a log`; never empty */
  words: string[];
  /** lines end with CR alone */
  cr?: true;
  /** terminal colours, NBSP: they are taken out wherever they are */
  marks?: true;
  /** tabs stand for blanks */
  tabs?: true;
  /** `b'...'` of Python: quotes around, escapes within */
  python?: true;
  /** a page: `script` holds the trace as it is, what else there is is marked up */
  html?: true;
  /** quoted-printable, RFC 2045 */
  quotedPrintable?: true;
  /** lines were wrapped so that none is wider */
  wrapped?: number;
  prefixes?: readonly Prefix[];
  /** the same on the left of all lines, whatever it is */
  literal?: string;
  /** at the end of all lines */
  suffix?: string;
  /** a log with a dump in it: other text stands around it */
  log?: true;
}

/** Lines looked at, and how many of a hundred must agree. */
const LOOKED_AT = 400;
const MOST_OF = 0.8;

/** What to do with a text that begins like this (one character per byte); undefined: nothing. */
export function planFor(head: string): Plan | undefined {
  const plan: Plan = { words: [] };
  let text = head;
  if (/\r(?!\n|\r\n)[^\n]/.test(text) && count(text, '\r') > 2 * count(text, '\n') + 2) {
    plan.cr = true;
    plan.words.push('lines ended by CR');
    text = text.replaceAll('\r', '\n');
  }
  let lines = text.split(/\r*\n/).slice(0, LOOKED_AT);
  if (isPlain(lines)) return plan.words.length > 0 ? plan : undefined;
  if (MARKS.test(text)) {
    plan.marks = true;
    plan.words.push('colours or special blanks');
    lines = lines.map(withoutMarks);
  }
  if (isHtml(lines)) {
    plan.html = true;
    plan.words.push('in a page of HTML');
    return plan;
  }
  if (isQuotedPrintable(lines)) {
    plan.quotedPrintable = true;
    plan.words.push('quoted-printable');
    lines = decoded(lines);
  }
  lines = planLines(lines, plan);
  const width = wrapWidth(lines);
  if (width !== undefined) {
    plan.wrapped = width;
    plan.words.push(`wrapped at ${width} columns`);
  }
  return plan.words.length > 0 ? plan : undefined;
}

/** What stands around each line. */
function planLines(given: string[], plan: Plan): string[] {
  let lines = given;
  const python = lines.filter((line) => PYTHON.test(line) && (hasEvent(line) || isBetween(unquoted(line))));
  if (python.length >= 2 && python.length > MOST_OF * filled(lines).length) {
    plan.python = true;
    plan.words.push('in quotes of a program');
    lines = lines.map(unquoted);
  }
  if (lines.some((line) => DUMP.test(line))) {
    plan.log = true;
    plan.words.push('a dump in a log');
    return lines.map((line) => takeOffLog(line, isEventLine));
  }
  const tabbed = lines.map(withBlanks);
  if (!lines.some(isEventLine) && tabbed.filter(isEventLine).length * 4 > filled(lines).length) {
    plan.tabs = true;
    plan.words.push('tabs for blanks');
    lines = tabbed;
  }
  lines = planPrefix(lines, plan);
  const suffix = commonSuffix(lines.filter(hasEvent));
  if (suffix !== undefined) {
    plan.suffix = suffix;
    plan.words.push('something behind each line');
    lines = lines.map((line) => withoutSuffix(line, suffix));
  }
  return lines;
}

function planPrefix(lines: string[], plan: Plan): string[] {
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
    plan.prefixes = best.prefixes;
    plan.words.push(...new Set(best.prefixes.map(({ name }) => name)));
    return lines.map((line) => best.prefixes.reduce((rest, { pattern }) => rest.replace(pattern, ''), line));
  }
  const literal = commonPrefix(filled(lines));
  if (
    literal.trim() !== '' &&
    !events.some(isEventLine) &&
    lines.some((line) => isEventLine(line.slice(literal.length)))
  ) {
    plan.literal = literal;
    plan.words.push('the same before each line');
    return lines.map((line) => line.slice(literal.length));
  }
  return lines;
}

/** A number before each line numbers them only when it counts up; a plus before each is a patch's, in a patch. */
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

/** Lines that are read as they are. */
function isPlain(lines: readonly string[]): boolean {
  const some = filled(lines);
  if (some.some((line) => DUMP.test(line)) || TAG.test(some[0] ?? '')) return false;
  const plain = some.filter((line) => (isEventLine(line) || isBetween(line)) && !MARKS.test(line));
  // what begins like a quote or a number may be one
  const odd = plain.filter((line) => ODD.test(line)).length;
  const events = some.filter((line) => isEventLine(line) && !ODD.test(line)).length;
  return events > 0 && plain.length - odd > 0.97 * some.length && commonSuffix(some.filter(hasEvent)) === undefined;
}

/** What no task is called, mostly. */
const ODD = /^(?:> |\| |<\d|\[|\+|b?['"]| *\d+[:|\t]| *\d+ {1,2} |# # |[\w./-]+:\d+:)/;

export const filled = (lines: readonly string[]): string[] => lines.filter((line) => /\S/.test(line));

const count = (text: string, c: string): number => text.split(c).length - 1;

// ---- marks within lines

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const MARK = /\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\xe2\x80[\x8b\x8e\x8f]/g;
const NBSP = /\xc2\xa0|\xa0|\xe2\x80[\x87\xaf]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const MARKS = /\x1b[[\]()]|\xc2\xa0|\xa0|\xe2\x80[\x87\x8b\x8e\x8f\xaf]/;

export const withoutMarks = (line: string): string =>
  MARKS.test(line) ? line.replace(MARK, '').replace(NBSP, ' ') : line;

/** A tab in front is what call chains begin with. */
export const withBlanks = (line: string): string => (line.startsWith('\t') ? line : line.replaceAll('\t', ' '));

// ---- quotes of a program

const PYTHON = /^\s*[bu]?(['"])(.*)\1,?\s*$/;

export function unquoted(line: string): string {
  const m = PYTHON.exec(line);
  if (m === null) return line;
  const inner = m[2].replace(/(?:\\[rn])+$/, '');
  return inner.replace(/\\(x[0-9a-f]{2}|.)/g, (_, c: string) => {
    if (c.length === 3) return String.fromCharCode(Number.parseInt(c.slice(1), 16));
    return { t: '\t', n: ' ', r: '' }[c] ?? c;
  });
}

// ---- HTML

const PAGE =
  /^\s*<(?:!doctype|html|head|body|\?xml)|<script class="trace-data"|<\/?(?:pre|code|span|div|td|br)\b[^<>]*>/i;

/** The first tag of a page. */
const TAG = /^\s*(?:<!--|<(?:!doctype|html|head|body|div|p|table|pre|code|\?xml)\b)/i;

/** A page, or lines with markup in them. `<idle>-0` is a task. */
function isHtml(lines: readonly string[]): boolean {
  const some = filled(lines);
  if (some.length === 0) return false;
  if (TAG.test(some[0])) return true;
  if (some.some((line) => /<script class="trace-data"/.test(line))) return true;
  // `<br>` at the end of each line alone is a suffix
  const marked = some.filter(
    (line) => PAGE.test(line.replace(/(?:<br ?\/?>)+$/i, '')) || /&(?:lt|gt|amp|nbsp|#\d+);/.test(line),
  );
  return marked.length > 0.3 * some.length;
}

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

// ---- wrapped lines

const WIDEST_WRAP = 132;

/** The width that no line has more than, where lines go on in the next because the next word had no room. */
function wrapWidth(lines: readonly string[]): number | undefined {
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (width > WIDEST_WRAP || width < 40) return undefined;
  let wrapped = 0;
  let torn = 0;
  for (const [i, line] of lines.entries()) {
    if (i === 0 || isEventLine(line) || isBetween(line) || !/\S/.test(line)) continue;
    if (!hasEvent(lines[i - 1]) && wrapped === 0) continue;
    if (wasWrapped(lines[i - 1], line, width)) wrapped++;
    else torn++;
  }
  return wrapped >= 2 && wrapped > torn ? width : undefined;
}

/** Whether the first word of a line had no room in the line before it. A few columns are left to who wraps at blanks and counts otherwise. */
export function wasWrapped(before: string, line: string, width: number): boolean {
  const word = /^\s*(\S+)/.exec(line)?.[1] ?? '';
  return word !== '' && before.trimEnd().length + 1 + word.length > width - 4;
}

// ---- what all lines have in common

const JUNK = /(?:<br ?\/?>|<\/?[a-z]+>|\\n|\\|["'`$]|\^M|,)+\s*$/i;

/** Nobody puts more behind a line. */
const JUNK_LOOKED_AT = 64;

/** What nearly all of these end with and no kernel prints there. */
function commonSuffix(events: readonly string[]): string | undefined {
  const ends = new Map<string, number>();
  for (const line of events) {
    const end = JUNK.exec(line.slice(-JUNK_LOOKED_AT))?.[0].trimEnd();
    if (end !== undefined && end !== '') ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const [best] = [...ends].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] >= 3 && best[1] > MOST_OF * events.length ? best[0] : undefined;
}

export function withoutSuffix(line: string, suffix: string): string {
  const end = line.trimEnd();
  return end.endsWith(suffix) ? end.slice(0, -suffix.length).trimEnd() : line;
}

function commonPrefix(lines: readonly string[]): string {
  let [common = ''] = lines;
  for (const line of lines) {
    let n = 0;
    while (n < common.length && common[n] === line[n]) n++;
    common = common.slice(0, n);
  }
  return common;
}
