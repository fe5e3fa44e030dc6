// Why: a column holds numbers if the first of its values is one, and prints them again as the line did.
import { DASH } from '../util/bytes.ts';
import { half, number64 } from '../vocabulary/number.ts';
import type { Form } from './event-table.ts';
import { Cell, type EventRow } from './row.ts';

const X = 120;

/** Read all of `buf[start, end)` as a number into column `k`; false when it is none, or a column would print another. */
export function readNumber(
  buf: Uint8Array,
  start: number,
  end: number,
  bare: boolean,
  row: EventRow,
  k: number,
): boolean {
  if (Number.isNaN(number64(buf, start, end, bare))) return false;
  // a column is signed: it would print 2^63 and more, in decimal, as a negative number
  if (half.hi < 0 && !bare && buf[start] !== DASH && (buf[start + 1] | 32) !== X) return false;
  row.cells[k] = Cell.Number;
  row.hi[k] = half.hi;
  row.lo[k] = half.lo;
  return true;
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
