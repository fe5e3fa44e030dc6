// A 6.12 kernel (mm/memory.c, mm/rmap.c, mm/vmscan.c, mm/gup.c): a write fault keeps the page that is exclusive to its entry,
// and O_DIRECT pins (FOLL_PIN). What is exclusive and pinned is neither shared by fork nor unmapped by reclaim, and what is
// not exclusive is unshared before it is pinned.
import { directIo } from './direct-io.ts';
import { behind, clearRefsPmd, collapse, copyPmd, faultPmd, isMapping, splitLocked, zapPmd } from './huge.ts';
import { fixedBuffer } from './io-uring.ts';
import { ksmScan, unmerge } from './ksm.ts';
import { discards, madviseFree } from './lazy-free.ts';
import type { Machine, Task, Work } from './machine.ts';
import {
  type Entry,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  FOLL_WRITE,
  type Folio,
  hex,
  isHeld,
  isPresent,
  isSwapped,
  Memory,
  type Mm,
  PAGE,
  type Page,
  type Part,
  type Pinned,
  partsOf,
  type Slot,
  type Swapped,
} from './memory.ts';
import { migratePages } from './migration.ts';
import { mremap } from './moving.ts';
import { vmsplice } from './pipe.ts';
import { mprotect, uffdWp } from './protect.ts';

const FOLL_GET = 0x2;
const FOLL_LONGTERM = 0x100;
const FOLL_TOUCH = 0x10000;
const FOLL_PIN = 0x80000;
const FOLL_UNLOCKABLE = 0x200000;
const FAULT_FLAG_ORIG_PTE_VALID = 0x800;
const EMLINK = 0xffffffffffffffe1n;

/** What a broken kernel does with pinned pages: share, unmap or merge them, or copy what is exclusive. */
export type Broken = 'fork' | 'swap' | 'migration' | 'write fault' | 'ksm' | undefined;

export class Kernel612 extends Memory {
  readonly broken: Broken;
  /** pages of the stable tree */
  readonly merged = new Set<Page>();
  override readonly keepsPromises: boolean;
  override readonly isLarge: boolean;
  override readonly migrates: boolean;
  override readonly protects = true;
  override readonly merges: boolean;
  override readonly frees: boolean;
  override readonly remaps: boolean;
  readonly userFault = 0x1254;
  readonly returns = '.';
  readonly readOpf = '0x800';
  readonly done = ' done=0';
  readonly bioFlags = '0x1';
  readonly symbols = {
    add_to_swap_cache: 'add_to_swap_cache+0x4/0x2f0',
    bio_endio: 'bio_endio+0x4/0x1e0',
    do_swap_page: 'do_swap_page+0x4/0x1460',
    exit_mmap: 'exit_mmap+0x4/0x3c0',
    handle_mm_fault: 'handle_mm_fault+0x4/0x2c0',
    ptep_clear_flush: 'ptep_clear_flush+0x4/0x70',
    submit_bio: 'submit_bio+0x4/0xe0',
    swapCaller: '__handle_mm_fault+0x822/0xf70',
    swapRead: '0x0',
    unmap_page_range: 'unmap_page_range+0x4/0x1420',
    wpCaller: '__handle_mm_fault+0xaa7/0xf70',
  };

  override readonly isHuge: boolean;

  /** @param isHuge transparent huge pages, beside which some things are not simulated */
  constructor(machine: Machine, broken: Broken, isHuge = false) {
    super(machine);
    this.broken = broken;
    this.isHuge = isHuge;
    this.keepsPromises = broken === undefined;
    this.isLarge = machine.random.next() < 0.5 && !isHuge;
    this.migrates = machine.random.next() < 0.5 || broken === 'migration';
    this.frees = machine.random.next() < 0.4 && !isHuge;
    this.remaps = machine.random.next() < 0.4 && !isHuge;
    this.merges = (machine.random.next() < 0.3 || broken === 'ksm') && !isHuge;
  }

  override *faultsPmd(t: Task, mm: Mm, address: number, flags: number): Work<boolean> {
    return mm.isHuge && (yield* faultPmd(this, t, mm, address, flags));
  }

  override zapsPmd(t: Task, mm: Mm, start: number, end: number): Work {
    return zapPmd(this, t, mm, start, end);
  }

  override collapse(t: Task): Work {
    return collapse(this, t);
  }

