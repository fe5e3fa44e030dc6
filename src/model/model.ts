// The replay's centre: identities (mm, page, task), the page tables, and the coherence test that runs
// whenever an address gets a page. What each kernel event does is in the files beside this one.
import { Slot } from '../vocabulary/record.ts';
import { Before, type ForkFrame, Task, type WpFrame } from './frames.ts';
import {
  At,
  type Drift,
  type DriftVia,
  entryBits,
  entryOf,
  entryPage,
  type Io,
  Mm,
  PAGE_BYTES,
  type PageId,
  type Pin,
  type PinKind,
  PMD_PAGES,
  Pte,
  type ReleasedBy,
  STRUCT_PAGE,
  Step,
  type StepDetails,
  type StepRole,
} from './state.ts';
import type { Listeners, TransitionName, Transitions } from './transitions.ts';

/** An array of objects, as all lists of pins are: V8 takes `[]` for one of small integers, and code for it for another. */
export const NO_PINS: readonly Pin[] = [undefined as unknown as Pin].slice(1);

/** Events lost, or not recorded, between two places of the trace. */
export interface Gap {
  cpu: number;
  at: At;
  n: number;
}

/** What is known of the recording itself, beside its events; complete before the `end` transition. */
export interface TraceFacts {
  /** CPUs of the machine, where a header says so */
  cpus?: number;
  timeUnit: 'ns' | 'ticks' | 'none';
  /** events that the ring buffer overwrote before the first line */
  overwritten: number;
  /** lines that could not be read */
  unread: number;
  /** the filter that left events out, as flags */
  filtered?: string;
  /** why the input ends before it should */
  damage?: string;
}

export class Model {
  facts: TraceFacts = { timeUnit: 'ns', overwritten: 0, unread: 0 };
  readonly mms = new Map<number, Mm>();
  readonly tasks = new Map<number, Task>();
  /** live pins by page */
  readonly pinsByPage = new Map<PageId, Pin[]>();
  /** live pins by the folio their references are counted on */
  readonly pinsByFolio = new Map<PageId, Pin[]>();
  readonly ios = new Map<number, Io>();
  /** live pins of calls whose mm is not known yet, by thread */
  readonly homeless = new Map<number, Pin[]>();
  /** forks that are copying page tables now */
  readonly forking = new Set<ForkFrame>();
  readonly gaps: Gap[] = [];
  /** CPUs that recorded anything */
  readonly cpus = new Uint8Array(8192);
  /** tasks that were forked and have not been seen since */
  readonly unseen = new Set<number>();
  /** pages of the large folios seen, by head page: an event of reclaim or migration names the folio and means them all */
  readonly folios = new Map<PageId, number>();
  /** write faults on a PMD that are under way: a split by another task takes the PMD from under them */
  readonly pmdFaults = new Set<WpFrame>();
  /** returns of write faults carry VM_FAULT_WRITE in this trace (up to v6.1): one without has done nothing */
  saysWrite = false;
  /** pages that were added to the swap cache: an unmapping of one is for swap, of another for migration (5.10 uses one function for both) */
  readonly swapCache = new Set<PageId>();
  /** pinned pages that were unmapped, not known yet whether to swap or to migrate them, with those who held them then */
  unmapped: { mm: Mm; vpn: number; page: PageId; anon: boolean | undefined; at: At; pins: readonly Pin[] }[] = [];
  /** records seen by kind */
  readonly seen: Uint32Array;
  readonly listeners: Listeners = {};
  /** who wants records of a kind themselves, after the state has changed by them */
  readonly taps: (((rows: Float64Array, o: number) => void) | undefined)[] = [];
  /** who wants to look at the state before a record changes it */
  watch: ((rows: Float64Array, o: number) => void) | undefined;
  /** what symbol numbers of the records stand for (callers) */
  symbols: readonly string[] = [];
  readonly counts = {
    pins: 0,
    transient: 0,
    released: 0,
    presumed: 0,
    orphaned: 0,
    homeless: 0,
    calls: 0,
    drifts: 0,
    unmatched: 0,
    /** pages that calls returned which had begun before the trace */
    begun: 0,
    /** pages given back that no line names */
    untold: 0,
  };
  /** pages since vmemmap_base of pfn 0; NaN until the trace shows a page both ways */
  pfnBase = Number.NaN;
  /** returns without their call, calls without their return, entries that contradict what was seen: lines are missing in between */
  readonly torn = { rets: 0, calls: 0, entries: 0, exits: 0, first: undefined as At | undefined };
  /** address spaces whose last task is gone and whose end has not been seen, and since when */
  readonly abandoned = new Map<Mm, At>();
  /** live pins, all of them */
  readonly held = new Set<Pin>();
  /** callers by symbol index, for those that never keep a page */
  isTransientCaller: (symbol: number, kind: PinKind) => boolean = () => false;
  /** the record being replayed */
  row: Float64Array = new Float64Array(0);
  o = 0;
  /** whose record that is */
  running = new Task(-1);
  /** line of the newest record */
  lastLine: number;
  #ids = 0;
  #now: At | undefined;
  #lastMm: Mm | undefined;
  #lastTask: Task | undefined;

