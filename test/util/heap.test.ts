// Why: a limit on memory must mean what is in use, not what has not been swept yet.
import { expect, it } from 'vitest';
import { HeapLimit } from '../../src/util/heap.ts';

it('garbage does not count, and is collected again only after more has been allocated', () => {
  const limit = new HeapLimit(900e6);
  let looks = 0;
  const live = (bytes: number) => () => {
    looks++;
    return bytes;
  };
  expect(limit.exceeded(800e6, live(0))).toBe(false);
  expect(looks).toBe(0);
  expect(limit.exceeded(950e6, live(850e6))).toBe(false);
  expect(limit.exceeded(940e6, live(940e6))).toBe(false);
  expect(looks).toBe(1);
  expect(limit.exceeded(960e6, live(910e6))).toBe(true);
});

it('the heap of this process is below it', () => {
  expect(new HeapLimit(4e9).exceeded(5e9)).toBe(false);
});
