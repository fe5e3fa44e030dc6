// Byte helpers shared by all parsers. Trace text is parsed as bytes, never as strings: these functions look at `buf[p,
// end)` and return a position in it.

export const NEWLINE = 10;
export const CARRIAGE_RETURN = 13;
export const TAB = 9;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const PAREN_OPEN = 40;
export const PAREN_CLOSE = 41;
export const STAR = 42;
export const PLUS = 43;
export const DASH = 45;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
export const NINE = 57;
export const COLON = 58;
export const LESS = 60;
export const GREATER = 62;
export const BRACKET_OPEN = 91;
export const BRACKET_CLOSE = 93;
export const UNDERSCORE = 95;
export const PIPE = 124;

export function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= ZERO && c <= NINE;
}

export function isBlank(c: number | undefined): boolean {
  return c === SPACE || c === TAB;
}

/** A character of a C identifier. */
export function isWord(c: number | undefined): boolean {
  if (c === undefined) return false;
  return (c >= 97 && c <= 122) || (c >= ZERO && c <= NINE) || c === UNDERSCORE || (c >= 65 && c <= 90);
}

/** A character with which an identifier may begin. */
export function isNameStart(c: number | undefined): boolean {
  return isWord(c) && !isDigit(c);
}

/** A hexadecimal number; the bytes are known to be digits. */
export function hexAt(buf: Uint8Array, p: number, end: number): number {
  let n = 0;
  for (let at = p; at < end; at++) {
    const c = buf[at];
    n = n * 16 + (c <= 57 ? c - ZERO : (c | 32) - 87);
  }
  return n;
}

/** A hexadecimal digit as the kernel prints them. */
export function isHex(c: number | undefined): boolean {
  return c !== undefined && ((c >= ZERO && c <= NINE) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70));
}

export function skipBlanks(buf: Uint8Array, p: number, end: number): number {
  let at = p;
  while (at < end && (buf[at] === SPACE || buf[at] === TAB)) at++;
  return at;
}

/** The position after the last character that is not a space. */
export function trimEnd(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && (buf[at - 1] === SPACE || buf[at - 1] === TAB)) at--;
  return at;
}

export function skipDigits(buf: Uint8Array, p: number, end: number): number {
  let at = p;
  while (at < end && buf[at] >= ZERO && buf[at] <= NINE) at++;
  return at;
}

/** Start of the digits that end at `end`. */
export function digitsBefore(buf: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(buf[at - 1])) at--;
  return at;
}

export function skipWord(buf: Uint8Array, p: number, end: number): number {
  let at = p;
  while (at < end && isWord(buf[at])) at++;
  return at;
}

/** Whether `text` (ASCII) is at `p`. */
export function startsWith(buf: Uint8Array, p: number, end: number, text: string): boolean {
  if (end - p < text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (buf[p + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** First position of `text` (ASCII, not empty) in `buf[p, end)`, or -1. */
export function find(buf: Uint8Array, p: number, end: number, text: string): number {
  const first = text.charCodeAt(0);
  for (let at = p; at <= end - text.length; at++) {
    if (buf[at] === first && startsWith(buf, at, end, text)) return at;
  }
  return -1;
}

/** The decimal number in `buf[p, end)`, which contains only digits; exact below 2^53. */
export function decimal(buf: Uint8Array, p: number, end: number): number {
  let n = 0;
  for (let at = p; at < end; at++) n = n * 10 + buf[at] - ZERO;
  return n;
}

/** One character per byte: for regular expressions, tests and messages. Reversible, whatever the bytes are. */
export function text(buf: Uint8Array, start: number, end: number): string {
  return Buffer.from(buf.buffer, buf.byteOffset + start, Math.max(0, end - start)).toString('latin1');
}
