// Vocabulary for pins and their steps.

export type PinKind = 'GET' | 'PIN';
export type PinOwner = 'bio' | 'pipe' | 'transient';

/**
 * What gave a pin back: unpin_user_page*() and friends, a bio, a pipe buffer, or nothing that the trace shows: `unseen`
 * where the page is in other use, `over` where the bio that owned it is another one by now, so it had ended, `given up`
 * where it is a FOLL_GET reference that nobody owns, and too many newer ones are there.
 */
export type ReleasedBy = 'unpin' | 'bio' | 'pipe' | 'unseen' | 'over' | 'given up';

/** The function in which a write fault keeps its page. */
export type ReusedBy = 'do_wp_page' | 'do_huge_pmd_wp_page' | 'hugetlb_wp' | 'do_swap_page';

export type WrprotectKind = 'mprotect' | 'uffd-wp' | 'soft-dirty' | 'numa' | 'ksm';

export type StepRole =
  | 'map'
  | 'pin'
  | 'grab'
  | 'unmap'
  | 'swap-in'
  | 'fork'
  | 'early copy'
  | 'wrprotect'
  | 'zap'
  | 'move'
  | 'move away'
  | 'wp fault'
  | 'copy'
  | 'reuse'
  | 'unshare'
  | 'migrate'
  | 'ksm merge'
  | 'collapse'
  | 'observed'
  | 'split'
  | 'device-exclusive'
  | 'restore'
  | 'i/o submit'
  | 'i/o end'
  | 'pipe'
  | 'release';

/** How the address came to map another page. */
export type DriftVia = 'cow' | 'fault' | 'swap-in' | 'migrate' | 'ksm' | 'collapse' | 'move' | 'observed';

/** The step by which an address came to map another page; `observed`: a line shows it, none shows how. */
export const PARTED_BY: Readonly<Record<DriftVia, StepRole>> = {
  cow: 'copy',
  fault: 'map',
  'swap-in': 'swap-in',
  migrate: 'migrate',
  ksm: 'ksm merge',
  collapse: 'collapse',
  move: 'map',
  observed: 'observed',
};

/** The page was unmapped with a range of addresses, and no line has shown it there since. */
export const isZapped = ({ steps }: { readonly steps: readonly { readonly role: StepRole }[] }): boolean =>
  steps.findLast(({ role }) => role === 'zap' || role === 'map' || role === 'observed')?.role === 'zap';
