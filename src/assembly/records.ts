// Encodes and decodes the records of the replay. The format is described in store/replay-codec.ts, which contains the
// same in JavaScript.
import {

  CHUNK_AT,
  CONSTANTS_AT,
  COUNTS_AT,
  CPUS,
  KINDS,
  MASKS_AT,
  PAST_AT,
  PAST_END,
  RECORDS_AT,
  SLOTS_AT,
  STRIDE,
} from './layout';
import { ADDR, CPU, CTX, LINE, MM, OFFSET, PAGE, PID, PTE_LO, TGID, TS } from './record';

const ROW: usize = STRIDE * 8;

/** Instead of a difference: the eight bytes of a double follow. */
const WHOLE = -1;

/** Bits of the upper half of a double: all set in NaN, and never all set otherwise. */
const NAN_BITS = 0x7ff80000;

/** Tables of bytes: width of a number by its leading zeros, and number of bytes by width. */
const WIDTHS_AT: usize = CONSTANTS_AT + 128;
const BYTES_AT: usize = CONSTANTS_AT + 168;
/** Reference of each slot's difference: the last record, the last one on this CPU, or the last one of this kind. */
const NEAR_AT: usize = CONSTANTS_AT + 176;
const ANY: u8 = 0;
const ON_CPU: u8 = 1;
const OF_KIND: u8 = 2;

for (let zeros = 0; zeros <= 32; zeros++)
  store<u8>(WIDTHS_AT + zeros, zeros == 32 ? 0 : zeros >= 24 ? 1 : zeros >= 16 ? 2 : 3);
for (let width = 0; width < 4; width++) store<u8>(BYTES_AT + width, width == 3 ? 4 : width);
for (let slot = 0; slot < STRIDE; slot++) store<u8>(NEAR_AT + slot, near(slot * 8));

/** The events of a fault, of several kinds, have the same task, address and mm. */
function near(slot: i32): u8 {
  if (slot == CPU || slot == TS || slot == OFFSET || slot == LINE) return ANY;
  if (slot == PID || slot == TGID || slot == MM || slot == ADDR || slot == PAGE || slot == PTE_LO || slot == CTX)
    return ON_CPU;
  return OF_KIND;
}

/** Encode the records at RECORDS_AT to CHUNK_AT. Returns the end. */
export function encodeRecords(records: i32): usize {
  memory.fill(PAST_AT, 0, PAST_END - PAST_AT);
  let at: usize = CHUNK_AT;
  let row: usize = RECORDS_AT;
  for (let left = records; left; left--) {
    const kind = <i32>load<f64>(row);
    const mask = slotsOf(row);
    const isNew = mask != load<i32>(MASKS_AT + 4 * kind);
    const head = (kind << 1) + <i32>isNew;
    if (head < 128) store<u8>(at++, head);
    else {
      store<u8>(at++, head | 128);
      store<u8>(at++, head >> 7);
    }
    if (isNew) {
      store<i32>(at, mask >>> 1);
      at += 3;
      setSlots(kind, mask);
    }
    const ofCpu = cpuPast(load<f64>(row, CPU));
    const ofKind = kindPast(kind);
    const count = <i32>load<u8>(COUNTS_AT + kind);
    const slots: usize = SLOTS_AT + kind * STRIDE;
    let widthsAt = at;
    at += (count + 3) >> 2;
    let widths = 0;
    for (let i = 0; i < count; i++) {
      const slot = <usize>load<u8>(slots + i);
      const place = pastOf(slot, ofCpu, ofKind);
      const value = load<f64>(row + 8 * slot);
      const before = load<f64>(place);
      const difference = <i32>(value - before);
      let width = 3;
      if (before + <f64>difference == value && difference != i32.MIN_VALUE) {
        const number = (difference << 1) ^ (difference >> 31);
        width = load<u8>(WIDTHS_AT + clz(number));
        store<i32>(at, number);
        at += load<u8>(BYTES_AT + width);
      } else {
        store<i32>(at, WHOLE);
        store<f64>(at, value, 4);
        at += 12;
      }
      store<f64>(place, value);
      widths |= width << ((i & 3) << 1);
      if ((i & 3) == 3) {
        store<u8>(widthsAt++, widths);
        widths = 0;
      }
    }
    if (count & 3) store<u8>(widthsAt, widths);
    row += ROW;
  }
  return at;
}

