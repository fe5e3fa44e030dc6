// Records of the replay to bytes and back, as WebAssembly functions. The format and its reasons are in replay-codec.ts,
// which also has both in JavaScript; the bytes are the same.
import {
  type Code,
  either,
  F64,
  Func,
  f64,
  f64x2,
  I32,
  i32,
  i64,
  leave,
  Program,
  type Running,
  repeat,
  V128,
  v128,
  when,
} from '../util/wasm.ts';
import { BATCH_RECORDS, Slot, STRIDE } from '../vocabulary/record.ts';
import { BEFORE, BEYOND, CPUS, KINDS, LONGEST, NAN_BITS, OF_KIND, ON_CPU, WHOLE, WIDTH } from './replay-format.ts';

const ROW = STRIDE * 8;

/** Where things stand in the memory, in bytes. */
const At = {
  /** u8 each: width of a number by its leading zeros, bytes of a width, and what a slot is near to */
  widths: 0,
  bytes: 48,
  before: 64,
  /** i32 each: bits of a width, and where values stand by what a slot is near to */
  bits: 96,
  bases: 112,
  /** what both sides know of the records before: values, then by kind its slots as bits, how many, and as a list */
  past: 128,
  masks: 128 + (1 + CPUS + KINDS) * ROW,
  counts: 128 + (1 + CPUS + KINDS) * ROW + 4 * KINDS,
  slots: 128 + (1 + CPUS + KINDS) * ROW + 5 * KINDS,
  rows: 128 + (1 + CPUS + KINDS) * ROW + (5 + STRIDE) * KINDS,
  chunk: 128 + (1 + CPUS + KINDS) * ROW + (5 + STRIDE) * KINDS + BATCH_RECORDS * ROW,
  size: 128 + (1 + CPUS + KINDS) * ROW + (5 + STRIDE) * KINDS + BATCH_RECORDS * (ROW + LONGEST) + 2 * LONGEST,
} as const;

const plus = (a: Code, b: number | Code): Code => i32.add(a, typeof b === 'number' ? i32.const(b) : b);
const times = (a: Code, b: number): Code => i32.mul(a, i32.const(b));

/** What both functions have. */
class Walk extends Func {
  readonly records = this.param(I32);
  readonly end = this.param(I32);
  readonly row = this.local(I32);
  readonly at = this.local(I32);
  readonly kind = this.local(I32);
  readonly head = this.local(I32);
  readonly mask = this.local(I32);
  readonly list = this.local(I32);
  readonly left = this.local(I32);
  readonly slot = this.local(I32);
  readonly place = this.local(I32);
  readonly number = this.local(I32);
  readonly width = this.local(I32);
  readonly widths = this.local(I32);
  readonly widthsAt = this.local(I32);
  readonly shift = this.local(I32);
  readonly value = this.local(F64);

  /** The slots of `mask` become the list of `kind`. */
  setMask(): Code[] {
    const { kind, list, slot, mask, left } = this;
    return [
      i32.store(times(kind.get, 4), mask.get, At.masks),
      list.set(plus(times(kind.get, STRIDE), At.slots)),
      slot.set(i32.const(1)),
      left.set(i32.const(0)),
      repeat(
        [
          when(
            i32.and(i32.shrU(mask.get, slot.get), i32.const(1)),
            i32.store8(plus(list.get, left.get), slot.get),
            left.set(plus(left.get, 1)),
          ),
          slot.set(plus(slot.get, 1)),
        ],
        i32.ltU(slot.get, i32.const(STRIDE)),
      ),
      i32.store8(kind.get, left.get, At.counts),
    ];
  }

  /** The place of the record on the CPU `cpu`; `cpu & 15` as JavaScript has it. */
  setCpu(cpu: Code): Code {
    const small = f64.lt(f64.abs(cpu), f64.const(2 ** 62));
    const { number } = this;
    return [
      ...number.set(i32.const(0)),
      ...when(small, number.set(i32.and(i32.wrap(i64.ofF64(cpu)), i32.const(CPUS - 1)))),
      ...i32.store(i32.const(ON_CPU * 4), plus(times(plus(number.get, 1), ROW), At.past), At.bases),
    ];
  }

  begin(): Code[] {
    const { kind, list, left } = this;
    return [
      i32.store(i32.const(OF_KIND * 4), plus(times(plus(kind.get, 1 + CPUS), ROW), At.past), At.bases),
      list.set(plus(times(kind.get, STRIDE), At.slots)),
      left.set(i32.load8(kind.get, At.counts)),
    ];
  }

  /** Where the value stands that the slot's is near to. */
  setPlace(): Code[] {
    const { slot, place } = this;
    return [
      place.set(i32.load(i32.load8(slot.get, At.before), At.bases)),
      slot.set(i32.shl(slot.get, i32.const(3))),
      place.set(plus(place.get, slot.get)),
    ];
  }
}

