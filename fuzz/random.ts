// Why: a case depends only on numbers, so that it can be repeated.
import { random } from '../scripts/damage.ts';

export class Random {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = random(seed);
  }

  /** 0 to n - 1 */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** true once in n */
  once(n: number): boolean {
    return this.next() * n < 1;
  }
}

/** One number out of several. */
export function mix(...numbers: readonly number[]): number {
  let h = 0x811c9dc5;
  for (const n of numbers) h = Math.imul(h ^ (n >>> 0), 0x01000193) ^ (h >>> 15);
  return h >>> 0;
}