/**
 * Decode the bytes from CHUNK_AT to `end` to RECORDS_AT.
 * @returns the end of the last record, at most one record beyond `end`; 0: these bytes are not records
 */
export function decodeRecords(records: i32, end: usize): usize {
  memory.fill(PAST_AT, 0, PAST_END - PAST_AT);
  let at: usize = CHUNK_AT;
  let row: usize = RECORDS_AT;
  for (let left = records; left; left--) {
    if (at > end) return at;
    let head = <i32>load<u8>(at++);
    if (head > 127) head = (head & 127) | (<i32>load<u8>(at++) << 7);
    const kind = head >> 1;
    if (kind >= KINDS) return 0;
    if (head & 1) {
      setSlots(kind, (load<i32>(at) & ((1 << (STRIDE - 1)) - 1)) << 1);
      at += 3;
    }
    const nothing = f64x2.splat(NaN);
    for (let slot: usize = 0; slot < ROW - 8; slot += 16) v128.store(row + slot, nothing);
    store<f64>(row, NaN, CTX);
    store<f64>(row, <f64>kind);
    let ofCpu = cpuPast(0);
    const ofKind = kindPast(kind);
    const count = <i32>load<u8>(COUNTS_AT + kind);
    const slots: usize = SLOTS_AT + kind * STRIDE;
    let widthsAt = at;
    at += (count + 3) >> 2;
    let widths = 0;
    for (let i = 0; i < count; i++) {
      if ((i & 3) == 0) widths = load<u8>(widthsAt++);
      const width = widths & 3;
      widths >>= 2;
      const number = load<i32>(at) & (width == 3 ? -1 : (1 << (8 * width)) - 1);
      at += load<u8>(BYTES_AT + width);
      const slot = <usize>load<u8>(slots + i);
      const place = pastOf(slot, ofCpu, ofKind);
      let value: f64;
      if (number == WHOLE) {
        value = load<f64>(at);
        at += 8;
      } else value = load<f64>(place) + <f64>((number >>> 1) ^ -(number & 1));
      store<f64>(place, value);
      store<f64>(row + 8 * slot, value);
      if (slot == CPU / 8) ofCpu = cpuPast(value);
    }
    row += ROW;
  }
  return at;
}

/** Bits of the slots that are not NaN, which is detected by its upper half, without a branch. */
// @ts-ignore: decorator
@inline
function slotsOf(row: usize): i32 {
  let mask = 0;
  for (let slot = STRIDE - 1; slot > 0; slot--)
    mask = (mask | <i32>((load<i32>(row + 8 * slot, 4) & NAN_BITS) != NAN_BITS)) << 1;
  return mask;
}

/** Set the slots of the following records of a kind. */
function setSlots(kind: i32, mask: i32): void {
  store<i32>(MASKS_AT + 4 * kind, mask);
  const list: usize = SLOTS_AT + kind * STRIDE;
  let count = 0;
  for (let slot = 1; slot < STRIDE; slot++) {
    if ((mask >> slot) & 1) store<u8>(list + count++, slot);
  }
  store<u8>(COUNTS_AT + kind, count);
}

/** Address of the values of the last record on this CPU; `cpu & 15` as in JavaScript. */
// @ts-ignore: decorator
@inline
function cpuPast(cpu: f64): usize {
  const number = Math.abs(cpu) < 4611686018427387904 ? <i32>(<i64>cpu) & (CPUS - 1) : 0;
  return <usize>PAST_AT + <usize>(1 + number) * ROW;
}

// @ts-ignore: decorator
@inline
function kindPast(kind: i32): usize {
  return <usize>PAST_AT + <usize>(1 + CPUS + kind) * ROW;
}

/** Address of the value to which the slot's difference refers. */
// @ts-ignore: decorator
@inline
function pastOf(slot: usize, ofCpu: usize, ofKind: usize): usize {
  const near = load<u8>(NEAR_AT + slot);
  return (near == OF_KIND ? ofKind : near == ON_CPU ? ofCpu : <usize>PAST_AT) + 8 * slot;
}
