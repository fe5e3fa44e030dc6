// Text, sixteen bytes at a time: whether it is what is expected, and the numbers that stand in it. All functions may
// read up to 15 bytes behind what they are asked about.

export const TAB: u8 = 9;
export const SPACE: u8 = 32;
export const QUOTE: u8 = 34;
export const OPEN: u8 = 40;
export const DASH: u8 = 45;
export const POINT: u8 = 46;
export const ZERO = 48;
export const COLON: u8 = 58;
export const BRACKET: u8 = 91;
export const UNDERSCORE: u8 = 95;

/** `0x`, as two bytes are loaded */
const HEX_PREFIX = 0x7830;

/** Decimal numbers of so many digits are exact in a double, and longer ones are rare. */
const MOST_DECIMAL_DIGITS = 15;

// @ts-ignore: decorator
@inline
function iota(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The first `n` bytes (up to 16) all ones. */
// @ts-ignore: decorator
@inline
function firstBytes(n: i32): v128 {
  return i8x16.lt_u(iota(), i8x16.splat(<i8>n));
}

/** Which of the sixteen bytes at `at` are `c`, as bits. */
// @ts-ignore: decorator
@inline
export function bytesThatAre(c: u8, at: usize, offset: usize = 0): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at + offset), i8x16.splat(c)));
}

/** Whether the `n` bytes at `a` are those at `b`. */
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

/** How many of the sixteen bytes are hexadecimal digits (lower case) before the first that is not. */
// @ts-ignore: decorator
@inline
export function hexDigits(v: v128): i32 {
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(48)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(v, i8x16.splat(97)), i8x16.splat(6));
  return ctz(i8x16.bitmask(v128.or(digit, letter)) ^ 0x1ffff);
}

/** The number that the first `n` of them are. */
// @ts-ignore: decorator
@inline
export function hexValue(v: v128, n: i32): i64 {
  const digits = i8x16.sub(v, i8x16.splat(48));
  const letters = i8x16.sub(v, i8x16.splat(87));
  const all = v128.bitselect(digits, letters, i8x16.lt_u(digits, i8x16.splat(10)));
  // to the right end, zeros before them; then two digits to a byte
  const right = i8x16.swizzle(all, i8x16.add(iota(), i8x16.splat(<i8>(n - 16))));
  const pairs = v128.and(v128.or(i16x8.shl(right, 4), i16x8.shr_u(right, 8)), i16x8.splat(0xff));
  return i64x2.extract_lane(i8x16.swizzle(i8x16.narrow_i16x8_u(pairs, pairs), reversed()), 0);
}

/** The eight bytes of a 64-bit number the other way round. */
// @ts-ignore: decorator
@inline
export function reversed(): v128 {
  return i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
}

/** How many decimal digits stand at `at`, at most as many as are exact. */
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

/** Where the next blank stands, or `end`. */
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
