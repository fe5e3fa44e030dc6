// What the memory of every kernel has: folios, address spaces, a swap area, and the pins, whose fate is the truth. A kernel of
// an era (kernel-5.10.ts, kernel-6.12.ts) is derived from it; it prints what its probes print, where it enters the function.
import { isMapping, type Pmd } from './huge.ts';
import type { Machine, Task, Work } from './machine.ts';
import { Lock } from './machine.ts';

export const PAGE = 4096;
export const BUFFER = 0x7f02b2790000;
/** Pages of the buffer, the only VMA but for what is mapped where it was. */
export const PAGES = 8;
export const ZERO_PFN = 0x2000;
const HUGE_ZERO_PFN = 0x2200;
/** What a PMD maps. */
const PMD_SIZE = 512 * PAGE;
const VMEMMAP = 0xfffff334c0000000n;

export const FOLL_WRITE = 0x1;

export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** One page, or 2^order that are allocated, locked, pinned and given back together. */
export class Folio {
  readonly pages: readonly Page[];
  readonly lock = new Lock();
  /** references of FOLL_GET */
  gup = 0;
  /** references of FOLL_PIN: of a large folio they are counted, of one page each counts as many (GUP_PIN_COUNTING_BIAS) */
  pins = 0;
  /** references of functions under way */
  other = 0;
  writeback = false;
  /** it has been mapped: folio_test_anon() */
  isAnon = false;
  isFree = false;
  /** PMDs that map it */
  pmdMaps = 0;
  /** of KSM: mapped wherever the same was written */
  isKsm = false;
  /** without PG_swapbacked, by MADV_FREE: reclaim discards it, unless it is written to */
  isLazy = false;
  isDirty = false;

  constructor(pfn: number, order: number) {
    this.pages = Array.from({ length: 1 << order }, (_, i) => new Page(pfn + i, this));
  }

  get isLarge(): boolean {
    return this.pages.length > 1;
  }

  get pointer(): string {
    return this.pages[0].pointer;
  }

  get mapcount(): number {
    return this.pages.reduce((sum, { mapcount }) => sum + mapcount, this.pmdMaps);
  }

  /** one that is mapped in part would be split */
  get isMappedInPart(): boolean {
    return this.pmdMaps === 0 && this.pages.some(({ mapcount }) => mapcount === 0);
  }

  get isInSwapCache(): boolean {
    return this.pages[0].slot !== undefined;
  }

  get count(): number {
    const pins = this.isLarge ? this.pins : this.pins * 1024;
    return this.mapcount + this.gup + pins + this.other + (this.isInSwapCache ? this.pages.length : 0);
  }

  /** folio_maybe_dma_pinned() */
  get maybePinned(): boolean {
    return this.isLarge ? this.pins > 0 : this.count >= 1024;
  }

  /** Entries that name a slot of it. */
  get swapped(): number {
    return this.pages.reduce((sum, { slot }) => sum + (slot?.count ?? 0), 0);
  }

  leaveSwapCache(): void {
    for (const page of this.pages) if (page.slot !== undefined) page.slot = page.slot.page = undefined;
  }
}

export class Page {
  readonly pfn: number;
  readonly folio: Folio;
  mapcount = 0;
  slot: Slot | undefined;
  /** PageAnonExclusive() */
  isExclusive = false;

  constructor(pfn: number, folio: Folio) {
    this.pfn = pfn;
    this.folio = folio;
  }

  get pointer(): string {
    return hex(VMEMMAP + BigInt(this.pfn) * 64n);
  }
}

/** A slot of the swap area, with what the swap cache has for it. */
export interface Slot {
  readonly offset: number;
  page: Page | undefined;
  /** entries that name it */
  count: number;
}

export type Entry =
  | { readonly page: Page; readonly isWritable: boolean }
  | { readonly slot: Slot; readonly isExclusive: boolean }
  /** the page is on its way to another frame */
  | { readonly migrates: Page; readonly isWritable: boolean; readonly isExclusive: boolean }
  /** ptep_clear_flush() has cleared it, and is not over */
  | 'cleared';

