// What the replay tells the rules: one type per thing that happened to the mm, with the state it happened to.
// A rule reads these and the model and changes neither.

import type { At } from './at.ts';
import type { PageId } from './page-table.ts';
import type { ReleasedBy, WrprotectKind } from './pin.ts';
import type { Drift, Io, Mm, Pin, PinCall } from './state.ts';

export interface Transitions {
  /** a GUP call returned and this page of it is held (E4) */
  pin: { pin: Pin; at: At };
  /** a GUP call returned an error, or fewer pages than asked for */
  pinFailed: { call: PinCall; at: At };
  /** a pin was given back; `presumed`: the release was not seen, the page was found in other use (E5, E6) */
  release: { pin: Pin; at: At; presumed: boolean; by: ReleasedBy };
  /** a reference was given back that matches no pin the trace has shown (E5) */
  unmatchedRelease: { page: PageId; refs: number; at: At };
  /** a write fault copied: `oldPage` stays with whoever pinned it, `mm` maps `newPage` from now on (E8) */
  cow: { mm: Mm; vpn: number; oldPage: PageId; newPage: PageId; at: At; fault: At; pins: readonly Pin[] };
  /** a write fault kept the page and made it writable; told only where somebody holds the page (E8) */
  reuse: {
    mm: Mm;
    vpn: number;
    page: PageId;
    /** a line says that the page was kept; otherwise it follows from the entry, which nobody changed */
    said: boolean;
    /** undefined: the trace does not tell */
    anon: boolean | undefined;
    at: At;
    pins: readonly Pin[];
  };
  /** FAULT_FLAG_UNSHARE gave a reader its own copy before pinning (E8) */
  unshare: { mm: Mm; vpn: number; oldPage: PageId; newPage: PageId; at: At };
  /** reclaim took the entry away (E10); `anon`: it left a swap entry, undefined: the trace does not tell */
  unmap: { mm: Mm; vpn: number; page: PageId; anon: boolean | undefined; at: At; pins: readonly Pin[] };
  /** a swap fault mapped a page (E9) */
  swapIn: {
    mm: Mm;
    vpn: number;
    page: PageId;
    exclusive: boolean;
    /** the swap entry carried the exclusive mark; undefined: not shown */
    mark: boolean | undefined;
    /** another page that the address got since this fault began; NaN: none */
    over: PageId;
    /** where that page had been swapped out again by then */
    out: At | undefined;
    /** where this fault allocated the page that it maps */
    allocated: At | undefined;
    /** where this fault sent the read of the page that it maps, past the swap cache */
    reads: At | undefined;
    write: boolean;
    at: At;
    pins: readonly Pin[];
  };
  /** copy_page_range() of one VMA begins (E11) */
  fork: { src: Mm; dst: Mm; start: number; end: number; at: At; pins: readonly Pin[] };
  /** copy_page_range() is over and this pinned page went to the child without an early copy (E11) */
  share: { pin: Pin; child: Mm; at: At };
  /** fork gave the child its own copy of a page (E11) */
  earlyCopy: {
    src: Mm;
    child: Mm;
    vpn: number;
    page: PageId;
    copy: PageId;
    /** somebody is known to hold the page, or another of its folio */
    held: boolean;
    at: At;
    pins: readonly Pin[];
  };
  /** a range lost write permission (E12) */
  wrprotect: { mm: Mm; start: number; end: number; kind: WrprotectKind; at: At; pins: readonly Pin[] };
  /** a range with pinned pages in it was unmapped (E13); the end of a whole address space is `exit` */
  zap: { mm: Mm; start: number; end: number; at: At; pins: readonly Pin[] };
  /** a range moved (E14) */
  move: { mm: Mm; from: number; to: number; bytes: number; at: At; pins: readonly Pin[] };
  /** migration, KSM or collapse put another page at an address (E15, E16, E17) */
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
  /** a page was hidden under a device-exclusive entry (E18) */
  deviceExclusive: {
    mm: Mm;
    vpn: number;
    page: PageId;
    /** another page that the address was known to map; NaN: none */
    instead: PageId;
    owner: number;
    at: At;
    pins: readonly Pin[];
  };
  /** copy_page_range() is over and the child got this device-exclusive entry, which was not restored first (E18) */
  exclusiveCopied: { src: Mm; child: Mm; vpn: number; page: PageId; at: At };
  /** ... and given back to the CPU (E18) */
  deviceRestore: { mm: Mm; vpn: number; page: PageId; at: At; by: 'access' | 'fork' | 'next attempt' };
  notifierStart: { mm: Mm; start: number; end: number; event: number; owner: number; at: At };
  notifierEnd: { mm: Mm; start: number; end: number; at: At };
  /** flush_tlb_mm_range() (E20) */
  tlbFlush: { mm: Mm; start: number; end: number; at: At };
  /** block I/O into or out of pinned pages was submitted, has completed (E22) */
  ioSubmit: { io: Io; at: At };
  ioEnd: { io: Io; at: At };
  /** the invariant is broken: a live pin names one page and its address maps another */
  drift: { drift: Drift };
  /** the address maps the pinned page again */
  heal: { drift: Drift; at: At };
  /** exit_mmap(): `pins` are still held (E21) */
  exit: { mm: Mm; at: At; pins: readonly Pin[] };
  /** events were lost on a CPU (E23); `n` NaN when the trace does not say how many */
  lost: { cpu: number; n: number; at: At };
  /** the trace is over; `pins` are still held */
  end: { pins: readonly Pin[] };
}

export type TransitionName = keyof Transitions;

export type Listeners = { [K in TransitionName]?: ((t: Transitions[K]) => void)[] };
