// The mm events of a trace in few bytes: what the replay reads, kept so that rules run again without the text. A chunk
// is a batch of records (vocabulary/record.ts) and stands alone. Numbers are differences, to the record before (times,
// places, tasks) or to the last record of the same kind (pointers, addresses):
//
//     varint  kind
//     byte    GAPS, MASK, and which of CPU, PID and TGID changed
//     byte    which slots from CPU to LINE the record lacks          if GAPS; else none
//     varint  which slots from MM on it has                          if MASK; else those of the last of this kind
//     signed  CPU, PID, TGID if they changed, TS, OFFSET, LINE, and the slots from MM on, those it has
//
// A signed number is a varint: even ones are twice the value, odd ones from 3 on are negative, 1 stands before the eight
// bytes of a double (a value that is no integer below 2^52 from its neighbour).
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

const CPU = Slot.CPU;
const PID = Slot.PID;
const TGID = Slot.TGID;
const TS = Slot.TS;
const OFFSET = Slot.OFFSET;
const LINE = Slot.LINE;
const MM = Slot.MM;

/** Bits of the byte behind the kind; CPU, PID and TGID have the bits of their slots. */
const GAPS = 1;
const MASK = 16;
const TASK = (1 << CPU) | (1 << PID) | (1 << TGID);
const PLACE = (1 << TS) | (1 << OFFSET) | (1 << LINE);

/** Slots from MM on that are near the last value of the same kind; the others stand as they are. */
const NEAR = new Uint8Array(STRIDE);
for (const slot of [MM, Slot.ADDR, Slot.END, Slot.PAGE, Slot.OTHER, Slot.FN]) NEAR[slot] = 1;

/** More bytes than a record can take. */
const LONGEST = 16 + STRIDE * 10;
const KINDS = 1024;
const TWO_32 = 4294967296;
const EXACT = 2 ** 52;
const SMALL = 2 ** 29;

/** What the differences are to; both sides keep the same. */
class Before {
  /** values of the last record, and of the last one of each kind */
  readonly values = new Float64Array((1 + KINDS) * STRIDE);
  readonly masks = new Int32Array(KINDS);

  clear(): void {
    this.values.fill(0);
    this.masks.fill(-1);
  }
}

/** Where the values of a kind stand in {@link Before}. */
const ownOf = (kind: number): number => (kind + 1) * STRIDE;

export class ReplayEncoder {
  #out: Uint8Array = new Uint8Array(1 << 18);
  readonly #before = new Before();

  /** The batch as bytes, valid until the next call. */
  encode(batch: RecordBatch): Uint8Array {
    const { rows, length } = batch;
    const before = this.#before;
    before.clear();
    if (this.#out.length < length * LONGEST) this.#out = new Uint8Array(length * LONGEST);
    const out = this.#out;
    let at = 0;
    for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) at = putRecord(out, at, rows, o, before);
    return out.subarray(0, at);
  }
}

function putRecord(out: Uint8Array, start: number, rows: Float64Array, o: number, before: Before): number {
  const { values, masks } = before;
  const kind = rows[o];
  const cpu = rows[o + CPU];
  const pid = rows[o + PID];
  const tgid = rows[o + TGID];
  // a sum is not a number where one of its parts is none
  const sum = cpu + pid + tgid + rows[o + TS] + rows[o + OFFSET] + rows[o + LINE];
  const gaps = Number.isNaN(sum) ? gapsOf(rows, o) : 0;
  let mask = 0;
  for (let slot = STRIDE - 1; slot >= MM; slot--) mask = (mask << 1) | (Number.isNaN(rows[o + slot]) ? 0 : 1);
  let has = 0;
  if (cpu !== values[CPU]) has |= 1 << CPU;
  if (pid !== values[PID]) has |= 1 << PID;
  if (tgid !== values[TGID]) has |= 1 << TGID;
  has &= ~gaps;
  const todo = has | (PLACE & ~gaps) | (mask << MM);
  let at = putUnsigned(out, start, kind);
  if (gaps !== 0) has |= GAPS;
  if (masks[kind] !== mask) has |= MASK;
  out[at++] = has;
  if (gaps !== 0) out[at++] = gaps;
  if ((has & MASK) !== 0) {
    at = putUnsigned(out, at, mask);
    masks[kind] = mask;
  }
  const own = ownOf(kind);
  for (let slot = CPU, bits = todo >> CPU; bits !== 0; slot++, bits >>>= 1) {
    if ((bits & 1) === 0) continue;
    const value = rows[o + slot];
    const near = slot < MM ? slot : own + slot;
    const difference = value - values[near];
    if (slot < MM || NEAR[slot] === 1) values[near] = value;
    if (difference < SMALL && difference > -SMALL && (difference | 0) === difference) {
      let code = difference < 0 ? -2 * difference + 1 : 2 * difference;
      while (code > 127) {
        out[at++] = (code & 127) | 128;
        code >>>= 7;
      }
      out[at++] = code;
    } else at = putLarge(out, at, difference, value);
  }
  return at;
}

