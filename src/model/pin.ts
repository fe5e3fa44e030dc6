import type { ForkFrame } from './frames.ts';
import type { At, Io, Mm, PageId, WrprotectKind } from './state.ts';

export type PinKind = 'GET' | 'PIN';
export type PinOwner = 'bio' | 'pipe' | 'transient';

/**
 * What gave a pin back: unpin_user_page*() and friends, a bio, a pipe buffer, or nothing that the trace shows: `unseen`
 * where the page is in other use, `over` where the bio that owned it is another one by now, so it had ended.
 */
export type ReleasedBy = 'unpin' | 'bio' | 'pipe' | 'unseen' | 'over';

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
  | 'split'
  | 'device-exclusive'
  | 'restore'
  | 'i/o submit'
  | 'i/o end'
  | 'pipe'
  | 'release';

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
    this.foreign = more.foreign;
    this.io = more.io;
  }
}

export type StepDetails = Partial<Omit<Step, 'role' | 'at' | 'page'>>;

/** How the mapping left the pinned page. */
export type DriftVia = 'cow' | 'fault' | 'swap-in' | 'migrate' | 'ksm' | 'collapse' | 'observed';

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
