// Why: the traces of the lab show what its programs did, and those written by hand what their authors thought of. Here a
// simulated kernel runs tasks in an order that nobody chose, and knows itself which pins parted from their addresses.
// PINDRIFT_SIMULATED=1000 runs so many of them.
import { describe, expect, it } from 'vitest';
import { differences, ERAS } from './differences.ts';

const SEEDS = Number(process.env.PINDRIFT_SIMULATED ?? 24);
const AT_ONCE = 8;

describe.each(ERAS)('tasks of a simulated $name kernel, interleaved at random', (era) => {
  for (let first = 1; first <= SEEDS; first += AT_ONCE)
    it(`are told what is true, ${first} to ${Math.min(SEEDS, first + AT_ONCE - 1)}`, {
      timeout: 120_000,
    }, async () => {
      const found: string[] = [];
      for (let seed = first; seed < first + AT_ONCE && seed <= SEEDS; seed++)
        found.push(...(await differences(seed, era)));
      expect(found).toEqual([]);
    });
});
