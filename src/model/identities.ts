// The objects that records refer to (address spaces, tasks, pages), the position of the replay, and its listeners. The
// page tables (mapping.ts) and the pins (model.ts) are built on this.
import { type Catalogue, OWN_CATALOGUE } from '../vocabulary/catalogue.ts';
import { isOfKernel } from '../vocabulary/kernel/arch/index.ts';
import { LOWEST_EXACT, OBJECTS_END, VMEMMAP_END } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import { At } from './at.ts';
import { nothingTorn, type TraceFacts } from './facts.ts';
import { type Faulted, FaultedOnly } from './faulted.ts';
import { Before, Task } from './frames.ts';
import { oldest } from './lists.ts';
import { type FirstLook, Machine } from './machine.ts';
import type { PageId } from './page-table.ts';
import { Mm } from './state.ts';
import type { Listeners, TransitionName, Transitions } from './transitions.ts';

/** No architecture has a larger user space: five levels of page tables (x86). */
const USER_END = 2 ** 57;

/** Ended address spaces and tasks that are remembered: lines of their teardown still name them. */
const ENDED = 4096;

/** Pid that no pin has, for contexts that are not tasks. */
const NOBODY = -2;

export class Identities {
  /** the kinds of its records */
  readonly catalogue: Catalogue;
  facts: TraceFacts = { timeUnit: 'ns', overwritten: 0, unread: 0 };
  /** the machine, from the trace or its header */
  machine = new Machine();
  /** the first records, until the machine is known */
  firstLook: FirstLook | undefined;
  /** kinds that occur among them */
  ahead: ReadonlySet<number> = new Set();
  readonly mms = new Map<number, Mm>();
  readonly tasks = new Map<number, Task>();
  /** processes that are in neither of them: nothing but their faults is known */
  readonly faulted = new FaultedOnly();
  /** calls that interrupts and the idle task of a CPU are inside of */
  readonly onCpu = new Map<number, Task>();
  /** CPUs with any events */
  readonly cpus = new Uint8Array(8192);
  /** records seen by kind, with the fields the kind needs (vocabulary/needed.ts) */
  readonly seen: Float64Array;
  /** records of each kind that lack such a field, and the slots that were empty in any of them, as bits */
  readonly lacking: Float64Array;
  readonly lacks: Float64Array;
  readonly listeners: Listeners = {};
  /** runs code of external rules with a time limit. Undefined: there is no such code */
  limited: ((work: () => void) => void) | undefined;
  /** listeners for raw records by kind, called after the state has changed */
  readonly taps: (((rows: Float64Array, o: number) => void) | undefined)[] = [];
  /** listener called before a record changes the state */
  watch: ((rows: Float64Array, o: number) => void) | undefined;
  /** called for each place that is remembered */
  noted: ((at: At) => void) | undefined;
  /** symbols by number (callers) */
  symbols: readonly string[] = [];
  /** pages since vmemmap_base of pfn 0; NaN until the trace shows some page both ways */
  pfnBase = Number.NaN;
  /**
   * inconsistencies caused by missing lines: returns without their call, calls without their return, entries that
   * contradict earlier events, `steps` of a call that name another address than it; `pages`: pointers that cannot point
   * to a `struct page`
   */
  readonly torn = nothingTorn();
  /** the record being replayed */
  row: Float64Array = new Float64Array(0);
  o = 0;
  /** the task of that record */
  running = new Task(-1);
  /** line of the newest record */
  lastLine: number;
  #ids = 0;
  #order = 0;
  #now: At | undefined;
  #lastMm: Mm | undefined;
  #lastTask: Task | undefined;
  /** the newest address spaces and tasks that ended, oldest first */
  readonly #ended = new Set<Mm>();
  readonly #exited = new Set<number>();

