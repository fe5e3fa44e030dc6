// Formatting shared by reports: safe text, counts, times, padded and wrapped lines.

import stringWidth from 'string-width';
import type { TraceInfo } from '../../contract/report.ts';
import { count } from '../../util/count.ts';
import { escapeControl } from '../../util/escape.ts';

type TimeUnit = TraceInfo['timeUnit'];

// Characters that escapeControl leaves because they do not move the cursor, but that a report should not hide: soft
// hyphen, direction marks, zero widths, line and paragraph separators, byte order mark, noncharacters, tags, halves of
// surrogate pairs.
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}\p{Surrogate}]/gu;

/** Text with words from the trace (task names, paths), safe on one line of a terminal or a document. */
export function clean(text: string): string {
  return escapeControl(text).replace(INVISIBLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** A whole trace line, unchanged except that tabs become spaces, to keep columns aligned. */
export function verbatim(text: string): string {
  if (!text.includes('\t')) return clean(text);
  let out = '';
  for (const [i, part] of text.split('\t').entries()) {
    out += i === 0 ? '' : ' '.repeat(8 - (out.length % 8));
    out += clean(part);
  }
  return out;
}

/** Number of columns of the text on a terminal. */
export function columns(text: string): number {
  // ASCII and characters used by reports (NO_BREAK too); stringWidth is slow to load, since it handles every script.
  return /^[\x20-\x7e\xa0→◀…\u2500-\u259f\ue000]*$/.test(text) ? text.length : stringWidth(text);
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columns(text))) + text;
}

/** The text in at most `width` columns, with its middle removed if it is longer. */
export function clip(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const chars = [...text];
  const tail = Math.floor(width / 3);
  return `${chars.slice(0, width - tail - 1).join('')}…${chars.slice(-tail).join('')}`;
}

/**
 * Break at spaces so that no line is wider than `width`; multiple spaces inside a line are kept. A word wider than a
 * line is broken too, after a `|` if it has one, unless words are kept whole, as for paths and commands that are copied.
 */
export function wrap(text: string, width: number, words: 'broken' | 'whole' = 'broken'): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const [, blanks = '', word = ''] of text.matchAll(/( *)([^ ]+)/g)) {
    const size = columns(word);
    if (line !== '' && used + blanks.length + size <= width) {
      line += blanks + word;
      used += blanks.length + size;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    used = size;
    while (words === 'broken' && used > width) {
      const most = fitting(line, width);
      // flags are broken between two of them
      const cut = line.lastIndexOf('|', most - 1) + 1 || most;
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
      used = columns(line);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** {@link wrap}, but a `command` in backquotes stays on one line, however long it is: it is there to be copied. */
export function wrapTip(text: string, width: number): string[] {
  const whole = text.replaceAll(/`[^`]*`/g, (command) => command.replaceAll(' ', NO_BREAK));
  return wrap(whole, width, 'whole').map((line) => line.replaceAll(NO_BREAK, ' '));
}

/** A character that no cleaned text has: private use, one column wide. */
const NO_BREAK = '\u{e000}';

/** A path as an argument of a command that can be pasted into a shell; one with control characters needs bash, zsh. */
export function shellWord(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is written as \x0a
  const written = path.replace(/[\\'\x00-\x1f\x7f]/g, (char) =>
    char < ' ' || char === '\x7f' ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : `\\${char}`,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
  if (/[\x00-\x1f\x7f]/.test(path)) return `$'${written}'`;
  return /^[\w@%+=:,./-]+$/.test(path) && !path.startsWith('-') ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Length of the longest prefix of `text` that fits; at least one character. */
function fitting(text: string, width: number): number {
  let length = 0;
  let used = 0;
  for (const char of text) {
    used += columns(char);
    if (used > width && length > 0) break;
    length += char.length;
  }
  return length;
}

/** Number of decimals these times (ns) need: 6 as in most traces, 9 if one has more. */
export function timeDigits(times: Iterable<number | undefined>): 6 | 9 {
  for (const time of times) {
    if (time !== undefined && time % 1000 !== 0) return 9;
  }
  return 6;
}

/** A time relative to another: `0.000000`, `+0.000213`; in ticks `0`, `+213`. */
export function relativeTime(time: number, base: number, unit: TimeUnit, digits: 6 | 9): string {
  const delta = time - base;
  const sign = delta > 0 ? '+' : delta < 0 ? '-' : '';
  const size = Math.abs(delta);
  return sign + (unit === 'ns' ? seconds(size, digits) : String(size));
}

/** A time span: `0.947 s`, `312 us`, `1,250 ticks`. */
export function duration(size: number, unit: TimeUnit): string {
  if (unit !== 'ns') return count(size, 'tick');
  if (size < 1_000_000) return `${Math.round(size / 1000)} us`;
  const digits = size < 10_000_000_000 ? 3 : 1;
  return `${(size / 1e9).toFixed(digits)} s`;
}

/** Nanoseconds as seconds, with integers only: a double would be wrong in the last digit. */
function seconds(ns: number, digits: 6 | 9): string {
  const whole = Math.floor(ns / 1_000_000_000);
  const rest = ns - whole * 1_000_000_000;
  return `${whole}.${String(Math.floor(rest)).padStart(9, '0').slice(0, digits)}`;
}
