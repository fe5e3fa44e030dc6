// Numbers in trace text, exact to 64 bits, into two halves.
import { text } from '../util/bytes.ts';
import type { Form } from './event-table.ts';
import { Cell, type EventRow } from './row.ts';

/** Value of a hexadecimal digit by character; -1 for all others. */
export const HEX = new Int8Array(256).fill(-1);
for (let d = 0; d < 16; d++) {
  HEX[d.toString(16).charCodeAt(0)] = d;
  HEX[d.toString(16).toUpperCase().charCodeAt(0)] = d;
}

/** Decimal digits that are exact in a double whatever they are. */
const EXACT_DIGITS = 15;

/** Read all of `buf[start, end)` as a number into column `k`; false when it is none. */
export function readNumber(
  buf: Uint8Array,
  start: number,
  end: number,
  bare: boolean,
  row: EventRow,
  k: number,
): boolean {
  if (buf[start] === 48 && (buf[start + 1] | 32) === 120) return readHex(buf, start + 2, end, row, k);
  return bare ? readHex(buf, start, end, row, k) : readDecimal(buf, start, end, row, k);
}

function readHex(buf: Uint8Array, start: number, end: number, row: EventRow, k: number): boolean {
  if (end <= start || end - start > 16) return false;
  let hi = 0;
  let lo = 0;
  for (let at = start; at < end; at++) {
    const d = HEX[buf[at]];
    if (d < 0) return false;
    hi = (hi << 4) | (lo >>> 28);
    lo = (lo << 4) | d;
  }
  setNumber(row, k, hi, lo);
  return true;
}

function readDecimal(buf: Uint8Array, start: number, end: number, row: EventRow, k: number): boolean {
  const negative = buf[start] === 45;
  const from = negative ? start + 1 : start;
  if (end <= from || end - from > 19) return false;
  let value = 0;
  for (let at = from; at < end; at++) {
    const d = buf[at] - 48;
    if (d < 0 || d > 9) return false;
    value = value * 10 + d;
  }
  if (end - from <= EXACT_DIGITS) {
    if (negative) value = -value;
    setNumber(row, k, Math.floor(value / 4294967296), value);
    return true;
  }
  const exact = BigInt(text(buf, start, end));
  if (BigInt.asIntN(64, exact) !== exact) return false;
  setNumber(row, k, Number(exact >> 32n), Number(exact & 0xffffffffn));
  return true;
}

export function setNumber(row: EventRow, k: number, hi: number, lo: number): void {
  row.cells[k] = Cell.Number;
  row.hi[k] = hi;
  row.lo[k] = lo;
}

/** Columns with these names hold words, also where the first of them looks like a number. */
const WORDS = /(?:^|_)(?:comm|name|filename|path|str|string|cmd|state|reason|label|devname)$/i;

/** How a value is printed, judged from the first one seen. */
export function formOf(key: string, value: string, bareHex: boolean): Form {
  if (WORDS.test(key)) return 'text';
  if (/^0x[0-9a-f]{1,16}$/i.test(value)) return 'hex';
  if (bareHex && /^[0-9a-f]{1,16}$/.test(value)) return 'bare';
  // %px, or %p hashed: page=00000000deadbeef
  if (/^(?=0|.*[a-f])[0-9a-f]{16}$/.test(value)) return 'bare';
  return /^-?\d{1,19}$/.test(value) ? 'dec' : 'text';
}

/**
 * Whether SQLite, asked to keep this text in a column of integers, might make a number of it.
 * Such text goes to `extra`, where it stays what it is.
 */
export function looksNumeric(first: number): boolean {
  return (
    (first >= 48 && first <= 57) ||
    first === 43 ||
    first === 45 ||
    first === 46 ||
    first === 32 ||
    (first >= 9 && first <= 13)
  );
}
