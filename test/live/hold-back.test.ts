import { describe, expect, it, vi } from 'vitest';
import { HoldBack } from '../../src/live/hold-back.ts';
import { RecordBatch, Slot, STRIDE } from '../../src/vocabulary/record.ts';

function held(windowNs: number, batches: readonly (readonly number[])[], flush = true): number[] {
  const out: number[] = [];
  const hold = new HoldBack(windowNs, ({ rows, length }) => {
    for (let i = 0; i < length; i++) out.push(rows[i * STRIDE + Slot.TS]);
  });
  for (const times of batches) {
    const batch = new RecordBatch();
    for (const [i, ts] of times.entries()) batch.rows[i * STRIDE + Slot.TS] = ts;
    batch.length = times.length;
    hold.take(batch);
  }
  if (flush) hold.flush();
  return out;
}

describe('records that wait for older ones', () => {
  it.each([
    ['in order', [[1, 2, 3]], [1, 2, 3]],
    [
      'a small step back',
      [
        [10, 30],
        [20, 40],
      ],
      [10, 20, 30, 40],
    ],
    ['over several batches', [[100], [95], [97, 200]], [95, 97, 100, 200]],
    ['of one time, as they came', [[5, 5, 4, 5]], [4, 5, 5, 5]],
    [
      'a clock that begins anew',
      [
        [5000, 5001],
        [1, 2],
      ],
      [5000, 5001, 1, 2],
    ],
    ['without a time, behind what they came behind', [[10, Number.NaN, 5]], [5, 10, Number.NaN]],
  ])('%s', (_, batches, expected) => {
    expect(held(100, batches)).toEqual(expected);
  });

  it('go on when newer ones have come', () => {
    expect(held(100, [[1, 50, 149, 150]], false)).toEqual([1, 50]);
  });

  it('a clock that counts events holds back no more than a number of them', () => {
    const many = Array.from({ length: 4096 }, (_, i) => i);
    const batches = Array.from({ length: 20 }, (_, i) => many.map((n) => n + i * 4096));
    expect(held(1e9, batches, false)).toHaveLength(20 * 4096 - 65536);
  });

  it('late ones among many, a few at a time', () => {
    const batches = Array.from({ length: 500 }, (_, i) => [i * 10 + 40, i * 10, i * 10 + 45, i * 10 + 3]);
    const out = held(100, batches);
    expect(out).toEqual(batches.flat().sort((a, b) => a - b));
  });

  it('more than a batch of them', () => {
    const many = Array.from({ length: 4096 }, (_, i) => i);
    expect(held(1e9, [many, many.map((i) => i + 4096), many.map((i) => i + 8192)])).toHaveLength(3 * 4096);
  });

  it('a late one does not move the others', () => {
    const moved = vi.spyOn(Float64Array.prototype, 'copyWithin');
    const early = Array.from({ length: 3000 }, (_, i) => 1000 + i);
    expect(held(1e6, [early, [500], [400]])).toEqual([400, 500, ...early]);
    expect(moved).not.toHaveBeenCalled();
    moved.mockRestore();
  });
});
