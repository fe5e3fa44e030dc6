// The calls each task is inside of: kernel functions that were entered and have not returned. Data only, as in
// state.ts.

import type { At } from './at.ts';
import type { Alteration, Change, SwapIn } from './meanwhile.ts';
import type { PageId } from './page-table.ts';
import type { ForkFrame, Io, Mm, Pin, PinCall, Step } from './state.ts';

/** A candidate of a GUP call that has not returned yet. */
export interface Grab {
  page: PageId;
  refs: number;
  /** number of pages between the one named and the first that these references are for */
  behind: number;
  /** address of the page table walk; NaN on the lockless path */
  addr: number;
  folio: PageId;
  from: Pin['pageFrom'];
  at: At;
  slow: boolean;
  duringFork: ForkFrame | undefined;
  /** what was changing entries of the address space when it was grabbed; undefined: nothing */
  under: readonly Alteration[] | undefined;
}

export interface GupFrame {
  /** functions entered and not left, outermost first */
  stack: number[];
  at: At;
  fn: number;
  mm: Mm | undefined;
  addr: number;
  nr: number;
  apiFlags: number;
  flags: number;
  pages: number;
  caller: number;
  grabs: Grab[];
  /** address of the current walk */
  walkAddr: number;
  /** first four entries of the pages array, as printed at the return */
  array: PageId[];
  ret: number;
  /** number of pages that the lockless path was seen to return, by a line inside of the call */
  shown: number | undefined;
  lastAt: At;
  /** references the kernel took back before the call returned */
  undone: number;
  /** the address space whose changes it watches, once it has grabbed a page */
  watches: Mm | undefined;
  /** ... and the order from which it does: before it had grabbed others, it was not known where */
  watchedFrom: number | undefined;
  /** what others did there from the call to its end, oldest first, as far as it was kept; undefined: nothing */
  changes: readonly Change[] | undefined;
}

/** do_wp_page() or do_huge_pmd_wp_page(), in progress. */
export class WpFrame {
  mm: Mm;
  vpn: number;
  /** page of the entry that faulted; NaN unknown */
  old: PageId;
  /** undefined if not needed: no pin there, and no rule that handles all copies */
  at: At | undefined;
  copied: boolean;
  /** wp_page_copy() was entered; it gives up if the entry has changed meanwhile */
  copying: boolean;
  clearFlush: At | undefined;
  /** an event shows that the page was assigned to the VMA */
  owned: boolean;
  /** an event shows that the page was kept: the entry is writable from there on */
  kept: boolean;
  unshare: boolean;
  pmd: boolean;
  /** the PMD was split: the fault continues for the PTE */
  split: boolean;
  /** the page was pinned when it began */
  wasPinned: boolean;

  constructor(mm: Mm, vpn: number, old: PageId, at: At | undefined, unshare: boolean, pmd: boolean) {
    this.mm = mm;
    this.vpn = vpn;
    this.old = old;
    this.at = at;
    this.copied = false;
    this.copying = false;
    this.clearFlush = undefined;
    this.owned = false;
    this.kept = false;
    this.unshare = unshare;
    this.pmd = pmd;
    this.split = false;
    this.wasPinned = false;
  }
}

/** make_device_exclusive(), or make_device_exclusive_range() up to v6.14, under way. */
interface DeviceFrame {
  mm: Mm;
  vpn: number;
  end: number;
  owner: number;
  at: At;
  /** the mapping that page_make_device_exclusive_one() is at: `page` is the head of the folio, `vpn` its address */
  one: { mm: Mm; vpn: number; page: PageId; at: At } | undefined;
}

export interface AlterationFrame extends Alteration {
  mm: Mm;
  /** what splits a PMD on its way */
  outer: AlterationFrame | undefined;
}

