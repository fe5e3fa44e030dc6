// Why: a column contains numbers if its first value is a number, and prints them again as in the line.
import { DASH } from '../util/bytes.ts';
import { half, number64 } from '../vocabulary/number.ts';
import type { Form } from './event-table.ts';
import { CellType, type EventRow } from './row.ts';

const X = 120;

/**
 * Parse all of `buf[start, end)` as a number into column `k`; false if it is not a number, or would be printed
 * differently.
 */
export function readNumber(
  buf: Uint8Array,
  start: number,
  end: number,
  bare: boolean,
  row: EventRow,
  k: number,
): boolean {
  if (Number.isNaN(number64(buf, start, end, bare))) return false;
  // a column is signed: it would print decimal numbers from 2^63 on as negative
  if (half.hi < 0 && !bare && buf[start] !== DASH && (buf[start + 1] | 32) !== X) return false;
  row.cells[k] = CellType.Number;
  row.hi[k] = half.hi;
  row.lo[k] = half.lo;
  return true;
}

/** Columns with these names contain words, even if the first value looks like a number. */
const WORDS = /(?:^|_)(?:comm|name|filename|path|str|string|cmd|state|reason|label|devname)$/i;

/** Format of a value, determined from the first one seen. */
export function formOf(key: string, value: string, bareHex: boolean): Form {
  if (WORDS.test(key)) return 'text';
  if (/^0x[0-9a-f]{1,16}$/i.test(value)) return 'hex';
  if (bareHex && /^[0-9a-f]{1,16}$/.test(value)) return 'bare';
  // %px, or %p hashed: page=00000000deadbeef
  if (/^(?=0|.*[a-f])[0-9a-f]{16}$/.test(value)) return 'bare';
  return /^-?\d{1,19}$/.test(value) ? 'dec' : 'text';
}

/**
 * Whether SQLite might convert this text to a number in a column of integers. Such text goes to `extra`, where it stays
 * unchanged.
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