  pinning(t: Task, mm: Mm): Work {
    const what = this.machine.random.next();
    return what < 0.7 ? directIo(this, t, mm) : what < 0.85 ? vmsplice(this, t, mm) : fixedBuffer(this, t, mm);
  }

  /** folio_maybe_dma_pinned() */
  isPinned(folio: Folio, where: Broken): boolean {
    return folio.maybePinned && this.broken !== where;
  }

  /** A page that is exclusive is shared, or unmapped. */
  betrays(page: Page): void {
    for (const pin of this.pins) if (pin.page === page && pin.kind === 'FOLL_PIN' && isHeld(pin)) pin.betrayed = true;
  }

  /** A swap entry has the soft-dirty bit, and the one of an exclusive entry; the zero page is special. */
  raw(entry: Entry): string {
    if (entry === 'cleared') return '0x0';
    if ('slot' in entry)
      return hex((BigInt.asUintN(50, ~BigInt(entry.slot.offset)) << 9n) | (entry.isExclusive ? 10n : 2n));
    if ('migrates' in entry) {
      // SWP_MIGRATION_READ, _READ_EXCLUSIVE, _WRITE
      const type = entry.isWritable ? 30n : entry.isExclusive ? 29n : 28n;
      return hex((type << 59n) | (BigInt.asUintN(50, ~BigInt(entry.migrates.pfn)) << 9n) | 2n);
    }
    const bits = entry.page === this.zero ? 0x225n : entry.isWritable ? 0x867n : 0x400000000000825n;
    return hex(0x8000000000000000n | (BigInt(entry.page.pfn) << 12n) | bits);
  }

  entryFlags(flags: number): number {
    return flags | FAULT_FLAG_ORIG_PTE_VALID;
  }

  *newAnon(t: Task, mm: Mm, address: number, { folio }: Page, isWritable = true): Work {
    const order = Math.log2(folio.pages.length);
    const where = `page=${folio.pointer} mm=${mm.pointer} addr=${hex(address)}`;
    const shape = `head=${folio.isLarge ? 1 : 0} order=${order}`;
    this.machine.print(t, `new_anon: (folio_add_new_anon_rmap+0x4/0x180) ${where} ${shape} rflags=0x1`);
    yield;
    for (const [i, page] of folio.pages.entries()) this.map(mm, address + i * PAGE, page, isWritable, true);
  }

  map(mm: Mm, address: number, page: Page, isWritable: boolean, isExclusive: boolean): void {
    mm.entries.set(address, { page, isWritable });
    page.mapcount++;
    page.folio.isAnon = true;
    page.isExclusive = isExclusive;
  }

  /** Of 16K or 32K, where nothing is mapped there yet. */
  override allocAnon(mm: Mm, address: number): Folio {
    const { random } = this.machine;
    const order = random.of([2, 2, 3]);
    const size = PAGE << order;
    const start = address - (address % size);
    const isInside = start >= mm.start && start + size <= mm.end;
    const isFree = [...mm.entries.keys()].every((other) => other < start || other >= start + size);
    return this.isLarge && isInside && isFree && random.next() < 0.9
      ? this.newFolio(order)
      : super.allocAnon(mm, address);
  }

  *rmapDel(t: Task, mm: Mm, page: Page, nr: number): Work {
    const what = `folio=${page.folio.pointer} page=${page.pointer} nr=${nr} mm=${mm.pointer}`;
    this.machine.print(t, `rmap_del: (folio_remove_rmap_ptes+0x4/0xe0) ${what}`);
    yield;
    const { pages } = page.folio;
    const first = pages.indexOf(page);
    for (let i = first; i < first + nr; i++) pages[i].mapcount--;
  }