  constructor(kinds: number) {
    this.seen = new Uint32Array(kinds);
    this.lastLine = 0;
  }

  nextId(): number {
    return ++this.#ids;
  }

  on<K extends TransitionName>(name: K, listener: (t: Transitions[K]) => void): void {
    const list = (this.listeners[name] ?? []) as ((t: Transitions[K]) => void)[];
    list.push(listener);
    (this.listeners as Record<string, unknown>)[name] = list;
  }

  tap(kind: number, listener: (rows: Float64Array, o: number) => void): void {
    const before = this.taps[kind];
    this.taps[kind] =
      before === undefined
        ? listener
        : (rows, o) => {
            before(rows, o);
            listener(rows, o);
          };
  }

  emit<K extends TransitionName>(name: K, t: Transitions[K]): void {
    const list = this.listeners[name];
    if (list === undefined) return;
    for (const f of list as ((t: Transitions[K]) => void)[]) f(t);
  }

  /** Where the record being replayed stands. */
  at(): At {
    if (this.#now !== undefined) return this.#now;
    const { row, o } = this;
    const tgid = row[o + Slot.TGID];
    this.#now = new At(row, o, tgid > 0 ? tgid : (this.tasks.get(row[o + Slot.PID])?.tgid ?? -1));
    return this.#now;
  }

  /** Go on to the record at `o`. */
  goto(o: number): void {
    this.o = o;
    this.#now = undefined;
  }

  /** Something in the order of events does not fit: what belongs between was not recorded. */
  tear(what: 'rets' | 'calls' | 'entries'): void {
    if (what === 'rets' && (this.running.before & Before.other) !== 0) {
      // the trace began in the middle of this task's call
      this.running.before &= ~Before.other;
      return;
    }
    this.torn[what]++;
    this.torn.first ??= this.at();
  }

  // ---- identities

  /** The address space at an mm_struct pointer; a dead one's pointer is a new generation. */
  mm(ptr: number): Mm | undefined {
    const last = this.#lastMm;
    if (last !== undefined && last.ptr === ptr && !last.dead) return last;
    if (!(ptr < 0)) return undefined;
    const known = this.mms.get(ptr);
    const mm = known === undefined || known.dead ? this.#newMm(ptr) : known;
    this.#lastMm = mm;
    return mm;
  }

  #newMm(ptr: number): Mm {
    const mm = new Mm(this.nextId(), ptr);
    this.mms.set(ptr, mm);
    return mm;
  }

  task(pid: number): Task {
    const last = this.#lastTask;
    if (last !== undefined && last.pid === pid) return last;
    let t = this.tasks.get(pid);
    if (t === undefined) {
      t = new Task(pid);
      this.tasks.set(pid, t);
    }
    this.#lastTask = t;
    return t;
  }

  /** Where a task runs, as far as known: the address space that it last ran in may have ended meanwhile. */
  mmOf(t: Task): Mm | undefined {
    if (t.mm?.dead === true) t.mm = undefined;
    return t.mm;
  }

