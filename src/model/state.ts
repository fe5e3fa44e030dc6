// The state of the mm as far as the trace has shown it: address spaces, page tables, pins, block I/O and
// what each task is in the middle of. Data only; transitions live in the files beside this one.
//
// A page is named by `struct page` pointer / sizeof(struct page), so that the next page is +1 and a pfn is a constant away
// (vmemmap_base differs per boot); how large it is, and a page, and a PMD, is the machine's (machine.ts). What was never
// shown is undefined, or NaN where a number is kept.
//
// What is made often is a class, whose objects all have one shape from the first on; and where the first number that a
// field gets may be a small integer and a later one not, the field is declared without a value, so that it takes both.
// Otherwise the shape changes in the middle of the replay, and all code compiled for it is thrown away.

import { Slot } from '../vocabulary/record.ts';
import { Ordered } from './ordered.ts';
import { PageTable } from './page-table.ts';
import type { Pin } from './pin.ts';

export type PageId = number;

/** Where in the trace something happened. */
export class At {
  offset: number;
  line: number;
  /** ns or ticks since the time base; NaN unknown */
  ts: number;
  cpu: number;
  /** thread id, -1 unknown */
  pid: number;
  tgid: number;
  /** function index (vocabulary/functions.ts) */
  fn: number;
  /** what the reader keeps of the line, where it cannot be read again (live/kept-lines.ts); nothing to the model */
  shown: unknown = undefined;

  constructor(row: Float64Array, o: number, tgid: number) {
    this.offset = row[o + Slot.OFFSET];
    this.line = row[o + Slot.LINE];
    this.ts = row[o + Slot.TS];
    this.cpu = row[o + Slot.CPU];
    this.pid = row[o + Slot.PID];
    this.tgid = tgid;
    this.fn = row[o + Slot.FN];
  }
}

/** State of a page table entry, kept with the page in one number: `page * 64 + bits`. */
export const Pte = {
  None: 0,
  Present: 1,
  /** swapped out; names the page it was, which may still be in the swap cache */
  Swap: 2,
  Migration: 3,
  DevExclusive: 4,
  STATE: 7,
  /** fork gave the same page to another mm since it was mapped */
  Shared: 8,
  /** not anonymous: file, shmem or zero page */
  File: 16,
  /** anonymous, as a line about its reverse mapping said; neither this nor File: the trace does not tell */
  Anon: 32,
} as const;

export type WrprotectKind = 'mprotect' | 'uffd-wp' | 'soft-dirty' | 'numa' | 'ksm';

/** A change to a range of an address space; kept for a while, since it may explain a later copy. */
export class RangeOp {
  kind: 'fork' | 'wrprotect' | 'zap' | 'move';
  start: number;
  end: number;
  at: At;
  wrprotect: WrprotectKind | undefined;
  /** the other mm of a fork */
  child: Mm | undefined;

  constructor(kind: RangeOp['kind'], start: number, end: number, at: At, wrprotect?: WrprotectKind, child?: Mm) {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.at = at;
    this.wrprotect = wrprotect;
    this.child = child;
  }
}

const RANGE_OPS = 48;

export class Mm {
  readonly id: number;
  /** mm_struct pointer (signed) */
  readonly ptr: number;
  parent: Mm | undefined;
  /** exit_mmap was entered: what is zapped now is nobody's mistake */
  exiting = false;
  dead = false;
  /** vpn -> page * 64 + bits */
  readonly ptes = new PageTable();
  /** vpn / pages of a PMD -> head page * 64 + bits, for PMD mappings; ptes override it */
  readonly pmds = new PageTable();
  /** vpn -> pins not yet released, by the address they are expected at */
  readonly pins = new Ordered<Pin[]>();
  /** PMD mappings that are hugetlb: their unmapping, __unmap_hugepage_range(), has no line */
  hugetlb: Ordered<true> | undefined;
  /** vpns that got a device-exclusive entry, and may have it no longer */
  exclusive: Ordered<true> | undefined;
  readonly ops: RangeOp[] = [];
  /** the first task seen to run in it, and where there are more, all of them: most processes have one thread */
  #pid: number | undefined;
  #pids: Set<number> | undefined;
  hasPinned = false;
  /** the newest swap entry that a fault saw with the exclusive mark and did not map, while only fork may take the mark away */
  marked: { vpn: number; hi: number } | undefined;

  /** pages of a PMD mapping on this machine */
  readonly #pmdPages: number;

  constructor(id: number, ptr: number, pmdPages: number) {
    this.id = id;
    this.ptr = ptr;
    this.#pmdPages = pmdPages;
  }

  /** A PMD mapping is hugetlb. */
  markHugetlb(pmd: number): void {
    if (this.hugetlb === undefined) this.hugetlb = new Ordered();
    this.hugetlb.set(pmd, true);
  }

  /** A page got a device-exclusive entry. */
  markExclusive(vpn: number): void {
    if (this.exclusive === undefined) this.exclusive = new Ordered();
    this.exclusive.set(vpn, true);
  }

  /** Tasks seen to run in it. */
  get pids(): readonly number[] {
    return this.#pids !== undefined ? [...this.#pids] : this.#pid === undefined ? [] : [this.#pid];
  }

  /** A task runs in it. */
  enter(pid: number): void {
    if (this.#pids !== undefined) this.#pids.add(pid);
    else if (this.#pid === undefined) this.#pid = pid;
    else if (this.#pid !== pid) this.#pids = new Set([this.#pid, pid]);
  }

  /** A task is gone from it. @returns it was the last, or there was none */
  leave(pid: number): boolean {
    if (this.#pids !== undefined) {
      this.#pids.delete(pid);
      return this.#pids.size === 0;
    }
    if (this.#pid === pid) this.#pid = undefined;
    return this.#pid === undefined;
  }

  note(op: RangeOp): void {
    if (this.ops.length >= RANGE_OPS) this.ops.shift();
    this.ops.push(op);
  }

  /** Raw entry of a page, from its PTE or the PMD above it; undefined when the trace has not shown it. */
  entry(vpn: number): number | undefined {
    const v = this.ptes.at(vpn);
    if (!Number.isNaN(v)) return v;
    if (this.pmds.size === 0) return undefined;
    const p = this.pmds.at(Math.floor(vpn / this.#pmdPages));
    return Number.isNaN(p) ? undefined : p + (vpn % this.#pmdPages) * 64;
  }
}

export const entryPage = (entry: number): PageId => Math.floor(entry / 64);
export const entryBits = (entry: number): number => entry - Math.floor(entry / 64) * 64;
export const entryOf = (page: PageId, bits: number): number => page * 64 + bits;

/** A bio with pinned pages in it. */
export class Io {
  readonly bio: number;
  /** READ: the device writes memory; undefined until submit_bio is seen */
  dir: 'READ' | 'WRITE' | undefined;
  bytes: number;
  readonly pages: { page: PageId; len: number; off: number }[] = [];
  submittedAt: At | undefined;
  endedAt: At | undefined;
  /** bi_status; NaN unknown */
  status: number;
  pins: Pin[] = [];

  constructor(bio: number) {
    this.bio = bio;
    this.bytes = 0;
    this.status = Number.NaN;
  }
}
