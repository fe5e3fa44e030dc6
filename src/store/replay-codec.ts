// Why: a store keeps the mm events of a trace in few bytes, so that rules can run again without the text. A chunk is a
// batch of records (vocabulary/record.ts) and independent of other chunks. A record is
//
//     1 or 2 bytes  twice the kind, plus 1 if its slots differ from those of the last record of this kind
//     3 bytes       a bit for each slot that it has, if they differ
//     1 to 5 bytes  width of each slot's number: two bits each, the first lowest
//     numbers       one per slot: 0, 1, 2 or 4 bytes, the lowest first
//
// A number is the difference to the previous value of the slot, on this CPU or of this kind ({@link BEFORE}): even numbers are
// twice the difference, odd ones are negative. The widths are stored apart from the numbers, so that no byte must be examined
// to know whether another follows. {@link WHOLE} is followed by the eight bytes of a double.
import { BEYOND, CPUS, KINDS, RECORD_MOST_BYTES } from '../assembly/layout.ts';
import type { LineMemory } from '../util/line-memory.ts';
import { BATCH_RECORDS, type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import { RecordBytes } from './record-bytes.ts';
import { BEFORE, NAN_BITS, OF_KIND, ON_CPU, WHOLE, WIDTH } from './replay-format.ts';

/** Bytes of a number by its width, and the mask of these bytes. */
const BYTES = Uint8Array.of(0, 1, 2, 4);
const BITS = Int32Array.of(0, 0xff, 0xffff, -1);

/** State of the encoder and the decoder: values of earlier records. */
class Past {
  /** values of the last record, the last one on each CPU, the last one of each kind */
  readonly values = new Float64Array((1 + CPUS + KINDS) * STRIDE);
  /** slots of each kind's last record, as bits and as a list */
  readonly masks = new Int32Array(KINDS);
  readonly slots = new Uint8Array(KINDS * STRIDE);
  readonly counts = new Uint8Array(KINDS);
  /** offset in {@link values}, by {@link BEFORE} */
  readonly bases = new Int32Array(3);

  clear(): void {
    this.values.fill(0);
    this.masks.fill(0);
    this.counts.fill(0);
  }

  setMask(kind: number, mask: number): void {
    let at = kind * STRIDE;
    for (let slot = 1; slot < STRIDE; slot++) if ((mask & (1 << slot)) !== 0) this.slots[at++] = slot;
    this.masks[kind] = mask;
    this.counts[kind] = at - kind * STRIDE;
  }

  setBases(kind: number, cpu: number): void {
    this.bases[ON_CPU] = (1 + (cpu & (CPUS - 1))) * STRIDE;
    this.bases[OF_KIND] = (1 + CPUS + kind) * STRIDE;
  }
}

export class ReplayEncoder {
  #out = new DataView(new ArrayBuffer(0));
  readonly #past = new Past();
  readonly #bytes: RecordBytes | undefined;

  /** @param memory that can contain the records; undefined: encode in JavaScript */
  constructor(memory: LineMemory | undefined) {
    this.#bytes = memory && new RecordBytes(memory);
  }

  /** The batch as bytes, valid until the next call. */
  encode(batch: RecordBatch): Uint8Array {
    const { rows, length } = batch;
    if (this.#bytes && length <= BATCH_RECORDS) return this.#bytes.encode(batch);
    this.#past.clear();
    const most = length * RECORD_MOST_BYTES + BEYOND;
    if (this.#out.byteLength < most) this.#out = new DataView(new ArrayBuffer(most));
    const words = new Int32Array(rows.buffer, rows.byteOffset, rows.length * 2);
    let at = 0;
    for (let o = 0, end = length * STRIDE; o < end; o += STRIDE)
      at = putRecord(this.#out, at, rows, words, o, this.#past);
    return new Uint8Array(this.#out.buffer, 0, at + BEYOND);
  }
}

function putRecord(out: DataView, start: number, rows: Float64Array, words: Int32Array, o: number, past: Past): number {
  const { values, slots, bases } = past;
  const kind = rows[o] | 0;
  const mask = maskOf(words, o);
  const changed = mask !== past.masks[kind];
  let at = putHead(out, start, 2 * kind + (changed ? 1 : 0));
  if (changed) {
    out.setInt32(at, mask >> 1, true);
    at += 3;
    past.setMask(kind, mask);
  }
  past.setBases(kind, rows[o + Slot.CPU]);
  const list = kind * STRIDE;
  const count = past.counts[kind];
  let widthsAt = at;
  let widths = 0;
  at += (count + 3) >> 2;
  for (let i = 0; i < count; i++) {
    const slot = slots[list + i];
    const place = bases[BEFORE[slot]] + slot;
    const value = rows[o + slot];
    const before = values[place];
    values[place] = value;
    const difference = (value - before) | 0;
    const number = (difference << 1) ^ (difference >> 31);
    let width = WIDTH[Math.clz32(number)];
    if (before + difference === value && number !== WHOLE) {
      out.setInt32(at, number, true);
      at += BYTES[width];
    } else {
      width = 3;
      out.setInt32(at, WHOLE, true);
      out.setFloat64(at + 4, value, true);
      at += 12;
    }
    widths |= width << ((i & 3) << 1);
    if ((i & 3) === 3) {
      out.setUint8(widthsAt++, widths);
      widths = 0;
    }
  }
  if ((count & 3) !== 0) out.setUint8(widthsAt, widths);
  return at;
}

/** Bits of the slots that are not NaN, which is detected by its upper half, without a branch. */
function maskOf(words: Int32Array, o: number): number {
  let mask = 0;
  for (let slot = STRIDE - 1, at = 2 * (o + STRIDE) - 1; slot > 0; slot--, at -= 2)
    mask = (mask | (((words[at] & NAN_BITS) - NAN_BITS) >>> 31)) << 1;
  return mask;
}

function putHead(out: DataView, at: number, head: number): number {
  if (head < 128) {
    out.setUint8(at, head);
    return at + 1;
  }
  out.setUint8(at, (head & 127) | 128);
  out.setUint8(at + 1, head >> 7);
  return at + 2;
}

export class ReplayDecoder {
  readonly #past = new Past();
  readonly #bytes: RecordBytes | undefined;

  /** @param memory for the records; undefined: decode in JavaScript */
  constructor(memory: LineMemory | undefined) {
    this.#bytes = memory && new RecordBytes(memory);
  }

  /** Fill the batch with a chunk of `records` records. Its rows may be the decoder's own, valid until the next call. */
  decode(bytes: Uint8Array, records: number, batch: RecordBatch): void {
    const read = this.#bytes?.holds(bytes, records)
      ? this.#bytes.decode(bytes, records, batch)
      : this.#decodeHere(bytes, records, batch);
    if (read !== bytes.length - BEYOND)
      throw new RangeError(`a replay chunk has ${bytes.length} bytes, ${read} were read`);
  }

  #decodeHere(bytes: Uint8Array, records: number, batch: RecordBatch): number {
    if (batch.rows.length < records * STRIDE) batch.rows = new Float64Array(records * STRIDE);
    const { rows } = batch;
    this.#past.clear();
    batch.length = records;
    rows.fill(Number.NaN, 0, records * STRIDE);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (let o = 0, end = records * STRIDE; o < end; o += STRIDE) at = readRecord(view, at, rows, o, this.#past);
    return at;
  }
}

function readRecord(view: DataView, start: number, rows: Float64Array, o: number, past: Past): number {
  const { values, slots, bases } = past;
  let at = start;
  let head = view.getUint8(at++);
  if (head >= 128) head = (head & 127) | (view.getUint8(at++) << 7);
  const kind = head >> 1;
  if (kind >= KINDS) throw new RangeError(`a replay chunk has kind ${kind}`);
  if ((head & 1) !== 0) {
    past.setMask(kind, (view.getInt32(at, true) & ((1 << (STRIDE - 1)) - 1)) << 1);
    at += 3;
  }
  rows[o] = kind;
  const list = kind * STRIDE;
  const count = past.counts[kind];
  let widthsAt = at;
  let widths = 0;
  at += (count + 3) >> 2;
  past.setBases(kind, 0);
  for (let i = 0; i < count; i++) {
    if ((i & 3) === 0) widths = view.getUint8(widthsAt++);
    const width = widths & 3;
    widths >>= 2;
    const number = view.getInt32(at, true) & BITS[width];
    at += BYTES[width];
    const slot = slots[list + i];
    const place = bases[BEFORE[slot]] + slot;
    let value = values[place] + ((number >>> 1) ^ -(number & 1));
    if (number === WHOLE) {
      value = view.getFloat64(at, true);
      at += 8;
    }
    values[place] = value;
    rows[o + slot] = value;
    if (slot === Slot.CPU) past.setBases(kind, value);
  }
  return at;
}
