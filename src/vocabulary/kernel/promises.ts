// Why: the promises a kernel makes about pins decide whether a drift is a kernel bug. One row each, with the commit
// that made the promise.
import type { Arch } from './arch/index.ts';
import { version } from './version.ts';

const ROWS = {
  /** a R/W FOLL_PIN stays the mapped page through swap and write protection: 6c287605fd56 ("mm: remember exclusively mapped anonymous pages with PG_anon_exclusive") (in v5.19) */
  writePinCoherent: '5.19',
  /**
   * a R/W FOLL_GET reference stays the mapped page except across fork: 1493a1913e34 ("mm/swap: remember
   * PG_anon_exclusive via a swp pte bit") (in v5.19), if the architecture has that bit (`swpExclusiveSince`)
   */
  writeGetCoherent: '5.19',
  /** fork copies FOLL_PIN pages early: 70e806e4e645 ("mm: Do early cow for pinned pages during fork() for ptes") (in v5.9) */
  forkCopiesPinned: '5.9',
  /** the same for hugetlb: 4eae4efa2c29 ("hugetlb: do early cow when page pinned on src mm") (in v5.12) */
  forkCopiesPinnedHugetlb: '5.12',
  /** a R/O FOLL_PIN of an anonymous page unshares first: a7f226604170 ("mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page") (in v5.19) */
  roPinUnshares: '5.19',
  /** the same for FOLL_LONGTERM on the zero page and file pages: 84209e87c696 ("mm/gup: reliable R/O long-term pinning in COW mappings") (in v6.2) */
  roLongtermUnsharesAll: '6.2',
  /**
   * O_DIRECT takes FOLL_PIN: a7e689dd1c06 ("block: Convert bio_iov_iter_get_pages to use iov_iter_extract_pages") and
   * 1ccf164ec866 ("block: Use iov_iter_extract_pages() and page pinning in direct-io.c") (in v6.5)
   */
  odirectPins: '6.5',
  /** pinned pages stay out of swap: feb889fb40fa ("mm: don't put pinned pages into the swap cache") (in v5.11, 5.10.y) */
  pinnedNotSwapped: '5.10',
  /**
   * soft-dirty leaves pinned pages writable: 9348b73c2e1b ("mm: don't play games with pinned pages in clear_page_refs")
   * (in v5.11, 5.10.y)
   */
  softDirtySparesPinned: '5.10',
  /** of two swap-ins of one entry without the swap cache the second waits: 13ddaf26be32 ("mm/swap: fix race when skipping swapcache") (in v6.8) */
  swapinWaits: '6.8',
} as const;

export type KernelPromise = keyof typeof ROWS;
export const PROMISE_NAMES = Object.keys(ROWS) as readonly KernelPromise[];
export type Promises = Readonly<Record<KernelPromise, boolean>>;

/** The release since which swap entries of all architectures with swap remember exclusive pages. */
const EVERYWHERE = '6.3';

/** @param arch undefined: not known, so that only promises of all architectures count */
export function promisesOf(release: number, arch: Arch | undefined): Promises {
  const made = PROMISE_NAMES.map((name) => [name, release >= version(ROWS[name])]);
  const promises = Object.fromEntries(made) as Record<KernelPromise, boolean>;
  if (release < version(arch?.swpExclusiveSince ?? EVERYWHERE)) promises.writeGetCoherent = false;
  return promises;
}