  constructor(catalogue: Catalogue = OWN_CATALOGUE) {
    const kinds = catalogue.kindNames.length;
    this.catalogue = catalogue;
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

  /** Place of the record being replayed. */
  at(): At {
    if (this.#now !== undefined) return this.#now;
    const { row, o } = this;
    const tgid = row[o + Slot.TGID];
    const process = tgid > 0 ? tgid : (this.#knownTask(row[o + Slot.PID])?.tgid ?? -1);
    this.#now = new At(row, o, process, this.#order);
    this.noted?.(this.#now);
    return this.#now;
  }

  /** Go to the record at `o`. */
  goto(o: number): void {
    this.o = o;
    this.#order++;
    this.#now = undefined;
  }

  /** Forget everything. */
  protected forgetIdentities(): void {
    for (const known of [this.mms, this.tasks, this.onCpu, this.faulted]) known.clear();
    this.#ended.clear();
    this.#exited.clear();
    this.pfnBase = Number.NaN;
    this.#lastMm = undefined;
    this.#lastTask = undefined;
  }

  /** The order of events is inconsistent: an event in between was not recorded. */
  tear(what: 'rets' | 'calls' | 'entries' | 'steps', at?: At): void {
    this.torn[what]++;
    this.torn.first ??= at ?? this.at();
  }

  /** A number that no kernel prints here: more pages returned than asked for, a range that ends before it begins. */
  absurd(): void {
    this.torn.absurd++;
    this.torn.first ??= this.at();
  }

  /** The address space at an mm_struct pointer; reuse of the pointer of one that ended makes a new one. */
  mm(ptr: number): Mm | undefined {
    const last = this.#lastMm;
    if (last !== undefined && last.ptr === ptr && !last.dead) return last;
    if (!(ptr < OBJECTS_END)) {
      this.checkPointer(ptr);
      return undefined;
    }
    const known = this.knownMm(ptr);
    const mm = known === undefined || known.dead ? this.#newMm(ptr) : known;
    this.#lastMm = mm;
    return mm;
  }

  /** The address space at a pointer, as far as any line has named it; the newest that ended are among them. */
  knownMm(ptr: number): Mm | undefined {
    return this.mms.get(ptr) ?? this.#wake(this.faulted.takeMm(ptr))?.mm;
  }

  /** Number of address spaces. */
  get mmCount(): number {
    return this.mms.size + this.faulted.size;
  }

  /** All address spaces. */
  allMms(): Iterable<Mm> {
    while (this.#wake(this.faulted.takeLast()) !== undefined);
    return this.mms.values();
  }

  /** An address space ends. Lines of its teardown follow; a new one at this pointer comes with a fork or an exec. */
  endMm(mm: Mm): void {
    mm.clear();
    mm.dead = true;
    this.#ended.add(mm);
    for (const old of oldest(this.#ended, ENDED)) if (this.mms.get(old.ptr) === old) this.mms.delete(old.ptr);
  }

  /** Of an object that is there: neither NULL nor an error nor an address of user space, nor what lies between. */
  checkPointer(ptr: number): void {
    if (ptr >= OBJECTS_END || !isOfKernel(ptr, this.machine.arch)) this.absurd();
  }

  #newMm(ptr: number): Mm {
    this.checkPointer(ptr);
    const mm = new Mm(this.nextId(), ptr, this.machine.pmdPages);
    this.mms.set(ptr, mm);
    return mm;
  }

  #knownTask(pid: number): Task | undefined {
    return this.#lastTask?.pid === pid ? this.#lastTask : this.tasks.get(pid);
  }

  task(pid: number): Task {
    const last = this.#lastTask;
    if (last !== undefined && last.pid === pid) return last;
    let t = this.knownTask(pid);
    if (t === undefined) {
      t = new Task(pid);
      this.tasks.set(pid, t);
    }
    this.#lastTask = t;
    return t;
  }

  /** The task, if any line is of it. */
  knownTask(pid: number): Task | undefined {
    return this.tasks.get(pid) ?? this.#wake(this.faulted.takeTask(pid));
  }

  /** Whether more than its faults is known of a task. */
  hasTask(pid: number): boolean {
    if (this.#lastTask?.pid === pid) return true;
    const t = this.tasks.get(pid);
    if (t !== undefined) this.#lastTask = t;
    return t !== undefined;
  }

  /** More than faults is to be known of a process. */
  #wake(of: Faulted | undefined): Task | undefined {
    if (of === undefined) return undefined;
    const mm = new Mm(of.id, of.ptr, this.machine.pmdPages);
    this.mms.set(of.ptr, mm);
    mm.enter(of.pid);
    const t = new Task(of.pid);
    this.tasks.set(of.pid, t);
    // a fault may occur inside of a GUP call only
    t.before = Before.gup;
    t.mm = mm;
    t.faultMm = mm;
    t.faultVpn = of.vpn;
    t.faultUnshares = of.unshares;
    return t;
  }

  /**
   * The task of an event: the printed task, or the CPU, if the event is in an interrupt or in the idle task (which has
   * pid 0 on all CPUs).
   */
  runs(pid: number, cpu: number, context: number): Task {
    if (!(context > 0) && pid !== 0) return this.task(pid);
    const key = cpu * 4 + (context > 0 ? context : 0);
    let t = this.onCpu.get(key);
    if (t === undefined) {
      t = new Task(pid === 0 && !(context > 0) ? 0 : NOBODY);
      // an idle CPU is inside no call, and no call of an interrupt lasts into the next
      t.before = 0;
      this.onCpu.set(key, t);
    }
    return t;
  }

  /** The address space of a task, if known: the last one it used may have ended meanwhile. */
  mmOf(t: Task): Mm | undefined {
    if (t.mm?.dead === true) t.mm = undefined;
    return t.mm;
  }

  /** A task has ended, or its pid is used again. */
  endTask(pid: number): void {
    this.#exited.delete(pid);
    this.#forgetTask(pid);
  }

  /** A task has exited. From 7.2 on its teardown follows, and its lines are those of a task that nothing is known of. */
  exitTask(pid: number): void {
    this.endTask(pid);
    this.#exited.add(pid);
    for (const old of oldest(this.#exited, ENDED)) if (this.tasks.get(old)?.isIdle === true) this.#forgetTask(old);
  }

  #forgetTask(pid: number): void {
    this.tasks.delete(pid);
    if (this.#lastTask?.pid === pid) this.#lastTask = undefined;
  }

  /**
   * Page of a `struct page` or folio pointer; NaN for NULL, ERR_PTR, unknown and pointers between two `struct page`.
   */
  page(ptr: number): PageId {
    if (!(ptr < VMEMMAP_END)) return Number.NaN;
    if (ptr < LOWEST_EXACT) this.checkPointer(ptr);
    const { origin, structPage } = this.machine;
    const page = (ptr - origin) / structPage;
    return page === Math.floor(page) ? page : Number.NaN;
  }

  /** The same, for an event that always refers to a `struct page`. */
  pageOf(ptr: number): PageId {
    const page = this.page(ptr);
    if (Number.isNaN(page) && !Number.isNaN(ptr)) {
      this.torn.pages++;
      this.torn.first ??= this.at();
    }
    return page;
  }

  /** The `struct page` pointer of a page. */
  pointer(page: PageId): number {
    return page * this.machine.structPage + this.machine.origin;
  }

  pageOfPfn(pfn: number): PageId {
    return this.pfnBase + pfn;
  }

  pfn(page: PageId): number | undefined {
    const pfn = page - this.pfnBase;
    return pfn >= 0 ? pfn : undefined;
  }

  /** A page shown both as pointer and as pfn determines vmemmap_base, whose alignment is known for the architecture. */
  learnPfnBase(page: PageId, pfn: number): void {
    if (!Number.isNaN(this.pfnBase)) return;
    const base = page - pfn;
    if (Number.isFinite(base) && this.pointer(base) % this.machine.pfn0Align === 0 && base < 0) this.pfnBase = base;
  }

  /** Virtual page of an address. */
  vpn(addr: number): number {
    return Math.floor(addr / this.machine.pageBytes);
  }

  /** The same, of an address that can only be one of user space. */
  userVpn(addr: number): number {
    if (addr < 0 || addr > USER_END) this.absurd();
    return this.vpn(addr);
  }
}
