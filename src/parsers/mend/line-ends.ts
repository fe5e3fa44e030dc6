// Why: serial captures end lines with CR, word processors with separators of their own (U+2028, U+2029, NEL), and text
// assembled from several sources has all of them.

import { hasEvent, occurrences } from '../detect/looks.ts';
import { withoutEntities } from './html.ts';

export const OTHER_ENDS = /\r\n?|\n|\xe2\x80[\xa8\xa9]|\xc2\x85/;

/** Number of lines examined, and of events that follow another one in the same line. */
const LOOKED_AT = 400;
const WITHIN = 2;

/** Whether lines end with something other than LF or CR LF. `42%\r` before a line was overwritten on a terminal. */
export function hasOtherEnds(text: string): boolean {
  if (/\r(?!\n|\r\n)[^\n]/.test(text) && occurrences(text, '\r') > 2 * occurrences(text, '\n') + 2) return true;
  if (!/\r|\xe2\x80[\xa8\xa9]|\xc2\x85/.test(text)) return false;
  let within = 0;
  for (const line of text.split('\n', LOOKED_AT)) {
    const pieces = line.split(OTHER_ENDS);
    if (pieces.length > 1) within += Math.max(0, pieces.filter(hasEvent).length - 1);
  }
  return within >= WITHIN;
}

/** What ends a line in a page that has no lines: a break, a row, a paragraph. */
export const MARKUP_ENDS = /\r?\n|<br ?\/?>|<\/(?:tr|p|div|li|h[1-6])>|&#(?:10|x0?a);/i;

const MARKUP_END = /<br ?\/?>|<\/(?:tr|p|div|li|h[1-6])>|&#(?:10|x0?a);/i;

/** Whether several events stand in one line, with markup between them. */
export function hasMarkupEnds(text: string): boolean {
  if (!MARKUP_END.test(text)) return false;
  let within = 0;
  for (const line of text.split('\n', LOOKED_AT)) {
    const pieces = line.split(MARKUP_END);
    if (pieces.length > 1) within += Math.max(0, pieces.map(withoutEntities).filter(hasEvent).length - 1);
  }
  return within >= WITHIN;
}
