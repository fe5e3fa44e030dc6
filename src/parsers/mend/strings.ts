// Why: programs print lines of a trace in quotes, as one string, or as members of objects: `b'...'` of Python, the text
// of ansible, logs of docker and of the journal in JSON.
import { filled, hasEvent, hasRest, isBetween, occurrences } from '../detect/looks.ts';
import { senderIn } from './json-beside.ts';
import type { Bare } from './prefixes.ts';

/** Share of objects that must agree. */
const MOST_OF = 0.8;

/** Alone, or in a list with one string per line. */
const PYTHON = /^\s*[[(]?\s*[bu]?(['"])(.*)\1[\])]?,?\s*$/;

/** Quoted as by a program. */
export const isQuoted = (line: string): boolean => PYTHON.test(line);

export function unquoted(line: string): string {
  const m = PYTHON.exec(line);
  if (m === null) return line;
  const inner = m[2].replace(/(?:\\[rn])+$/, '');
  return inner.replace(/\\(x[0-9a-f]{2}|.)/g, (_, c: string) => {
    if (c.length === 3) return String.fromCharCode(Number.parseInt(c.slice(1), 16));
    return { t: '\t', n: ' ', r: '' }[c] ?? c;
  });
}

/** The last cell of a row of CSV, in quotes since it contains commas or quotes: RFC 4180. Others of the file have none. */
const CELL = /^((?:[^",]{0,80},){0,12})"((?:[^"]|"")*)"$/;

/** The names of its columns, of which the last is a text: Grafana, Splunk, a data frame, a column of a spreadsheet. */
const CELL_NAMES =
  /^(?:"?[\w@. -]{0,40}"?,){0,12}"?_?(?:lines?|messages?|msg|text|log|content|raw|body|entry|output|stdout)"?$/i;
export const isCellNames = (line: string): boolean => CELL_NAMES.test(line);

/** Whether these are rows whose last cells are lines of a trace. */
export function areCells(lines: readonly string[]): boolean {
  const events = lines.filter(hasEvent);
  const bare = events.filter((line) => !/^\W{0,2}[bru]?["']|["']$/.test(line)).length;
  const isCell = (line: string): boolean => {
    const [, before = '', cell = ''] = CELL.exec(line) ?? [];
    return hasEvent(cell) && !hasEvent(before);
  };
  return isCellNames(filled(lines)[0] ?? '') || (bare > 0 && events.length < 2 * bare && events.some(isCell));
}

/** The row without the quotes of its last cell. */
export const uncelled = (line: string): string =>
  line.replace(CELL, (_, before: string, cell: string) => before + cell.replaceAll('""', '"'));

/** Nearly all its lines end with `\\n`, in few lines of the file. */
export const isOneString = (text: string): boolean => {
  const ends = occurrences(text, '\\n');
  return ends > 4 && ends > 4 * occurrences(text, '\n') && text.split('\\n').some(hasEvent);
};

/** A line of such a string, without opening and closing characters and the separators of a list. */
export const unescaped = (line: string): string =>
  line
    .replace(/^[\s{[(]*(?:"[\w-]+": *)?[[\s]*[bru]?["'](?=#|\s)/, '')
    .replace(/^["'],\s*[bru]?["']/, '')
    .replace(/^["'][\s\]}),;]*$/, '')
    .replace(/\\(["'\\])/g, '$1')
    .replaceAll('\\t', '\t');

/** A JSON object, alone or after the prefixes of streams (RFC 7464, server-sent events), YAML lists and logs. */
const OBJECT = /^[^{"]{0,200}?(\{.*\})\s*$/;

/** The member of these JSON objects that contains lines of a trace; undefined: there is none. */
export function memberWithLines(lines: readonly string[]): string | undefined {
  const some = filled(lines).slice(0, 60);
  const objects = some.filter((line) => OBJECT.test(line));
  // around them may be a fence, or what somebody wrote, but no line of the trace
  if (objects.length < 2 || objects.length <= MOST_OF * some.length) return undefined;
  if (some.some((line) => !OBJECT.test(line) && hasEvent(line))) return undefined;
  const found = new Map<string, number>();
  for (const line of objects)
    for (const [key, value] of Object.entries(objectOf(line))) {
      const text = textOf(value);
      if (text !== undefined && (hasEvent(text) || isBetween(text))) found.set(key, (found.get(key) ?? 0) + 1);
    }
  const [best] = [...found].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] > MOST_OF * objects.length ? best[0] : undefined;
}

function objectOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(OBJECT.exec(line)?.[1] ?? line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The text of a string, or of an array of bytes: the journal writes text so that is not UTF-8. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isBytes =
    Array.isArray(value) && value.length > 0 && value.every((v) => Number.isInteger(v) && v >= 0 && v < 256);
  return isBytes ? Buffer.from(value as number[]).toString('latin1') : undefined;
}

/** The text field of a journal entry: `-o export` and `verbose`. */
const ENTRY = /^\s*MESSAGE=(.*)$/;

/** Its other lines. */
const JOURNAL = /^\s*[A-Z_][A-Z0-9_]*=|^\S+ \d{4}-\d\d-\d\d .*\[s=/;

/** Whether these are journal entries with one field per line that contain lines of a trace. */
export function isJournal(lines: readonly string[]): boolean {
  const some = filled(lines);
  const messages = some.filter((line) => hasEvent(journalText(line) ?? '')).length;
  return messages >= 2 && some.filter((line) => JOURNAL.test(line)).length > MOST_OF * some.length;
}

/** The boot that wrote the entry, which `-o export` and `verbose` tell first; undefined: not in this line. */
export const bootOf = (line: string): string | undefined =>
  /^(?:\s*_BOOT_ID=|\S+ \d{4}-\d\d-\d\d .*\[s=.*;b=)([\da-f]{32})/.exec(line)?.[1];

/** The text of the entry; undefined: the line is another field. */
export const journalText = (line: string): string | undefined => ENTRY.exec(line)?.[1];

/** The texts of entries, line by line; also of those, rare in a kernel's, that have a length (journal-export.ts). */
export class JournalTexts {
  /** bytes of the length that are still to come */
  #length = 0;

  take(line: string): string | undefined {
    const length = this.#length;
    // its first byte may be a newline
    if (line === 'MESSAGE') this.#length = 8;
    else this.#length = length === 8 && line === '' ? 7 : 0;
    if (length > 0) return line.slice(length);
    // a line of an event whose field was damaged is no other field
    return journalText(line) ?? (!JOURNAL.test(line) && hasRest(line) ? line : undefined);
  }
}

/** The text of that member, or the line if it has none; and who sent it. */
export function memberOf(line: string, member: string): Bare {
  const object = objectOf(line);
  const text = textOf(object[member]);
  if (text === undefined) return { rest: line, from: undefined };
  return { rest: text.replace(/[\r\n]+$/, '').replace(/[\r\n]+/g, ' '), from: senderIn(object) };
}
