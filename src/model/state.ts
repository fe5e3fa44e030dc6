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

import type { At } from './at.ts';
import { Ordered } from './ordered.ts';
import { type PageId, PageTable } from './page-table.ts';
import type { DriftVia, PinKind, PinOwner, StepRole, WrprotectKind } from './pin.ts';

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
  fault: At | undefined;
  /** the range was unmapped, by a task of another address space or not */
  zap: { foreign: boolean } | undefined;
}

/** do_swap_page(), under way. */
export interface SwapFrame {
  mm: Mm;
  vpn: number;
  /** the address mapped a page when it began, so an unmapping was not recorded */
  present: boolean;
  at: At;
  write: boolean;
  mapped: boolean;
  /** the swap entry that it found, upper and lower half */
  hi: number;
  lo: number;
  /** the entry has the exclusive mark, or had it when a fault saw it before; undefined: not shown */
  mark: boolean | undefined;
  /** where it allocated a page, and which */
  allocated: { page: PageId; at: At } | undefined;
  /** where it sent a read into a page, and which */
  reads: { page: PageId; at: At } | undefined;
  /** page that it put into the swap cache: another's change of the slot is seen from there on */
  cached: PageId;
  /** the page that another task's swap-in has mapped there meanwhile, and where that was swapped out again */
  other: { page: PageId; out: At | undefined } | undefined;
}

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
  /** GUP calls under way that have grabbed pages here, and what became of addresses meanwhile; undefined: there is none */
  meanwhile: { calls: number; changes: Change[] } | undefined;
  /** swap-ins under way, by vpn; undefined: there was none */
  swapIns: Map<number, Set<SwapFrame>> | undefined;

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

/** One call of a GUP function. */
export interface PinCall {
  /** function index of the API the caller used */
  fn: number;
  kind: PinKind;
  /** FOLL_WRITE; undefined where no event of the call shows its flags */
  write: boolean | undefined;
  longterm: boolean;
  remote: boolean;
  /** gup_flags as printed by the innermost function seen, which has FOLL_GET or FOLL_PIN added; NaN unknown */
  flags: number;
  mm: Mm | undefined;
  /** first address */
  addr: number;
  nr: number;
  /** return value; NaN when the return was not seen */
  ret: number;
  /** the call's own return was seen; otherwise `ret` is that of a function inside, or unknown */
  returned: boolean;
  /** the caller's pages array, as a pointer; NaN unknown */
  pages: number;
  /** symbol index of the caller, -1 unknown */
  caller: number;
  at: At;
  /** where the return was seen */
  heldAt: At;
  /** all that it returned, also what is given back */
  readonly pins: Pin[];
}

/** References one call holds on one folio: large folios are released by count. */
export class Hold {
  readonly call: PinCall;
  readonly folio: PageId;
  refs: number;
  readonly pins: Pin[] = [];

  constructor(call: PinCall, folio: PageId) {
    this.call = call;
    this.folio = folio;
    this.refs = 0;
  }
}

/** Something that happened to a pinned page or its address. */
export class Step {
  role: StepRole;
  at: At;
  /** page mapped, copied to, or named by the entry */
  page?: PageId;
  wrprotect?: WrprotectKind;
  child?: Mm;
  /** the swap entry a fault found, upper and lower half */
  entry?: { hi: number; lo: number };
  /** a swap-in that kept the page exclusive, so the entry may be writable */
  exclusive?: boolean;
  /** a swap-in over a page that another had mapped, or one that had its page, or had read it, before that was swapped out again */
  raced?: 'over' | 'allocated' | 'read';
  /** the task that did it does not run in the pin's mm */
  foreign?: boolean;
  io?: Io;

  constructor(role: StepRole, at: At, page?: PageId, more?: StepDetails) {
    this.role = role;
    this.at = at;
    this.page = page;
    if (more === undefined) return;
    this.wrprotect = more.wrprotect;
    this.child = more.child;
    this.entry = more.entry;
    this.exclusive = more.exclusive;
    this.raced = more.raced;
    this.foreign = more.foreign;
    this.io = more.io;
  }
}

