// Rows of an index, (value, id) as two doubles: read from the leaves of a table, sorted, and written as pages of the
// index (https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1). Pages and rows are in a memory of their own
// (store/pages/index-rows.ts).
import { ZERO_TYPE, integerAt, integerBytes, putInteger } from './cell';
import { LEAF_HEADER, MOST_LOCAL, PAGE_SIZE } from './layout';

const ROW: usize = 16;

/** Pages of an index, and the header of one with children. */
const INDEX_LEAF: u8 = 0x0a;
const INDEX_INTERIOR: u8 = 0x02;
const INTERIOR_HEADER = 12;

/** Bytes of a cell before its values: length of the record, length of its header, types of value and id. */
const CELL_HEAD = 4;

/** Serial types from here on are no integers; 7 is a double. */
const TYPES_END = 10;
const DOUBLE_TYPE = 7;

/** Differences of integers up to this size are exact. */
const EXACT: i64 = 1 << 52;

/** Bits of a value that are sorted at once, and the counters for them. */
const DIGIT_BITS = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/** Position after the varint read last. */
let at: usize = 0;

function varint(from: usize): i64 {
  at = from;
  let value: i64 = 0;
  let byte: i32;
  do {
    byte = load<u8>(at++);
    value = (value << 7) | (byte & 127);
  } while (byte > 127);
  return value;
}

/**
 * Read a column of the rows on a leaf to `out`.
 * @param column position in the record
 * @returns number of rows; -1: a value is not an integer, or not on this page
 */
export function readColumn(leaf: usize, column: i32, out: usize): i32 {
  const cells = big16(leaf + 3);
  for (let cell = 0; cell < cells; cell++) {
    const length = varint(leaf + big16(leaf + LEAF_HEADER + 2 * cell));
    const id = varint(at);
    if (length > MOST_LOCAL) return -1;
    const record = at;
    const body = record + <usize>varint(record);
    let place = body;
    for (let left = column; left; left--) {
      if (at >= body) return -1;
      const type = <i32>varint(at);
      place += type < TYPES_END ? integerBytes(type) : (type - 12) >> 1;
    }
    if (at >= body) return -1;
    const type = <i32>load<u8>(at);
    if (type == 0 || type == DOUBLE_TYPE || type >= TYPES_END) return -1;
    const value: i64 = type >= ZERO_TYPE ? type - ZERO_TYPE : integerAt(place, type);
    if (value > EXACT || value < -EXACT) return -1;
    store<f64>(out, <f64>value);
    store<f64>(out, <f64>id, 8);
    out += ROW;
  }
  return cells;
}

/**
 * Sort rows by value, the lowest digit first, so that those of equal value stay in order.
 * @param other space for as many rows
 * @param counts space for a number per digit
 */
export function sortRows(rows: usize, count: usize, other: usize, counts: usize): void {
  const end = rows + count * ROW;
  let least = i64.MAX_VALUE;
  for (let row = rows; row < end; row += ROW) least = min(least, <i64>load<f64>(row));
  let all: u64 = 0;
  for (let row = rows; row < end; row += ROW) all |= <i64>load<f64>(row) - least;
  let from = rows;
  let to = other;
  for (let shift = ctz(all); all >> shift && shift < 64; shift += DIGIT_BITS) {
    memory.fill(counts, 0, DIGITS * 4);
    const behind = from + count * ROW;
    for (let row = from; row < behind; row += ROW) {
      const counter = counts + 4 * digitOf(row, least, shift);
      store<u32>(counter, load<u32>(counter) + 1);
    }
    let place = <u32>to;
    for (let counter = counts; counter < counts + DIGITS * 4; counter += 4) {
      const rows = load<u32>(counter);
      store<u32>(counter, place);
      place += rows * <u32>ROW;
    }
    for (let row = from; row < behind; row += ROW) {
      const counter = counts + 4 * digitOf(row, least, shift);
      const place = load<u32>(counter);
      v128.store(place, v128.load(row));
      store<u32>(counter, place + <u32>ROW);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  if (from != rows) memory.copy(rows, from, count * ROW);
}

// @ts-ignore: decorator
@inline
function digitOf(row: usize, least: i64, shift: u64): usize {
  return <usize>((<u64>(<i64>load<f64>(row) - least) >> shift) & (DIGITS - 1));
}

/**
 * Write a page with these rows. The cells are at its end, their positions at its beginning.
 * @param children u32: the page before each row, and the one after the last; 0: it is a leaf
 * @param page with space behind it for as many bytes
 */
export function putIndexPage(rows: usize, cells: i32, children: usize, page: usize): void {
  const scratch = page + PAGE_SIZE;
  const pointers = page + (children ? INTERIOR_HEADER : LEAF_HEADER);
  let end = scratch;
  for (let cell = 0; cell < cells; cell++) {
    store<u16>(pointers + 2 * cell, <u16>(end - scratch));
    if (children) {
      store<u32>(end, bswap(load<u32>(children + 4 * cell)));
      end += 4;
    }
    const body = end + CELL_HEAD;
    let behind = body + putInteger(<i64>load<f64>(rows), body, end + 2);
    behind += putInteger(<i64>load<f64>(rows, 8), behind, end + 3);
    store<u8>(end, behind - end - 1);
    store<u8>(end, CELL_HEAD - 1, 1);
    end = behind;
    rows += ROW;
  }
  const content = PAGE_SIZE - <i32>(end - scratch);
  for (let cell = 0; cell < cells; cell++) {
    const pointer = pointers + 2 * cell;
    putBig16(pointer, content + load<u16>(pointer));
  }
  const free = pointers + 2 * cells;
  memory.fill(free, 0, page + content - free);
  memory.copy(page + content, scratch, end - scratch);
  store<u64>(page, children ? INDEX_INTERIOR : INDEX_LEAF);
  putBig16(page + 3, cells);
  putBig16(page + 5, content);
  if (children) store<u32>(page, bswap(load<u32>(children + 4 * cells)), 8);
}

// @ts-ignore: decorator
@inline
function big16(at: usize): i32 {
  return (<i32>load<u8>(at) << 8) | load<u8>(at, 1);
}

// @ts-ignore: decorator
@inline
function putBig16(at: usize, value: i32): void {
  store<u8>(at, value >> 8);
  store<u8>(at, value, 1);
}
