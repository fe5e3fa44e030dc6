// Why: what one task is in the middle of, as far as events of other tasks change it. No address space or pin is named here,
// so that those can name it.
import type { At } from './at.ts';
import type { PageId } from './page-table.ts';
import type { DriftVia, WrprotectKind } from './pin.ts';

/** Whose task did something to an address space. */
export interface Doer {
  /** another's; undefined: not shown */
  foreign: boolean | undefined;
  /** a thread of the kernel */
  kernel: boolean;
}

/** Something that others did to addresses of a GUP call that had not returned. */
export interface Change {
  /** first page, and the one behind the last */
  start: number;
  end: number;
  at: At;
  /** raw entry of `start` before */
  was: number | undefined;
  /** page mapped at `start`; NaN: the range was unmapped, or the entry names its page only */
  page: PageId;
  /** how it was mapped; undefined: it was not */
  via: DriftVia | undefined;
  /** ... and shared with others, or without its exclusive mark */
  isShared: boolean;
  fault: At | undefined;
  /** the range was unmapped, and by whom */
  zap: Doer | undefined;
  /** the page was unmapped for swap or migration: the entry names it */
  away: 'unmap' | 'migrate' | undefined;
  /** the PMD of the range was split, and is not known to be anonymous: which page an address maps since, no line shows */
  split: boolean;
}

export const NO_CHANGE: Omit<Change, 'start' | 'end' | 'at' | 'was'> = {
  page: Number.NaN,
  via: undefined,
  isShared: false,
  fault: undefined,
  zap: undefined,
  away: undefined,
  split: false,
};

/**
 * A function that takes entries of a range away, or their write permission, or replaces one, has been entered. Its line comes before its
 * effect: a page that GUP gets by such an entry meanwhile, it got before.
 */
export interface Alteration {
  kind: 'zap' | 'move' | 'wrprotect' | 'ksm' | 'split';
  start: number;
  end: number;
  at: At;
  by: Doer;
  /** what protects the range */
  wrprotect: WrprotectKind | undefined;
  /** number of pages by which the entries are moved */
  shift: number;
  /** what KSM puts there */
  change: Change | undefined;
  /** where somebody has faulted since, who may have mapped a page or made it writable: the first order of each */
  faults: Map<number, number> | undefined;
}

/** do_huge_pmd_wp_page(), under way, as far as others change it. */
export interface PmdFault {
  vpn: number;
  /** the PMD was split: the fault goes on for the PTE */
  split: boolean;
}

/** A swap-in under way, as other tasks see it. */
export interface SwapIn {
  vpn: number;
  mapped: boolean;
  /** the page that another task's swap-in has mapped there meanwhile, and where that was swapped out again */
  other: { page: PageId; out: At | undefined } | undefined;
}
