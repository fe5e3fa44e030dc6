// The anonymous memory of a 5.10 kernel (mm/memory.c, mm/rmap.c, mm/vmscan.c): a write fault copies a page that has more
// than one reference, whoever holds them. Each function prints what its probe prints, where the kernel enters it.
import type { Machine, Task, Work } from './machine.ts';
import { Lock } from './machine.ts';

export const PAGE = 4096;
export const BUFFER = 0x7f02b2792000;
/** Pages of the buffer, the only VMA. */
export const PAGES = 8;
const VMEMMAP = 0xfffff334c0000000n;

export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

export class Page {
  readonly pfn: number;
  readonly lock = new Lock();
  mapcount = 0;
  /** references of GUP */
  gup = 0;
  /** references of functions under way */
  other = 0;
  slot: Slot | undefined;
  writeback = false;

  constructor(pfn: number) {
    this.pfn = pfn;
  }

  get count(): number {
    return this.mapcount + this.gup + this.other + (this.slot === undefined ? 0 : 1);
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
  | { readonly slot: Slot }
  /** ptep_clear_flush() has cleared it, and is not over */
  | 'cleared';

export class Mm {
  readonly pointer: string;
  readonly entries = new Map<number, Entry>();
  readonly mmapLock = new Lock();
  readonly ptl = new Lock();
  users = 0;
  /** system calls under way that pin pages */
  calls = 0;
  exits = false;

  constructor(n: number) {
    this.pointer = hex(0xffffa08d40344000n + BigInt(n) * 0x440n);
  }
}

/** A pin, and what happened to its address while it was held; the truth. */
export interface Pinned {
  readonly mm: Mm;
  readonly address: number;
  readonly page: Page;
  readonly write: boolean;
  ended: boolean;
  released: boolean;
  /** the process has unmapped the address itself */
  unmapped: boolean;
  /** a write fault put another page there: while the I/O was under way, or after it */
  copied: 'in time' | 'late' | undefined;
  /** another process has got the page for writing, and what it writes can be read through the pin */
  lent: boolean;
}

const isHeld = (pin: Pinned): boolean => !pin.released && !pin.unmapped;

export class Memory {
  readonly machine: Machine;
  readonly zero = new Page(0x2000);
  readonly pins: Pinned[] = [];
  mms: Mm[] = [];
  #mms = 0;
  #pfn = 0x40000;
  #slots = 4;
  #bios = 0;
  readonly #free: number[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
  }

  newMm(): Mm {
    const mm = new Mm(++this.#mms);
    this.mms = [...this.mms, mm];
    return mm;
  }

  #newPage(): Page {
    const { random } = this.machine;
    if (this.#free.length > 0 && random.next() < 0.6)
      return new Page(this.#free.splice(random.below(this.#free.length), 1)[0]);
    this.#pfn += random.of([1, 1, 1, 3]);
    return new Page(this.#pfn);
  }

  /** Free a page that nobody refers to. */
  put(page: Page): void {
    if (page !== this.zero && page.count === 0) this.#free.push(page.pfn);
  }

  nextBio(): string {
    return hex(0xffffa08d412e0000n + BigInt(++this.#bios) * 0xc0n);
  }

  /** Raw entry, as x86-64 has it: a swap entry is __swp_entry() with the soft-dirty bit. */
  #raw(entry: Entry): string {
    if (entry === 'cleared') return '0x0';
    if ('slot' in entry) return hex((BigInt.asUintN(50, ~BigInt(entry.slot.offset)) << 9n) | 2n);
    return hex(0x8000000000000000n | (BigInt(entry.page.pfn) << 12n) | (entry.isWritable ? 0x867n : 0x865n));
  }

  /** An access of user space. */
  *access(t: Task, mm: Mm, address: number, write: boolean): Work {
    for (let tries = 0; tries < 20; tries++) {
      const entry = mm.entries.get(address);
      const isPresent = entry !== undefined && entry !== 'cleared' && 'page' in entry;
      if (isPresent && (entry.isWritable || !write)) return;
      const code = 4 | (write ? 2 : 0) | (isPresent ? 1 : 0);
      const at = address + this.machine.random.below(512) * 8;
      this.machine.print(t, `page_fault_user: address=${hex(at)} ip=0x433f4a error_code=${hex(code)}`, 'd...');
      yield;
      yield { lock: mm.mmapLock, shared: true };
      yield* this.fault(t, mm, address, write ? 0x255 : 0x254);
      mm.mmapLock.release();
      yield;
    }
  }

  /** handle_mm_fault(), mmap_lock held. */
  *fault(t: Task, mm: Mm, address: number, flags: number): Work {
    const write = (flags & 1) !== 0;
    this.machine.print(
      t,
      `fault: (handle_mm_fault+0x0/0x1c00) mm=${mm.pointer} addr=${hex(address)} flags=${hex(flags)}`,
    );
    yield;
    const entry = mm.entries.get(address);
    if (entry === undefined || entry === 'cleared') yield* this.#anonymous(t, mm, address, write);
    else if ('slot' in entry) yield* this.#swapIn(t, mm, address, entry, flags);
    else if (write && !entry.isWritable) {
      yield { lock: mm.ptl, shared: false };
      if (mm.entries.get(address) === entry)
        yield* this.#wpFault(t, mm, address, flags, 'handle_mm_fault+0x1220/0x1c00');
      else mm.ptl.release();
    }
  }

  /** do_anonymous_page() */
  *#anonymous(t: Task, mm: Mm, address: number, write: boolean): Work {
    yield { lock: mm.ptl, shared: false };
    if (mm.entries.get(address) === undefined) {
      if (!write) mm.entries.set(address, { page: this.zero, isWritable: false });
      else {
        const page = this.#newPage();
        yield* this.#newAnon(t, mm, address, page);
      }
    }
    mm.ptl.release();
  }

  *#newAnon(t: Task, mm: Mm, address: number, page: Page): Work {
    const where = `page=${page.pointer} mm=${mm.pointer} addr=${hex(address)}`;
    this.machine.print(t, `new_anon: (page_add_new_anon_rmap+0x0/0x1f0) ${where} compound=0`);
    yield;
    mm.entries.set(address, { page, isWritable: true });
    page.mapcount++;
  }

  /** do_wp_page(), page table lock held, which it releases. */
  *#wpFault(t: Task, mm: Mm, address: number, flags: number, caller: string): Work {
    const entry = mm.entries.get(address) as { page: Page; isWritable: boolean };
    const old = entry.page;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    const ends = (ret: number) =>
      this.machine.print(t, `wp_fault_ret: (${caller} <- do_wp_page) ret=${hex(ret)}`, 'd...');
    this.machine.print(t, `wp_fault: (do_wp_page+0x0/0x470) ${where} pte=${this.#raw(entry)} flags=${hex(flags)}`);
    yield;
    if (old !== this.zero && old.count === 1) {
      mm.entries.set(address, { page: old, isWritable: true });
      mm.ptl.release();
      ends(8);
      yield;
      return;
    }
    old.other++;
    mm.ptl.release();
    this.machine.print(t, `wp_copy: (wp_page_copy+0x0/0x7b0) ${where} page=${old.pointer}`);
    yield;
    const page = this.#newPage();
    page.other++;
    yield { lock: mm.ptl, shared: false };
    const isSame = mm.entries.get(address) === entry;
    if (isSame) {
      this.machine.print(t, `clear_flush: (ptep_clear_flush+0x0/0x70) ${where} pte=${this.#raw(entry)}`);
      yield;
      mm.entries.set(address, 'cleared');
      const parted = this.pins.filter(
        (pin) => pin.mm === mm && pin.address === address && pin.page === old && isHeld(pin),
      );
      for (const pin of parted) pin.copied ??= 'late';
      yield 'tlb flush';
      yield* this.#newAnon(t, mm, address, page);
      // until then, what other tasks do cannot be told from what they did before
      for (const pin of parted) if (!pin.ended) pin.copied = 'in time';
      if (old !== this.zero) yield* this.#rmapDel(t, old);
    }
    mm.ptl.release();
    for (const p of [page, old]) {
      p.other--;
      this.put(p);
    }
    ends(isSame ? 8 : 0);
    yield;
  }

  *#rmapDel(t: Task, page: Page): Work {
    this.machine.print(t, `rmap_del: (page_remove_rmap+0x0/0x4c0) page=${page.pointer} compound=0`);
    yield;
    page.mapcount--;
  }

  /** do_swap_page() */
  *#swapIn(t: Task, mm: Mm, address: number, entry: { readonly slot: Slot }, flags: number): Work {
    const { machine } = this;
    const { slot } = entry;
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    machine.print(t, `swap_in: (do_swap_page+0x0/0x880) ${where} pte=${this.#raw(entry)} flags=${hex(flags)}`);
    yield;
    let ret = 0;
    if (mm.entries.get(address) === entry) {
      const page = slot.page ?? (yield* this.#readIn(t, slot));
      page.other++;
      yield { lock: page.lock, shared: false };
      yield { lock: mm.ptl, shared: false };
      const isSame = page.slot === slot && mm.entries.get(address) === entry;
      if (isSame) {
        // reuse_swap_page(): nobody else maps it or has an entry for it
        const isWritable = (flags & 1) !== 0 && page.mapcount + slot.count <= 1 && !page.writeback;
        if (isWritable) {
          page.slot = slot.page = undefined;
          for (const pin of this.pins) if (pin.mm !== mm && pin.page === page && !pin.released) pin.lent = true;
        }
        machine.print(
          t,
          `anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=${page.pointer} ${where} rflags=${isWritable ? '0x1' : '0x0'}`,
        );
        yield;
        mm.entries.set(address, { page, isWritable });
        page.mapcount++;
        slot.count--;
        ret = (flags & 1) * 8;
      }
      page.lock.release();
      page.other--;
      this.put(page);
      if (isSame && ret !== 0 && !(mm.entries.get(address) as { isWritable: boolean }).isWritable)
        yield* this.#wpFault(t, mm, address, flags, 'do_swap_page+0x4e1/0x880');
      else mm.ptl.release();
    }
    machine.print(t, `swap_in_ret: (handle_mm_fault+0xd91/0x1c00 <- do_swap_page) ret=${hex(ret)}`, 'd...');
    yield;
  }

  /** read_swap_cache_async() */
  *#readIn(t: Task, slot: Slot): Work<Page> {
    const page = this.#newPage();
    // it is locked before anybody finds it in the swap cache
    page.lock.tryTake(false);
    page.slot = slot;
    slot.page = page;
    yield* this.#swapBio(t, page, slot, 0x4000000);
    page.lock.release();
    return page;
  }

