// The state of the mm as far as the trace has shown it: address spaces, page tables, pins, block I/O and the calls each
// task is inside of. Data only; transitions are in the files beside this one.
//
// A page is identified by `struct page` pointer / sizeof(struct page), so that the next page is +1 and a pfn differs by
// a constant (vmemmap_base differs per boot). The sizes of `struct page`, a page and a PMD depend on the machine
// (machine.ts). Unknown values are undefined, or NaN in numbers.
//
// Frequently allocated objects are classes, so that all of them have the same hidden class from the start. A field
// whose first number may be a small integer and a later one a double is declared without a value, so that it can take
// both. Otherwise the hidden class would change during the replay, and V8 would discard all code compiled for it.

import type { At } from './at.ts';
import type { Hold } from './hold.ts';
import { MmUnderWay } from './mm-under-way.ts';
import { Ordered } from './ordered.ts';
import type { PageId } from './page-table.ts';
import type { DriftVia, PinKind, PinOwner, StepRole, WrprotectKind } from './pin.ts';

/** A change to a range of an address space; kept for some time, since it may explain a later copy. */
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

/** What a process has of which the trace shows little, as of most in a large one. Nothing is ever put into them. */
export const NOWHERE = new Ordered<Pin[]>();
const NO_OPS: readonly RangeOp[] = [];

export class Mm extends MmUnderWay {
  readonly id: number;
  /** mm_struct pointer (signed) */
  readonly ptr: number;
  parent: Mm | undefined;
  /** exit_mmap was entered: later zaps are part of the teardown */
  exiting = false;
  dead = false;
  /** vpn -> live pins, by the address where their page is expected; changed by addPin() and dropPin() of lists.ts */
  pins: Ordered<Pin[]> = NOWHERE;
  ops: readonly RangeOp[] = NO_OPS;
  hasPinned = false;
  /**
   * the newest swap entry that a fault saw with the exclusive mark and did not map, as long as only fork may remove the
   * mark
   */
  marked: { vpn: number; hi: number } | undefined;
  /** forks of private mappings that are copying page tables now; undefined: there was none */
  forks: Set<ForkFrame> | undefined;

  constructor(id: number, ptr: number, pmdPages: number) {
    super(pmdPages);
    this.id = id;
    this.ptr = ptr;
  }

  note(op: RangeOp): void {
    if (this.ops.length >= RANGE_OPS) (this.ops as RangeOp[]).shift();
    if (this.ops.length === 0) this.ops = [op];
    else (this.ops as RangeOp[]).push(op);
  }

  /** It has ended: nothing is mapped, nobody is expected to hold anything. */
  clear(): void {
    this.pins = NOWHERE;
    this.ops = NO_OPS;
    this.dropTables();
  }
}

/** A bio with pinned pages in it. */
export class Io {
  readonly bio: number;
  /** READ: the device writes memory; undefined until submit_bio is seen */
  dir: 'READ' | 'WRITE' | undefined;
  bytes: number;
  /** vectors, as lines show them */
  readonly pages: { page: PageId; off: number; len: number }[] = [];
  /** the zero page, as often as it is in it (dio_zero_block(), iomap_dio_zero()) */
  readonly zeros: PageId[] = [];
  /** number of bytes that are known to be in it */
  added = 0;
  /** last page of its last vector */
  lastPage: PageId;
  /** the last line only tried to add its page (__bio_try_merge_page()) */
  tried = false;
  /** it is for some of its pages, and no line shows which */
  vague = false;
  submittedAt: At | undefined;
  /** a part of it, of which no line shows the pages, was over before the rest */
  partEndedAt: At | undefined;
  endedAt: At | undefined;
  /** bi_status; NaN unknown */
  status: number;
  pins: Pin[] = [];

  constructor(bio: number) {
    this.bio = bio;
    this.bytes = 0;
    this.lastPage = Number.NaN;
    this.status = Number.NaN;
  }
}

