// Writes a row of an event table in SQLite's format, directly into the table page being filled
// (store/pages/table-pages.ts):
//
//     [bytes of the record] [id] [bytes of the header] [type per column ...] [value per column ...]
//
// https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1. Ids and lengths are varints; types are one byte here.
import {
  COMMON_COLUMNS,
  CONSTANTS_AT,
  LEAF_HEADER,
  MOST_LOCAL,
  PAGE_SIZE,
  TABLE_BEHIND,
  TABLE_CELLS,
  TABLE_END,
  TABLE_LAST_ID,
  TABLE_PAGE,
  TABLE_STARTS,
  TABLE_WIDE,
} from './layout';
import { QUOTE, SPACE, bytesThatAre, reversed } from './text';

/** Serial types: null, the constants 0 and 1, text. */
export const ZERO_TYPE = 8;
const TEXT_TYPE = 13;

/** Longer texts would have a serial type of two bytes. */
export const LONGEST_TEXT = 57;

/**
 * Tables of bytes: serial type by the leading zeros of `n ^ (n >> 63)`; then, by type, 64 minus its bits, and its
 * bytes.
 */
const TYPES_AT: usize = CONSTANTS_AT;
const SHIFTS_AT: usize = CONSTANTS_AT + 80;
const BYTES_AT: usize = CONSTANTS_AT + 96;

for (let zeros = 0; zeros <= 64; zeros++) {
  const bits = 65 - zeros;
  store<u8>(TYPES_AT + zeros, bits <= 32 ? (bits + 7) >> 3 : bits <= 48 ? 5 : 6);
}
for (let type = 1; type <= 6; type++) {
  const bytes = type <= 4 ? type : type == 5 ? 6 : 8;
  store<u8>(SHIFTS_AT + type, 64 - 8 * bytes);
  store<u8>(BYTES_AT + type, bytes);
}

/** Write an integer in as few bytes as possible, and its type. Returns the number of bytes. */
// @ts-ignore: decorator
@inline
export function putInteger(value: i64, at: usize, typeAt: usize): i32 {
  if ((value & ~1) == 0) {
    store<u8>(typeAt, ZERO_TYPE + <i32>value);
    return 0;
  }
  const type = load<u8>(TYPES_AT + <usize>clz(value ^ (value >> 63)));
  store<u8>(typeAt, type);
  const high = value << load<u8>(SHIFTS_AT + type);
  store<i64>(at, i64x2.extract_lane(i8x16.swizzle(i64x2.splat(high), reversed()), 0));
  return load<u8>(BYTES_AT + type);
}

/** Bytes of an integer of this serial type. */
// @ts-ignore: decorator
@inline
export function integerBytes(type: i32): i32 {
  return load<u8>(BYTES_AT + type);
}

/** The integer of a type from 1 to 6 at `at`. */
// @ts-ignore: decorator
@inline
export function integerAt(at: usize, type: i32): i64 {
  return i64x2.extract_lane(i8x16.swizzle(v128.load(at), reversed()), 0) >> load<u8>(SHIFTS_AT + type);
}

/**
 * Copy the text at `from`, up to a space or `end`, and write its type.
 * @returns number of bytes; -1: it is quoted, not ASCII, or too long
 */
// @ts-ignore: decorator
@inline
export function putText(from: usize, end: usize, at: usize, typeAt: usize): i32 {
  if (load<u8>(from) == QUOTE) return -1;
  let length = 0;
  for (;;) {
    const v = v128.load(from + length);
    v128.store(at + length, v);
    const blanks = i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(SPACE)), i8x16.eq(v, i8x16.splat(9))));
    const left = <i32>(end - from) - length;
    const n = min(ctz(blanks | (1 << 16)), left);
    if (n && i8x16.bitmask(v) << (32 - n)) return -1;
    length += n;
    if (length > LONGEST_TEXT) return -1;
    if (n < 16) break;
  }
  store<u8>(typeAt, (length << 1) + TEXT_TYPE);
  return length;
}

/** Write the id after the record's length, whose size in bytes is guessed. Returns the beginning of the record. */
// @ts-ignore: decorator
@inline
export function beginCell(table: usize, id: f64): usize {
  const at = table + TABLE_PAGE + load<i32>(table, TABLE_END) + 1 + load<i32>(table, TABLE_WIDE);
  let value = <i64>id;
  // seven bits per byte, the highest first; all bytes but the last have the top bit set
  const bytes = ((70 - <i32>clz(value | 1)) * 37) >> 8;
  const record = at + bytes;
  let mark = 0;
  for (let i = record; i > at; ) {
    store<u8>(--i, (<i32>value & 127) | mark);
    mark = 128;
    value = <i64>(<u64>value >> 7);
  }
  return record;
}

/** Write the header of a record with `width` columns of arguments, all null. Returns the position of their types. */
// @ts-ignore: decorator
@inline
export function beginRecord(record: usize, width: i32): usize {
  store<u8>(record, width + COMMON_COLUMNS + 1);
  const types = record + 1;
  const behind = types + COMMON_COLUMNS + width;
  for (let i = types + COMMON_COLUMNS; i < behind; i += 16) v128.store(i, i8x16.splat(0));
  return types;
}

/**
 * Write the columns of every event. Returns the position for the values of the arguments. A task or location of 0 is
 * null.
 */
// @ts-ignore: decorator
@inline
export function putCommon(types: usize, body: usize, line: f64, ts: f64, cpu: i32, task: i32, site: i32): usize {
  let at = body;
  // the id is the key of the cell; its column is null
  store<u8>(types, 0);
  at += putInteger(<i64>line, at, types + 1);
  if (ts == ts) at += putInteger(<i64>ts, at, types + 2);
  else store<u8>(types, 0, 2);
  if (cpu >= 0) at += putInteger(cpu, at, types + 3);
  else store<u8>(types, 0, 3);
  if (task) at += putInteger(task, at, types + 4);
  else store<u8>(types, 0, 4);
  if (site) at += putInteger(site, at, types + 5);
  else store<u8>(types, 0, 5);
  store<u8>(types, 0, 6);
  return at;
}

/**
 * The record ends at `end`: write its length, and enter the cell into the page.
 * @returns -1: it is too long for a page; 0: it is on the page; 1: it was written after the last cell, but does not fit
 */
// @ts-ignore: decorator
@inline
export function endCell(table: usize, record: usize, end: usize, id: f64): i32 {
  // the length does not include the id, which is between them
  const length = <i32>(end - record);
  if (length > MOST_LOCAL) return -1;
  const start = load<i32>(table, TABLE_END);
  const page = table + TABLE_PAGE;
  const cell = page + start;
  const guess = load<i32>(table, TABLE_WIDE);
  const wide = <i32>(length > 127);
  let behind = <i32>(end - page);
  if (wide != guess) {
    memory.copy(cell + 1 + wide, cell + 1 + guess, end - cell - 1 - guess);
    behind += wide - guess;
    store<i32>(table, wide, TABLE_WIDE);
  }
  if (wide) {
    store<u8>(cell, (length >> 7) | 128);
    store<u8>(cell, length & 127, 1);
  } else store<u8>(cell, length);
  const cells = load<i32>(table, TABLE_CELLS);
  if (2 * cells + behind + LEAF_HEADER + 2 > PAGE_SIZE) {
    store<i32>(table, behind, TABLE_BEHIND);
    return 1;
  }
  store<u16>(table + 2 * cells, start, TABLE_STARTS);
  store<i32>(table, cells + 1, TABLE_CELLS);
  store<i32>(table, behind, TABLE_END);
  store<f64>(table, id, TABLE_LAST_ID);
  return 0;
}