export type Migrating = Extract<Entry, { migrates: Page }>;
export type Swapped = Extract<Entry, { slot: Slot }>;

export const isSwapped = (entry: Entry | undefined): entry is Swapped =>
  entry !== undefined && entry !== 'cleared' && 'slot' in entry;

export const isMigrating = (entry: Entry | undefined): entry is Migrating =>
  entry !== undefined && entry !== 'cleared' && 'migrates' in entry;

export const isPresent = (entry: Entry | undefined): entry is Extract<Entry, { page: Page }> =>
  entry !== undefined && entry !== 'cleared' && 'page' in entry;

export class Mm {
  readonly pointer: string;
  readonly entries = new Map<number, Entry>();
  readonly mmapLock = new Lock();
  readonly ptl = new Lock();
  /** write_protect_seq: odd while fork copies */
  seq = 0;
  users = 0;
  /** system calls under way that pin pages */
  calls = 0;
  exits = false;
  /** accesses and system calls under way that write to the buffer */
  writers = 0;
  /** the program writes nothing, since it is about to mprotect(PROT_READ) or has done so */
  isSpared = false;
  /** VM_WRITE, or not write-protected by userfaultfd */
  canWrite = true;
  readonly usesUffd: boolean;
  /** a transparent huge page, which maps all of the VMA: there are no entries then */
  pmd: Pmd | undefined;
  /** there is a page table, so that a fault maps no huge page */
  hasTable = false;
  /** the VMA is as large as what a PMD maps, and has the buffer in it */
  readonly isHuge: boolean;
  /** where the buffer is: mremap() moves it */
  base = BUFFER;
  /** accesses of the buffer, and calls that look for its pages */
  uses = 0;
  /** the program uses nothing of the buffer, since it is about to mremap() it */
  isMoving = false;
  /** without VM_SOFTDIRTY: what was not written to since clear_refs is mapped read-only */
  isTracked = false;
  /** VM_MERGEABLE */
  isMergeable = true;

  constructor(n: number, isHuge: boolean) {
    this.pointer = hex(0xffffa08d40344000n + BigInt(n) * 0x440n);
    this.usesUffd = n % 3 === 0;
    this.isHuge = isHuge;
  }

  /** of the VMA of the buffer */
  get start(): number {
    return this.isHuge ? this.base - (this.base % PMD_SIZE) : this.base;
  }

  get end(): number {
    return this.start + (this.isHuge ? PMD_SIZE : PAGES * PAGE);
  }

  /** What an address maps, by an entry or by the PMD. */
  at(address: number): Entry | undefined {
    const { pmd } = this;
    if (!isMapping(pmd) || address < this.start || address >= this.end) return this.entries.get(address);
    return { page: pmd.folio.pages[(address - this.start) / PAGE], isWritable: pmd.isWritable };
  }

  /** whether the address is one of the buffer */
  has(address: number): boolean {
    return address >= this.base && address < this.base + PAGES * PAGE;
  }

  /** where the VMA of the address begins; what is mapped beside the buffer has no large folios */
  firstOf(address: number): number {
    return address >= this.start && address < this.end ? this.start : address;
  }
}

/** A pin, and what happened to its address while it was held; the truth. */
export interface Pinned {
  readonly mm: Mm;
  /** mremap() may have moved the page since */
  address: number;
  /** where it was, one after the other */
  readonly places: number[];
  /** mremap() has moved it, or has begun to */
  moving: boolean;
  readonly page: Page;
  readonly kind: 'FOLL_GET' | 'FOLL_PIN';
  /** what is due if it parts: a page that a bio writes to a disk is read once, and may be an old one */
  readonly due: 'warning' | 'note' | undefined;
  /** the I/O is over */
  ended: boolean;
  released: boolean;
  /** the process has unmapped the address itself, or has begun to */
  unmapped: boolean;
  unmapping: boolean;
  /** another page was put there: while the I/O was under way, or after it */
  copied: 'in time' | 'late' | undefined;
  /** fork shared the page with a child */
  shared: boolean;
  /** the kernel has broken its promise: fork shared the page, or reclaim unmapped it */
  betrayed: boolean;
  /** another process has got the page for writing, and what it writes can be read through the pin */
  lent: boolean;
}