export type StepDetails = Partial<Omit<Step, 'role' | 'at' | 'page'>>;

export interface Drift {
  id: number;
  pin: Pin;
  via: DriftVia;
  at: At;
  /** the write fault that led to it */
  fault?: At;
  /** page mapped now; NaN when the trace does not show it */
  page: PageId;
  /** steps of the pin before, oldest first (a copy: the pin goes on) */
  before: Step[];
  /** the mapping came back to the pinned page */
  healedAt?: At;
}

export class Pin {
  readonly id: number;
  readonly call: PinCall;
  /** address space and virtual page it was taken through; mm undefined when the trace has not shown it */
  mm: Mm | undefined;
  readonly vpn: number;
  /** where the page is mapped after mremap */
  movedTo: number | undefined;
  page: PageId;
  /** how the page became known */
  pageFrom: 'grab' | 'array' | 'follow' | 'folio' | 'mapping' | 'bio' | 'unknown';
  grabAt: At | undefined;
  hold: Hold | undefined;
  state: 'held' | 'released' | 'orphan' = 'held';
  releasedAt: At | undefined;
  /** the release itself was not seen: the page was found in other use */
  presumed = false;
  owner: PinOwner | undefined;
  readonly steps: Step[] = [];
  readonly ios: Io[] = [];
  drift: Drift | undefined;
  drifts = 0;
  /** the pipe it went into; NaN unknown */
  pipe: number;
  /** a release that may have been of this pin, and where; none of them shows which pin it was of */
  unsure: { readonly at: At } | undefined;
  /** its address was known to map a page of hugetlb, of PMD size */
  hugetlb = false;
  /** its address changed after the grab and before the call returned: GUP-fast may have given it back */
  partedInCall = false;
  /** the page was shared with this child when it was pinned, or later by fork without an early copy */
  sharedWith: Mm | undefined;
  /** entry bits when it was taken, as far as known: Shared, File */
  entryBits: number;
  /** state of the entry when it was taken; undefined when the trace had not shown it */
  entryState: number | undefined;
  /** fork of the same mm that was copying page tables when the lockless grab happened */
  duringFork: ForkFrame | undefined;
  /** neighbours in the list of what is held (held.ts) */
  older: Pin | undefined;
  newer: Pin | undefined;

  constructor(
    id: number,
    call: PinCall,
    mm: Mm | undefined,
    vpn: number,
    page: PageId,
    from: Pin['pageFrom'],
    bits: number,
  ) {
    this.id = id;
    this.call = call;
    this.mm = mm;
    this.vpn = vpn;
    this.page = page;
    this.pageFrom = from;
    this.entryBits = bits;
    this.entryState = undefined;
    this.duringFork = undefined;
    this.pipe = Number.NaN;
    this.unsure = undefined;
  }

  get live(): boolean {
    return this.state === 'held';
  }

  /** Virtual page where the pinned page is expected. */
  get where(): number {
    return this.movedTo ?? this.vpn;
  }

  /** Last step of a role. */
  last(role: StepRole): Step | undefined {
    for (let i = this.steps.length - 1; i >= 0; i--) if (this.steps[i].role === role) return this.steps[i];
    return undefined;
  }
}

/** copy_page_range() of one VMA, under way. */
export class ForkFrame {
  readonly dst: Mm;
  readonly src: Mm;
  /** first page, and the one behind the last */
  readonly start: number;
  readonly end: number;
  readonly isPrivate: boolean;
  readonly at: At;
  /** pins in the range that have had no early copy yet */
  readonly shared: Pin[] | undefined;
  /** device-exclusive entries in the range when it began, by virtual page: each has to be restored before it is copied */
  exclusive: Map<number, PageId> | undefined;

  constructor(dst: Mm, src: Mm, start: number, end: number, isPrivate: boolean, at: At, shared?: Pin[]) {
    this.dst = dst;
    this.src = src;
    this.start = start;
    this.end = end;
    this.isPrivate = isPrivate;
    this.at = at;
    this.shared = shared;
    this.exclusive = undefined;
  }
}