  *#swapBio(t: Task, page: Page, slot: Slot, opf: number): Work {
    const bio = this.nextBio();
    const what = `opf=${hex(opf)} bflags=0x0 sector=${slot.offset * 8} size=4096 vcnt=1 p0=${page.pointer} l0=4096 o0=0`;
    this.machine.print(t, `bio_submit: (submit_bio+0x0/0x1b0) bio=${bio} ${what}`);
    yield { turns: this.machine.random.below(12) };
    this.machine.interrupt(`bio_end: (bio_endio+0x0/0x110) bio=${bio} status=0`);
    yield;
  }

  /** unmap_page_range(), page table lock held. */
  *zap(t: Task, mm: Mm, start: number, end: number): Work {
    this.machine.print(t, `zap: (unmap_page_range+0x0/0xd60) mm=${mm.pointer} start=${hex(start)} end=${hex(end)}`);
    yield;
    for (let address = start; address < end; address += PAGE) {
      const entry = mm.entries.get(address);
      if (entry === undefined || entry === 'cleared') continue;
      mm.entries.delete(address);
      for (const pin of this.pins) if (pin.mm === mm && pin.address === address && !pin.released) pin.unmapped = true;
      if ('slot' in entry) entry.slot.count--;
      else if (entry.page !== this.zero) {
        yield* this.#rmapDel(t, entry.page);
        const { page } = entry;
        // free_page_and_swap_cache()
        if (page.slot?.count === 0 && page.mapcount === 0 && !page.writeback && page.lock.isFree)
          page.slot = page.slot.page = undefined;
        this.put(page);
      }
    }
  }

  /** dup_mmap(), mmap_lock held for writing. */
  *copy(t: Task, from: Mm, to: Mm): Work {
    const range = `start=${hex(BUFFER)} end=${hex(BUFFER + PAGES * PAGE)}`;
    this.machine.print(
      t,
      `fork_vma: (copy_page_range+0x0/0x1280) dst=${to.pointer} src=${from.pointer} ${range} vmflags=0x8100073`,
    );
    yield;
    // copy_pte_range() gives the lock up between batches
    for (let i = 0; i < PAGES; i += 4) {
      yield { lock: from.ptl, shared: false };
      for (let address = BUFFER + i * PAGE; address < BUFFER + (i + 4) * PAGE; address += PAGE) {
        let entry = from.entries.get(address);
        if (entry === undefined || entry === 'cleared') continue;
        if ('slot' in entry) entry.slot.count++;
        else {
          if (entry.page !== this.zero) entry.page.mapcount++;
          entry = { page: entry.page, isWritable: false };
          from.entries.set(address, entry);
        }
        to.entries.set(address, entry);
      }
      from.ptl.release();
      yield;
    }
    this.machine.print(t, 'fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0', 'd...');
    yield;
  }

  /** shrink_page_list(), for one page. */
  *reclaim(t: Task): Work {
    const { machine } = this;
    const page = this.#victim();
    if (page === undefined) return;
    yield { lock: page.lock, shared: false };
    if (page.mapcount > 0) {
      if (page.slot === undefined) {
        page.slot = { offset: ++this.#slots, page, count: 0 };
        machine.print(
          t,
          `swap_cache_add: (add_to_swap_cache+0x0/0x350) page=${page.pointer} entry=${hex(page.slot.offset)}`,
        );
        yield;
      }
      yield* this.#rmapWalk(t, page);
      if (page.mapcount === 0) yield* this.#writeOut(t, page);
    }
    page.lock.release();
  }

  /** rmap_walk_anon(): a child that is being forked comes after its parent. */
  *#rmapWalk(t: Task, page: Page): Work {
    const walked = new Set<Mm>();
    for (let mm = this.mms[0]; mm !== undefined; mm = this.mms.find((other) => !walked.has(other)) as Mm) {
      walked.add(mm);
      for (const address of [...mm.entries.keys()]) yield* this.#unmapOne(t, mm, address, page);
    }
  }

  #victim(): Page | undefined {
    const pages = new Set<Page>();
    for (const { entries } of this.mms)
      for (const entry of entries.values())
        if (
          entry !== 'cleared' &&
          'page' in entry &&
          entry.page !== this.zero &&
          !entry.page.writeback &&
          entry.page.lock.isFree
        )
          pages.add(entry.page);
    return pages.size === 0 ? undefined : this.machine.random.of([...pages]);
  }

  /** try_to_unmap_one() */
  *#unmapOne(t: Task, mm: Mm, address: number, page: Page): Work {
    const maps = (): boolean => {
      const entry = mm.entries.get(address);
      return entry !== undefined && entry !== 'cleared' && 'page' in entry && entry.page === page;
    };
    if (!maps()) return;
    yield { lock: mm.ptl, shared: false };
    if (maps()) {
      const slot = page.slot as Slot;
      const where = `page=${page.pointer} mm=${mm.pointer} addr=${hex(address)}`;
      this.machine.print(
        t,
        `unmap_one: (try_to_unmap_one+0x0/0xd20) ${where} ref=${page.count} map=${page.mapcount - 1}`,
      );
      yield;
      mm.entries.set(address, { slot });
      slot.count++;
      yield* this.#rmapDel(t, page);
      this.machine.print(t, 'unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1', 'd...');
      yield;
    }
    mm.ptl.release();
  }

  /** pageout(), then __remove_mapping(), which fails if GUP has a reference; the page lock is held at both ends. */
  *#writeOut(t: Task, page: Page): Work {
    const slot = page.slot as Slot;
    this.machine.print(t, `swap_out: (__swap_writepage+0x0/0x430) page=${page.pointer}`);
    yield;
    page.writeback = true;
    page.lock.release();
    yield* this.#swapBio(t, page, slot, 0x4000001);
    page.writeback = false;
    yield { lock: page.lock, shared: false };
    if (page.slot === slot && page.count === 1) {
      page.slot = slot.page = undefined;
      this.put(page);
    }
  }
}
