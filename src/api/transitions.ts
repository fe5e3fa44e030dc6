// The transitions a rule can handle, one type per change of the mm; handlers have the same names. (E1) and the like
// refer to the rows in docs/model.md.
import type { At, Drift, Io, Mm, PageId, Pin, PinCall, ReleasedBy, ReusedBy, WrprotectKind } from './views.ts';
import type { Gap } from './views-model.ts';

/** `pins` are live pins; `vpn`, `start` and `end` are virtual page numbers; `end` is exclusive. */
export interface Transitions {
  /** a GUP call returned and this page of it is held (E4) */
  pin: { readonly pin: Pin; readonly at: At };
  /** a GUP call returned an error, or fewer pages than asked for */
  pinFailed: { readonly call: PinCall; readonly at: At };
  /** a pin was released; `presumed`: the release was not recorded, the page was found reused (E5, E6) */
  release: { readonly pin: Pin; readonly at: At; readonly presumed: boolean; readonly by: ReleasedBy };
  /** a reference was released that matches no pin in the trace (E5) */
  unmatchedRelease: { readonly page: PageId | undefined; readonly refs: number | undefined; readonly at: At };
  /** a write fault copied: the pin keeps `oldPage`, `mm` maps `newPage` from now on (E8, do_wp_page()) */
  cow: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly oldPage: PageId | undefined;
    readonly newPage: PageId | undefined;
    readonly at: At;
    /** the write fault */
    readonly fault: At;
    readonly pins: readonly Pin[];
  };
  /**
   * a write fault kept the page and made it writable (E8, wp_page_reuse()); reported only for pages with pins; `pins`
   * lists those of any mm
   */
  reuse: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    /** an event shows that the page was kept; otherwise this is inferred from the entry, which did not change */
    readonly said: boolean;
    /** the page is anonymous; undefined if unknown */
    readonly anon: boolean | undefined;
    /** the kernel function that kept it */
    readonly by: ReusedBy;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** FAULT_FLAG_UNSHARE gave a reader its own copy before pinning (E8) */
  unshare: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly oldPage: PageId | undefined;
    readonly newPage: PageId | undefined;
    readonly at: At;
  };
  /** reclaim removed the entry: an anonymous page leaves a swap entry, a file page none (E10, try_to_unmap_one()) */
  unmap: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    /** the page is anonymous; undefined if unknown */
    readonly anon: boolean | undefined;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** a swap fault mapped a page (E9, do_swap_page()) */
  swapIn: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    readonly exclusive: boolean;
    /** the swap entry had the exclusive mark; undefined if unknown */
    readonly mark: boolean | undefined;
    /** another page mapped at the address since this fault began */
    readonly over: PageId | undefined;
    /** the place where that page had been swapped out again by then */
    readonly out: At | undefined;
    /** the place where this fault allocated the page that it maps */
    readonly allocated: At | undefined;
    /** where this fault sent the read of the page that it maps, past the swap cache */
    readonly reads: At | undefined;
    /** the fault was for writing */
    readonly write: boolean;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** copy_page_range() of one VMA begins (E11) */
  fork: {
    readonly src: Mm;
    readonly dst: Mm;
    readonly start: number;
    readonly end: number;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** copy_page_range() has ended and this pinned page is shared with the child without an early copy (E11) */
  share: { readonly pin: Pin; readonly child: Mm; readonly at: At };
  /** fork gave the child its own copy of a page (E11) */
  earlyCopy: {
    readonly src: Mm;
    readonly child: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    readonly copy: PageId | undefined;
    /** the page, or another page of its folio, is known to be pinned */
    readonly held: boolean;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** a range lost write permission (E12) */
  wrprotect: {
    readonly mm: Mm;
    readonly start: number;
    readonly end: number;
    readonly kind: WrprotectKind;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** a range with pinned pages in it was unmapped (E13, unmap_page_range()); the end of a whole address space is `exit` */
  zap: {
    readonly mm: Mm;
    readonly start: number;
    readonly end: number;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** a range moved (E14, move_page_tables()) */
  move: {
    readonly mm: Mm;
    /** first virtual page, before and after */
    readonly from: number;
    readonly to: number;
    readonly bytes: number;
    /** back again, since the call fails: the process has moved nothing */
    readonly undone: boolean;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** migration, KSM or collapse mapped another page at an address (E15, E16, E17) */
  replace: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly oldPage: PageId | undefined;
    readonly newPage: PageId | undefined;
    readonly via: 'migrate' | 'ksm' | 'collapse';
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** a PMD mapping was split into PTEs, same pages (E17) */
  split: { readonly mm: Mm; readonly vpn: number; readonly at: At; readonly pins: readonly Pin[] };
  /** a page was replaced by a device-exclusive entry (E18, make_device_exclusive()) */
  deviceExclusive: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    /** another page that was known to be mapped at the address */
    readonly instead: PageId | undefined;
    /** pointer that identifies the owner */
    readonly owner: string | undefined;
    readonly at: At;
    readonly pins: readonly Pin[];
  };
  /** copy_page_range() has ended and the child got this device-exclusive entry, which was not restored first (E18) */
  exclusiveCopied: {
    readonly src: Mm;
    readonly child: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    readonly at: At;
  };
  /** ... and restored for the CPU (E18, restore_exclusive_pte()) */
  deviceRestore: {
    readonly mm: Mm;
    readonly vpn: number;
    readonly page: PageId | undefined;
    readonly at: At;
    readonly by: 'access' | 'fork' | 'next attempt';
  };
  /** mmu notifier window (E19); `start` and `end` are addresses here, `event` the enum mmu_notifier_event */
  notifierStart: {
    readonly mm: Mm;
    readonly start: number | undefined;
    readonly end: number | undefined;
    readonly event: number | undefined;
    readonly owner: string | undefined;
    readonly at: At;
  };
  /** ... and its end, in addresses */
  notifierEnd: {
    readonly mm: Mm;
    readonly start: number | undefined;
    readonly end: number | undefined;
    readonly at: At;
  };
  /** flush_tlb_mm_range(), in addresses (E20) */
  tlbFlush: { readonly mm: Mm; readonly start: number | undefined; readonly end: number | undefined; readonly at: At };
  /** block I/O into or out of pinned pages was submitted (E22, submit_bio()) */
  ioSubmit: { readonly io: Io; readonly at: At };
  /** ... and has completed (bio_endio()) */
  ioEnd: { readonly io: Io; readonly at: At };
  /** the invariant is broken: the address of a live pin maps another page */
  drift: { readonly drift: Drift };
  /** the address maps the pinned page again */
  heal: { readonly drift: Drift; readonly at: At };
  /** exit_mmap(), also for the old address space in execve: `pins` are still held (E21) */
  exit: { readonly mm: Mm; readonly at: At; readonly pins: readonly Pin[] };
  /** events were lost on a CPU (E23) */
  lost: Gap;
  /** the trace is over; `pins` are still held */
  end: { readonly pins: readonly Pin[] };
}

export type TransitionName = keyof Transitions;
