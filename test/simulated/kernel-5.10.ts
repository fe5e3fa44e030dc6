// A 5.10 kernel (mm/memory.c, mm/rmap.c, mm/vmscan.c, mm/gup.c): a write fault copies a page that has more than one reference,
// whoever holds them, and O_DIRECT has but references (FOLL_GET).
import { directIo } from './direct-io.ts';
import type { Task, Work } from './machine.ts';
import {
  type Entry,
  FOLL_WRITE,
  type Folio,
  hex,
  isPresent,
  Memory,
  type Mm,
  PAGE,
  PAGES,
  type Page,
  type Part,
  type Pinned,
  type Slot,
} from './memory.ts';

const FOLL_TOUCH = 0x2;
const FOLL_GET = 0x4;

export class Kernel510 extends Memory {
  readonly userFault = 0x254;
  readonly returns = 'd';
  readonly readOpf = '0x0';
  readonly done = '';
  readonly bioFlags = '0x0';
  readonly symbols = {
    add_to_swap_cache: 'add_to_swap_cache+0x0/0x350',
    bio_endio: 'bio_endio+0x0/0x110',
    do_swap_page: 'do_swap_page+0x0/0x880',
    exit_mmap: 'exit_mmap+0x0/0x1a0',
    handle_mm_fault: 'handle_mm_fault+0x0/0x1c00',
    ptep_clear_flush: 'ptep_clear_flush+0x0/0x70',
    submit_bio: 'submit_bio+0x0/0x1b0',
    swapCaller: 'handle_mm_fault+0xd91/0x1c00',
    swapRead: '0x4000000',
    unmap_page_range: 'unmap_page_range+0x0/0xd60',
    wpCaller: 'handle_mm_fault+0x1220/0x1c00',
  };

  /** A swap entry is __swp_entry() with the soft-dirty bit. */
  raw(entry: Entry): string {
    if (entry === 'cleared') return '0x0';
    if ('slot' in entry) return hex((BigInt.asUintN(50, ~BigInt(entry.slot.offset)) << 9n) | 2n);
    if (!isPresent(entry)) throw new Error('no migration is simulated');
    return hex(0x8000000000000000n | (BigInt(entry.page.pfn) << 12n) | (entry.isWritable ? 0x867n : 0x865n));
  }

  entryFlags(flags: number): number {
    return flags;
  }

  *newAnon(t: Task, mm: Mm, address: number, page: Page): Work {
    const where = `page=${page.pointer} mm=${mm.pointer} addr=${hex(address)}`;
    this.machine.print(t, `new_anon: (page_add_new_anon_rmap+0x0/0x1f0) ${where} compound=0`);
    yield;
    mm.entries.set(address, { page, isWritable: true });
    page.mapcount++;
  }

  *rmapDel(t: Task, _mm: Mm, page: Page, _nr: number): Work {
    this.machine.print(t, `rmap_del: (page_remove_rmap+0x0/0x4c0) page=${page.pointer} compound=0`);
    yield;
    page.mapcount--;
  }

  *wpFault(t: Task, mm: Mm, address: number, flags: number, caller: string): Work {
    const entry = mm.entries.get(address) as {
      page: Page;
      isWritable: boolean;
    };
    const old = entry.page;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    const ends = (ret: number) => this.machine.print(t, `wp_fault_ret: (${caller} <- do_wp_page) ret=${hex(ret)}`, 'd');
    this.machine.print(t, `wp_fault: (do_wp_page+0x0/0x470) ${where} pte=${this.raw(entry)} flags=${hex(flags)}`);
    yield;
    if (old !== this.zero && old.folio.count === 1) {
      mm.entries.set(address, { page: old, isWritable: true });
      mm.ptl.release();
      ends(8);
      yield;
      return;
    }
    old.folio.other++;
    mm.ptl.release();
    this.machine.print(t, `wp_copy: (wp_page_copy+0x0/0x7b0) ${where} page=${old.pointer}`);
    yield;
    const page = this.newPage();
    page.folio.other++;
    yield { lock: mm.ptl, shared: false };
    const isSame = mm.entries.get(address) === entry;
    if (isSame) yield* this.replace(t, mm, address, old, () => this.newAnon(t, mm, address, page));
    mm.ptl.release();
    for (const p of [page, old]) {
      p.folio.other--;
      this.put(p);
    }
    ends(isSame ? 8 : 0);
    yield;
  }

