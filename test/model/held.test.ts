import { expect, test } from 'vitest';
import { Held } from '../../src/model/held.ts';
import type { Pin } from '../../src/model/state.ts';

const pin = (id: number): Pin => ({ id, older: undefined, newer: undefined }) as Pin;
const ids = (held: Held) => [...held].map(({ id }) => id);

test('keeps the order in which pins were taken, whichever goes', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map(pin);
  const held = new Held();
  for (const p of [a, b, c, d, a, d]) held.add(p);
  expect([held.size, ids(held), held.oldest]).toEqual([4, [1, 2, 3, 4], a]);
  held.delete(b);
  held.delete(b);
  held.delete(a);
  held.delete(d);
  expect([held.size, ids(held), held.oldest]).toEqual([1, [3], c]);
  held.add(b);
  expect(ids(held)).toEqual([3, 2]);
  held.clear();
  expect([held.size, ids(held), held.oldest]).toEqual([0, [], undefined]);
  held.add(c);
  expect(ids(held)).toEqual([3]);
});

test('a pin may go while it is visited', () => {
  const held = new Held();
  for (const p of [1, 2, 3].map(pin)) held.add(p);
  for (const p of held) held.delete(p);
  expect(held.size).toBe(0);
});
