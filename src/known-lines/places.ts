// Why: where the parts of a parsed line are, as known-lines/knowledge.ts learns them.
import { COMM_COLUMNS } from '../assembly/layout.ts';
import type { TraceLine } from '../parsers/formats/line.ts';
import { COLON, DASH, DOT, GREATER, isDigit, isWord, PAREN_OPEN, SPACE, text } from '../util/bytes.ts';

/** Start of the name, which is right-aligned in the first columns. */
export function commOf(buf: Uint8Array, start: number): number {
  let at = start;
  while (buf[at] === SPACE && at < start + COMM_COLUMNS) at++;
  return at;
}

/**
 * Position of the point of `9.044846: ` or `9.044846123: ` that ends where the name begins; -1 if there is no such
 * time.
 */
export function pointBefore(buf: Uint8Array, nameStart: number): number {
  if (buf[nameStart - 1] !== SPACE || buf[nameStart - 2] !== COLON) return -1;
  for (const digits of [6, 9]) {
    const point = nameStart - 3 - digits;
    if (buf[point] === DOT) {
      for (let at = point + 1; at < nameStart - 2; at++) if (!isDigit(buf[at])) return -1;
      return point;
    }
  }
  return -1;
}

/** The digits after the point, in ns. */
export function fractionAt(buf: Uint8Array, point: number, nameStart: number): number {
  let fraction = 0;
  for (let i = 0; i < 9; i++)
    fraction = fraction * 10 + (nameStart - point > 10 || i < 6 ? buf[point + 1 + i] - 48 : 0);
  return fraction;
}

/**
 * The value of an argument as printed, if it is one plain word, such as `__iov_iter_get_pages_alloc+0x298/0x830`. None
 * is found where a text is quoted, which may contain the same.
 */
export function plainValue({ buf, argsStart, argsEnd }: TraceLine, key: string): Uint8Array | undefined {
  const args = text(buf, argsStart, argsEnd);
  const before = args.indexOf(` ${key}=`);
  if (before < 0 || args.includes('"')) return undefined;
  const start = before + key.length + 2;
  const word = /^[\w.+/]+(?= |$)/.exec(args.slice(start))?.[0];
  return word === undefined ? undefined : buf.subarray(argsStart + start, argsStart + start + word.length);
}

/** `sys_pread64 -> 0x8` */
export const isReturn = ({ buf, nameEnd, argsStart }: TraceLine): boolean =>
  argsStart === nameEnd + 1 && buf[nameEnd] === SPACE && buf[argsStart] === DASH && buf[argsStart + 1] === GREATER;

/** `sys_pread64(fd: 3, ...` */
export function isCall({ buf, nameEnd, argsStart }: TraceLine): boolean {
  return argsStart === nameEnd && buf[argsStart] === PAREN_OPEN && buf[colonIn(buf, argsStart) + 1] === SPACE;
}

/** Position of the colon after the word after the parenthesis at `open`; NaN: something else is there. */
export function colonIn(buf: Uint8Array, open: number): number {
  let at = open + 1;
  while (isWord(buf[at])) at++;
  return buf[at] === COLON ? at : Number.NaN;
}