  *mapSwapped(t: Task, mm: Mm, address: number, page: Page, flags: number): Work<number> {
    const { machine } = this;
    const { folio } = page;
    const slot = page.slot as Slot;
    const write = (flags & 1) !== 0;
    // reuse_swap_page(): nobody else maps it or has an entry for it
    const isWritable = write && page.mapcount + slot.count <= 1 && !folio.writeback;
    if (isWritable) {
      folio.leaveSwapCache();
      for (const pin of this.pins) if (pin.mm !== mm && pin.page === page && !pin.released) pin.lent = true;
    }
    const where = `page=${page.pointer} mm=${mm.pointer} addr=${hex(address)}`;
    machine.print(t, `anon_rmap: (do_page_add_anon_rmap+0x0/0x200) ${where} rflags=${isWritable ? '0x1' : '0x0'}`);
    yield;
    mm.entries.set(address, { page, isWritable });
    page.mapcount++;
    slot.count--;
    folio.lock.release();
    folio.other--;
    this.put(page);
    if (write && !isWritable) yield* this.wpFault(t, mm, address, flags, 'do_swap_page+0x4e1/0x880');
    else mm.ptl.release();
    return write ? 8 : 0;
  }

  *copy(t: Task, from: Mm, to: Mm): Work {
    const range = `start=${hex(from.base)} end=${hex(from.base + PAGES * PAGE)}`;
    this.machine.print(
      t,
      `fork_vma: (copy_page_range+0x0/0x1280) dst=${to.pointer} src=${from.pointer} ${range} vmflags=0x8100073`,
    );
    yield;
    // copy_pte_range() gives the lock up between batches
    for (let i = 0; i < PAGES; i += 4) {
      yield { lock: from.ptl, shared: false };
      for (let address = from.base + i * PAGE; address < from.base + (i + 4) * PAGE; address += PAGE) {
        let entry = from.entries.get(address);
        if (entry === undefined || entry === 'cleared') continue;
        this.shares(from, address, entry);
        if ('slot' in entry) entry.slot.count++;
        else if (isPresent(entry)) {
          if (entry.page !== this.zero) entry.page.mapcount++;
          entry = { page: entry.page, isWritable: false };
          from.entries.set(address, entry);
        }
        to.entries.set(address, entry);
      }
      from.ptl.release();
      yield;
    }
    this.machine.print(t, 'fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0', 'd');
    yield;
  }

  *shrink(t: Task, folio: Folio): Work {
    const [page] = folio.pages;
    if (page.mapcount === 0) return;
    yield* this.addToSwap(t, folio);
    const slot = page.slot as Slot;
    yield* this.rmapWalk(folio, (mm, addresses) => this.#unmapOne(t, mm, addresses, page));
    if (page.mapcount > 0) return;
    // pageout(), then __remove_mapping(), which fails if GUP has a reference
    this.machine.print(t, `swap_out: (__swap_writepage+0x0/0x430) page=${page.pointer}`);
    yield;
    folio.writeback = true;
    folio.lock.release();
    yield* this.swapBio(t, folio, slot, 0x4000001);
    folio.writeback = false;
    yield { lock: folio.lock, shared: false };
    if (page.slot === slot && folio.count === 1) {
      folio.leaveSwapCache();
      this.put(page);
    }
  }

  /** try_to_unmap_one() */
  *#unmapOne(t: Task, mm: Mm, addresses: () => number[], page: Page): Work<boolean> {
    const [address] = addresses();
    const slot = page.slot as Slot;
    const where = `page=${page.pointer} mm=${mm.pointer} addr=${hex(address)}`;
    const counts = `ref=${page.folio.count} map=${page.mapcount - 1}`;
    this.machine.print(t, `unmap_one: (try_to_unmap_one+0x0/0xd20) ${where} ${counts}`);
    yield;
    yield { lock: mm.ptl, shared: false };
    if (addresses().includes(address)) {
      mm.entries.set(address, { slot, isExclusive: false });
      slot.count++;
      yield* this.rmapDel(t, mm, page, 1);
    }
    mm.ptl.release();
    yield;
    this.machine.print(t, 'unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1', 'd');
    yield;
    return true;
  }

  pinning(t: Task, mm: Mm): Work {
    return directIo(this, t, mm);
  }

  *addToBio(t: Task, bio: string, { page }: Part): Work {
    this.machine.print(t, `bio_add: (__bio_try_merge_page+0x0/0x130) bio=${bio} page=${page.pointer} len=4096 off=0`);
    yield;
  }

  *releaseBio(t: Task, bio: string, pins: readonly Pinned[], isRead: boolean, vcnt: number): Work {
    const release = `bio=${bio} dirty=${isRead ? 1 : 0} bflags=0x280 p0=${pins[0].page.pointer} vcnt=${vcnt}`;
    this.machine.print(t, `bio_release: (bio_release_pages.part.0+0x0/0x100) ${release}`);
    for (const pin of pins) {
      pin.released = true;
      pin.page.folio.gup--;
      this.put(pin.page);
    }
    yield;
  }

