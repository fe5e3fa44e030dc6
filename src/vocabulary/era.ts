// What changed between kernels, one row per era: flag numbers, swap types, and what a kernel promises to a
// pin. Everything that a version must decide is here; what the trace shows itself is never looked up here.
// Sources: include/linux/mm.h and mm_types.h (FOLL_*), arch/x86/include/asm/pgtable_64.h, include/linux/swapops.h
// of v5.10, v6.1, v6.12, v7.2; commits as cited.

export type EraName = '5.10' | '6.1' | '6.12' | '7.2';

/** FOLL_ bits by name, for one layout of the numbers. */
export type FollLayout = Readonly<Record<string, number>>;

/** Up to v6.2: `#define`s in include/linux/mm.h. */
export const FOLL_OLD: FollLayout = {
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

/** What a swap type number means where it is no swap file (include/linux/swap.h, MAX_SWAPFILES and above). */
export type SpecialSwap = 'hwpoison' | 'migration' | 'device-private' | 'device-exclusive' | 'pte-marker';

export interface Era {
  name: EraName;
  foll: FollLayout;
  /** special swap types of the Debian configuration; another configuration shifts them */
  swapTypes: Readonly<Record<number, SpecialSwap>>;
  /** munmap() takes its entries away in unmap_vmas() alone, and zap_vma_range_batched() is for madvise() */
  munmapIsUnmapVmas?: boolean;
  /** the kernel promises that ... */
  promises: {
    /** a R/W FOLL_PIN stays the mapped page through swap and write protection: 6c287605fd56 ("mm: remember exclusively mapped anonymous pages with PG_anon_exclusive") (in v5.19) */
    writePinCoherent: boolean;
    /** a R/W FOLL_GET reference stays the mapped page except across fork: 1493a1913e34 ("mm/swap: remember PG_anon_exclusive via a swp pte bit") (in v5.19) */
    writeGetCoherent: boolean;
    /** fork copies FOLL_PIN pages early: 70e806e4e645 ("mm: Do early cow for pinned pages during fork() for ptes") (in v5.9) */
    forkCopiesPinned: boolean;
    /** the same for hugetlb: 4eae4efa2c29 ("hugetlb: do early cow when page pinned on src mm") (in v5.13) */
    forkCopiesPinnedHugetlb: boolean;
    /** a R/O FOLL_PIN of an anonymous page unshares first: a7f226604170 ("mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page") (in v5.19) */
    roPinUnshares: boolean;
    /** the same for FOLL_LONGTERM on the zero page and file pages: 84209e87c696 ("mm/gup: reliable R/O long-term pinning in COW mappings") (in v6.2) */
    roLongtermUnsharesAll: boolean;
    /** O_DIRECT takes FOLL_PIN: 1ccf164ec866 ("block: Use iov_iter_extract_pages() and page pinning in direct-io.c") (in v6.5) */
    odirectPins: boolean;
    /** pinned pages stay out of swap: feb889fb40fa ("mm: don't put pinned pages into the swap cache") (in v5.11, 5.10.y) */
    pinnedNotSwapped: boolean;
    /** soft-dirty leaves pinned pages writable: 9348b73c2e1b ("mm: don't play games with pinned pages in clear_page_refs") (in v5.11, 5.10.y) */
    softDirtySparesPinned: boolean;
  };
}

const OLD_PROMISES: Era['promises'] = {
  writePinCoherent: false,
  writeGetCoherent: false,
  forkCopiesPinned: true,
  forkCopiesPinnedHugetlb: false,
  roPinUnshares: false,
  roLongtermUnsharesAll: false,
  odirectPins: false,
  pinnedNotSwapped: true,
  softDirtySparesPinned: true,
};
const EXCLUSIVE_PROMISES: Era['promises'] = {
  ...OLD_PROMISES,
  writePinCoherent: true,
  writeGetCoherent: true,
  forkCopiesPinnedHugetlb: true,
  roPinUnshares: true,
};
const ODIRECT_PIN_PROMISES: Era['promises'] = { ...EXCLUSIVE_PROMISES, roLongtermUnsharesAll: true, odirectPins: true };

const MIGRATION_6 = {
  27: 'hwpoison',
  28: 'migration',
  29: 'migration',
  30: 'migration',
  31: 'pte-marker',
} as const;

export const ERAS: readonly Era[] = [
  {
    name: '5.10',
    foll: FOLL_OLD,
    swapTypes: { 29: 'hwpoison', 30: 'migration', 31: 'migration' },
    promises: OLD_PROMISES,
  },
  { name: '6.1', foll: FOLL_OLD, swapTypes: MIGRATION_6, promises: EXCLUSIVE_PROMISES },
  { name: '6.12', foll: FOLL_NEW, swapTypes: MIGRATION_6, promises: ODIRECT_PIN_PROMISES },
  {
    name: '7.2',
    munmapIsUnmapVmas: true,
    foll: FOLL_NEW,
    swapTypes: {
      24: 'hwpoison',
      25: 'migration',
      26: 'migration',
      27: 'migration',
      28: 'device-private',
      29: 'device-private',
      30: 'device-exclusive',
      31: 'pte-marker',
    },
    promises: ODIRECT_PIN_PROMISES,
  },
];

export const eraNamed = (name: string): Era | undefined => ERAS.find((e) => e.name === name);

/**
 * The era a kernel release belongs to, by what it promises.
 * @param release `5.10.0-32-amd64`, `6.1`, `7.2.13`
 */
export function eraOfRelease(release: string): Era | undefined {
  const m = /^v?(\d+)\.(\d+)/.exec(release.trim());
  if (m === null) return undefined;
  const v = Number(m[1]) * 1000 + Number(m[2]);
  if (v < 5009) return undefined;
  if (v <= 5018) return ERAS[0];
  if (v <= 6002) return ERAS[1];
  if (v <= 6014) return ERAS[2];
  return ERAS[3];
}

/** FOLL_ names set in `flags`, in the order of their bits; what no name covers is given as hex. */
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

/** Observations that narrow the era, each naming the eras it fits. */
export class EraEvidence {
  #left = new Set<EraName>(ERAS.map((e) => e.name));
  readonly reasons: string[] = [];

  /** @param eras names separated by blanks */
  fits(eras: string, because: string): void {
    const before = this.#left.size;
    const next = [...this.#left].filter((e) => eras.split(' ').includes(e));
    if (next.length === 0 || next.length === before) return;
    this.#left = new Set(next);
    this.reasons.push(because);
  }

  merge(other: EraEvidence): void {
    this.fits([...other.#left].join(' '), other.reasons.join(', '));
  }

  /** The eras still possible, oldest first. */
  get candidates(): readonly Era[] {
    return ERAS.filter((e) => this.#left.has(e.name));
  }
}
