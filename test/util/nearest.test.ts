// Why: a suggestion that is far off is worse than none.
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/util/nearest.ts';

const WORDS = ['cow-under-write-pin', 'fork-share-then-cow', 'lost-dma-write'];

describe('nearest', () => {
  it.each([
    ['cow-under-wirte-pin', 'cow-under-write-pin'],
    ['Lost-DMA-Write', 'lost-dma-write'],
    ['fork', 'fork-share-then-cow'],
    ['zzz', undefined],
    ['', undefined],
  ])('%s -> %s', (word, meant) => {
    expect(nearest(word, WORDS)).toBe(meant);
  });
});
