// The replay stream gives back every record exactly, whatever numbers a trace holds.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayDecoder, ReplayEncoder } from '../../src/store/replay-codec.ts';
import { LineMemory } from '../../src/util/line-memory.ts';
import { KIND_NAMES } from '../../src/vocabulary/kinds.ts';
import { RecordBatch, STRIDE } from '../../src/vocabulary/record.ts';

const value = fc.oneof(
  fc.constant(Number.NaN),
  fc.constantFrom(0, -1, 1, 2 ** 31, -(2 ** 31), 2 ** 53, -(2 ** 63), 2 ** 63, 0.5, Number.POSITIVE_INFINITY),
  fc.integer(),
  fc.maxSafeInteger(),
  // kernel pointers, as signed numbers
  fc.integer({ min: 0, max: 2 ** 30 }).map((n) => -(2 ** 47) + n * 64),
);
const record = fc.tuple(
  fc.nat(KIND_NAMES.length - 1),
  fc.array(value, { minLength: STRIDE - 1, maxLength: STRIDE - 1 }),
);

const batchOf = (records: readonly (readonly [number, readonly number[]])[]): RecordBatch => {
  const batch = new RecordBatch(new Float64Array(60 * STRIDE));
  for (const [kind, slots] of records)
    batch.rows.set([kind, ...slots.map((v) => (Object.is(v, -0) ? 0 : v))], STRIDE * batch.length++);
  return batch;
};

const rowsOf = ({ rows, length }: RecordBatch): number[] => [...rows.subarray(0, length * STRIDE)];

const WAYS = [
  { way: 'JavaScript', memory: () => undefined },
  { way: 'WebAssembly', memory: LineMemory.of },
];

describe.each(WAYS)('in $way', ({ memory }) => {
  it('what is encoded comes back, in one chunk after another', () => {
    const encoder = new ReplayEncoder(memory());
    const decoder = new ReplayDecoder(memory());
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        const batch = batchOf(records);
        const bytes = encoder.encode(batch).slice();
        const back = new RecordBatch(new Float64Array(0));
        decoder.decode(bytes, batch.length, back);
        expect(rowsOf(back)).toEqual(rowsOf(batch));
      }),
      { numRuns: 300 },
    );
  });

  it('a chunk that was cut or damaged is noticed, or read as other records', () => {
    const encoder = new ReplayEncoder(memory());
    const decoder = new ReplayDecoder(memory());
    const batch = new RecordBatch();
    batch.rows.fill(1, 0, 2 * STRIDE);
    batch.length = 2;
    const bytes = encoder.encode(batch).slice();
    expect(() => decoder.decode(bytes.subarray(0, -1), 2, new RecordBatch())).toThrow(RangeError);
    expect(() => decoder.decode(new Uint8Array(9).fill(255), 4096, new RecordBatch())).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(4096), (noise, records) => {
        try {
          decoder.decode(noise, records, new RecordBatch());
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

it('both ways make the same bytes', () => {
  const one = new ReplayEncoder(undefined);
  const other = new ReplayEncoder(LineMemory.of());
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), (records) => {
      const batch = batchOf(records);
      const expected = Buffer.from(one.encode(batch).subarray(0, -8));
      expect(Buffer.from(other.encode(batch).subarray(0, -8)).equals(expected)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
