// The mm events of a trace in few bytes: what the replay reads, kept so that rules run again without the text. A chunk
// is a batch of records (vocabulary/record.ts) and stands alone. Per record: its kind, a mask of the slots that follow,
// and each of them as a difference, to the record before (times, places, tasks) or to the last one of the same kind
// (pointers, addresses). All values are integers or absent; what is neither stands as the eight bytes of a double.
//
//     varint  kind * 2, plus 1 when the mask is that of the last record of this kind
//     varint  mask (unless so): bit 0 = a byte follows that says which of CPU, PID, TGID, TS are absent;
//             bit n = slot n follows. CPU, PID, TGID, TS, OFFSET and LINE are as before where their bit is not set
//     zigzag varints, 1 being the escape before a double
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

const LAST = 1;
const SAME_KIND = 2;

/** What a slot's value is close to. */
const NEAR = new Uint8Array(STRIDE);
for (const slot of [Slot.CPU, Slot.PID, Slot.TGID, Slot.TS, Slot.OFFSET, Slot.LINE]) NEAR[slot] = LAST;
for (const slot of [Slot.MM, Slot.ADDR, Slot.END, Slot.PAGE, Slot.OTHER, Slot.FN]) NEAR[slot] = SAME_KIND;

/** More bytes than a record can take: kind, mask, absent slots, and per slot a marker and eight bytes. */
const LONGEST = 12 + STRIDE * 10;
const KINDS = 256;
const TWO_32 = 4294967296;
const EXACT = 2 ** 52;

/** Differences need the values before; both sides keep the same ones. */
class Before {
  readonly last = new Float64Array(STRIDE);
  readonly same = new Float64Array(KINDS * STRIDE);
  readonly mask = new Int32Array(KINDS);
  readonly double = new DataView(new ArrayBuffer(8));

  clear(): void {
    this.last.fill(0);
    this.same.fill(0);
    this.mask.fill(-1);
  }
}

export class ReplayEncoder {
  #out: Uint8Array = new Uint8Array(1 << 18);
  #at = 0;
  readonly #before = new Before();

  /** The batch as bytes, valid until the next call. */
  encode(batch: RecordBatch): Uint8Array {
    const { rows, length } = batch;
    this.#at = 0;
    this.#before.clear();
    if (this.#out.length < length * LONGEST) this.#out = new Uint8Array(length * LONGEST);
    for (let o = 0, end = length * STRIDE; o < end; o += STRIDE) this.#record(rows, o);
    return this.#out.subarray(0, this.#at);
  }

  #record(rows: Float64Array, o: number): void {
    const { last, same, mask: masks } = this.#before;
    const kind = rows[o];
    let mask = 0;
    let absent = 0;
    for (let slot = 1; slot < STRIDE; slot++) {
      const value = rows[o + slot];
      if (value !== value) {
        if (slot <= Slot.TS) absent |= 1 << (slot - 1);
      } else if (NEAR[slot] !== LAST || value !== last[slot]) mask |= 1 << slot;
    }
    if (absent !== 0) mask |= 1;
    if (masks[kind] === mask) this.#unsigned(kind * 2 + 1);
    else {
      masks[kind] = mask;
      this.#unsigned(kind * 2);
      this.#unsigned(mask);
    }
    if (absent !== 0) this.#out[this.#at++] = absent;
    const own = kind * STRIDE;
    for (let slot = 1; slot < STRIDE; slot++) {
      if ((mask & (1 << slot)) === 0) continue;
      const value = rows[o + slot];
      if (NEAR[slot] === LAST) {
        this.#signed(value - last[slot], value);
        last[slot] = value;
      } else if (NEAR[slot] === SAME_KIND) {
        this.#signed(value - same[own + slot], value);
        same[own + slot] = value;
      } else this.#signed(value, value);
    }
  }

  #signed(difference: number, value: number): void {
    if (difference < EXACT && difference > -EXACT && difference === Math.floor(difference)) {
      // the odd numbers from 3 on are negative
      this.#unsigned(difference < 0 ? -2 * difference + 1 : 2 * difference);
      return;
    }
    const { double } = this.#before;
    this.#out[this.#at++] = 1;
    double.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.#out[this.#at++] = double.getUint8(i);
  }

  /** Seven bits per byte, the lowest first. */
  #unsigned(value: number): void {
    const out = this.#out;
    let v = value;
    while (v >= TWO_32) {
      out[this.#at++] = (v % 128) | 128;
      v = Math.floor(v / 128);
    }
    let low = v | 0;
    while (low >>> 7 !== 0) {
      out[this.#at++] = (low & 127) | 128;
      low >>>= 7;
    }
    out[this.#at++] = low;
  }
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
    if (this.#at !== bytes.length) throw new RangeError(`a replay chunk has ${bytes.length} bytes, ${this.#at} were read`);
  }

  #record(rows: Float64Array, o: number): void {
    const { last, same, mask: masks } = this.#before;
    const head = this.#unsigned();
    const kind = Math.floor(head / 2);
    const mask = head % 2 === 1 ? masks[kind] : this.#unsigned();
    masks[kind] = mask;
    const absent = (mask & 1) === 0 ? 0 : this.#in[this.#at++];
    rows[o] = kind;
    const own = kind * STRIDE;
    for (let slot = 1; slot < STRIDE; slot++) {
      const near = NEAR[slot];
      if ((mask & (1 << slot)) === 0) {
        if (near === LAST && (slot > Slot.TS || (absent & (1 << (slot - 1))) === 0)) rows[o + slot] = last[slot];
        continue;
      }
      const code = this.#unsigned();
      let value: number;
      if (code === 1) value = this.#float();
      else {
        const difference = code % 2 === 0 ? code / 2 : (1 - code) / 2;
        value = near === LAST ? last[slot] + difference : near === SAME_KIND ? same[own + slot] + difference : difference;
      }
      rows[o + slot] = value;
      if (near === LAST) last[slot] = value;
      else if (near === SAME_KIND) same[own + slot] = value;
    }
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
    let scale = 128;
    do {
      byte = bytes[this.#at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }
}