/** `run(records, 0)`: returns where the bytes end. */
const encode = new Program(() => {
  const f = new Walk();
  const { records, row, at, kind, head, mask, list, left, slot, place, number, width, widths, widthsAt, shift, value } =
    f;
  const isThere = (s: number): Code =>
    i32.ne(i32.and(i32.load(row.get, s * 8 + 4), i32.const(NAN_BITS)), i32.const(NAN_BITS));
  const slots = Array.from({ length: STRIDE - 1 }, (_, i) => i + 1);
  const maskOf = slots.map((s) => i32.shl(isThere(s), i32.const(s))).reduce((a, b) => i32.or(a, b));

  const putHead: Code[] = [
    kind.set(i32.ofF64(f64.load(row.get))),
    mask.set(maskOf),
    number.set(i32.ne(mask.get, i32.load(times(kind.get, 4), At.masks))),
    head.set(plus(i32.shl(kind.get, i32.const(1)), number.get)),
    either(
      i32.ltU(head.get, i32.const(128)),
      [i32.store8(at.get, head.get), at.set(plus(at.get, 1))],
      [
        i32.store8(at.get, i32.or(head.get, i32.const(128))),
        i32.store8(at.get, i32.shrU(head.get, i32.const(7)), 1),
        at.set(plus(at.get, 2)),
      ],
    ),
    when(number.get, i32.store(at.get, i32.shrU(mask.get, i32.const(1))), at.set(plus(at.get, 3)), ...f.setMask()),
  ];

  const putNumber: Code[] = [
    slot.set(i32.load8(list.get)),
    list.set(plus(list.get, 1)),
    ...f.setPlace(),
    value.set(f64.load(plus(row.get, slot.get))),
    number.set(i32.ofF64(f64.sub(value.get, f64.load(place.get)))),
    either(
      i32.and(
        f64.eq(f64.add(f64.load(place.get), f64.ofI32(number.get)), value.get),
        i32.ne(number.get, i32.const(-(2 ** 31))),
      ),
      [
        number.set(i32.xor(i32.shl(number.get, i32.const(1)), i32.shrS(number.get, i32.const(31)))),
        width.set(i32.load8(i32.clz(number.get), At.widths)),
        i32.store(at.get, number.get),
        at.set(plus(at.get, i32.load8(width.get, At.bytes))),
      ],
      [
        width.set(i32.const(3)),
        i32.store(at.get, i32.const(WHOLE)),
        f64.store(at.get, value.get, 4),
        at.set(plus(at.get, 12)),
      ],
    ),
    f64.store(place.get, value.get),
    widths.set(i32.or(widths.get, i32.shl(width.get, shift.get))),
    shift.set(plus(shift.get, 2)),
    when(
      i32.eq(shift.get, i32.const(8)),
      i32.store8(widthsAt.get, widths.get),
      widthsAt.set(plus(widthsAt.get, 1)),
      widths.set(i32.const(0)),
      shift.set(i32.const(0)),
    ),
    left.set(plus(left.get, -1)),
  ];

  const putRecord: Code[] = [
    ...putHead,
    f.setCpu(f64.load(row.get, Slot.CPU * 8)),
    ...f.begin(),
    widthsAt.set(at.get),
    at.set(plus(at.get, i32.shrU(plus(left.get, 3), i32.const(2)))),
    widths.set(i32.const(0)),
    shift.set(i32.const(0)),
    when(left.get, repeat(putNumber, left.get)),
    when(shift.get, i32.store8(widthsAt.get, widths.get)),
    row.set(plus(row.get, ROW)),
    records.set(plus(records.get, -1)),
  ];

  return f.module(
    at.set(i32.const(At.chunk)),
    row.set(i32.const(At.rows)),
    when(records.get, repeat(putRecord, records.get)),
    at.get,
  );
});

