// The replay stream gives back every record exactly, whatever numbers a trace holds.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplayDecoder, ReplayEncoder } from '../../src/store/replay-codec.ts';
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

it('what is encoded comes back, in one chunk after another', () => {
  const encoder = new ReplayEncoder();
  const decoder = new ReplayDecoder();
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), (records) => {
      const batch = new RecordBatch(new Float64Array(60 * STRIDE));
      for (const [kind, slots] of records)
        batch.rows.set([kind, ...slots.map((v) => (Object.is(v, -0) ? 0 : v))], STRIDE * batch.length++);
      const bytes = encoder.encode(batch).slice();
      const back = new RecordBatch(new Float64Array(0));
      decoder.decode(bytes, batch.length, back);
      expect([...back.rows.subarray(0, batch.length * STRIDE)]).toEqual([
        ...batch.rows.subarray(0, batch.length * STRIDE),
      ]);
    }),
    { numRuns: 300 },
  );
});

it('a chunk that was cut is noticed', () => {
  const batch = new RecordBatch();
  batch.rows.fill(1, 0, 2 * STRIDE);
  batch.length = 2;
  const bytes = new ReplayEncoder().encode(batch).slice();
  expect(() => new ReplayDecoder().decode(bytes.subarray(0, -1), 2, new RecordBatch())).toThrow(RangeError);
});
