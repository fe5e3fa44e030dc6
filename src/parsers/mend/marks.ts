// Why: colours, special spaces and the hyphens and arrows of word processors are not part of a line, wherever they are
// in it.
import { hasEvent } from '../detect/looks.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const MARK = /\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;
const HIDDEN = /\xc2\xad|\xe2\x80[\x8b\x8e\x8f]|\xe2\x81\xa0|\f/g;
/** In Latin-1 it is one byte, which in UTF-8 is the second half of a letter. */
const NBSP = /\xc2\xa0|(?<![\xc2-\xf4][\x80-\xbf]{0,2})\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80/g;
const MARKS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\r(?!\r*(?:\n|$))|\x1b[[\]()]|\xc2[\xa0\xad]|(?<![\xc2-\xf4][\x80-\xbf]{0,2})\xa0|\xe2\x80[\x80-\x8b\x8e-\x95\xa6\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xe2\x86[\x90\x92]|\xe2\x88\x92|\xef\xac[\x80-\x84]|(?<=0)\xc3\x97|\f|\\[_*]/;
/** All of these begin with one of these, which few lines have: a class is found much faster. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FIRST = /[\f\r\x1b\\\x80-\xff]/;
/** Replacements of a hyphen and of three points by word processors. */
const DASH = /\xe2\x80[\x90-\x95]|\xe2\x88\x92/g;
const ELLIPSIS = /\xe2\x80\xa6/g;
/** Replacements of `->` and `<-`. */
const TO = /\xe2\x86\x92/g;
const FROM = /\xe2\x86\x90/g;
/** Of the `x` between two digits it makes the times sign. */
const TIMES = /0\xc3\x97(?=[0-9a-f])/g;
/** The source of a page in Markdown. */
const ESCAPED = /\\([_*[\]()#+.!<>-])/g;
/** What a page setter makes of two letters or three, which a copy of a PDF keeps. */
const LIGATURE = /\xef\xac[\x80-\x84]/g;
const LETTERS = ['ff', 'fi', 'fl', 'ffi', 'ffl'];

export const isMarked = (text: string): boolean => FIRST.test(text) && MARKS.test(text);

export function withoutMarks(given: string): string {
  if (!isMarked(given)) return given;
  const bare = given.replace(MARK, '').replace(HIDDEN, '');
  const plain = bare.replace(NBSP, ' ').replace(DASH, '-').replace(ELLIPSIS, '...');
  const line = plain
    .replace(TO, '->')
    .replace(FROM, '<-')
    .replace(TIMES, '0x')
    .replace(ESCAPED, '$1')
    .replace(LIGATURE, (letter) => LETTERS[letter.charCodeAt(2) - 0x80]);
  const back = line.lastIndexOf('\r') + 1;
  // a terminal shows what was written last, such as a line after the `42%` of a program; two events in one line are not
  // such a case
  return back > 0 && !hasEvent(line.slice(0, back)) ? line.slice(back) : line;
}

/** A leading tab marks call chains. */
export function withBlanks(line: string): string {
  const blank = line.replaceAll('\t', ' ');
  return line.startsWith('\t') && !hasEvent(blank) ? line : blank;
}
