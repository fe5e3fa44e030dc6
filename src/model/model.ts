// The replay's centre: identities (mm, page, task), the page tables, and the coherence test that runs
// whenever an address gets a page. What each kernel event does is in the files beside this one.
import { Slot } from '../vocabulary/record.ts';
import { crowd } from './crowd.ts';
import { Before, type ForkFrame, Task, type WpFrame } from './frames.ts';
import { Ordered } from './ordered.ts';
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

/** Pages without a line of their own that are followed: half a gigantic page at once, and huge pages all along the trace. */
const CLAIMS = 1 << 17;
const CLAIMS_PER_LINE = 32;

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
  /** why nobody can tell whether events were lost */
  unsaid?: string;
  /** CPUs whose whole buffer is in the trace: what is silent there was idle */
  recordedCpus?: number;
  /** what probes could not take, in sentences */
  missed?: readonly string[];
  /** kinds all whose probes were on, with the fields they need, and missed nothing, where the head of the recording says so */
  armed?: ReadonlySet<number>;
  /** kinds that this kernel has no function for, where the head of the recording says so */
  nowhere?: ReadonlySet<number>;
}

/** Pid of what is no task: no pin is of it. */
const NOBODY = -2;

export class Model {
  facts: TraceFacts = { timeUnit: 'ns', overwritten: 0, unread: 0 };
  readonly mms = new Map<number, Mm>();
  readonly tasks = new Map<number, Task>();
  /** live pins by page */
  readonly pinsByPage = new Ordered<Pin[]>();
  /** live pins by the folio their references are counted on */
  readonly pinsByFolio = new Ordered<Pin[]>();
  /** what interrupts and the idle task of a CPU are in the middle of */
  readonly onCpu = new Map<number, Task>();
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
  readonly swapCache = new Ordered<true>();
  /** pinned pages that were unmapped, not known yet whether to swap or to migrate them, with those who held them then */
  unmapped: { mm: Mm; vpn: number; page: PageId; anon: boolean | undefined; at: At; pins: readonly Pin[] }[] = [];
  /** GUP functions whose returns are recorded, by function index */
  readonly returning = new Uint8Array(4096);
  /** records seen by kind, those with the fields that the kind needs (vocabulary/needed.ts) */
  readonly seen: Float64Array;
  /** records of each kind that lack such a field, and the slots that were empty in any of them, as bits */
  readonly lacking: Float64Array;
  readonly lacks: Float64Array;
  readonly listeners: Listeners = {};
  /** who wants records of a kind themselves, after the state has changed by them */
  readonly taps: (((rows: Float64Array, o: number) => void) | undefined)[] = [];
  /** who wants to look at the state before a record changes it */
  watch: ((rows: Float64Array, o: number) => void) | undefined;
  /** who wants to know which places are remembered */
  noted: ((at: At) => void) | undefined;
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
    /** pins that were held where another capture begins */
    cut: 0,
    /** pages given back that no line names */
    untold: 0,
    /** pages that lines claim, far more of them than the trace has lines: they are not followed */
    claimed: 0,
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
  #claims = 0;
  #now: At | undefined;
  #lastMm: Mm | undefined;
  #lastTask: Task | undefined;

