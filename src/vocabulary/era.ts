// Differences between kernels, one row per release that is distinguished: flag numbers, swap types, and promises about
// pins. Everything that depends on the version is here and in kernel/; what the trace itself shows is never looked up
// here. Sources: include/linux/swap.h, swapops.h of v5.10, v5.15, v6.1, v6.6, v6.12, v6.18, v7.2, v7.3.
import type { Arch } from './kernel/arch/index.ts';
import { FOLL_NEW, type FollLayout, follOf } from './kernel/foll.ts';
import { type KernelPromise, type Promises, promisesOf } from './kernel/promises.ts';
import { isWithin, type Releases, version } from './kernel/version.ts';

/** The releases whose types are included (src/capture/stock). */
export type StockName = '5.10' | '6.1' | '6.12' | '7.2';

/** Meaning of a swap type number that is not a swap file (include/linux/swap.h, MAX_SWAPFILES and above). */
export type SpecialSwap = 'hwpoison' | 'migration' | 'device-private' | 'device-exclusive' | 'pte-marker';

interface Release {
  name: string;
  /** the first release with these properties */
  since: string;
  /** the stock release whose probes fit best */
  stock: StockName;
  /** special swap types of the Debian configuration; another configuration shifts them */
  swapTypes: Readonly<Record<number, SpecialSwap>>;
  /** munmap() removes its entries only in unmap_vmas(), and zap_vma_range_batched() is for madvise() */
  munmapIsUnmapVmas?: boolean;
}

export interface Era extends Release {
  name: EraName;
  foll: FollLayout;
  /** promises of the kernel */
  promises: Promises;
}

const SWAP_5: Release['swapTypes'] = { 29: 'hwpoison', 30: 'migration', 31: 'migration' };
const SWAP_6: Release['swapTypes'] = {
  27: 'hwpoison',
  28: 'migration',
  29: 'migration',
  30: 'migration',
  31: 'pte-marker',
};
const SWAP_6_15: Release['swapTypes'] = {
  24: 'hwpoison',
  25: 'migration',
  26: 'migration',
  27: 'migration',
  28: 'device-private',
  29: 'device-private',
  30: 'device-exclusive',
  31: 'pte-marker',
};

const RELEASES = [
  { name: '5.10', since: '5.9', stock: '5.10', swapTypes: SWAP_5 },
  { name: '5.15', since: '5.13', stock: '5.10', swapTypes: SWAP_5 },
  { name: '6.1', since: '5.19', stock: '6.1', swapTypes: SWAP_6 },
  { name: '6.6', since: '6.3', stock: '6.1', swapTypes: SWAP_6 },
  { name: '6.12', since: '6.10', stock: '6.12', swapTypes: SWAP_6 },
  { name: '6.18', since: '6.15', stock: '6.12', swapTypes: SWAP_6_15 },
  { name: '7.2', since: '7.1', stock: '7.2', swapTypes: SWAP_6_15, munmapIsUnmapVmas: true },
  { name: '7.3', since: '7.3', stock: '7.2', swapTypes: SWAP_6_15, munmapIsUnmapVmas: true },
] as const satisfies readonly Release[];

/** Releases that are distinguished. */
export type EraName = (typeof RELEASES)[number]['name'];

export const ERA_NAMES: readonly EraName[] = RELEASES.map(({ name }) => name);

/** Names of the releases within a span, separated by spaces. */
export const erasWithin = (span: Releases): string =>
  ERA_NAMES.filter((name) => isWithin(span, version(name))).join(' ');

/** @param arch of the machine, if known */
export function eraNamed(name: string, arch?: Arch): Era | undefined {
  const release = RELEASES.find((one) => one.name === name);
  if (release === undefined) return undefined;
  const number = version(name);
  return { ...release, foll: follOf(number), promises: promisesOf(number, arch) };
}

/**
 * The era a kernel release belongs to.
 * @param release `5.10.0-32-amd64`, `6.1`, `7.2.13`
 */
export function eraOfRelease(release: string, arch?: Arch): Era | undefined {
  const number = version(release);
  const row = RELEASES.findLast(({ since }) => number >= version(since));
  return row === undefined ? undefined : eraNamed(row.name, arch);
}

/** Releases that can hardly be distinguished by their lines, and of which the older promises less. */
const ALIKE: readonly (readonly EraName[])[] = [
  ['5.10', '5.15'],
  ['6.1', '6.6'],
];

/** Other observations in the trace about a kernel. */
export interface Shown {
  arch?: Arch | undefined;
  /** number of calls whose flags use the numbers up to v6.2, and since v6.3 */
  foll?: { readonly old: number; readonly new: number };
}

/**
 * Properties of a kernel that may be any of these. It gets the name of the release whose types are included; features
 * that only some of them have or promise are left out. Undefined: they differ too much.
 */
export function eraOf(candidates: readonly EraName[], { arch, foll }: Shown = {}): Era | undefined {
  const all = candidates.map((name) => eraNamed(name, arch)).filter((era) => era !== undefined);
  const isNew = foll === undefined || foll.old > 0 === foll.new > 0 ? undefined : foll.new > 0;
  const fitting = all.filter((era) => isNew === undefined || (era.foll === FOLL_NEW) === isNew);
  const eras = fitting.length > 0 ? fitting : all;
  const first = eras.find(({ name, stock }) => name === stock) ?? eras[0];
  if (first === undefined) return undefined;
  const made = JSON.stringify(first.promises);
  const isOne = eras.every((era) => era.foll === first.foll && JSON.stringify(era.promises) === made);
  if (!isOne && !ALIKE.some((names) => eras.every(({ name }) => names.includes(name)))) return undefined;
  const promises = Object.entries(first.promises).map(([name, is]) => [
    name,
    is && eras.every((era) => era.promises[name as KernelPromise]),
  ]);
  const types = Object.entries(first.swapTypes).filter(([n, is]) =>
    eras.every((era) => era.swapTypes[Number(n)] === is),
  );
  return {
    ...first,
    promises: Object.fromEntries(promises) as Promises,
    swapTypes: Object.fromEntries(types),
    munmapIsUnmapVmas: eras.every((era) => era.munmapIsUnmapVmas === true),
  };
}

/** Releases that keep their own name whenever they are possible. */
const stockOf = (names: readonly EraName[]): string =>
  RELEASES.filter(({ name, stock }) => name === stock && names.includes(name))
    .map(({ name }) => name)
    .join();

/** Observations that narrow down the era, each with the eras it is consistent with. */
export class EraEvidence {
  #left: readonly EraName[] = ERA_NAMES;
  readonly reasons: string[] = [];

  /** @param eras names separated by spaces */
  fits(eras: string, because: string): void {
    const fitting = eras.split(' ');
    const before = this.#left;
    const next = before.filter((name) => fitting.includes(name));
    if (next.length === 0 || next.length === before.length) return;
    this.#left = next;
    if (stockOf(next) !== stockOf(before)) this.reasons.push(because);
  }

  /** The eras still possible, oldest first. */
  get candidates(): readonly EraName[] {
    return this.#left;
  }
}
