// The transitions reported to rules: one type per change of the mm, with the objects concerned. A rule reads these and
// the model and changes neither.

import type { At } from './at.ts';
import type { PageId } from './page-table.ts';
import type { ReleasedBy, ReusedBy, WrprotectKind } from './pin.ts';
import type { Drift, Io, Mm, Pin, PinCall } from './state.ts';

export interface Transitions {
  /** a GUP call returned and this page of it is held (E4) */
  pin: { pin: Pin; at: At };
  /** a GUP call returned an error, or fewer pages than asked for */
  pinFailed: { call: PinCall; at: At };
  /** a pin was released; `presumed`: the release was not recorded, the page was found reused (E5, E6) */
  release: { pin: Pin; at: At; presumed: boolean; by: ReleasedBy };
  /** a reference was released that matches no pin in the trace (E5) */
  unmatchedRelease: { page: PageId; refs: number; at: At };
  /** a write fault copied: the pin keeps `oldPage`, `mm` maps `newPage` from now on (E8) */
  cow: { mm: Mm; vpn: number; oldPage: PageId; newPage: PageId; at: At; fault: At; pins: readonly Pin[] };
  /** a write fault kept the page and made it writable; reported only for pages with pins (E8) */
  reuse: {
    mm: Mm;
    vpn: number;
    page: PageId;
    /** an event shows that the page was kept; otherwise this is inferred from the unchanged entry */
    said: boolean;
    /** undefined: unknown */
    anon: boolean | undefined;
    /** the kernel function that kept it */
    by: ReusedBy;
    at: At;
    pins: readonly Pin[];
  };
  /** FAULT_FLAG_UNSHARE gave a reader its own copy before pinning (E8) */
  unshare: { mm: Mm; vpn: number; oldPage: PageId; newPage: PageId; at: At };
  /** reclaim removed the entry (E10); `anon`: it left a swap entry, undefined: unknown */
  unmap: { mm: Mm; vpn: number; page: PageId; anon: boolean | undefined; at: At; pins: readonly Pin[] };
  /** a swap fault mapped a page (E9) */
  swapIn: {
    mm: Mm;
    vpn: number;
    page: PageId;
    exclusive: boolean;
    /** the swap entry had the exclusive mark; undefined: unknown */
    mark: boolean | undefined;
    /** another page mapped at the address since this fault began; NaN: none */
    over: PageId;
    /** the place where that page had been swapped out again by then */
    out: At | undefined;
    /** the place where this fault allocated the page that it maps */
    allocated: At | undefined;
    /** where this fault sent the read of the page that it maps, past the swap cache */
    reads: At | undefined;
    write: boolean;
    at: At;
    pins: readonly Pin[];
  };
  /** copy_page_range() of one VMA begins (E11) */
  fork: { src: Mm; dst: Mm; start: number; end: number; at: At; pins: readonly Pin[] };
  /** copy_page_range() has ended and this pinned page is shared with the child without an early copy (E11) */
  share: { pin: Pin; child: Mm; at: At };
  /** fork gave the child its own copy of a page (E11) */
  earlyCopy: {
    src: Mm;
    child: Mm;
    vpn: number;
    page: PageId;
    copy: PageId;
    /** the page, or another page of its folio, is known to be pinned */
    held: boolean;
    at: At;
    pins: readonly Pin[];
  };
  /** a range lost write permission (E12) */
  wrprotect: { mm: Mm; start: number; end: number; kind: WrprotectKind; at: At; pins: readonly Pin[] };
  /** a range with pinned pages in it was unmapped (E13); the end of a whole address space is `exit` */
  zap: { mm: Mm; start: number; end: number; at: At; pins: readonly Pin[] };
  /** a range moved (E14); `undone`: back again, since the call fails */
  move: { mm: Mm; from: number; to: number; bytes: number; undone: boolean; at: At; pins: readonly Pin[] };
  /** migration, KSM or collapse mapped another page at an address (E15, E16, E17) */
  replace: {
    mm: Mm;
    vpn: number;
    oldPage: PageId;
    newPage: PageId;
    via: 'migrate' | 'ksm' | 'collapse';
    at: At;
    pins: readonly Pin[];
  };
  /** a PMD mapping was split into PTEs, same pages (E17) */
  split: { mm: Mm; vpn: number; at: At; pins: readonly Pin[] };
  /** a page was replaced by a device-exclusive entry (E18) */
  deviceExclusive: {
    mm: Mm;
    vpn: number;
    page: PageId;
    /** another page that was known to be mapped at the address; NaN: none */
    instead: PageId;
    owner: number;
    at: At;
    pins: readonly Pin[];
  };
  /** copy_page_range() has ended and the child got this device-exclusive entry, which was not restored first (E18) */
  exclusiveCopied: { src: Mm; child: Mm; vpn: number; page: PageId; at: At };
  /** ... and restored for the CPU (E18) */
  deviceRestore: { mm: Mm; vpn: number; page: PageId; at: At; by: 'access' | 'fork' | 'next attempt' };
  notifierStart: { mm: Mm; start: number; end: number; event: number; owner: number; at: At };
  notifierEnd: { mm: Mm; start: number; end: number; at: At };
  /** flush_tlb_mm_range() (E20) */
  tlbFlush: { mm: Mm; start: number; end: number; at: At };
  /** block I/O into or out of pinned pages was submitted, has completed (E22) */
  ioSubmit: { io: Io; at: At };
  ioEnd: { io: Io; at: At };
  /** the invariant is broken: the address of a live pin maps another page */
  drift: { drift: Drift };
  /** the address maps the pinned page again */
  heal: { drift: Drift; at: At };
  /** exit_mmap(): `pins` are still held (E21) */
  exit: { mm: Mm; at: At; pins: readonly Pin[] };
  /** events were lost on a CPU (E23); `n` is NaN if unknown */
  lost: { cpu: number; n: number; at: At };
  /** the trace is over; `pins` are still held */
  end: { pins: readonly Pin[] };
}

export type TransitionName = keyof Transitions;

export type Listeners = { [K in TransitionName]?: ((t: Transitions[K]) => void)[] };