  constructor(kinds: number) {
    this.seen = new Float64Array(kinds);
    this.lacking = new Float64Array(kinds);
    this.lacks = new Float64Array(kinds);
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
    this.noted?.(this.#now);
    return this.#now;
  }

  /** Go on to the record at `o`. */
  goto(o: number): void {
    this.o = o;
    this.#now = undefined;
  }

  /** Nothing that was seen so far says anything about what comes: another boot, another time. */
  restart(): void {
    for (const pin of this.held) {
      // neither given back nor lost: nobody will know
      pin.state = 'orphan';
      pin.unsure = { at: this.at() };
    }
    this.counts.cut += this.held.size;
    this.held.clear();
    for (const known of [this.mms, this.tasks, this.onCpu, this.pinsByPage, this.pinsByFolio, this.ios]) known.clear();
    for (const known of [this.homeless, this.abandoned, this.folios]) known.clear();
    for (const known of [this.forking, this.pmdFaults, this.unseen, this.swapCache]) known.clear();
    this.unmapped = [];
    this.pfnBase = Number.NaN;
    this.#lastMm = undefined;
    this.#lastTask = undefined;
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

  /**
   * Who an event is of: the task that is printed, or, where an interrupt came while that ran, or nothing but the idle task
   * of that CPU (all of them are pid 0), the CPU.
   */
  runs(pid: number, cpu: number, context: number): Task {
    if (!(context > 0) && pid !== 0) return this.task(pid);
    const key = cpu * 4 + (context > 0 ? context : 0);
    let t = this.onCpu.get(key);
    if (t === undefined) {
      t = new Task(pid === 0 && !(context > 0) ? 0 : NOBODY);
      // an idle CPU is inside of nothing, and no call of an interrupt outlasts it
      t.before = 0;
      this.onCpu.set(key, t);
    }
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
    return mm.pins.size === 0 ? NO_PINS : joined(mm.pins.valuesIn(from, to));
  }

  /** Live pins of a run of pages. */
  pinsOf(page: PageId, pages: number): readonly Pin[] {
    if (this.pinsByPage.size === 0) return NO_PINS;
    return pages === 1 ? (this.pinsByPage.get(page) ?? NO_PINS) : joined(this.pinsByPage.valuesIn(page, page + pages));
  }

  /** An address gets a page: the entry is set and every pin there is tested (the one invariant). */
  install(mm: Mm, vpn: number, page: PageId, pages: number, bits: number, via: DriftVia, fault?: At): void {
    const entry = entryOf(page, Pte.Present | bits);
    if (pages >= PMD_PAGES) {
      const head = vpn - (vpn % PMD_PAGES);
      mm.pmds.set(head / PMD_PAGES, entry);
      mm.ptes.deleteRange(head, head + PMD_PAGES);
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
    this.#splitEdges(mm, from, to);
    mm.ptes.deleteRange(from, to);
    mm.pmds.deleteRange(Math.ceil(from / PMD_PAGES), Math.floor(to / PMD_PAGES));
  }

  /** What is mapped in a range is mapped `shift` pages further, and no longer where it was (move_page_tables()). */
  shift(mm: Mm, from: number, to: number, shift: number): void {
    const { ptes, pmds } = mm;
    this.#splitEdges(mm, from, to);
    const first = Math.ceil(from / PMD_PAGES);
    const end = Math.floor(to / PMD_PAGES);
    // a PMD goes as it is where both places are aligned
    if (shift % PMD_PAGES !== 0) for (const p of pmds.pagesIn(first, end)) this.split(mm, p);
    // nothing is mapped at the new place, whatever the trace has not shown
    if (from + shift >= to || to + shift <= from) this.clear(mm, from + shift, to + shift);
    ptes.move(from, to, shift);
    if (shift % PMD_PAGES === 0) pmds.move(first, end, shift / PMD_PAGES);
  }

  /** A PMD mapping becomes PTEs of the same pages, where it is known to be anonymous (see splitEntries()). */
  split(mm: Mm, pmd: number): void {
    const entry = mm.pmds.at(pmd);
    mm.pmds.delete(pmd);
    if (Number.isNaN(entry) || (entryBits(entry) & Pte.Anon) === 0) return;
    for (let i = 0; i < PMD_PAGES; i++) {
      const v = pmd * PMD_PAGES + i;
      if (!mm.ptes.has(v)) mm.ptes.set(v, entry + i * 64);
    }
  }

  /** Only whole PMD mappings go with a range; those that reach over its ends are split. */
  #splitEdges(mm: Mm, from: number, to: number): void {
    if (mm.pmds.size === 0) return;
    if (from % PMD_PAGES !== 0) this.split(mm, Math.floor(from / PMD_PAGES));
    if (to % PMD_PAGES !== 0) this.split(mm, Math.floor(to / PMD_PAGES));
  }

  /** The entry stays and names the same page, but is not present any more. */
  suspend(mm: Mm, vpn: number, page: PageId, state: number): void {
    const entry = mm.entry(vpn);
    const bits = entry === undefined ? 0 : entryBits(entry);
    const known = entry !== undefined && (bits & Pte.STATE) === Pte.Present ? entryPage(entry) : page;
    mm.ptes.set(vpn, entryOf(!Number.isNaN(known) ? known : page, state | (bits & Pte.Anon)));
    if (state === Pte.DevExclusive) mm.markExclusive(vpn);
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

  /** Pages that one mapping event can be about; a line that claims more is counted. */
  believed(pages: number): number {
    if (pages <= PMD_PAGES) return pages;
    this.counts.claimed++;
    return PMD_PAGES;
  }

  /** A page that no line of its own shows may be followed; false where what lines claim outgrows the lines. */
  afford(): boolean {
    if (this.held.size >= CLAIMS || this.#claims >= CLAIMS + CLAIMS_PER_LINE * this.row[this.o + Slot.LINE])
      return false;
    this.#claims++;
    return true;
  }

  hold(pin: Pin): void {
    this.held.add(pin);
    this.counts.pins++;
    const same = this.pinsByPage.get(pin.page);
    if (same === undefined) this.pinsByPage.set(pin.page, [pin]);
    else crowd(same, pin);
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
    if (this.swapCache.size > 0) for (const p of this.swapCache.keysIn(page, page + pages)) this.swapCache.delete(p);
    for (const pin of this.pinsOf(page, pages).slice()) this.close(pin, this.at(), 'unseen');
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
    if ((this.facts.recordedCpus ?? 0) >= all) return 0;
    const silent = all - seen;
    if (silent <= 0 || seen === 0) return 0;
    return this.unseen.size > 0 || silent * 2 >= all ? silent : 0;
  }

  /** Had an event of this kind happened, the trace would show it: they were recorded, each with the fields it needs. */
  recorded(kind: number): boolean {
    return this.lacking[kind] === 0 && (this.seen[kind] > 0 || this.facts.armed?.has(kind) === true);
  }

  /** Something that happened may not be in the trace. */
  partial(): boolean {
    return (
      this.lacking.some((n) => n > 0) ||
      this.gaps.length > 0 ||
      this.torn.rets + this.torn.entries + this.torn.exits > 0 ||
      this.counts.claimed > 0 ||
      this.silentCpus() > 0 ||
      this.facts.unread > 0 ||
      this.facts.filtered !== undefined ||
      this.facts.damage !== undefined
    );
  }
}

function joined(lists: readonly Pin[][]): readonly Pin[] {
  return lists.length === 0 ? NO_PINS : lists.flat();
}

/** Lists by a key. */
interface Lists<V> {
  get(key: number): V[] | undefined;
  set(key: number, list: V[]): unknown;
  delete(key: number): unknown;
}

export function push<V>(lists: Lists<V>, key: number, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

export function drop<V>(lists: Lists<V>, key: number, value: V): void {
  const list = lists.get(key);
  if (list === undefined) return;
  // the oldest or the newest goes most often
  if (list.at(-1) === value) list.pop();
  else if (list[0] === value) list.shift();
  else {
    const i = list.lastIndexOf(value);
    if (i >= 0) list.splice(i, 1);
  }
  if (list.length === 0) lists.delete(key);
}
