// The mm events of a trace in few bytes: what the replay reads, kept so that rules run again without the text. A chunk
// is a batch of records (vocabulary/record.ts) and stands alone. Numbers are differences, to the record before (times,
// places, tasks) or to the last record of the same kind (pointers, addresses):
//
//     varint  kind
//     byte    what follows: GAPS, MASK, CPU, PID, TGID
//     byte    which of CPU, PID, TGID, TS, OFFSET, LINE the record lacks          if GAPS
//     signed  CPU, PID, TGID                                                      each if it changed
//     signed  TS, OFFSET, LINE                                                    each if the record has it
//     varint  mask of the slots from MM on                                        if MASK; else as last time
//     signed  each slot in the mask
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

/** Slots near the last value of the same kind; the others from MM on stand as they are. */
const NEAR = new Uint8Array(STRIDE);
for (const slot of [MM, Slot.ADDR, Slot.END, Slot.PAGE, Slot.OTHER, Slot.FN]) NEAR[slot] = 1;

/** More bytes than a record can take. */
const LONGEST = 16 + STRIDE * 10;
const KINDS = 256;
const TWO_32 = 4294967296;
const EXACT = 2 ** 52;
const SMALL = 2 ** 29;

/** What the differences are to; both sides keep the same. */
class Before {
  readonly last = new Float64Array(STRIDE);
  readonly same = new Float64Array(KINDS * STRIDE);
  readonly masks = new Int32Array(KINDS);
  readonly double = new DataView(new ArrayBuffer(8));

  clear(): void {
    this.last.fill(0);
    this.same.fill(0);
    this.masks.fill(-1);
  }
}

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
  const { last, same, masks } = before;
  const kind = rows[o];
  const cpu = rows[o + CPU];
  const pid = rows[o + PID];
  const tgid = rows[o + TGID];
  // a sum is not a number where one of its parts is none
  const sum = cpu + pid + tgid + rows[o + TS] + rows[o + OFFSET] + rows[o + LINE];
  const gaps = Number.isNaN(sum) ? gapsOf(rows, o) : 0;
  let mask = 0;
  for (let slot = STRIDE - 1; slot >= MM; slot--) {
    const value = rows[o + slot];
    mask = (mask << 1) | (Number.isNaN(value) ? 0 : 1);
  }
  let has = masks[kind] === mask ? 0 : MASK;
  if (gaps !== 0) has |= GAPS;
  if (cpu !== last[CPU] && (gaps & (1 << CPU)) === 0) has |= 1 << CPU;
  if (pid !== last[PID] && (gaps & (1 << PID)) === 0) has |= 1 << PID;
  if (tgid !== last[TGID] && (gaps & (1 << TGID)) === 0) has |= 1 << TGID;
  let at = putUnsigned(out, start, kind);
  out[at++] = has;
  if (gaps !== 0) out[at++] = gaps;
  for (let slot = CPU; slot <= LINE; slot++) {
    if (slot < TS ? (has & (1 << slot)) === 0 : (gaps & (1 << slot)) !== 0) continue;
    const value = rows[o + slot];
    at = putSigned(out, at, value - last[slot], value);
    last[slot] = value;
  }
  if ((has & MASK) !== 0) {
    at = putUnsigned(out, at, mask);
    masks[kind] = mask;
  }
  const own = kind * STRIDE;
  for (let slot = MM; mask !== 0; slot++, mask >>>= 1) {
    if ((mask & 1) === 0) continue;
    const value = rows[o + slot];
    if (NEAR[slot] === 1) {
      at = putSigned(out, at, value - same[own + slot], value);
      same[own + slot] = value;
    } else at = putSigned(out, at, value, value);
  }
  return at;
}

/** Which of CPU to LINE are not numbers. */
function gapsOf(rows: Float64Array, o: number): number {
  let gaps = 0;
  for (let slot = CPU; slot <= LINE; slot++) if (Number.isNaN(rows[o + slot])) gaps |= 1 << slot;
  return gaps;
}

function putSigned(out: Uint8Array, start: number, difference: number, value: number): number {
  let at = start;
  if (difference < SMALL && difference > -SMALL && (difference | 0) === difference) {
    let code = difference < 0 ? -2 * difference + 1 : 2 * difference;
    while (code > 127) {
      out[at++] = (code & 127) | 128;
      code >>>= 7;
    }
    out[at++] = code;
    return at;
  }
  if (difference < EXACT && difference > -EXACT && difference === Math.floor(difference)) {
    return putUnsigned(out, at, difference < 0 ? -2 * difference + 1 : 2 * difference);
  }
  out[at++] = 1;
  new DataView(out.buffer, out.byteOffset).setFloat64(at, value, true);
  return at + 8;
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
  #in: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #before = new Before();

  /** Fill the batch with a chunk of `records` records. */
  decode(bytes: Uint8Array, records: number, batch: RecordBatch): void {
    if (batch.rows.length < records * STRIDE) batch.rows = new Float64Array(records * STRIDE);
    this.#in = bytes;
    this.#at = 0;
    this.#before.clear();
    batch.length = records;
    batch.rows.fill(Number.NaN, 0, records * STRIDE);
    for (let o = 0, end = records * STRIDE; o < end; o += STRIDE) this.#record(batch.rows, o);
    if (this.#at !== bytes.length)
      throw new RangeError(`a replay chunk has ${bytes.length} bytes, ${this.#at} were read`);
  }

  #record(rows: Float64Array, o: number): void {
    const { last, same, masks } = this.#before;
    const kind = this.#unsigned();
    const has = this.#in[this.#at++];
    const gaps = (has & GAPS) === 0 ? 0 : this.#in[this.#at++];
    rows[o] = kind;
    if ((has & (1 << CPU)) !== 0) this.#near(last, CPU);
    if ((has & (1 << PID)) !== 0) this.#near(last, PID);
    if ((has & (1 << TGID)) !== 0) this.#near(last, TGID);
    if (gaps === 0) {
      rows[o + CPU] = last[CPU];
      rows[o + PID] = last[PID];
      rows[o + TGID] = last[TGID];
      rows[o + TS] = this.#near(last, TS);
      rows[o + OFFSET] = this.#near(last, OFFSET);
      rows[o + LINE] = this.#near(last, LINE);
    } else {
      for (let slot = CPU; slot <= LINE; slot++) {
        if ((gaps & (1 << slot)) === 0) rows[o + slot] = slot < TS ? last[slot] : this.#near(last, slot);
      }
    }
    if ((has & MASK) !== 0) masks[kind] = this.#unsigned();
    const own = kind * STRIDE;
    for (let slot = MM, mask = masks[kind]; mask !== 0; slot++, mask >>>= 1) {
      if ((mask & 1) !== 0) rows[o + slot] = NEAR[slot] === 1 ? this.#near(same, own + slot) : this.#signed(0);
    }
  }

  #near(before: Float64Array, at: number): number {
    const value = this.#signed(before[at]);
    before[at] = value;
    return value;
  }

  #signed(before: number): number {
    const code = this.#unsigned();
    if (code < SMALL) return code === 1 ? this.#float() : before + ((code & 1) === 0 ? code >> 1 : (1 - code) >> 1);
    return before + (code % 2 === 0 ? code / 2 : (1 - code) / 2);
  }

  #float(): number {
    const { double } = this.#before;
    for (let i = 0; i < 8; i++) double.setUint8(i, this.#in[this.#at++]);
    return double.getFloat64(0, true);
  }

  #unsigned(): number {
    const bytes = this.#in;
    let byte = bytes[this.#at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.#at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    let scale = 268435456;
    do {
      byte = bytes[this.#at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }
}