/** do_swap_page(), under way. */
export interface SwapFrame extends SwapIn {
  mm: Mm;
  /** the address mapped a page when it began, so an unmapping was not recorded */
  present: boolean;
  at: At;
  write: boolean;
  /** the swap entry that it found, upper and lower half */
  hi: number;
  lo: number;
  /** the entry has the exclusive mark, or had it when a fault saw it before; undefined: not shown */
  mark: boolean | undefined;
  /** where it allocated a page, and which */
  allocated: { page: PageId; at: At } | undefined;
  /** where it sent a read into a page, and which */
  reads: { page: PageId; at: At } | undefined;
  /** newest pages that it put into the swap cache: another's change of their slots is seen from there on */
  cached: PageId[];
}

/** A pinned page that was unmapped, not known yet whether to swap or to migrate it, with those who held it then. */
export interface Unmapped {
  mm: Mm;
  vpn: number;
  page: PageId;
  anon: boolean | undefined;
  at: At;
  pins: readonly Pin[];
  /** it may be in the swap cache */
  cached: boolean;
}

/** One page of a folio that a call has unmapped, as far as known. */
export interface UnmappedOne {
  unmapped: Unmapped;
  /** address of the call */
  from: number;
  /** raw entry before */
  was: number | undefined;
  /** it was not for migration, as far as known */
  isSwapped: boolean;
  /** it was in the swap cache */
  wasCached: boolean;
}

/** References that a release function said it gives back. */
export interface Given {
  page: PageId;
  folio: PageId;
  refs: number;
  /** level of the innermost function that has reported it */
  level: number;
  /** the line does not show the page */
  guessed: boolean;
}

/** A release by a function that may call further release functions (release.ts). */
export class Release {
  readonly level: number;
  readonly at: At;
  /** number of pages it releases */
  readonly n: number;
  readonly items: Given[] = [];
  /** number of the first of `items` that are the rest of a release which an interrupt came into */
  before = 0;
  /** index of the first of `items` that the innermost function has not reported yet */
  next = 0;
  /** pages released that no line has named */
  unnamed = 0;
  /** calls whose pins it released */
  readonly calls: PinCall[] = [];
  /** pins that may be among the pages that no line has named */
  readonly maybe: Pin[] = [];

  constructor(level: number, at: At, n: number) {
    this.level = level;
    this.at = at;
    this.n = n;
  }
}

/** Calls that a task may have been inside of when recording began, as bits of {@link Task.before}. */
export const Before = { gup: 1, other: 2 } as const;

/** What replace_page() of KSM maps. */
export interface KsmMap {
  vpn: number;
  page: PageId;
  pages: number;
}