  /** A task is gone; its pid may come back as another. */
  endTask(pid: number): void {
    this.tasks.delete(pid);
    if (this.#lastTask?.pid === pid) this.#lastTask = undefined;
  }

  /** Page of a `struct page` or folio pointer; NaN for NULL, ERR_PTR and unknown. */
  page(ptr: number): PageId {
    return ptr < -4095 ? ptr / STRUCT_PAGE : Number.NaN;
  }

  pageOfPfn(pfn: number): PageId {
    return this.pfnBase + pfn;
  }

  pfn(page: PageId): number | undefined {
    const pfn = page - this.pfnBase;
    return pfn >= 0 ? pfn : undefined;
  }

  /** A page seen both as pointer and as pfn tells vmemmap_base, which is aligned to 1 GiB. */
  learnPfnBase(page: PageId, pfn: number): void {
    if (!Number.isNaN(this.pfnBase)) return;
    const base = page - pfn;
    if (Number.isFinite(base) && (base * STRUCT_PAGE) % 0x40000000 === 0 && base < 0) this.pfnBase = base;
  }

  static vpn(addr: number): number {
    return Math.floor(addr / PAGE_BYTES);
  }

  // ---- page tables

  /** Live pins expected at an address. */
  pinsAt(mm: Mm, vpn: number): readonly Pin[] {
    return mm.pins.size === 0 ? NO_PINS : (mm.pins.get(vpn) ?? NO_PINS);
  }

  /** Live pins expected in a range of pages. */
  pinsIn(mm: Mm, from: number, to: number): readonly Pin[] {
    if (mm.pins.size === 0) return NO_PINS;
    let out: Pin[] | undefined;
    if (to - from < mm.pins.size) {
      for (let v = from; v < to; v++) {
        const list = mm.pins.get(v);
        if (list !== undefined) out = joined(out, list);
      }
    } else {
      for (const [v, list] of mm.pins) if (v >= from && v < to) out = joined(out, list);
    }
    return out ?? NO_PINS;
  }

  /** An address gets a page: the entry is set and every pin there is tested (the one invariant). */
  install(mm: Mm, vpn: number, page: PageId, pages: number, bits: number, via: DriftVia, fault?: At): void {
    const entry = entryOf(page, Pte.Present | bits);
    if (pages >= PMD_PAGES) {
      const head = vpn - (vpn % PMD_PAGES);
      mm.pmds.set(head / PMD_PAGES, entry);
      if (mm.ptes.size > 0) for (let v = head; v < head + PMD_PAGES; v++) mm.ptes.delete(v);
      if (mm.pins.size > 0) {
        for (const pin of this.pinsIn(mm, head, head + PMD_PAGES))
          this.test(pin, page + (pin.where - head), via, fault);
      }
      return;
    }
    for (let i = 0; i < pages; i++) {
      mm.ptes.set(vpn + i, entry + i * 64);
      if (mm.pins.size > 0) {
        const pins = mm.pins.get(vpn + i);
        if (pins !== undefined) for (const pin of pins.slice()) this.test(pin, page + i, via, fault);
      }
    }
  }

  /** Forget what is mapped in a range. */
  clear(mm: Mm, from: number, to: number): void {
    const { ptes, pmds } = mm;
    if (to - from <= ptes.size) for (let v = from; v < to; v++) ptes.delete(v);
    else {
      for (let i = ptes.next(0); i >= 0; i = ptes.next(i + 1)) {
        const v = ptes.keyAt(i);
        if (v >= from && v < to) ptes.deleteAt(i);
      }
    }
    for (let i = pmds.next(0); i >= 0; i = pmds.next(i + 1)) {
      const head = pmds.keyAt(i) * PMD_PAGES;
      if (head + PMD_PAGES <= from || head >= to) continue;
      if (head >= from && head + PMD_PAGES <= to) pmds.deleteAt(i);
      else for (let v = Math.max(head, from); v < Math.min(head + PMD_PAGES, to); v++) ptes.set(v, Pte.None);
    }
  }

  /** The entry stays and names the same page, but is not present any more. */
  suspend(mm: Mm, vpn: number, page: PageId, state: number): void {
    const entry = mm.entry(vpn);
    const bits = entry === undefined ? 0 : entryBits(entry);
    const known = entry !== undefined && (bits & Pte.STATE) === Pte.Present ? entryPage(entry) : page;
    mm.ptes.set(vpn, entryOf(!Number.isNaN(known) ? known : page, state | (bits & Pte.Anon)));
  }

  /** Page mapped at an address; NaN when not present or not known. */
  mapped(mm: Mm, vpn: number): PageId {
    const entry = mm.entry(vpn);
    return entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Present ? entryPage(entry) : Number.NaN;
  }

  /** The coherence test: does the address map the pinned page? */
  test(pin: Pin, page: PageId, via: DriftVia, fault?: At): void {
    if (!pin.live || Number.isNaN(pin.page)) return;
    const at = this.at();
    if (page === pin.page) {
      if (pin.drift !== undefined && pin.drift.healedAt === undefined) {
        pin.drift.healedAt = at;
        this.emit('heal', { drift: pin.drift, at });
        pin.drift = undefined;
      }
      return;
    }
    if (pin.drift !== undefined) return;
    const drift: Drift = { id: this.nextId(), pin, via, at, fault, page, before: pin.steps.slice() };
    pin.drift = drift;
    pin.drifts++;
    this.counts.drifts++;
    this.emit('drift', { drift });
  }

  step(pins: readonly Pin[], role: StepRole, at: At, page?: PageId, more?: StepDetails): void {
    for (const pin of pins) if (pin.steps.length < 64) pin.steps.push(new Step(role, at, page, more));
  }

  // ---- pins

  hold(pin: Pin): void {
    this.held.add(pin);
    this.counts.pins++;
    push(this.pinsByPage, pin.page, pin);
    if (pin.hold !== undefined) push(this.pinsByFolio, pin.hold.folio, pin);
    this.house(pin);
  }

  /** Put a pin under its address space, as soon as that is known. */
  house(pin: Pin): void {
    if (pin.mm !== undefined) push(pin.mm.pins, pin.where, pin);
    else {
      this.counts.homeless++;
      push(this.homeless, pin.call.at.pid, pin);
    }
  }

  /** A pin is over. */
  close(pin: Pin, at: At, by: ReleasedBy): void {
    const presumed = by === 'unseen';
    if (pin.state === 'released') return;
    this.forget(pin);
    pin.state = 'released';
    pin.releasedAt = at;
    pin.presumed = presumed;
    this.counts.released++;
    if (presumed) this.counts.presumed++;
    else this.step([pin], 'release', at);
    this.emit('release', { pin, at, presumed, by });
  }

  /** It turned out to be a reference for an instant, long over. */
  dismiss(pin: Pin): void {
    this.forget(pin);
    pin.state = 'released';
    pin.owner = 'transient';
    this.counts.pins--;
    this.counts.transient++;
  }

  /** The address space of a pin is gone; the reference may live on, but no mapping can leave it. */
  orphan(pin: Pin): void {
    if (pin.state !== 'held') return;
    if (pin.mm !== undefined) drop(pin.mm.pins, pin.where, pin);
    pin.state = 'orphan';
    this.counts.orphaned++;
  }

  forget(pin: Pin): void {
    this.held.delete(pin);
    drop(this.pinsByPage, pin.page, pin);
    if (pin.hold !== undefined) drop(this.pinsByFolio, pin.hold.folio, pin);
    if (pin.mm !== undefined) drop(pin.mm.pins, pin.where, pin);
    else drop(this.homeless, pin.call.at.pid, pin);
  }

  /** The page was allocated afresh, so whoever held it has let go, seen or not. */
  reallocated(page: PageId, pages: number): void {
    if (this.folios.size > 0) this.folios.delete(page);
    if (this.swapCache.size > 0) for (let i = 0; i < pages; i++) this.swapCache.delete(page + i);
    if (this.pinsByPage.size === 0) return;
    for (let i = 0; i < pages; i++) {
      const pins = this.pinsByPage.get(page + i);
      if (pins === undefined) continue;
      for (const pin of pins.slice()) {
        this.close(pin, this.at(), 'unseen');
      }
    }
  }

  /** Head page of the large folio a page belongs to, as far as the trace has shown it; the page itself otherwise. */
  folioOf(page: PageId): PageId {
    if (this.folios.size === 0) return page;
    // a folio is aligned to its size, and vmemmap_base to far more
    for (let pages = 1; pages <= PMD_PAGES; pages *= 2) {
      const head = Math.floor(page / pages) * pages;
      const size = this.folios.get(head);
      if (size !== undefined && page < head + size) return head;
    }
    return page;
  }

  /** Somebody is known to hold this page, or another of its folio, whose references are counted together. */
  isHeld(page: PageId): boolean {
    return this.pinsByPage.has(page) || this.pinsByFolio.has(this.folioOf(page));
  }

  /**
   * A CPU without any event was idle, or was not recorded (tracing_cpumask, per_cpu/, trace-cmd -M). Tasks that were
   * forked and never seen again, or half the machine silent, say that it was not recorded.
   */
  silentCpus(): number {
    let seen = 0;
    for (const c of this.cpus) seen += c;
    const all = this.facts.cpus ?? 0;
    const silent = all - seen;
    if (silent <= 0 || seen === 0) return 0;
    return this.unseen.size > 0 || silent * 2 >= all ? silent : 0;
  }

  /** Something that happened may not be in the trace. */
  partial(): boolean {
    return (
      this.gaps.length > 0 ||
      this.torn.rets + this.torn.entries + this.torn.exits > 0 ||
      this.silentCpus() > 0 ||
      this.facts.unread > 0 ||
      this.facts.filtered !== undefined ||
      this.facts.damage !== undefined
    );
  }
}

function joined(pins: Pin[] | undefined, more: readonly Pin[]): Pin[] {
  if (pins === undefined) return more.slice();
  pins.push(...more);
  return pins;
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function drop<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) return;
  const i = list.indexOf(value);
  if (i >= 0) list.splice(i, 1);
  if (list.length === 0) map.delete(key);
}
