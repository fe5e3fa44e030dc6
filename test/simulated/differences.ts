// What the tool says of a simulated trace, compared with what the simulation knows.
import { check } from '../../src/program.ts';
import { Kernel510 } from './kernel-5.10.ts';
import { type Broken, Kernel612 } from './kernel-6.12.ts';
import { hex, type Pinned } from './memory.ts';
import { type Era, simulate } from './processes.ts';
import { isAt, isClaim, isTrue } from './truth.ts';

const BROKEN: readonly Broken[] = [undefined, 'fork', undefined, 'swap', undefined, 'write fault', 'migration', 'ksm'];

export const ERAS: readonly Era[] = [
  { release: '5.10', name: '5.10', columns: 4, boot: (machine) => new Kernel510(machine) },
  {
    release: '6.12',
    name: '6.12',
    columns: 5,
    boot: (machine, seed) => new Kernel612(machine, BROKEN[seed % BROKEN.length]),
  },
  {
    release: '6.12',
    name: '6.12 (transparent huge pages)',
    columns: 5,
    boot: (machine, seed) => new Kernel612(machine, BROKEN[seed % (BROKEN.length - 1)], true),
  },
];

/** What a capture says in its header: that the probes of these were armed; and what no line of 6.12 tells of pipes. */
const NOT_RECORDED = /hugetlb|no (write fault|fork) is recorded|among those released before/;

/** Where the findings and the truth differ, and what a complete trace should not be told. */
export async function differences(seed: number, era: Era): Promise<string[]> {
  const { text, pins, memory } = simulate(seed, era);
  // nothing to ask for
  if (pins.length === 0) return [];
  const { findings, rules, traces } = await check({
    name: `${era.release}, seed ${seed}`,
    text,
  });
  const told = (pin: Pinned) =>
    findings.some(
      ({ severity, pin: { address, pfn } }) =>
        (severity !== 'note' || pin.due === 'note') && isAt(pin, address) && hex(pin.page.pfn) === pfn,
    );
  const counted = traces[0].pins;
  return [
    ...pins
      .filter((p) => p.due !== undefined && p.copied === 'in time' && !told(p))
      .map((p) => `missed: ${hex(p.address)} ${hex(p.page.pfn)}`),
    ...findings
      .filter((finding) => isClaim(finding) && !isTrue(finding, pins, memory))
      .map(
        ({ rule, severity, confidence, pin }) => `wrong: ${rule} ${severity} ${confidence} ${pin.address} ${pin.pfn}`,
      ),
    ...(counted.seen === pins.length && counted.open === 0
      ? []
      : [`${counted.seen} of ${pins.length} pins, ${counted.open} open`]),
    ...(rules.find(({ id }) => id === 'insufficient-evidence')?.missing ?? []).filter(
      (said) => !NOT_RECORDED.test(said),
    ),
  ].map((what) => `seed ${seed}: ${what}`);
}
