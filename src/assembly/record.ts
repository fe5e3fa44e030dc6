// An mm event as a row of doubles (vocabulary/record.ts), filled with the values of a known line.
import { TARGET_LENGTH, TARGET_PTE } from './layout';

/** Offsets in bytes from the beginning of the record; a test compares them with the slots in vocabulary/record.ts. */
export const KIND = 0;
export const CPU = 8;
export const PID = 16;
export const TGID = 24;
export const TS = 32;
export const OFFSET = 40;
export const LINE = 48;
export const MM = 56;
export const ADDR = 64;
export const END = 72;
export const PAGE = 80;
export const OTHER = 88;
export const N = 96;
export const FLAGS = 104;
export const PTE_HI = 112;
export const PTE_LO = 120;
export const FN = 128;
export const SYM = 136;
export const CTX = 144;

/** Beyond it, a negative number is not exact in a double. */
const LEAST_EXACT: f64 = -9007199254740992;
/** 2^53 */
const MOST_EXACT: f64 = 9007199254740992;

/** Fill in the values of the line's columns and its event, and NaN for the slots of arguments. */
// @ts-ignore: decorator
@inline
export function beginRecord(row: usize, kind: f64, fn: f64, cpu: i32, pid: i32, tgid: i32, ts: f64, context: f64): void {
  store<f64>(row, kind, KIND);
  store<f64>(row, <f64>cpu, CPU);
  store<f64>(row, <f64>pid, PID);
  store<f64>(row, <f64>tgid, TGID);
  store<f64>(row, ts, TS);
  const nothing = f64x2.splat(NaN);
  v128.store(row, nothing, MM);
  v128.store(row, nothing, END);
  v128.store(row, nothing, OTHER);
  v128.store(row, nothing, FLAGS);
  store<f64>(row, NaN, PTE_LO);
  store<f64>(row, fn, FN);
  store<f64>(row, context, CTX);
}

/** Store the value of an argument in its slot; false: a double cannot represent it. */
// @ts-ignore: decorator
@inline
export function putValue(row: usize, target: i32, slot: i32, value: i64, isHex: bool): bool {
  if (target == TARGET_PTE) {
    store<f64>(row, <f64>(<i32>(value >> 32)), PTE_HI);
    store<f64>(row, <f64>(<i32>value), PTE_LO);
    return isHex;
  }
  const number = <f64>value;
  if (number < LEAST_EXACT || number > MOST_EXACT) return false;
  if (target == TARGET_LENGTH) store<f64>(row, load<f64>(row, ADDR) + number, END);
  else store<f64>(row + slot, number);
  return true;
}