  /** get_user_pages_fast() */
  *pinForIo(t: Task, mm: Mm, start: number, nr: number, write: boolean): Work<Pinned[]> {
    const { machine } = this;
    const flags = FOLL_GET | (write ? FOLL_WRITE : 0);
    const array = 0xffffaecec0557ce8n + BigInt(t.pid) * 0x4000n;
    const range = `start=${hex(start)} nr=${nr}`;
    machine.print(
      t,
      `gup_fast: (get_user_pages_fast+0x0/0x30) ${range} flags=${write ? '0x1' : '0x0'} pages=${hex(array)}`,
    );
    yield;
    machine.print(
      t,
      `gup_lockless: (internal_get_user_pages_fast+0x0/0xde0) ${range} flags=${hex(flags)} pages=${hex(array)}`,
    );
    yield;
    const pins: Pinned[] = [];
    while (pins.length < nr) {
      const pin = yield* this.#lockless(t, mm, start + pins.length * PAGE, flags);
      if (pin === undefined) break;
      pins.push(pin);
    }
    t.irqsOff = false;
    if (pins.length < nr)
      pins.push(...(yield* this.#slow(t, mm, start + pins.length * PAGE, nr - pins.length, flags, array)));
    machine.print(
      t,
      `gup_lockless_ret: (iov_iter_get_pages+0xd4/0x350 <- internal_get_user_pages_fast) ret=${nr}`,
      'd',
    );
    yield;
    machine.print(t, `gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=${nr}`, 'd');
    yield;
    return pins;
  }

  #pinned(mm: Mm, address: number, page: Page, flags: number): Pinned {
    return this.pinned(mm, address, page, 'FOLL_GET', (flags & FOLL_WRITE) === 0 ? undefined : 'warning');
  }

  /** gup_pte_range(): the entry is looked at again after the reference was taken. */
  *#lockless(t: Task, mm: Mm, address: number, flags: number): Work<Pinned | undefined> {
    const { machine } = this;
    t.irqsOff = true;
    const entry = mm.entries.get(address);
    if (!isPresent(entry) || entry.page === this.zero) return undefined;
    if ((flags & FOLL_WRITE) !== 0 && !entry.isWritable) return undefined;
    const { page } = entry;
    machine.print(
      t,
      `grab_fast: (try_grab_compound_head+0x0/0x220) page=${page.pointer} refs=1 flags=${hex(flags)} ref=${page.folio.count}`,
    );
    page.folio.gup++;
    yield;
    machine.print(
      t,
      `grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=${page.pointer}`,
    );
    yield;
    if (mm.entries.get(address) === entry) return this.#pinned(mm, address, page, flags);
    machine.print(t, `grab_undo: (put_compound_head+0x0/0xe0) page=${page.pointer} refs=1 flags=${hex(flags)}`);
    page.folio.gup--;
    this.put(page);
    yield;
    return undefined;
  }

  /** __get_user_pages() */
  *#slow(t: Task, mm: Mm, start: number, nr: number, get: number, array: bigint): Work<Pinned[]> {
    const { machine } = this;
    const flags = get | FOLL_TOUCH;
    const range = `start=${hex(start)} nr=${nr}`;
    machine.print(t, `gup_unl: (get_user_pages_unlocked+0x0/0x2b0) ${range} pages=${hex(array)} flags=${hex(get)}`);
    yield;
    yield { lock: mm.mmapLock, shared: true };
    machine.print(
      t,
      `gup_slow: (__get_user_pages+0x0/0x740) mm=${mm.pointer} ${range} flags=${hex(flags)} pages=${hex(array)}`,
    );
    yield;
    const pins: Pinned[] = [];
    const write = (flags & FOLL_WRITE) !== 0;
    while (pins.length < nr) {
      const address = start + pins.length * PAGE;
      const found = (pointer: string) =>
        machine.print(t, `follow_pte_ret: (__get_user_pages+0x1fe/0x740 <- follow_page_pte) page=${pointer}`, 'd');
      machine.print(
        t,
        `follow_pte: (follow_page_pte+0x0/0x630) mm=${mm.pointer} addr=${hex(address)} flags=${hex(flags | 0x200)}`,
      );
      yield;
      yield { lock: mm.ptl, shared: false };
      const entry = mm.entries.get(address);
      if (!isPresent(entry) || (write && !entry.isWritable)) {
        mm.ptl.release();
        found('0x0');
        yield;
        yield* this.fault(t, mm, address, write ? 0x15 : 0x14);
        continue;
      }
      const { page } = entry;
      machine.print(
        t,
        `grab_slow: (try_grab_page+0x0/0x110) page=${page.pointer} flags=${hex(flags | 0x200)} ref=${page.folio.count}`,
      );
      yield;
      page.folio.gup++;
      mm.ptl.release();
      pins.push(this.#pinned(mm, address, page, flags));
      found(page.pointer);
      yield;
    }
    mm.mmapLock.release();
    machine.print(t, `gup_slow_ret: (get_user_pages_unlocked+0xc7/0x2b0 <- __get_user_pages) ret=${nr}`, 'd');
    yield;
    machine.print(
      t,
      `gup_unl_ret: (internal_get_user_pages_fast+0xd61/0xde0 <- get_user_pages_unlocked) ret=${nr}`,
      'd',
    );
    yield;
    return pins;
  }
}