export class Task {
  readonly pid: number;
  /** calls that began before the trace and may still return */
  before: number;
  /**
   * process, from the trace (record-tgid, perf's pid/tid, task_newtask) or inferred from thread creation; -1 unknown
   */
  tgid: number;
  mm: Mm | undefined;
  /** address space and process of its parent, also its own if it is a thread: copies (copy_page_range()) are not recorded */
  perhaps: { mm: Mm; tgid: number } | undefined;
  /** what it did to pins of an address space, when nothing showed yet whether it runs there */
  strange: { mm: Mm; step: Step }[] | undefined;
  /**
   * `mm` is known only by faults inside GUP calls: a worker of the kernel borrows it (kthread_use_mm()), and may borrow
   * another for its next call
   */
  borrows = false;
  /** kind of its newest record; -1: none yet */
  previous = -1;
  /** where it has mapped a new page outside of GUP; nothing says that it runs there */
  near: Mm | undefined;
  /** mm of its newest handle_mm_fault() */
  faultMm: Mm | undefined;
  faultVpn: number;
  /** its flags; NaN: not shown */
  faultFlags: number;
  /** that fault is to give the address an exclusive page, not to write to it (FAULT_FLAG_UNSHARE) */
  faultUnshares = false;
  gup: GupFrame | undefined;
  /** functions of a GUP call that was assumed to have ended before its return was seen */
  passed: readonly number[] | undefined;
  /** the current write fault */
  wp: WpFrame | undefined;
  /** the current swap-in */
  swap: SwapFrame | undefined;
  unmap: { mm: Mm; vpn: number; page: PageId; at: At; migrate: boolean } | undefined;
  /**
   * the large folio that it unmaps, VMA by VMA: calls so far, and pages behind the address of their call, which may be of a
   * VMA that is still to come
   */
  walk: { page: PageId; calls: { mm: Mm; vpn: number }[]; behind: UnmappedOne[] } | undefined;
  /** the current hugetlb write fault, the page it found, and who else mapped and pinned it at that time */
  hugetlb:
    | { mm: Mm; vpn: number; at: At; page: PageId; unshare: boolean; shared: boolean; pins: readonly Pin[] }
    | undefined;
  fork: ForkFrame | undefined;
  /** the newest task that it created, by task_newtask() */
  cloned: { pid: number; flags: number } | undefined;
  /** the mm made by the current fork, until sched_process_fork names the child */
  forked: Mm | undefined;
  migrateIn: { mm: Mm; vpn: number; page: PageId; skipped: number; since: number } | undefined;
  /** folio whose place in its mapping migration gives to another (folio_migrate_mapping()) */
  migrates: PageId = Number.NaN;
  /**
   * migrate_pages() first unmaps a batch of folios and then maps all of them back. `since`: the place of the first
   * unmapping of the newest batch, before which the pages it moves to were free; `back`: some of it is mapped back
   */
  batch: { since: number; back: boolean } | undefined;
  /**
   * the current merge; `cleared`: page number of the entry last cleared in it; `mapped`: the KSM page has been mapped;
   * `maps`: it will be, once the entry is cleared
   */
  ksm: { mm: Mm; page: PageId; kpage: PageId; cleared: number; mapped: boolean; maps: KsmMap | undefined } | undefined;
  /** the current collapse; `mapped`: its new page has been mapped */
  collapse: { mm: Mm; vpn: number; mapped: boolean } | undefined;
  numaThp: { mm: Mm; vpn: number; at: At } | undefined;
  /**
   * range that its last unmap_page_range() or move_page_tables() removed, and `to` where it was moved; a split inside may
   * map the rest again
   */
  gone: { mm: Mm; start: number; end: number; to: number | undefined } | undefined;
  devExcl: DeviceFrame | undefined;
  /** the function it has entered that changes a range of entries */
  alters: AlterationFrame | undefined;
  /** entry that ptep_clear_flush() cleared outside of a write fault, until another line shows why */
  cleared: { mm: Mm; vpn: number } | undefined;
  /** pages this task released in its last events, while inner functions may repeat them (release.ts) */
  release: Release | undefined;
  /** newest FOLL_PIN of its own that it released by unpin_user_page(), and the newest bio to which it added a pinned page */
  unpinned: Pin | undefined;
  filling: Io | undefined;
  /** newest bio with pinned pages that it submitted */
  submitted: Io | undefined;
  /** page that nobody has pinned, which it put into a bio last */
  padded: { bio: number; page: PageId; off: number; len: number } | undefined;
  /** calls that pinned pages since its last bio with such pages; not longterm */
  fresh: PinCall[] | undefined;
  /** newest pin this task added to a pipe */
  piped: Pin | undefined;
  /** newest unused FOLL_GET pin */
  lastGet: Pin | undefined;

  /** Nothing is known of it but that it ran. */
  get isIdle(): boolean {
    const calls = this.gup ?? this.wp ?? this.swap ?? this.hugetlb ?? this.fork ?? this.ksm ?? this.collapse;
    return (this.mm ?? this.faultMm ?? calls ?? this.release ?? this.piped ?? this.lastGet) === undefined;
  }

  constructor(pid: number) {
    this.pid = pid;
    this.before = Before.gup | Before.other;
    this.tgid = -1;
    this.faultVpn = Number.NaN;
    this.faultFlags = Number.NaN;
  }
}
