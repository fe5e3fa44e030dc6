// The columns before an event's name, between the task and the colon: `[001] d...     9.044846:`. From `]` to the point
// of the time, consecutive lines are nearly the same: the same columns are blank, and the seconds are equal.
import { POINT, SPACE, ZERO, bytesThatAre, isDigit } from './text';

/**
 * The space and the seconds after it are compared as the eight bytes before the point; no line has this initial value.
 */
let seconds: u64 = 0;
let secondsMask: u64 = <u64>-1;
/** ns since the trace's time base */
let secondsBase: f64 = 0;
/**
 * offsets from `[`: of the point; of the first flag, which is not a digit (of `]` if there are none); of the flag of
 * the context
 */
let pointAt: usize = 0;
let flagsAt: usize = 0;
let ranAt: usize = 0;
/** a bit for each column between `]` and the seconds, and which of them are blank */
let gap: i32 = 0;
let blanks: i32 = 0;
let showsContext: bool = false;

/**
 * Store the columns of a parsed line.
 * @param bracket position of `[`
 * @param point position of the point of its time
 * @param digits number of digits of its seconds, up to seven
 * @param ns its time without the fraction
 */
export function learnColumns(bracket: usize, point: usize, digits: i32, ns: f64, context: bool): void {
  const columns = <i32>(point - bracket) - digits - 5;
  gap = (1 << columns) - 1;
  blanks = bytesThatAre(SPACE, bracket, 5) & gap;
  pointAt = point - bracket;
  const first = ctz(~blanks & gap);
  flagsAt = (~blanks & gap) == 0 ? 4 : 5 + first;
  ranAt = flagsAt + 2;
  secondsMask = <u64>-1 << (8 * (7 - digits));
  seconds = load<u64>(point - 8) & secondsMask;
  secondsBase = ns;
  showsContext = context || isNmi(load<u8>(bracket + ranAt));
}

/** Position after the point of the line with `[` at `bracket`; 0: it has other columns. */
// @ts-ignore: decorator
@inline
export function pointBehind(bracket: usize): usize {
  if ((bytesThatAre(SPACE, bracket, 5) & gap) != blanks || isDigit(load<u8>(bracket + flagsAt))) return 0;
  const point = bracket + pointAt;
  return load<u8>(point) == POINT && (load<u64>(point - 8) & secondsMask) == seconds ? point + 1 : 0;
}

/** Time of a line with these seconds. */
// @ts-ignore: decorator
@inline
export function timeWith(fraction: i32): f64 {
  return secondsBase + <f64>fraction;
}

/** `z` or `Z` */
// @ts-ignore: decorator
@inline
function isNmi(flag: i32): bool {
  return (flag | 32) == 122;
}

/** The context: 0 the task, 1 a softirq, 2 a hardirq; NaN: not shown. */
// @ts-ignore: decorator
@inline
export function contextAt(bracket: usize): f64 {
  if (!showsContext) return NaN;
  const c = load<u8>(bracket + ranAt);
  // of an NMI, the trap of a kprobe, what it interrupted is not shown (parsers/formats/task-columns.ts)
  return c == 46 ? 0 : c == 115 ? 1 : isNmi(c) ? NaN : 2;
}

/** Number of the CPU in `[001]`; negative: it does not have three digits. */
// @ts-ignore: decorator
@inline
export function cpuAt(bracket: usize): i32 {
  // the closing bracket is in the highest byte
  const digits = load<i32>(bracket, 1) ^ 0x5d303030;
  if (<u32>digits >> 24 || notDecimal(digits, 0x00ffffff)) return -1;
  return (digits & 15) * 100 + ((digits >> 8) & 15) * 10 + (digits >> 16);
}

/** `044846` as ns; negative: these are not six digits. */
// @ts-ignore: decorator
@inline
export function microsecondsAt(at: usize): i32 {
  const digits = load<i32>(at) ^ 0x30303030;
  if (notDecimal(digits, -1) || !isDigit(load<u8>(at, 4)) || !isDigit(load<u8>(at, 5))) return -1;
  // two digits in the lowest byte, two in the third
  const pairs = digits * 10 + (<u32>digits >> 8);
  const four = (pairs & 255) * 100 + ((pairs >> 16) & 255);
  return (four * 100 + twoDigits(at + 4)) * 1000;
}

/** Three more digits of a time; negative: these are not digits. */
// @ts-ignore: decorator
@inline
export function nanosecondsAt(at: usize): i32 {
  if (!isDigit(load<u8>(at)) || !isDigit(load<u8>(at, 1)) || !isDigit(load<u8>(at, 2))) return -1;
  return (load<u8>(at) - ZERO) * 100 + twoDigits(at + 1);
}

// @ts-ignore: decorator
@inline
function twoDigits(at: usize): i32 {
  return (load<u8>(at) - ZERO) * 10 + (load<u8>(at, 1) - ZERO);
}

/** Not 0 if one of the bytes of `mask`, each a difference to '0', is not a decimal digit. */
// @ts-ignore: decorator
@inline
function notDecimal(digits: i32, mask: i32): i32 {
  return (digits & (0xf0f0f0f0 & mask)) | ((digits + (0x06060606 & mask)) & (0xf0f0f0f0 & mask));
}
