// Why: the traces of the lab show what its programs did, and those written by hand what their authors thought of. Here a
// simulated kernel runs tasks in an order that nobody chose, and knows itself which pins parted from their addresses.
// PINDRIFT_SIMULATED=1000 runs so many of them.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import { hex } from './memory.ts';
import { simulate } from './processes.ts';

const SEEDS = Number(process.env.PINDRIFT_SIMULATED ?? 24);
const AT_ONCE = 8;

/** What a capture says in its header: that the probes of these were armed. */
const NOT_RECORDED = /hugetlb|no write fault is recorded/;

/** Where the findings and the truth differ, and what a complete trace should not be told. */
async function differences(seed: number): Promise<string[]> {
  const { text, pins } = simulate(seed);
  const { findings, rules, traces } = await check({ name: `seed ${seed}`, text });
  const told = findings.filter(({ severity }) => severity !== 'note');
  const isTold = (address: number, pfn: number) =>
    told.some(({ pin }) => pin.address === hex(address) && pin.pfn === hex(pfn));
  const isTrue = (address: string | undefined, pfn: string | undefined) =>
    pins.some((p) => (p.copied !== undefined || p.lent) && hex(p.address) === address && hex(p.page.pfn) === pfn);
  const counted = traces[0].pins;
  return [
    ...pins
      .filter((p) => p.write && p.copied === 'in time' && !isTold(p.address, p.page.pfn))
      .map((p) => `missed: ${hex(p.address)} ${hex(p.page.pfn)}`),
    ...told
      .filter(({ pin }) => !isTrue(pin.address, pin.pfn))
      .map(({ rule, confidence, pin }) => `wrong: ${rule} ${confidence} ${pin.address} ${pin.pfn}`),
    ...(counted.seen === pins.length && counted.open === 0
      ? []
      : [`${counted.seen} of ${pins.length} pins, ${counted.open} open`]),
    ...(rules.find(({ id }) => id === 'insufficient-evidence')?.missing ?? []).filter(
      (said) => !NOT_RECORDED.test(said),
    ),
  ].map((what) => `seed ${seed}: ${what}`);
}

describe('tasks of a simulated 5.10 kernel, interleaved at random', () => {
  for (let first = 1; first <= SEEDS; first += AT_ONCE)
    it(`are told what is true, ${first} to ${Math.min(SEEDS, first + AT_ONCE - 1)}`, { timeout: 120_000 }, async () => {
      const found: string[] = [];
      for (let seed = first; seed < first + AT_ONCE && seed <= SEEDS; seed++) found.push(...(await differences(seed)));
      expect(found).toEqual([]);
    });
});