export const isHeld = (pin: Pinned): boolean => !pin.released && !pin.unmapped;

/** Pages of one folio, one behind the other, that are in a bio. */
export interface Part {
  readonly pins: readonly Pinned[];
  readonly page: Page;
}

export function partsOf(pins: readonly Pinned[]): Part[] {
  const parts: { pins: Pinned[]; page: Page }[] = [];
  for (const pin of pins) {
    const last = parts.at(-1);
    const before = last?.pins.at(-1)?.page;
    if (last !== undefined && before?.folio === pin.page.folio && before.pfn + 1 === pin.page.pfn) last.pins.push(pin);
    else parts.push({ pins: [pin], page: pin.page });
  }
  return parts;
}

export abstract class Memory {
  /** How this kernel's lines name an instruction: `submit_bio+0x4/0xe0`. */
  abstract readonly symbols: Readonly<Record<string, string>>;
  /** flags of handle_mm_fault() for an access of user space, without FAULT_FLAG_WRITE */
  abstract readonly userFault: number;
  abstract readonly readOpf: string;
  abstract readonly bioFlags: string;
  /** of a bio, behind its size */
  abstract readonly done: string;
  /** whether it keeps what it promises of pinned pages */
  readonly keepsPromises: boolean = false;
  /** whether faults map large folios */
  readonly isLarge: boolean = false;
  readonly migrates: boolean = false;
  /** whether faults map transparent huge pages */
  readonly isHuge: boolean = false;
  /** whether programs use mprotect() */
  readonly protects: boolean = false;
  /** whether ksmd runs */
  readonly merges: boolean = false;
  /** whether programs use mremap() */
  readonly remaps: boolean = false;
  /** whether programs use MADV_FREE */
  readonly frees: boolean = false;
  readonly machine: Machine;
  readonly zero = new Folio(ZERO_PFN, 0).pages[0];
  readonly hugeZero = new Folio(HUGE_ZERO_PFN, 9);
  readonly pins: Pinned[] = [];
  /** of anon_vma, one for all */
  readonly rmapLock = new Lock();
  mms: Mm[] = [];
  #mms = 0;
  #pfn = 0x40000;
  #slots = 4;
  #bios = 0;
  readonly #free: number[] = [];
  readonly #pages = new Map<number, Page>();
  /** what unmap_page_range() is taking away, of pins */
  readonly #zaps = new Set<(pin: Pinned) => boolean>();

  constructor(machine: Machine) {
    this.machine = machine;
    this.hugeZero.other++;
    this.#allocated(this.hugeZero);
  }

  isZero({ folio }: Page): boolean {
    return folio === this.zero.folio || folio === this.hugeZero;
  }

  /** What a thread does that pins pages. */
  abstract pinning(t: Task, mm: Mm): Work;
  /** O_DIRECT: a page for each address, each of which is pinned. */
  abstract pinForIo(t: Task, mm: Mm, start: number, nr: number, write: boolean): Work<Pinned[]>;
  /** A page is put into a bio; if it follows the one before, into its vector. */
  abstract addToBio(t: Task, bio: string, part: Part, merges: boolean): Work;
  /** bio_release_pages() */
  abstract releaseBio(t: Task, bio: string, pins: readonly Pinned[], isRead: boolean, vcnt: number): Work;
  abstract newAnon(t: Task, mm: Mm, address: number, page: Page): Work;
  abstract rmapDel(t: Task, mm: Mm, page: Page, nr: number): Work;
  /** do_wp_page(), page table lock held, which it releases. */
  abstract wpFault(t: Task, mm: Mm, address: number, flags: number, caller: string): Work;
  /** The part of do_swap_page() that has the page, which is locked, and referred to. */
  abstract mapSwapped(t: Task, mm: Mm, address: number, page: Page, flags: number): Work<number>;
  /** dup_mmap(), mmap_lock held for writing. */
  abstract copy(t: Task, from: Mm, to: Mm): Work;
  /** shrink_folio_list() or its forerunner, for one folio, which is locked. */
  abstract shrink(t: Task, folio: Folio): Work;
  /** Raw entry, as x86-64 has it. */
  abstract raw(entry: Entry): string;

