// Why: several rules name the same commit of the kernel. Its subject and the releases that have it are written once.
import type { Fix, FixScope } from './contract.ts';

const FIXES = {
  '09854ba94c6a': { subject: 'mm: do_wp_page() simplification', since: 'v5.9' },
  '70e806e4e645': { subject: 'mm: Do early cow for pinned pages during fork() for ptes', since: 'v5.9' },
  '57efa1fe5957': {
    subject: 'mm/gup: prevent gup_fast from racing with COW during fork',
    since: 'v5.11',
    stable: ['5.10.y'],
  },
  feb889fb40fa: { subject: "mm: don't put pinned pages into the swap cache", since: 'v5.11', stable: ['5.10.y'] },
  '9348b73c2e1b': {
    subject: "mm: don't play games with pinned pages in clear_page_refs",
    since: 'v5.11',
    stable: ['5.10.y'],
  },
  '6ce64428d620': {
    subject: 'mm/userfaultfd: fix memory corruption due to writeprotect',
    since: 'v5.12',
    stable: ['5.10.y'],
  },
  '4eae4efa2c29': { subject: 'hugetlb: do early cow when page pinned on src mm', since: 'v5.12' },
  '3bff7e3f1f16': { subject: 'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()', since: 'v5.18' },
  c145e0b47c77: { subject: 'mm: streamline COW logic in do_swap_page()', since: 'v5.18' },
  '6c287605fd56': { subject: 'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive', since: 'v5.19' },
  '1493a1913e34': { subject: 'mm/swap: remember PG_anon_exclusive via a swp pte bit', since: 'v5.19' },
  a7f226604170: {
    subject: 'mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page',
    since: 'v5.19',
  },
  '088b8aa537c2': { subject: 'mm: fix PageAnonExclusive clearing racing with concurrent RCU GUP-fast', since: 'v6.1' },
  '84209e87c696': { subject: 'mm/gup: reliable R/O long-term pinning in COW mappings', since: 'v6.2' },
  '8d6a0ac09a16': { subject: 'mm: extend FAULT_FLAG_UNSHARE support to anything in a COW mapping', since: 'v6.2' },
  a7e689dd1c06: { subject: 'block: Convert bio_iov_iter_get_pages to use iov_iter_extract_pages', since: 'v6.5' },
  '1ccf164ec866': { subject: 'block: Use iov_iter_extract_pages() and page pinning in direct-io.c', since: 'v6.5' },
  '13ddaf26be32': { subject: 'mm/swap: fix race when skipping swapcache', since: 'v6.8', stable: ['6.1.y', '6.6.y'] },
} satisfies Record<string, Omit<Fix, 'commit' | 'only'>>;

/** @param only the pins that the commit is for, if not all */
export const fix = (commit: keyof typeof FIXES, only?: FixScope): Fix => ({
  commit,
  ...FIXES[commit],
  ...(only === undefined ? {} : { only }),
});