  *wpFault(t: Task, mm: Mm, address: number, flags: number, caller: string): Work {
    const entry = mm.entries.get(address) as {
      page: Page;
      isWritable: boolean;
    };
    const old = entry.page;
    const isUnshare = (flags & FAULT_FLAG_UNSHARE) !== 0;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    const raw = `pte=${this.raw(entry)} flags=${hex(this.entryFlags(flags))}`;
    this.machine.print(t, `wp_fault: (do_wp_page+0x0/0xcd0) ${where} ${raw}`);
    yield;
    if (
      old !== this.zero &&
      ((old.isExclusive && this.broken !== 'write fault') || (yield* this.#canReuse(t, mm, old.folio)))
    ) {
      old.isExclusive = true;
      if (!isUnshare) mm.entries.set(address, { page: old, isWritable: true });
      mm.ptl.release();
    } else {
      old.folio.other++;
      mm.ptl.release();
      yield;
      const page = this.newPage();
      page.folio.other++;
      yield { lock: mm.ptl, shared: false };
      if (mm.entries.get(address) === entry)
        yield* this.replace(t, mm, address, old, () => this.newAnon(t, mm, address, page, !isUnshare));
      mm.ptl.release();
      for (const p of [page, old]) {
        p.folio.other--;
        this.put(p);
      }
    }
    this.machine.print(t, `wp_fault_ret: (${caller} <- do_wp_page) ret=0x0`);
    yield;
  }

  /** wp_can_reuse_anon_folio() */
  *#canReuse(t: Task, mm: Mm, folio: Folio): Work<boolean> {
    if (folio.isKsm || folio.count > (folio.isInSwapCache ? 2 : 1) || !folio.lock.tryTake(false)) return false;
    this.freeSwap(folio);
    const isReused = folio.count === 1;
    if (isReused) {
      this.machine.print(t, `move_anon: (folio_move_anon_rmap+0x4/0x20) page=${folio.pointer} mm=${mm.pointer}`);
      yield;
    }
    folio.lock.release();
    return isReused;
  }

  /** folio_free_swap() */
  freeSwap(folio: Folio): void {
    if (folio.swapped === 0 && !folio.writeback) folio.leaveSwapCache();
  }

  *mapSwapped(t: Task, mm: Mm, address: number, page: Page, flags: number): Work<number> {
    const { folio } = page;
    const write = (flags & FAULT_FLAG_WRITE) !== 0;
    const entry = mm.entries.get(address) as Swapped;
    // all of a folio is mapped again where all of it is swapped
    const start = address - folio.pages.indexOf(page) * PAGE;
    const isWhole = folio.pages.every(({ slot }, i) => {
      const other = mm.entries.get(start + i * PAGE);
      return isSwapped(other) && other.slot === slot && other.isExclusive === entry.isExclusive;
    });
    const from = isWhole ? start : address;
    const pages = isWhole ? folio.pages : [page];
    for (const { slot } of pages) (slot as Slot).count--;
    // should_try_to_free_swap(): the swap cache and this fault have the only references
    if (write && folio.count === 1 + folio.pages.length) this.freeSwap(folio);
    const isExclusive = entry.isExclusive || folio.count === 1;
    const where = `mm=${mm.pointer} addr=${hex(from)}`;
    const rflags = `rflags=${isExclusive ? '0x1' : '0x0'}`;
    const which = `folio=${folio.pointer} page=${pages[0].pointer} nr=${pages.length}`;
    this.machine.print(
      t,
      folio.isAnon
        ? `anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) ${which} ${where} ${rflags}`
        : `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=${folio.pointer} ${where} head=0 order=0 ${rflags}`,
    );
    yield;
    for (const [i, one] of pages.entries()) this.map(mm, from + i * PAGE, one, isExclusive && mm.canWrite, isExclusive);
    folio.lock.release();
    folio.other--;
    if (write && !isExclusive) yield* this.wpFault(t, mm, address, flags, 'do_swap_page+0x4e1/0x1460');
    else mm.ptl.release();
    return 0;
  }

  *copy(t: Task, from: Mm, to: Mm): Work {
    const { start: base, end: last } = from;
    const range = `start=${hex(base)} end=${hex(last)}`;
    this.machine.print(
      t,
      `fork_vma: (copy_page_range+0x4/0x19f0) dst=${to.pointer} src=${from.pointer} ${range} vmflags=0x8100073`,
    );
    yield;
    from.seq++;
    yield;
    let spare: Page | undefined;
    const pages = (last - base) / PAGE;
    const hasPmd = from.pmd !== undefined && (yield* copyPmd(this, t, from, to));
    to.hasTable = !hasPmd && from.hasTable;
    for (let i = 0; i < pages && !hasPmd; ) {
      let isShort = false;
      yield { lock: to.ptl, shared: false };
      yield { lock: from.ptl, shared: false };
      // copy_pte_range() gives the locks up between batches
      for (const end = Math.min(pages, i + this.machine.random.of(this.isHuge ? [32, 512] : [4, 8])); i < end; i++) {
        const address = base + i * PAGE;
        const entry = from.entries.get(address);
        if (entry === undefined || entry === 'cleared') continue;
        // copy_present_ptes(): entries of a large folio are shared at once, if none of them has to be copied
        const nr = spare === undefined ? Math.min(this.batch(from, address, base + end * PAGE, entry), end - i) : 1;
        const has = (n: number) => from.entries.get(address + n * PAGE) as { page: Page };
        if (
          isPresent(entry) &&
          this.isPinned(entry.page.folio, 'fork') &&
          Array.from({ length: nr }, (_, n) => has(n).page).some(({ isExclusive }) => isExclusive)
        ) {
          // copy_present_page(): it is allocated without the locks, and the entry is looked at again
          isShort = spare === undefined;
          if (spare === undefined) break;
          yield* this.newAnon(t, to, address, spare);
          spare = undefined;
        } else {
          for (let n = 0; n < nr; n++)
            this.#share(
              from,
              to,
              address + n * PAGE,
              from.entries.get(address + n * PAGE) as Exclude<Entry, 'cleared'>,
            );
          i += nr - 1;
        }
      }
      from.ptl.release();
      to.ptl.release();
      yield;
      if (isShort) spare ??= this.newPage();
    }
    if (spare !== undefined) this.put(spare);
    from.seq++;
    this.machine.print(t, 'fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0');
    yield;
  }

