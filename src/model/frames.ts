// What each task is in the middle of: kernel functions that were entered and have not returned. Data only, as in state.ts.

import type { At } from './at.ts';
import type { PageId } from './page-table.ts';
import type { Change, ForkFrame, Mm, Pin, PinCall, SwapFrame } from './state.ts';

/** A candidate of a GUP call that has not returned yet. */
export interface Grab {
  page: PageId;
  refs: number;
  /** address the page table walk named; NaN on the lockless path */
  addr: number;
  folio: PageId;
  from: Pin['pageFrom'];
  at: At;
  slow: boolean;
  duringFork: ForkFrame | undefined;
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
  /** address of the walk under way */
  walkAddr: number;
  /** pages array as printed at the return, first four */
  array: PageId[];
  ret: number;
  lastAt: At;
  /** references the kernel took back before the call returned */
  undone: number;
  /** the address space whose changes it watches, once it has grabbed a page */
  watches: Mm | undefined;
  /** what others did there from the call to its end, oldest first, as far as it was kept; undefined: nothing */
  changes: readonly Change[] | undefined;
}

/** do_wp_page() or do_huge_pmd_wp_page(), under way. */
export class WpFrame {
  mm: Mm;
  vpn: number;
  /** page of the entry that faulted; NaN unknown */
  old: PageId;
  /** undefined when nobody will ask: no pin there, no rule that looks at all copies */
  at: At | undefined;
  copied: boolean;
  /** wp_page_copy() was entered, which gives up when the entry has changed meanwhile */
  copying: boolean;
  clearFlush: boolean;
  /** a line says that the page was made the VMA's own, and that the entry was made writable */
  owned: boolean;
  reused: boolean;
  unshare: boolean;
  pmd: boolean;
  /** the PMD was split: the fault goes on for the PTE */
  split: boolean;

  constructor(mm: Mm, vpn: number, old: PageId, at: At | undefined, unshare: boolean, pmd: boolean) {
    this.mm = mm;
    this.vpn = vpn;
    this.old = old;
    this.at = at;
    this.copied = false;
    this.copying = false;
    this.clearFlush = false;
    this.owned = false;
    this.reused = false;
    this.unshare = unshare;
    this.pmd = pmd;
    this.split = false;
  }
}

/** References that a release function said it gives back. */
export interface Given {
  page: PageId;
  folio: PageId;
  refs: number;
  /** of the innermost function that has said it */
  level: number;
  /** the line does not show the page */
  guessed: boolean;
}

/** A release by a function that may be followed by those it calls (release.ts). */
export class Release {
  readonly level: number;
  readonly at: At;
  /** pages it gives back */
  readonly n: number;
  readonly items: Given[] = [];
  /** the first of `items` that is not said by the innermost function yet */
  next = 0;
  /** pages given back that no line has named */
  unnamed = 0;
  /** calls whose pins it gave back */
  readonly calls: PinCall[] = [];
  /** pins that may be among those that no line has named */
  readonly maybe: Pin[] = [];

  constructor(level: number, at: At, n: number) {
    this.level = level;
    this.at = at;
    this.n = n;
  }
}

/** Calls that a task may have been inside of when recording began, as bits of {@link Task.before}. */
export const Before = { gup: 1, other: 2 } as const;

export class Task {
  readonly pid: number;
  /** calls of which a return may come whose entry was before the trace */
  before: number;
  /** process, as the trace shows it (record-tgid, perf's pid/tid, task_newtask) or as it follows from thread creation; -1 unknown */
  tgid: number;
  mm: Mm | undefined;
  /** where its newest handle_mm_fault() is, or was */
  faultMm: Mm | undefined;
  faultVpn: number;
  gup: GupFrame | undefined;
  /** functions of a GUP call that was taken to be over before its return showed */
  passed: readonly number[] | undefined;
  /** the write fault under way */
  wp: WpFrame | undefined;
  /** the swap-in under way */
  swap: SwapFrame | undefined;
  unmap: { mm: Mm; vpn: number; page: PageId; at: At; migrate: boolean } | undefined;
  /** the hugetlb write fault under way, the page it found, and who held it then */
  hugetlb: { mm: Mm; vpn: number; at: At; page: PageId; pins: readonly Pin[] } | undefined;
  fork: ForkFrame | undefined;
  /** the mm made by the fork under way, until sched_process_fork names the child */
  forked: Mm | undefined;
  migrateIn: { mm: Mm; vpn: number; page: PageId; at: At } | undefined;
  /** the merge under way; `cleared`: page number of the entry that was last emptied in it; `mapped`: the KSM page has gone in */
  ksm: { mm: Mm; page: PageId; kpage: PageId; at: At; cleared: number; mapped: boolean } | undefined;
  collapse: { mm: Mm; vpn: number; at: At } | undefined;
  numaThp: { mm: Mm; vpn: number; at: At } | undefined;
  /** range that its last unmap_page_range() or move_page_tables() took away, while a split inside may map the rest anew */
  gone: { mm: Mm; start: number; end: number } | undefined;
  devExcl: { mm: Mm; vpn: number; owner: number; at: At } | undefined;
  /** entry that ptep_clear_flush() emptied outside of a write fault, until another line says what for */
  cleared: { mm: Mm; vpn: number } | undefined;
  uffdWp: { start: number; end: number; enable: boolean } | undefined;
  /** what this task gave back with its last events, while functions inside may say it again (release.ts) */
  release: Release | undefined;
  /** newest pin this task gave to a pipe */
  piped: Pin | undefined;
  /** newest FOLL_GET pin that nothing has used yet */
  lastGet: Pin | undefined;
  /** last request of user space, for the blame */
  syscall: { fn: number; start: number; end: number; at: At } | undefined;

  constructor(pid: number) {
    this.pid = pid;
    this.before = Before.gup | Before.other;
    this.tgid = -1;
    this.faultVpn = Number.NaN;
  }
}