/** `run(records, end)`: returns where reading ended; beyond `end` at the latest one record behind it. */
const decode = new Program(() => {
  const f = new Walk();
  const { records, end, row, at, kind, head, mask, list, left, slot, place, number, width, widths, widthsAt, value } =
    f;
  const nan = f.local(V128);

  const readHead: Code[] = [
    when(i32.gtU(at.get, end.get), leave(at.get)),
    head.set(i32.load8(at.get)),
    at.set(plus(at.get, 1)),
    when(
      i32.gtU(head.get, i32.const(127)),
      head.set(i32.or(i32.and(head.get, i32.const(127)), i32.shl(i32.load8(at.get), i32.const(7)))),
      at.set(plus(at.get, 1)),
    ),
    kind.set(i32.shrU(head.get, i32.const(1))),
    when(i32.gtU(kind.get, i32.const(KINDS - 1)), leave(i32.const(0))),
    when(
      i32.and(head.get, i32.const(1)),
      mask.set(i32.shl(i32.and(i32.load(at.get), i32.const((1 << (STRIDE - 1)) - 1)), i32.const(1))),
      at.set(plus(at.get, 3)),
      ...f.setMask(),
    ),
  ];

  const readNumber: Code[] = [
    when(
      i32.eqz(i32.and(left.get, i32.const(0xff00))),
      widths.set(i32.load8(widthsAt.get)),
      widthsAt.set(plus(widthsAt.get, 1)),
      left.set(plus(left.get, 0x400)),
    ),
    width.set(i32.and(widths.get, i32.const(3))),
    widths.set(i32.shrU(widths.get, i32.const(2))),
    number.set(i32.and(i32.load(at.get), i32.load(i32.shl(width.get, i32.const(2)), At.bits))),
    at.set(plus(at.get, i32.load8(width.get, At.bytes))),
    slot.set(i32.load8(list.get)),
    list.set(plus(list.get, 1)),
    ...f.setPlace(),
    either(
      i32.eq(number.get, i32.const(WHOLE)),
      [value.set(f64.load(at.get)), at.set(plus(at.get, 8))],
      [
        value.set(
          f64.add(
            f64.load(place.get),
            f64.ofI32(
              i32.xor(i32.shrU(number.get, i32.const(1)), i32.sub(i32.const(0), i32.and(number.get, i32.const(1)))),
            ),
          ),
        ),
      ],
    ),
    f64.store(place.get, value.get),
    f64.store(plus(row.get, slot.get), value.get),
    when(i32.eq(slot.get, i32.const(Slot.CPU * 8)), f.setCpu(value.get)),
    // how many are left in the lowest byte, how many of these widths in the next
    left.set(plus(left.get, -0x101)),
  ];

  const readRecord: Code[] = [
    ...readHead,
    ...Array.from({ length: STRIDE >> 1 }, (_, i) => v128.store(row.get, nan.get, i * 16)),
    f64.store(row.get, f64.const(Number.NaN), (STRIDE - 1) * 8),
    f64.store(row.get, f64.ofI32(kind.get)),
    f.setCpu(f64.const(0)),
    ...f.begin(),
    widthsAt.set(at.get),
    at.set(plus(at.get, i32.shrU(plus(left.get, 3), i32.const(2)))),
    when(left.get, repeat(readNumber, i32.and(left.get, i32.const(0xff)))),
    row.set(plus(row.get, ROW)),
    records.set(plus(records.get, -1)),
  ];

  return f.module(
    nan.set(f64x2.splat(f64.const(Number.NaN))),
    at.set(i32.const(At.chunk)),
    row.set(i32.const(At.rows)),
    when(records.get, repeat(readRecord, records.get)),
    at.get,
  );
});

/** Encodes or decodes, a batch at a time. */
export class ReplayKernel {
  /** the batch: {@link BATCH_RECORDS} at most */
  readonly rows: Float64Array;
  readonly #chunk: Uint8Array;
  readonly #past: Uint8Array;
  readonly #run: Running['run'];

  private constructor({ memory, run }: Running) {
    const bytes = new Uint8Array(memory);
    bytes.set(WIDTH, At.widths);
    bytes.set([0, 1, 2, 4], At.bytes);
    // as places in the table of bases
    bytes.set(
      BEFORE.map((near) => near * 4),
      At.before,
    );
    new Int32Array(memory, At.bits, 5).set([0, 0xff, 0xffff, -1, At.past]);
    this.rows = new Float64Array(memory, At.rows, BATCH_RECORDS * STRIDE);
    this.#chunk = new Uint8Array(memory, At.chunk);
    this.#past = new Uint8Array(memory, At.past, At.rows - At.past);
    this.#run = run;
  }

  static encoder(): ReplayKernel | undefined {
    const running = encode.start(At.size);
    return running && new ReplayKernel(running);
  }

  static decoder(): ReplayKernel | undefined {
    const running = decode.start(At.size);
    return running && new ReplayKernel(running);
  }

  /** {@link rows} as bytes, valid until the next call. */
  encode(records: number): Uint8Array {
    this.#past.fill(0);
    return this.#chunk.subarray(0, this.#run(records, 0) - At.chunk + BEYOND);
  }

  /** Fill {@link rows}. Returns how many bytes that took; another number than there are when they are no chunk. */
  decode(bytes: Uint8Array, records: number): number {
    this.#past.fill(0);
    this.#chunk.set(bytes);
    return this.#run(records, At.chunk + bytes.length - BEYOND) - At.chunk;
  }

  /** Whether a chunk fits. */
  holds(bytes: Uint8Array, records: number): boolean {
    return records <= BATCH_RECORDS && bytes.length <= BATCH_RECORDS * LONGEST;
  }
}
