// Why: a reduced trace shows three or four pages, and they are as far apart as in the whole one.
import { describe, expect, it } from 'vitest';
import { FirstLook } from '../../src/model/machine.ts';
import { Kind } from '../../src/vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../../src/vocabulary/record.ts';

/** sizeof(struct page) that lines with these pages show: their indexes in a memmap of structs of `size` bytes. */
function sizeShown(size: number, indexes: readonly number[], damage = 0): number {
  const rows = new Float64Array(STRIDE * indexes.length).fill(Number.NaN);
  for (const [i, index] of indexes.entries()) {
    rows[i * STRIDE] = Kind.newAnon;
    rows[i * STRIDE + Slot.PAGE] = -(2 ** 47) + index * size + (i === 0 ? damage : 0);
  }
  const batch = new RecordBatch(rows);
  batch.length = indexes.length;
  const look = new FirstLook({});
  look.take(batch, 0);
  return look.machine().structPage;
}

describe('sizeof(struct page)', () => {
  it.each([56, 64, 72, 80])('%i is seen in three pages', (size) => {
    expect(sizeShown(size, [576, 577, 618])).toBe(size);
  });

  it('is the usual one if two pages are all, or one of few is damaged', () => {
    expect(sizeShown(56, [576, 577])).toBe(64);
    expect(sizeShown(64, [576, 577, 618], 8)).toBe(64);
  });
});
