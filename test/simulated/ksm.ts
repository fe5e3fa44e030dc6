// KSM: pages that say the same become one, which is mapped read-only (mm/ksm.c). Those with further references are left alone.
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { FAULT_FLAG_UNSHARE, hex, isPresent, type Mm, PAGE, PAGES, type Page } from './memory.ts';

const FAULT_FLAG_REMOTE = 0x80;
const EFAULT = -14;

/** What ksmd has found: rmap_item and the page, to which it refers. */
interface Item {
  readonly mm: Mm;
  readonly address: number;
  readonly page: Page;
}

/** cmp_and_merge_page() of some page, which says what one of the stable tree does, or another one. */
export function* ksmScan(kernel: Kernel612, t: Task): Work {
  const { random } = kernel.machine;
  const item = yield* scan(kernel);
  if (item === undefined) return;
  const stable = [...kernel.merged].filter(({ mapcount, folio }) => mapcount > 0 && folio.isKsm);
  if (stable.length > 0 && random.next() < 0.6) {
    const kpage = random.of(stable);
    kpage.folio.other++;
    yield* mergeWith(kernel, t, item, kpage);
    putBack(kernel, kpage);
  } else {
    // try_to_merge_two_pages()
    const other = yield* scan(kernel);
    if (other !== undefined && other.page !== item.page && (yield* mergeWith(kernel, t, item, undefined))) {
      kernel.merged.add(item.page);
      if (!(yield* mergeWith(kernel, t, other, item.page))) yield* breakCow(kernel, t, item);
    }
    if (other !== undefined) putBack(kernel, other.page);
  }
  putBack(kernel, item.page);
}

function putBack(kernel: Kernel612, page: Page): void {
  page.folio.other--;
  kernel.put(page);
}

/** scan_get_next_rmap_item() */
function* scan(kernel: Kernel612): Work<Item | undefined> {
  const { random } = kernel.machine;
  const mms = kernel.mms.filter(({ users, isMergeable }) => users > 0 && isMergeable);
  if (mms.length === 0) return undefined;
  const mm = random.of(mms);
  const address = mm.base + random.below(PAGES) * PAGE;
  yield { lock: mm.mmapLock, shared: true };
  const entry = mm.entries.get(address);
  const page = isPresent(entry) && mm.users > 0 && mm.isMergeable ? entry.page : undefined;
  const isFit = page !== undefined && page !== kernel.zero && !page.folio.isLarge && !page.folio.isKsm;
  if (isFit) page.folio.other++;
  mm.mmapLock.release();
  yield;
  return isFit ? { mm, address, page } : undefined;
}

/** try_to_merge_with_ksm_page() */
function* mergeWith(kernel: Kernel612, t: Task, { mm, address, page }: Item, kpage: Page | undefined): Work<boolean> {
  yield { lock: mm.mmapLock, shared: true };
  let ret = EFAULT;
  if (mm.users > 0 && mm.isMergeable && mm.has(address)) {
    const which = `mm=${mm.pointer} page=${page.pointer} kpage=${kpage?.pointer ?? '0x0'}`;
    kernel.machine.print(t, `ksm_merge: (try_to_merge_one_page+0x0/0x710) ${which}`);
    yield;
    if (page.folio.lock.tryTake(false)) {
      const isProtected = !page.folio.isKsm && (yield* writeProtect(kernel, t, mm, address, page));
      if (isProtected && kpage === undefined) {
        page.folio.isKsm = true;
        ret = 0;
      } else if (isProtected && kpage !== undefined && (yield* replacePage(kernel, t, mm, address, page, kpage)))
        ret = 0;
      page.folio.lock.release();
    }
    const caller = '(try_to_merge_with_ksm_page+0x78/0x160 <- try_to_merge_one_page)';
    kernel.machine.print(t, `ksm_merge_ret: ${caller} ret=${ret}`);
    yield;
  }
  mm.mmapLock.release();
  return ret === 0;
}