/** Which of CPU to LINE are not numbers. */
function gapsOf(rows: Float64Array, o: number): number {
  let gaps = 0;
  for (let slot = CPU; slot <= LINE; slot++) if (Number.isNaN(rows[o + slot])) gaps |= 1 << slot;
  return gaps;
}

function putLarge(out: Uint8Array, start: number, difference: number, value: number): number {
  if (difference < EXACT && difference > -EXACT && difference === Math.floor(difference)) {
    return putUnsigned(out, start, difference < 0 ? -2 * difference + 1 : 2 * difference);
  }
  out[start] = 1;
  new DataView(out.buffer, out.byteOffset).setFloat64(start + 1, value, true);
  return start + 9;
}

/** Seven bits per byte, the lowest first. */
function putUnsigned(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let v = value;
  while (v >= TWO_32) {
    out[at++] = (v % 128) | 128;
    v = Math.floor(v / 128);
  }
  let low = v | 0;
  while (low >>> 7 !== 0) {
    out[at++] = (low & 127) | 128;
    low >>>= 7;
  }
  out[at++] = low;
  return at;
}

export class ReplayDecoder {
  readonly #before = new Before();

  /** Fill the batch with a chunk of `records` records. */
  decode(bytes: Uint8Array, records: number, batch: RecordBatch): void {
    if (batch.rows.length < records * STRIDE) batch.rows = new Float64Array(records * STRIDE);
    const { rows } = batch;
    const before = this.#before;
    before.clear();
    batch.length = records;
    rows.fill(Number.NaN, 0, records * STRIDE);
    let at = 0;
    for (let o = 0, end = records * STRIDE; o < end; o += STRIDE) at = readRecord(bytes, at, rows, o, before);
    if (at !== bytes.length) throw new RangeError(`a replay chunk has ${bytes.length} bytes, ${at} were read`);
  }
}

function readRecord(bytes: Uint8Array, start: number, rows: Float64Array, o: number, before: Before): number {
  const { values, masks } = before;
  let at = start;
  let kind = bytes[at++];
  if (kind >= 128) kind = (kind & 127) | (bytes[at++] << 7);
  const has = bytes[at++];
  const gaps = (has & GAPS) === 0 ? 0 : bytes[at++];
  if ((has & MASK) !== 0) {
    let mask = bytes[at++];
    if (mask >= 128) mask = (mask & 127) | (bytes[at++] << 7);
    masks[kind] = mask;
  }
  rows[o] = kind;
  const own = ownOf(kind);
  const todo = (has & TASK) | (PLACE & ~gaps) | (masks[kind] << MM);
  for (let slot = CPU, bits = todo >> CPU; bits !== 0; slot++, bits >>>= 1) {
    if ((bits & 1) === 0) continue;
    const near = slot < MM ? slot : own + slot;
    let code = bytes[at++];
    if (code >= 128) {
      code &= 127;
      let shift = 7;
      let byte: number;
      do {
        byte = bytes[at++];
        // beyond 28 bits in floating point
        code = shift < 28 ? code | ((byte & 127) << shift) : code + (byte & 127) * 2 ** shift;
        shift += 7;
      } while (byte >= 128);
    }
    let value: number;
    if (code === 1) {
      value = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(at, true);
      at += 8;
    } else {
      const difference =
        code < SMALL ? ((code & 1) === 0 ? code >> 1 : (1 - code) >> 1) : code % 2 === 0 ? code / 2 : (1 - code) / 2;
      value = values[near] + difference;
    }
    rows[o + slot] = value;
    if (slot < MM || NEAR[slot] === 1) values[near] = value;
  }
  if ((gaps & TASK) === 0) {
    rows[o + CPU] = values[CPU];
    rows[o + PID] = values[PID];
    rows[o + TGID] = values[TGID];
  } else {
    for (let slot = CPU; slot <= TGID; slot++) if ((gaps & (1 << slot)) === 0) rows[o + slot] = values[slot];
  }
  return at;
}