  at(name: string): string {
    const symbol = this.symbols[name];
    if (symbol === undefined) throw new Error(`no symbol for ${name}`);
    return `(${symbol})`;
  }

  newMm(): Mm {
    const mm = new Mm(++this.#mms, this.isHuge);
    this.mms = [...this.mms, mm];
    return mm;
  }

  newPage(): Page {
    const { random } = this.machine;
    const isOld = this.#free.length > 0 && random.next() < 0.6;
    if (!isOld) this.#pfn += random.of([1, 1, 1, 3]);
    const pfn = isOld ? this.#free.splice(random.below(this.#free.length), 1)[0] : this.#pfn;
    return this.#allocated(new Folio(pfn, 0)).pages[0];
  }

  newFolio(order: number): Folio {
    const nr = 1 << order;
    const pfn = Math.ceil((this.#pfn + 1) / nr) * nr;
    this.#pfn = pfn + nr - 1;
    return this.#allocated(new Folio(pfn, order));
  }

  #allocated(folio: Folio): Folio {
    for (const page of folio.pages) this.#pages.set(page.pfn, page);
    return folio;
  }

  /** What a page frame is used for now. */
  pageOf(pfn: number): Page {
    return this.#pages.get(pfn) as Page;
  }

  /** Free a folio that nobody refers to. */
  put({ folio }: Page): void {
    if (folio === this.zero.folio || folio.count > 0 || folio.isFree) return;
    folio.isFree = true;
    this.#free.push(...folio.pages.map(({ pfn }) => pfn));
  }

  nextBio(): string {
    return hex(0xffffa08d412e0000n + BigInt(++this.#bios) * 0xc0n);
  }

  pinned(mm: Mm, address: number, page: Page, kind: Pinned['kind'], due: Pinned['due']): Pinned {
    const pin: Pinned = {
      mm,
      address,
      places: [address],
      moving: false,
      page,
      kind,
      due: this.isZero(page) ? undefined : due,
      ended: false,
      released: false,
      unmapped: false,
      unmapping: false,
      copied: undefined,
      shared: false,
      betrayed: false,
      lent: false,
    };
    pin.unmapping = [...this.#zaps].some((zapped) => zapped(pin));
    this.pins.push(pin);
    return pin;
  }

  /** fork shares what an entry maps, or names in the swap cache, with a child. */
  shares(mm: Mm, address: number, entry: Exclude<Entry, 'cleared'>): void {
    const page = isSwapped(entry) ? entry.slot.page : isMigrating(entry) ? entry.migrates : entry.page;
    for (const pin of this.pins)
      if (pin.mm === mm && pin.address === address && pin.page === page && isHeld(pin)) pin.shared = true;
  }

  /** The pins that part when the page is replaced at the address. */
  parting(mm: Mm, address: number, page: Page): Pinned[] {
    const parted = this.pins.filter(
      (pin) => pin.mm === mm && pin.address === address && pin.page === page && isHeld(pin),
    );
    for (const pin of parted) pin.copied ??= 'late';
    // where the program has ended, nobody sees the address
    return mm.users > 0 ? parted : [];
  }

  /** What the program does not do while it moves the buffer; `uses` is to be decreased at the end. */
  *enters(mm: Mm): Work {
    while (mm.isMoving) yield { turns: 3 };
    mm.uses++;
  }

  /** An access of user space. */
  *access(t: Task, mm: Mm, address: number, write: boolean): Work {
    if (write) yield* this.writes(mm, () => this.#access(t, mm, address, write));
    else yield* this.#access(t, mm, address, write);
  }

  /** What the program does not do while it has the buffer mapped read-only. */
  *writes<T>(mm: Mm, work: () => Work<T>): Work<T> {
    while (mm.isSpared) yield { turns: 3 };
    mm.writers++;
    const done = yield* work();
    mm.writers--;
    return done;
  }

  *#access(t: Task, mm: Mm, address: number, write: boolean): Work {
    for (let tries = 0; tries < 20; tries++) {
      const entry = mm.at(address);
      const isMapped = isPresent(entry);
      if (isMapped && (entry.isWritable || !write)) {
        if (write) entry.page.folio.isDirty = true;
        return;
      }
      const code = 4 | (write ? 2 : 0) | (isMapped ? 1 : 0);
      const at = address + this.machine.random.below(512) * 8;
      this.machine.print(t, `page_fault_user: address=${hex(at)} ip=0x433f4a error_code=${hex(code)}`, 'd');
      yield;
      yield { lock: mm.mmapLock, shared: true };
      yield* this.fault(t, mm, address, this.userFault | (write ? 1 : 0));
      mm.mmapLock.release();
      yield;
    }
  }

  /** handle_mm_fault(), mmap_lock or the lock of the VMA held. */
  *fault(t: Task, mm: Mm, address: number, flags: number): Work {
    const isCow = (flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) !== 0;
    this.machine.print(
      t,
      `fault: ${this.at('handle_mm_fault')} mm=${mm.pointer} addr=${hex(address)} flags=${hex(flags)}`,
    );
    yield;
    if (this.faultsPmd !== undefined && (yield* this.faultsPmd(t, mm, address, flags))) return;
    const entry = mm.entries.get(address);
    if (entry === undefined || entry === 'cleared') yield* this.#anonymous(t, mm, address, (flags & 1) !== 0);
    else if (isMigrating(entry) || isSwapped(entry)) yield* this.#swapIn(t, mm, address, entry, flags);
    else if (isCow && !entry.isWritable) {
      yield { lock: mm.ptl, shared: false };
      if (mm.entries.get(address) === entry)
        yield* this.wpFault(t, mm, address, flags, this.symbols.wpCaller as string);
      else mm.ptl.release();
    }
  }

  /** The part of __handle_mm_fault() that asks for a PMD. @returns whether the fault is over */
  faultsPmd?(t: Task, mm: Mm, address: number, flags: number): Work<boolean>;

  /** do_anonymous_page() */
  *#anonymous(t: Task, mm: Mm, address: number, write: boolean): Work {
    const folio = write ? this.allocAnon(mm, address) : this.zero.folio;
    // pte_alloc()
    if (mm.pmd === undefined) mm.hasTable = true;
    const start = address - (address % (folio.pages.length * PAGE));
    folio.other++;
    yield;
    yield { lock: mm.ptl, shared: false };
    if (mm.pmd === undefined && folio.pages.every((_, i) => mm.entries.get(start + i * PAGE) === undefined)) {
      if (!write) mm.entries.set(address, { page: this.zero, isWritable: false });
      else yield* this.newAnon(t, mm, start, folio.pages[0]);
    }
    mm.ptl.release();
    folio.other--;
    this.put(folio.pages[0]);
  }

  /** alloc_anon_folio() */
  allocAnon(_mm: Mm, _address: number): Folio {
    return this.newPage().folio;
  }

  /** ptep_clear_flush() and what is mapped after it, page table lock held. */
  *replace(t: Task, mm: Mm, address: number, page: Page, map: () => Work): Work {
    const entry = mm.entries.get(address) as Extract<Entry, { page: Page }>;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    this.machine.print(t, `clear_flush: ${this.at('ptep_clear_flush')} ${where} pte=${this.raw(entry)}`);
    yield;
    mm.entries.set(address, 'cleared');
    const parted = this.parting(mm, address, page);
    yield 'tlb flush';
    yield* map();
    // until then, what other tasks do cannot be told from what they did before
    for (const pin of parted) if (!pin.ended) pin.copied = 'in time';
    if (page !== this.zero) yield* this.rmapDel(t, mm, page, 1);
  }

  /** do_swap_page() */
  *#swapIn(t: Task, mm: Mm, address: number, entry: Swapped | Migrating, flags: number): Work {
    const { machine } = this;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    machine.print(
      t,
      `swap_in: ${this.at('do_swap_page')} ${where} pte=${this.raw(entry)} flags=${hex(this.entryFlags(flags))}`,
    );
    yield;
    let ret = 0;
    if (mm.entries.get(address) !== entry) ret = 0;
    else if (isMigrating(entry)) {
      // migration_entry_wait()
      const { lock } = entry.migrates.folio;
      yield { lock, shared: false };
      lock.release();
    } else {
      const { slot } = entry;
      const page = slot.page ?? (yield* this.#readIn(t, slot));
      const { folio } = page;
      folio.other++;
      yield { lock: folio.lock, shared: false };
      yield { lock: mm.ptl, shared: false };
      if (page.slot === slot && mm.entries.get(address) === entry)
        ret = yield* this.mapSwapped(t, mm, address, page, flags);
      else {
        folio.lock.release();
        mm.ptl.release();
        folio.other--;
        this.put(page);
      }
    }
    machine.print(
      t,
      `swap_in_ret: (${this.symbols.swapCaller as string} <- do_swap_page) ret=${hex(ret)}`,
      this.returns,
    );
    yield;
  }

  /** flags of do_wp_page() and do_swap_page() in the fault */
  abstract entryFlags(flags: number): number;
  /** the first flag of the line of a kretprobe */
  abstract readonly returns: '.' | 'd';

  /** read_swap_cache_async() */
  *#readIn(t: Task, slot: Slot): Work<Page> {
    const page = this.newPage();
    // it is locked before anybody finds it in the swap cache
    page.folio.lock.tryTake(false);
    page.slot = slot;
    slot.page = page;
    yield* this.swapBio(t, page.folio, slot, Number(this.symbols.swapRead));
    page.folio.lock.release();
    return page;
  }

  *swapBio(t: Task, folio: Folio, slot: Slot, opf: number): Work {
    const bio = this.nextBio();
    const size = folio.pages.length * PAGE;
    const what = `opf=${hex(opf)} bflags=0x0 sector=${slot.offset * 8} size=${size}${this.done} vcnt=1 p0=${folio.pointer} l0=${size} o0=0`;
    this.machine.print(t, `bio_submit: ${this.at('submit_bio')} bio=${bio} ${what}`);
    yield { turns: this.machine.random.below(12) };
    this.machine.interrupt(`bio_end: ${this.at('bio_endio')} bio=${bio} status=0`);
    yield;
  }

  /** unmap_page_range() */
  *zap(t: Task, mm: Mm, start: number, end: number): Work {
    const zapped = (pin: Pinned) => pin.mm === mm && pin.address >= start && pin.address < end;
    this.#zaps.add(zapped);
    for (const pin of this.pins) if (zapped(pin) && isHeld(pin)) pin.unmapping = true;
    this.machine.print(t, `zap: ${this.at('unmap_page_range')} mm=${mm.pointer} start=${hex(start)} end=${hex(end)}`);
    yield;
    yield* this.zapsPmd(t, mm, start, end);
    yield { lock: mm.ptl, shared: false };
    for (let address = start; address < end; ) {
      const entry = mm.entries.get(address);
      const nr = entry === undefined || entry === 'cleared' ? 0 : this.batch(mm, address, end, entry);
      for (let i = 0; i < nr; i++) this.cleared(mm, address + i * PAGE);
      address += Math.max(1, nr) * PAGE;
      if (!isPresent(entry) || entry.page === this.zero) continue;
      yield* this.rmapDel(t, mm, entry.page, nr);
      this.leavesUnused(entry.page.folio);
    }
    mm.ptl.release();
    this.#zaps.delete(zapped);
  }

  /** The part of zap_pmd_range() for one that maps a huge page, or is to be split. */
  *zapsPmd(_t: Task, _mm: Mm, _start: number, _end: number): Work {}

  /** free_pages_and_swap_cache() */
  leavesUnused(folio: Folio): void {
    if (folio.isInSwapCache && folio.swapped === 0 && folio.mapcount === 0 && !folio.writeback && folio.lock.isFree)
      folio.leaveSwapCache();
    this.put(folio.pages[0]);
  }

  cleared(mm: Mm, address: number): void {
    const entry = mm.entries.get(address) as Exclude<Entry, 'cleared'>;
    mm.entries.delete(address);
    for (const pin of this.pins) if (pin.mm === mm && pin.address === address && !pin.released) pin.unmapped = true;
    if ('slot' in entry) entry.slot.count--;
  }

  /** folio_pte_batch(): the pages of a folio, one behind the other, in entries that are alike */
  batch(mm: Mm, address: number, end: number, first: Entry): number {
    if (!isPresent(first)) return 1;
    const { folio, pfn } = first.page;
    let nr = 1;
    for (; address + nr * PAGE < end; nr++) {
      const entry = mm.entries.get(address + nr * PAGE);
      if (!isPresent(entry) || entry.page.folio !== folio || entry.page.pfn !== pfn + nr) break;
      if (entry.isWritable !== first.isWritable) break;
    }
    return nr;
  }

  /** mprotect(): the buffer can be written to, or not. */
  *protect(_t: Task, _mm: Mm, _write: boolean): Work {}

  /** mremap() */
  *moves(_t: Task, _mm: Mm): Work {}

  /** MADV_FREE */
  *free(_t: Task, _mm: Mm, _start: number, _end: number): Work {}

  /** A turn of ksmd. */
  *merge(_t: Task): Work {}

  /** MADV_UNMERGEABLE, and MADV_MERGEABLE again */
  *unmerge(_t: Task, _mm: Mm): Work {}

  /** "4" is written to /proc/PID/clear_refs. */
  *clearRefs(_t: Task, _mm: Mm): Work {}

  /** A turn of khugepaged. */
  *collapse(_t: Task): Work {}

  /** Compaction. */
  *migrate(_t: Task): Work {}

  *reclaim(t: Task): Work {
    const folio = this.victim();
    if (folio === undefined) return;
    yield { lock: folio.lock, shared: false };
    if (!folio.isKsm) yield* this.shrink(t, folio);
    folio.lock.release();
  }

  /** A folio that is mapped somewhere, and idle. */
  victim(): Folio | undefined {
    const folios = new Set<Folio>();
    const adds = (folio: Folio) => {
      // reclaim and migration of pages of KSM are not simulated
      if (folio !== this.zero.folio && folio !== this.hugeZero)
        if (!folio.writeback && folio.lock.isFree && !folio.isKsm) folios.add(folio);
    };
    for (const { entries, pmd } of this.mms) {
      if (isMapping(pmd)) adds(pmd.folio);
      for (const entry of entries.values()) if (isPresent(entry)) adds(entry.page.folio);
    }
    return folios.size === 0 ? undefined : this.machine.random.of([...folios]);
  }

  /** add_to_swap() */
  *addToSwap(t: Task, folio: Folio): Work {
    if (folio.isInSwapCache) return;
    for (const page of folio.pages) page.slot = { offset: ++this.#slots, page, count: 0 };
    const entry = hex((folio.pages[0].slot as Slot).offset);
    this.machine.print(t, `swap_cache_add: ${this.at('add_to_swap_cache')} page=${folio.pointer} entry=${entry}`);
    yield;
  }

  /**
   * rmap_walk_anon(): a child that is being forked comes after its parent. Of a VMA that maps more of a folio, it looks at the
   * first of its addresses.
   */
  *rmapWalk(folio: Folio, one: (mm: Mm, addresses: () => number[]) => Work<boolean>): Work {
    yield { lock: this.rmapLock, shared: true };
    const walked = new Set<Mm>();
    for (let mm = this.mms[0]; mm !== undefined; mm = this.mms.find((other) => !walked.has(other)) as Mm) {
      walked.add(mm);
      const { entries } = mm;
      const addresses = () =>
        isMapping(mm.pmd) && mm.pmd.folio === folio
          ? [mm.start]
          : [...entries.keys()]
              .sort((a, b) => a - b)
              .filter((address) => {
                const entry = entries.get(address);
                return isPresent(entry) && entry.page.folio === folio;
              });
      if (addresses().length === 0) continue;
      if (!(yield* one(mm, addresses))) break;
    }
    this.rmapLock.release();
  }
}

export const FAULT_FLAG_WRITE = 0x1;
export const FAULT_FLAG_UNSHARE = 0x400;