  /** copy_nonpresent_pte(), copy_present_ptes() */
  #share(from: Mm, to: Mm, address: number, entry: Exclude<Entry, 'cleared'>): void {
    let copied = entry;
    this.shares(from, address, entry);
    if ('slot' in entry) {
      entry.slot.count++;
      copied = { slot: entry.slot, isExclusive: false };
    } else if ('migrates' in entry) copied = { migrates: entry.migrates, isWritable: false, isExclusive: false };
    else {
      if (entry.page !== this.zero) {
        entry.page.mapcount++;
        if (entry.page.isExclusive) this.betrays(entry.page);
        entry.page.isExclusive = false;
      }
      copied = { page: entry.page, isWritable: false };
    }
    from.entries.set(address, copied);
    to.entries.set(address, copied);
  }

  *shrink(t: Task, folio: Folio): Work {
    // isolated from its list
    folio.other++;
    if (folio.isLazy) {
      if (folio.mapcount > 0) yield* this.rmapWalk(folio, (mm, addresses) => discards(this, t, mm, addresses, folio));
    } else if ((yield* this.#unmap(t, folio)) && folio.count === 1 + folio.pages.length) {
      const slot = folio.pages[0].slot as Slot;
      this.machine.print(t, `swap_out: (__swap_writepage+0x4/0x3d0) page=${folio.pointer}`);
      yield;
      folio.writeback = true;
      folio.other--;
      folio.lock.release();
      yield* this.swapBio(t, folio, slot, 0x1000001);
      folio.writeback = false;
      yield { lock: folio.lock, shared: false };
      folio.other++;
      // __remove_mapping()
      if (folio.pages[0].slot === slot && folio.count === 1 + folio.pages.length) folio.leaveSwapCache();
    }
    folio.other--;
    this.put(folio.pages[0]);
  }

  /** The part of shrink_folio_list() up to pageout(). */
  *#unmap(t: Task, folio: Folio): Work<boolean> {
    const { mapcount, count } = folio;
    if (mapcount === 0) return false;
    if (!folio.isInSwapCache) {
      if (this.isPinned(folio, 'swap')) return false;
      // one that is mapped in part would be split, and one that has other references cannot be
      if (folio.isLarge && (folio.isMappedInPart || mapcount !== count - 1)) return false;
    }
    yield* this.addToSwap(t, folio);
    yield* this.rmapWalk(folio, (mm, addresses) => this.#unmapOne(t, mm, addresses, folio));
    return folio.mapcount === 0;
  }

  /** try_to_unmap_one(): all that the VMA maps of the folio */
  *#unmapOne(t: Task, mm: Mm, addresses: () => number[], folio: Folio): Work<boolean> {
    const pageAt = (address: number) => (mm.at(address) as { page: Page }).page;
    const [first] = addresses();
    const start = Math.max(mm.firstOf(first), first - folio.pages.indexOf(pageAt(first)) * PAGE);
    const where = `page=${folio.pointer} mm=${mm.pointer} addr=${hex(start)}`;
    const counts = `ref=${folio.count} map=${folio.isLarge ? -1 : folio.mapcount - 1}`;
    this.machine.print(t, `unmap_one: (try_to_unmap_one+0x4/0xc50) ${where} ${counts}`);
    yield;
    yield { lock: mm.ptl, shared: false };
    // TTU_SPLIT_HUGE_PMD: nothing says so but the reverse mapping
    if (isMapping(mm.pmd) && mm.pmd.folio === folio) yield* splitLocked(this, t, mm);
    let isUnmapped = true;
    for (const address of addresses()) {
      const page = pageAt(address);
      const { isExclusive } = page;
      isUnmapped = !isExclusive || !this.isPinned(folio, 'swap');
      if (!isUnmapped) break;
      const slot = page.slot as Slot;
      mm.entries.set(address, {
        slot,
        isExclusive: isExclusive && this.broken !== 'swap',
      });
      if (isExclusive) this.betrays(page);
      page.isExclusive = false;
      slot.count++;
      yield* this.rmapDel(t, mm, page, 1);
    }
    mm.ptl.release();
    yield;
    this.machine.print(t, `unmap_one_ret: (rmap_walk_anon+0xd4/0x200 <- try_to_unmap_one) ret=${isUnmapped ? 1 : 0}`);
    yield;
    return isUnmapped;
  }

  override protect(t: Task, mm: Mm, write: boolean): Work {
    // a process registers its memory with userfaultfd, or it does not
    return mm.usesUffd ? uffdWp(this, t, mm, write) : mprotect(this, t, mm, write);
  }

  override free(t: Task, mm: Mm, start: number, end: number): Work {
    return madviseFree(this, t, mm, start, end);
  }

  override moves(t: Task, mm: Mm): Work {
    return mremap(this, t, mm);
  }

  override merge(t: Task): Work {
    return ksmScan(this, t);
  }

  override unmerge(t: Task, mm: Mm): Work {
    return unmerge(this, t, mm);
  }

  /** clear_refs_pte_range(): entries become read-only, but for those of pages that may be pinned (pte_is_pinned()) */
  override *clearRefs(t: Task, mm: Mm): Work {
    yield { lock: mm.mmapLock, shared: false };
    mm.isTracked = true;
    const range = `start=${hex(mm.start)} end=${hex(mm.end)}`;
    this.machine.print(t, `softdirty: (clear_refs_pte_range+0x4/0x460) mm=${mm.pointer} ${range}`);
    yield;
    yield { lock: mm.ptl, shared: false };
    yield* clearRefsPmd(mm);
    for (const [address, entry] of [...mm.entries])
      if (isPresent(entry) && entry.isWritable && !entry.page.folio.maybePinned)
        mm.entries.set(address, { page: entry.page, isWritable: false });
    mm.ptl.release();
    mm.mmapLock.release();
    yield;
  }

  override migrate(t: Task): Work {
    return migratePages(this, t);
  }

  *addToBio(t: Task, bio: string, { page, pins }: Part, merges: boolean): Work {
    if (merges) return;
    const { folio } = page;
    const what = `page=${folio.pointer} len=${pins.length * PAGE} off=${folio.pages.indexOf(page) * PAGE}`;
    this.machine.print(t, `bio_add: (__bio_add_page+0x4/0x50) bio=${bio} ${what}`);
    yield;
  }

  *releaseBio(t: Task, bio: string, pins: readonly Pinned[], isRead: boolean, vcnt: number): Work {
    const release = `bio=${bio} dirty=${isRead ? 1 : 0} bflags=0x1 p0=${pins[0].page.folio.pointer} vcnt=${vcnt}`;
    this.machine.print(t, `bio_release: (__bio_release_pages+0x4/0x280) ${release}`);
    yield;
    for (const part of partsOf(pins)) yield* this.unpin(t, part.pins);
  }

  /** A reference of FOLL_GET is given back. */
  release(pin: Pinned): void {
    pin.released = true;
    this.#ungrab(pin.page, FOLL_GET, 1);
  }

  /** unpin_user_folio() */
  *unpin(t: Task, pins: readonly Pinned[]): Work {
    const [{ page }] = pins;
    const { pointer } = page.folio;
    this.machine.print(t, `unpin_folio: (unpin_user_folio+0x4/0x20) page=${pointer} n=${pins.length}`);
    yield;
    this.machine.print(t, `put_folio: (gup_put_folio+0x0/0xa0) page=${pointer} refs=${pins.length} flags=0x80000`);
    for (const pin of pins) pin.released = true;
    this.#ungrab(page, FOLL_PIN, pins.length);
    yield;
  }

  pinForIo(t: Task, mm: Mm, start: number, nr: number, write: boolean): Work<Pinned[]> {
    return this.pinFast(t, mm, start, nr, write ? FOLL_WRITE : 0, 'iov_iter_extract_pages+0xf7/0x890');
  }

  /** pin_user_pages_fast() */
  pinFast(t: Task, mm: Mm, start: number, nr: number, flags: number, caller: string): Work<Pinned[]> {
    return this.#fast(t, mm, start, nr, flags | FOLL_PIN, caller);
  }

  /** get_user_pages_fast() */
  getFast(t: Task, mm: Mm, start: number, nr: number, flags: number, caller: string): Work<Pinned[]> {
    return this.#fast(t, mm, start, nr, flags | FOLL_GET, caller);
  }

  /** gup_fast_fallback() */
  *#fast(t: Task, mm: Mm, start: number, nr: number, flags: number, caller: string): Work<Pinned[]> {
    const { machine } = this;
    const isPin = (flags & FOLL_PIN) !== 0;
    const [probe, fn] = isPin ? ['pin_fast', 'pin_user_pages_fast'] : ['gup_fast', 'get_user_pages_fast'];
    const array = 0xffffd21e40befa48n + BigInt(t.pid) * 0x4000n;
    const range = `start=${hex(start)} nr=${nr}`;
    const given = `flags=${hex(flags & ~(FOLL_PIN | FOLL_GET))} pages=${hex(array)} caller=${caller}`;
    machine.print(t, `${probe}: (${fn}+0x4/${isPin ? '0x60' : '0x50'}) ${range} ${given}`);
    yield;
    machine.print(t, `gup_lockless: (gup_fast_fallback+0x0/0xe00) ${range} flags=${hex(flags)} pages=${hex(array)}`);
    yield;
    const pins = yield* this.#lockless(t, mm, start, nr, flags);
    if (pins.length < nr)
      pins.push(
        ...(yield* this.#slow(
          t,
          mm,
          start + pins.length * PAGE,
          nr - pins.length,
          flags,
          array + BigInt(pins.length * 8),
        )),
      );
    const shown = [0, 1, 2, 3].map((i) => `p${i}=${pins[i]?.page.pointer ?? '0x0'}`).join(' ');
    machine.print(t, `pin_pages: (${caller} <- gup_fast_fallback) ${range} flags=${hex(flags)} ret=${nr} ${shown}`);
    yield;
    machine.print(t, `gup_lockless_ret: ([unknown/kretprobe'd] <- gup_fast_fallback) ret=${nr}`);
    yield;
    machine.print(t, `${probe}_ret: (${caller} <- ${fn}) ret=${nr}`);
    yield;
    return pins;
  }

  /** gup_fast(): what fork has begun to share meanwhile is given back. */
  *#lockless(t: Task, mm: Mm, start: number, nr: number, flags: number): Work<Pinned[]> {
    const isPin = (flags & FOLL_PIN) !== 0;
    const { seq } = mm;
    const pins: Pinned[] = [];
    if (isPin && seq % 2 === 1) return pins;
    t.irqsOff = true;
    while (pins.length < nr) {
      const address = start + pins.length * PAGE;
      const got = isMapping(mm.pmd)
        ? yield* this.#locklessPmd(t, mm, address, nr - pins.length, flags)
        : [yield* this.#locklessOne(t, mm, address, flags)].filter((pin) => pin !== undefined);
      if (got.length === 0) break;
      pins.push(...got);
    }
    t.irqsOff = false;
    if (!isPin || mm.seq === seq) return pins;
    for (const part of partsOf(pins)) yield* this.#undo(t, part.page, FOLL_PIN, part.pins.length);
    for (const pin of pins) this.pins.splice(this.pins.indexOf(pin), 1);
    return [];
  }

  /** gup_fast_pte_range(), for one entry, which is looked at again after the reference was taken */
  *#locklessOne(t: Task, mm: Mm, address: number, flags: number): Work<Pinned | undefined> {
    const { machine } = this;
    const entry = mm.entries.get(address);
    if (!isPresent(entry) || entry.page === this.zero) return undefined;
    if ((flags & FOLL_WRITE) !== 0 && !entry.isWritable) return undefined;
    machine.print(
      t,
      `grab_fast: (try_grab_folio_fast+0x0/0x160) page=${entry.page.pointer} refs=1 flags=${hex(flags)} ref=${entry.page === entry.page.folio.pages[0] ? entry.page.folio.count : 0}`,
    );
    yield;
    // it may have been freed, or be in other use, by now
    const page = this.pageOf(entry.page.pfn);
    const isTaken = page.folio.count > 0;
    if (isTaken) this.#grab(page, flags);
    machine.print(
      t,
      `grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=${isTaken ? page.folio.pointer : '0x0'}`,
    );
    yield;
    if (!isTaken) return undefined;
    if (mm.entries.get(address) === entry && !this.#mustUnshare(entry, flags))
      return this.#pinned(mm, address, page, flags);
    yield* this.#undo(t, page, flags, 1);
    return undefined;
  }

  /** gup_fast_pmd_leaf(): all at once */
  *#locklessPmd(t: Task, mm: Mm, address: number, nr: number, flags: number): Work<Pinned[]> {
    const { machine } = this;
    const { pmd } = mm;
    if (!isMapping(pmd) || ((flags & FOLL_WRITE) !== 0 && !pmd.isWritable)) return [];
    const refs = behind(mm, address, nr);
    const first = (address - mm.start) / PAGE;
    const was = pmd.folio.pages[first];
    const what = `page=${was.pointer} refs=${refs} flags=${hex(flags)} ref=${first === 0 ? pmd.folio.count : 0}`;
    machine.print(t, `grab_fast: (try_grab_folio_fast+0x0/0x160) ${what}`);
    yield;
    const { folio } = this.pageOf(was.pfn);
    const isTaken = folio.count > 0;
    if (isTaken) this.#grab(folio.pages[0], flags, refs);
    const head = isTaken ? folio.pointer : '0x0';
    machine.print(t, `grab_fast_ret: (gup_fast_fallback+0x75b/0xe00 <- try_grab_folio_fast) head=${head}`);
    yield;
    if (!isTaken) return [];
    if (mm.pmd === pmd && !this.#mustUnshare({ page: folio.pages[0], isWritable: pmd.isWritable }, flags))
      return Array.from({ length: refs }, (_, i) =>
        this.#pinned(mm, address + i * PAGE, folio.pages[first + i], flags),
      );
    yield* this.#undo(t, folio.pages[0], flags, refs);
    return [];
  }

  /** A pipe shows what it has, however old. */
  #pinned(mm: Mm, address: number, page: Page, flags: number): Pinned {
    const isPin = (flags & FOLL_PIN) !== 0;
    if ((flags & FOLL_WRITE) !== 0) page.folio.isDirty = true;
    const due = (flags & FOLL_WRITE) !== 0 ? 'warning' : isPin ? undefined : 'note';
    return this.pinned(mm, address, page, isPin ? 'FOLL_PIN' : 'FOLL_GET', due);
  }

  *#undo(t: Task, page: Page, flags: number, refs: number): Work {
    const what = `page=${page.folio.pointer} refs=${refs} flags=${hex(flags)}`;
    this.machine.print(t, `put_folio: (gup_put_folio+0x0/0xa0) ${what}`);
    this.#ungrab(page, flags, refs);
    yield;
  }

  /** gup_must_unshare() */
  #mustUnshare(entry: { readonly page: Page; readonly isWritable: boolean }, flags: number): boolean {
    if (entry.isWritable || (flags & (FOLL_WRITE | FOLL_PIN)) !== FOLL_PIN) return false;
    return this.isZero(entry.page) ? (flags & FOLL_LONGTERM) !== 0 : !entry.page.isExclusive;
  }

  #grab(page: Page, flags: number, refs = 1): void {
    if (page === this.zero) return;
    if ((flags & FOLL_PIN) === 0) page.folio.gup += refs;
    else page.folio.pins += refs;
  }

  #ungrab(page: Page, flags: number, refs: number): void {
    if (page === this.zero) return;
    if ((flags & FOLL_PIN) === 0) page.folio.gup -= refs;
    else page.folio.pins -= refs;
    this.put(page);
  }

  /** __get_user_pages() */
  *#slow(t: Task, mm: Mm, start: number, nr: number, get: number, array: bigint): Work<Pinned[]> {
    const { machine } = this;
    const flags = get | FOLL_TOUCH | FOLL_UNLOCKABLE;
    const write = (flags & FOLL_WRITE) !== 0;
    yield { lock: mm.mmapLock, shared: true };
    machine.print(
      t,
      `gup_slow: (__get_user_pages+0x0/0x1580) mm=${mm.pointer} start=${hex(start)} nr=${nr} flags=${hex(flags)} pages=${hex(array)}`,
    );
    yield;
    const pins: Pinned[] = [];
    while (pins.length < nr) {
      const address = start + pins.length * PAGE;
      if (mm.pmd !== undefined) {
        pins.push(...(yield* this.#slowPmd(t, mm, address, nr - pins.length, flags)));
        continue;
      }
      const found = (pointer: string) =>
        machine.print(t, `follow_pte_ret: (__get_user_pages+0x448/0x1580 <- follow_page_pte) page=${pointer}`);
      machine.print(
        t,
        `follow_pte: (follow_page_pte+0x0/0x620) mm=${mm.pointer} addr=${hex(address)} flags=${hex(flags)}`,
      );
      yield;
      yield { lock: mm.ptl, shared: false };
      const entry = mm.entries.get(address);
      const isFound = isPresent(entry) && (!write || entry.isWritable);
      const isShared = isFound && this.#mustUnshare(entry, flags);
      if (!isFound || isShared) {
        mm.ptl.release();
        found(isShared ? hex(EMLINK) : '0x0');
        yield;
        yield* this.fault(t, mm, address, 0x14 | (write ? FAULT_FLAG_WRITE : 0) | (isShared ? FAULT_FLAG_UNSHARE : 0));
        continue;
      }
      const { page } = entry;
      yield* this.#grabSlow(t, page, flags, 1);
      mm.ptl.release();
      pins.push(this.#pinned(mm, address, page, flags));
      found(page.pointer);
      yield;
    }
    mm.mmapLock.release();
    const caller = `__gup_longterm_locked+${(flags & FOLL_LONGTERM) === 0 ? '0xcb' : '0x312'}/0x9e0`;
    machine.print(t, `gup_slow_ret: (${caller} <- __get_user_pages) ret=${nr}`);
    yield;
    return pins;
  }

  /** try_grab_folio() */
  *#grabSlow(t: Task, page: Page, flags: number, refs: number): Work {
    const { pointer, count } = page.folio;
    const what = `page=${pointer} refs=${refs} flags=${hex(flags)} ref=${count}`;
    this.machine.print(t, `grab_slow: (try_grab_folio+0x4/0x90) ${what}`);
    yield;
    this.#grab(page, flags, refs);
  }

  /** follow_huge_pmd(), or a fault; the further pages __get_user_pages() refers to without the lock */
  *#slowPmd(t: Task, mm: Mm, address: number, nr: number, flags: number): Work<Pinned[]> {
    const write = (flags & FOLL_WRITE) !== 0;
    yield { lock: mm.ptl, shared: false };
    const { pmd } = mm;
    const isFound = isMapping(pmd) && (!write || pmd.isWritable);
    const isShared = isFound && this.#mustUnshare({ page: pmd.folio.pages[0], isWritable: pmd.isWritable }, flags);
    if (!isFound || isShared) {
      mm.ptl.release();
      yield* this.fault(t, mm, address, 0x14 | (write ? FAULT_FLAG_WRITE : 0) | (isShared ? FAULT_FLAG_UNSHARE : 0));
      return [];
    }
    const first = (address - mm.start) / PAGE;
    const refs = behind(mm, address, nr);
    const pages = pmd.folio.pages.slice(first, first + refs);
    yield* this.#grabSlow(t, pages[0], flags, 1);
    const pins = pages.map((page, i) => this.#pinned(mm, address + i * PAGE, page, flags));
    mm.ptl.release();
    if (refs > 1) yield* this.#grabSlow(t, pages[0], flags, refs - 1);
    return pins;
  }
}
