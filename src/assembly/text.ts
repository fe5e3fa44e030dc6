// Compares text and parses numbers, sixteen bytes at a time. All functions may read up to 15 bytes beyond their range.

export const TAB: u8 = 9;
export const SPACE: u8 = 32;
export const QUOTE: u8 = 34;
export const OPEN: u8 = 40;
export const DASH: u8 = 45;
export const POINT: u8 = 46;
export const ZERO = 48;
export const COLON: u8 = 58;
export const LESS: u8 = 60;
export const BRACKET: u8 = 91;
export const UNDERSCORE: u8 = 95;

/** `0x`, loaded as two bytes */
const HEX_PREFIX = 0x7830;

/** Maximum digits of a decimal number that is exact in a double; longer ones are rare. */
const MOST_DECIMAL_DIGITS = 15;

// @ts-ignore: decorator
@inline
function iota(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** A vector with the first `n` bytes (up to 16) set to ones. */
// @ts-ignore: decorator
@inline
function firstBytes(n: i32): v128 {
  return i8x16.lt_u(iota(), i8x16.splat(<i8>n));
}

/** Bits of those of the sixteen bytes at `at` that are `c`. */
// @ts-ignore: decorator
@inline
export function bytesThatAre(c: u8, at: usize, offset: usize = 0): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at + offset), i8x16.splat(c)));
}

/** Whether the `n` bytes at `a` and at `b` are equal. */
// @ts-ignore: decorator
@inline
export function sameBytes(a: usize, b: usize, n: i32): bool {
  let x = a;
  let y = b;
  let left = n;
  while (left > 16) {
    if (v128.any_true(v128.xor(v128.load(x), v128.load(y)))) return false;
    x += 16;
    y += 16;
    left -= 16;
  }
  return !v128.any_true(v128.and(v128.xor(v128.load(x), v128.load(y)), firstBytes(left)));
}

// @ts-ignore: decorator
@inline
export function isDigit(c: i32): bool {
  return <u32>(c - ZERO) < 10;
}

// @ts-ignore: decorator
@inline
export function hasHexPrefix(at: usize): bool {
  return load<u16>(at) == HEX_PREFIX;
}

/** Number of leading hexadecimal digits (lower case) in the sixteen bytes. */
// @ts-ignore: decorator
@inline
export function hexDigits(v: v128): i32 {
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(48)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(v, i8x16.splat(97)), i8x16.splat(6));
  return ctz(i8x16.bitmask(v128.or(digit, letter)) ^ 0x1ffff);
}

/** The number represented by the first `n` digits. */
// @ts-ignore: decorator
@inline
export function hexValue(v: v128, n: i32): i64 {
  const digits = i8x16.sub(v, i8x16.splat(48));
  const letters = i8x16.sub(v, i8x16.splat(87));
  const all = v128.bitselect(digits, letters, i8x16.lt_u(digits, i8x16.splat(10)));
  // shifted to the right end with leading zeros; then two digits per byte
  const right = i8x16.swizzle(all, i8x16.add(iota(), i8x16.splat(<i8>(n - 16))));
  const pairs = v128.and(v128.or(i16x8.shl(right, 4), i16x8.shr_u(right, 8)), i16x8.splat(0xff));
  return i64x2.extract_lane(i8x16.swizzle(i8x16.narrow_i16x8_u(pairs, pairs), reversed()), 0);
}

/** Swap the eight bytes of a 64-bit number. */
// @ts-ignore: decorator
@inline
export function reversed(): v128 {
  return i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
}

/** Number of decimal digits at `at`, at most as many as are exact. */
// @ts-ignore: decorator
@inline
export function decimalDigits(at: usize): i32 {
  let n = 0;
  while (n < MOST_DECIMAL_DIGITS && isDigit(load<u8>(at + n))) n++;
  return n;
}

// @ts-ignore: decorator
@inline
export function decimalValue(at: usize, n: i32): i64 {
  let value: i64 = 0;
  for (let i = 0; i < n; i++) value = value * 10 + (load<u8>(at + i) - ZERO);
  return value;
}

/** Whether one of the bytes `[from, end)` is `c`. */
// @ts-ignore: decorator
@inline
export function contains(c: u8, from: usize, end: usize): bool {
  for (let at = from; at < end; at += 16) {
    const found = bytesThatAre(c, at);
    if (found && at + ctz(found) < end) return true;
  }
  return false;
}

/** Position of the next space, or `end`. */
// @ts-ignore: decorator
@inline
export function wordEnd(from: usize, end: usize): usize {
  let at = from;
  for (;;) {
    const blanks = bytesThatAre(SPACE, at);
    if (blanks) {
      at += ctz(blanks);
      break;
    }
    at += 16;
    if (at >= end) break;
  }
  return at < end ? at : end;
}
