// Why: the numbers of FOLL_ flags, which were changed once. Sources: include/linux/mm.h and mm_types.h, mm/internal.h
// of v5.10, v6.1, v6.12, v7.2.

import { version } from './version.ts';

/** FOLL_ bits by name, for one layout of the numbers. */
export type FollLayout = Readonly<Record<string, number>>;

/** Up to v6.2: `#define`s in include/linux/mm.h. */
const FOLL_OLD: FollLayout = {
  FOLL_WRITE: 0x1,
  FOLL_TOUCH: 0x2,
  FOLL_GET: 0x4,
  FOLL_DUMP: 0x8,
  FOLL_FORCE: 0x10,
  FOLL_NOWAIT: 0x20,
  FOLL_NOFAULT: 0x80,
  FOLL_HWPOISON: 0x100,
  FOLL_NUMA: 0x200,
  FOLL_TRIED: 0x800,
  FOLL_REMOTE: 0x2000,
  FOLL_ANON: 0x8000,
  FOLL_LONGTERM: 0x10000,
  FOLL_SPLIT_PMD: 0x20000,
  FOLL_PIN: 0x40000,
  FOLL_FAST_ONLY: 0x80000,
};

/** Since v6.3: the enum in include/linux/mm_types.h, the internal ones in mm/internal.h. */
export const FOLL_NEW: FollLayout = {
  FOLL_WRITE: 0x1,
  FOLL_GET: 0x2,
  FOLL_DUMP: 0x4,
  FOLL_FORCE: 0x8,
  FOLL_NOWAIT: 0x10,
  FOLL_NOFAULT: 0x20,
  FOLL_HWPOISON: 0x40,
  FOLL_ANON: 0x80,
  FOLL_LONGTERM: 0x100,
  FOLL_SPLIT_PMD: 0x200,
  FOLL_PCI_P2PDMA: 0x400,
  FOLL_INTERRUPTIBLE: 0x800,
  FOLL_HONOR_NUMA_FAULT: 0x1000,
  FOLL_TOUCH: 0x10000,
  FOLL_TRIED: 0x20000,
  FOLL_REMOTE: 0x40000,
  FOLL_PIN: 0x80000,
  FOLL_FAST_ONLY: 0x100000,
  FOLL_UNLOCKABLE: 0x200000,
  FOLL_MADV_POPULATE: 0x400000,
};

/** The layout of a release. */
export const follOf = (release: number): FollLayout => (release < version('6.3') ? FOLL_OLD : FOLL_NEW);

/** FOLL_ names set in `flags`, in the order of their bits; unknown bits are printed as hex. */
export function follNames(flags: number, layout: FollLayout): string[] {
  const out: string[] = [];
  let rest = flags;
  for (const [name, bit] of Object.entries(layout).sort((a, b) => a[1] - b[1])) {
    if ((flags & bit) !== 0) {
      out.push(name);
      rest &= ~bit;
    }
  }
  if (rest !== 0) out.push(`0x${(rest >>> 0).toString(16)}`);
  return out;
}