/** write_protect_page() */
function* writeProtect(kernel: Kernel612, t: Task, mm: Mm, address: number, page: Page): Work<boolean> {
  const { machine } = kernel;
  const { folio } = page;
  machine.print(t, `ksm_wp: (write_protect_page+0x0/0x470) mm=${mm.pointer} page=${page.pointer} ref=${folio.count}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  const entry = mm.entries.get(address);
  let isDone = isPresent(entry) && entry.page === page;
  // it is dirty, whether it is writable or not (_PAGE_SAVED_DIRTY)
  if (isDone && isPresent(entry)) {
    const where = `mm=${mm.pointer} addr=${hex(address)}`;
    machine.print(t, `clear_flush: ${kernel.at('ptep_clear_flush')} ${where} pte=${kernel.raw(entry)}`);
    yield;
    mm.entries.set(address, 'cleared');
    yield 'tlb flush';
    isDone = folio.count === folio.mapcount + 1 + (folio.isInSwapCache ? 1 : 0) || kernel.broken === 'ksm';
    if (isDone && page.isExclusive) kernel.betrays(page);
    if (isDone) page.isExclusive = false;
    mm.entries.set(address, isDone ? { page, isWritable: false } : entry);
  }
  mm.ptl.release();
  const caller = '(try_to_merge_one_page+0x125/0x710 <- write_protect_page)';
  machine.print(t, `ksm_wp_ret: ${caller} ret=${isDone ? 0 : EFAULT}`);
  yield;
  return isDone;
}

/** replace_page(): of references that others have taken since, nobody asks */
function* replacePage(kernel: Kernel612, t: Task, mm: Mm, at: number, page: Page, kpage: Page): Work<boolean> {
  const { machine } = kernel;
  yield { lock: mm.ptl, shared: false };
  const entry = mm.entries.get(at);
  const isSame = isPresent(entry) && entry.page === page && !entry.isWritable && !page.isExclusive;
  if (isSame) {
    const where = `mm=${mm.pointer} addr=${hex(at)}`;
    const which = `folio=${kpage.pointer} page=${kpage.pointer} nr=1 ${where} rflags=0x0`;
    machine.print(t, `anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) ${which}`);
    yield;
    kpage.mapcount++;
    machine.print(t, `clear_flush: ${kernel.at('ptep_clear_flush')} ${where} pte=${kernel.raw(entry)}`);
    // a release that follows this line, no line tells from one after the effect
    kernel.parting(mm, at, page);
    yield;
    mm.entries.set(at, 'cleared');
    const parted = kernel.parting(mm, at, page);
    yield 'tlb flush';
    mm.entries.set(at, { page: kpage, isWritable: false });
    for (const pin of parted) if (!pin.ended) pin.copied = 'in time';
    yield* kernel.rmapDel(t, mm, page, 1);
    if (page.folio.mapcount === 0 && page.folio.isInSwapCache && page.folio.swapped === 0 && !page.folio.writeback)
      page.folio.leaveSwapCache();
  }
  mm.ptl.release();
  return isSame;
}

/** break_cow() */
function* breakCow(kernel: Kernel612, t: Task, { mm, address }: Item): Work {
  yield { lock: mm.mmapLock, shared: true };
  if (mm.users > 0 && mm.isMergeable && mm.has(address)) yield* breakKsm(kernel, t, mm, address);
  mm.mmapLock.release();
}

function* breakKsm(kernel: Kernel612, t: Task, mm: Mm, address: number): Work {
  const entry = mm.entries.get(address);
  if (isPresent(entry) && entry.page.folio.isKsm)
    yield* kernel.fault(t, mm, address, FAULT_FLAG_UNSHARE | FAULT_FLAG_REMOTE);
}

export function* breakAll(kernel: Kernel612, t: Task, mm: Mm): Work {
  for (let i = 0; i < PAGES; i++) yield* breakKsm(kernel, t, mm, mm.base + i * PAGE);
}

/** MADV_UNMERGEABLE, and then MADV_MERGEABLE */
export function* unmerge(kernel: Kernel612, t: Task, mm: Mm): Work {
  const { machine } = kernel;
  const range = `start: ${mm.base.toString(16)}, len_in: ${(PAGES * PAGE).toString(16)}`;
  machine.print(t, `sys_madvise(${range}, behavior: d)`);
  yield;
  yield { lock: mm.mmapLock, shared: false };
  mm.isMergeable = false;
  yield* breakAll(kernel, t, mm);
  mm.mmapLock.release();
  machine.print(t, 'sys_madvise -> 0x0');
  yield { turns: machine.random.below(200) };
  machine.print(t, `sys_madvise(${range}, behavior: c)`);
  yield;
  yield { lock: mm.mmapLock, shared: false };
  mm.isMergeable = true;
  mm.mmapLock.release();
}