/** One call of a GUP function. */
export interface PinCall {
  /** function index of the API the caller used */
  fn: number;
  kind: PinKind;
  /** FOLL_WRITE; undefined if no event of the call shows its flags */
  write: boolean | undefined;
  longterm: boolean;
  remote: boolean;
  /** the task ran in another address space than `mm`, as far as the trace shows */
  foreign: boolean;
  /** the task is one of the kernel that borrows `mm` (kthread_use_mm()); undefined: nothing showed where it runs */
  worker: boolean | undefined;
  /** gup_flags as printed by the innermost function seen, which have FOLL_GET or FOLL_PIN added; NaN unknown */
  flags: number;
  mm: Mm | undefined;
  /** first address */
  addr: number;
  nr: number;
  /** return value; NaN if the return was not recorded */
  ret: number;
  /** the call's own return was recorded; otherwise `ret` is that of an inner function, or unknown */
  returned: boolean;
  /** the caller's pages array, as a pointer; NaN unknown */
  pages: number;
  /** symbol index of the caller, -1 unknown */
  caller: number;
  at: At;
  /** where the return was recorded */
  heldAt: At;
  /** all pins it returned, including those released since */
  readonly pins: Pin[];
}

/** Number of steps of a pin that are kept. */
export const MOST_STEPS = 64;

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
  /** the task that did it does not run in the pin's mm; undefined: not shown */
  foreign?: boolean;
  /** a write fault that only gives the process a page of its own, for a pin for reading (FAULT_FLAG_UNSHARE) */
  unshare?: boolean;
  /** it is a thread of the kernel */
  kernel?: boolean;
  /** the page was mapped by a task that had no fault there */
  unfaulted?: boolean;
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
    this.kernel = more.kernel;
    this.unfaulted = more.unfaulted;
    this.unshare = more.unshare;
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
  /** page mapped now; NaN if unknown */
  page: PageId;
  /** virtual page where that is */
  where: number;
  /** steps of the pin before, oldest first (a copy, since the pin gets more) */
  before: Step[];
  /** the address mapped the pinned page again */
  healedAt?: At;
}

export class Pin {
  readonly id: number;
  readonly call: PinCall;
  /** address space and virtual page it was taken through; mm is undefined if the trace has not shown it */
  mm: Mm | undefined;
  readonly vpn: number;
  /** vpn of the page after mremap */
  movedTo: number | undefined;
  page: PageId;
  /** how the page was identified */
  pageFrom: 'grab' | 'array' | 'follow' | 'folio' | 'mapping' | 'bio' | 'unknown';
  grabAt: At | undefined;
  hold: Hold<Pin> | undefined;
  state: 'held' | 'released' | 'orphan' = 'held';
  releasedAt: At | undefined;
  /** the release itself was not recorded: the page was found reused */
  presumed = false;
  owner: PinOwner | undefined;
  readonly steps: Step[] = [];
  readonly ios: Io[] = [];
  drift: Drift | undefined;
  drifts = 0;
  /** the pipe it was added to; NaN unknown */
  pipe: number;
  /** a release that may belong to this pin, and where; no such release identifies its pin */
  unsure: { readonly at: At } | undefined;
  /** the newest fault at its address when nothing was known to be mapped there */
  faultedAt: At | undefined;
  /** its address was known to map a hugetlb page of PMD size */
  hugetlb = false;
  /** its address changed after the grab and before the call returned: GUP-fast may have dropped it */
  partedInCall = false;
  /** an unmapping of its range that left its page where it was */
  spared: Step | undefined;
  /** ... or was still under way when that was seen there, and may have come to it later */
  isGoing = false;
  /** reclaim has come to the page, which that unmapping may have taken before: a swap-in shows that it had not */
  sought: Step | undefined;
  /** the page was shared with this child when it was pinned, or later by fork without an early copy */
  sharedWith: Mm | undefined;
  /** entry bits when it was taken, as far as known: Shared, File */
  entryBits: number;
  /** state of the entry when it was taken; undefined if not shown by then */
  entryState: number | undefined;
  /** fork of the same mm that was copying page tables when the lockless grab happened */
  duringFork: ForkFrame | undefined;
  /** neighbours in the list of live pins (held.ts) */
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
    this.faultedAt = undefined;
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

/** copy_page_range() of one VMA, in progress. */
export class ForkFrame {
  readonly dst: Mm;
  readonly src: Mm;
  /** first page; `end` is exclusive */
  readonly start: number;
  readonly end: number;
  readonly isPrivate: boolean;
  readonly at: At;
  /** pins in the range without an early copy so far */
  readonly shared: Set<Pin> | undefined;
  /**
   * device-exclusive entries in the range at its beginning, by virtual page: each must be restored before it is copied
   */
  exclusive: Map<number, PageId> | undefined;
  /** it has returned */
  isOver = false;
  /** folios of which a pin was released meanwhile: fork may have found them pinned */
  released: Set<PageId> | undefined;

  constructor(dst: Mm, src: Mm, start: number, end: number, isPrivate: boolean, at: At, shared?: Set<Pin>) {
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
