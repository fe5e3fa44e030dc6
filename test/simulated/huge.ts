// Transparent huge pages (mm/huge_memory.c, mm/khugepaged.c): a PMD maps 2 MiB of the VMA, and the buffer in it, until it is
// split. Every page of the folio has then an entry of its own.
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import {
  type Entry,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  type Folio,
  hex,
  isPresent,
  type Mm,
  PAGE,
  type Page,
  type Pinned,
} from './memory.ts';

const ORDER = 9;
const PAGES = 1 << ORDER;
const VM_FAULT_FALLBACK = 0x800;
const EAGAIN = -11;
const SCAN_SUCCEED = 1;
const SCAN_FAIL = 0;

export type Pmd =
  | { readonly folio: Folio; readonly isWritable: boolean }
  /** the folio is on its way to other frames */
  | { readonly migrates: Folio; readonly isWritable: boolean; readonly isExclusive: boolean }
  /** pmdp_invalidate() has been here */
  | 'cleared';

type Mapping = Extract<Pmd, { folio: Folio }>;

export const isMapping = (pmd: Pmd | undefined): pmd is Mapping =>
  pmd !== undefined && pmd !== 'cleared' && 'folio' in pmd;

const isMigration = (pmd: Pmd | undefined): pmd is Extract<Pmd, { migrates: Folio }> =>
  pmd !== undefined && pmd !== 'cleared' && 'migrates' in pmd;

/** PageAnonExclusive() of a folio that a PMD maps; each of its pages has it when the PMD is split. */
function setExclusive({ pages }: Folio, isExclusive: boolean): void {
  for (const page of pages) page.isExclusive = isExclusive;
}

const where = (mm: Mm, address = mm.start): string => `mm=${mm.pointer} addr=${hex(address)}`;

export function rawPmd(kernel: Kernel612, pmd: Pmd | undefined): string {
  if (pmd === undefined || pmd === 'cleared') return '0x0';
  if (isMigration(pmd))
    return kernel.raw({ migrates: pmd.migrates.pages[0], isWritable: pmd.isWritable, isExclusive: pmd.isExclusive });
  const bits = pmd.folio === kernel.hugeZero ? 0xa5n : pmd.isWritable ? 0x8e7n : 0x4000000000008a5n;
  return hex(0x8000000000000000n | (BigInt(pmd.folio.pages[0].pfn) << 12n) | bits);
}

function rmapDelPmd({ machine }: Kernel612, t: Task, mm: Mm, { pointer }: Folio): void {
  const what = `folio=${pointer} page=${pointer} mm=${mm.pointer}`;
  machine.print(t, `rmap_del_pmd: (folio_remove_rmap_pmd+0x4/0xd0) ${what}`);
}

/** __handle_mm_fault(), as far as a PMD is concerned. @returns whether the fault is over */
export function* faultPmd(kernel: Kernel612, t: Task, mm: Mm, address: number, flags: number): Work<boolean> {
  if (mm.pmd === undefined) return mm.hasTable ? false : yield* anonymous(kernel, t, mm, address, flags);
  const { pmd } = mm;
  if (isMigration(pmd)) {
    // pmd_migration_entry_wait()
    yield { lock: pmd.migrates.lock, shared: false };
    pmd.migrates.lock.release();
    return true;
  }
  const isCow = (flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) !== 0;
  return isMapping(pmd) && isCow && !pmd.isWritable ? !(yield* wpPmd(kernel, t, mm, address, pmd, flags)) : true;
}

/** do_huge_pmd_anonymous_page() */
function* anonymous(kernel: Kernel612, t: Task, mm: Mm, address: number, flags: number): Work<boolean> {
  const { machine } = kernel;
  machine.print(t, `thp_fault: (do_huge_pmd_anonymous_page+0x4/0x780) ${where(mm, address)}`);
  yield;
  const isWrite = (flags & FAULT_FLAG_WRITE) !== 0;
  // there may be none
  if (isWrite && machine.random.next() < 0.15) return false;
  const folio = isWrite ? kernel.newFolio(ORDER) : kernel.hugeZero;
  folio.other++;
  yield;
  yield { lock: mm.ptl, shared: false };
  if (mm.pmd === undefined && !mm.hasTable) {
    if (isWrite) yield* mapsNew(kernel, t, mm, folio);
    else mm.pmd = { folio, isWritable: false };
  }
  mm.ptl.release();
  folio.other--;
  kernel.put(folio.pages[0]);
  return true;
}

function* mapsNew(kernel: Kernel612, t: Task, mm: Mm, folio: Folio): Work {
  const which = `page=${folio.pointer} ${where(mm)} head=1 order=${ORDER} rflags=0x1`;
  kernel.machine.print(t, `new_anon: (folio_add_new_anon_rmap+0x4/0x180) ${which}`);
  yield;
  folio.isAnon = true;
  setExclusive(folio, true);
  folio.pmdMaps++;
  mm.pmd = { folio, isWritable: mm.canWrite };
}

/** do_huge_pmd_wp_page(), which never copies: it keeps the folio or splits. @returns whether it has split */
function* wpPmd(kernel: Kernel612, t: Task, mm: Mm, at: number, pmd: Mapping, flags: number): Work<boolean> {
  const { machine } = kernel;
  const { folio } = pmd;
  const raw = `pmd=${rawPmd(kernel, pmd)} flags=${hex(flags)}`;
  machine.print(t, `wp_pmd: (do_huge_pmd_wp_page+0x4/0x440) ${where(mm, at)} ${raw}`);
  yield;
  const isKept = folio !== kernel.hugeZero && (yield* keeps(kernel, t, mm, pmd, (flags & FAULT_FLAG_UNSHARE) !== 0));
  if (!isKept) yield* splitPmd(kernel, t, mm, at);
  const ret = hex(isKept ? 0 : VM_FAULT_FALLBACK);
  machine.print(t, `wp_pmd_ret: (__handle_mm_fault+0xacf/0xf90 <- do_huge_pmd_wp_page) ret=${ret}`);
  yield;
  return !isKept;
}

function* keeps(kernel: Kernel612, t: Task, mm: Mm, pmd: Mapping, isUnshare: boolean): Work<boolean> {
  const { folio } = pmd;
  yield { lock: mm.ptl, shared: false };
  let isKept = true;
  let isLocked = false;
  const isSame = () => mm.pmd === pmd;
  const isExclusive = () => folio.pages[0].isExclusive && kernel.broken !== 'write fault';
  if (isSame() && !isExclusive()) {
    isLocked = folio.lock.tryTake(false);
    if (!isLocked) {
      folio.other++;
      mm.ptl.release();
      yield { lock: folio.lock, shared: false };
      isLocked = true;
      yield { lock: mm.ptl, shared: false };
      folio.other--;
    }
  }
  if (isSame()) {
    if (!isExclusive()) {
      if (folio.count <= 1 + (folio.isInSwapCache ? PAGES : 0)) kernel.freeSwap(folio);
      isKept = folio.count === 1;
      if (isKept) {
        kernel.machine.print(t, `move_anon: (folio_move_anon_rmap+0x4/0x20) page=${folio.pointer} mm=${mm.pointer}`);
        yield;
        setExclusive(folio, true);
      }
    }
    if (isKept && !isUnshare) mm.pmd = { folio, isWritable: true };
  }
  if (isLocked) folio.lock.release();
  mm.ptl.release();
  kernel.put(folio.pages[0]);
  return isKept;
}

/** __split_huge_pmd() */
export function* splitPmd(kernel: Kernel612, t: Task, mm: Mm, address: number): Work {
  const which = `${where(mm, address)} pmd=${rawPmd(kernel, mm.pmd)} freeze=0`;
  kernel.machine.print(t, `thp_split_pmd: (__split_huge_pmd+0x4/0x160) ${which}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  if (mm.pmd !== undefined) yield* splitLocked(kernel, t, mm);
  mm.ptl.release();
}

/** __split_huge_pmd_locked() */
export function* splitLocked(kernel: Kernel612, t: Task, mm: Mm): Work {
  const { machine } = kernel;
  const { pmd } = mm;
  let entryOf: (i: number) => Entry;
  if (isMigration(pmd)) {
    const { isWritable, isExclusive, migrates } = pmd;
    entryOf = (i) => ({ migrates: migrates.pages[i], isWritable, isExclusive });
  } else if (isMapping(pmd) && pmd.folio === kernel.hugeZero) {
    machine.print(t, `clear_flush_pmd: (pmdp_huge_clear_flush+0x4/0x60) ${where(mm)} pmd=${rawPmd(kernel, pmd)}`);
    yield;
    mm.pmd = 'cleared';
    yield 'tlb flush';
    entryOf = () => ({ page: kernel.zero, isWritable: false });
  } else {
    const { folio, isWritable } = pmd as Mapping;
    mm.pmd = 'cleared';
    yield 'tlb flush';
    const which = `folio=${folio.pointer} page=${folio.pointer} nr=${PAGES} ${where(mm)}`;
    const rflags = `rflags=${folio.pages[0].isExclusive ? '0x1' : '0x0'}`;
    machine.print(t, `anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) ${which} ${rflags}`);
    yield;
    for (const page of folio.pages) page.mapcount++;
    entryOf = (i) => ({ page: folio.pages[i], isWritable });
    rmapDelPmd(kernel, t, mm, folio);
    yield;
    folio.pmdMaps--;
  }
  for (let i = 0; i < PAGES; i++) mm.entries.set(mm.start + i * PAGE, entryOf(i));
  mm.pmd = undefined;
  mm.hasTable = true;
}

/** copy_huge_pmd(). @returns whether the child has the PMD */
export function* copyPmd(kernel: Kernel612, t: Task, from: Mm, to: Mm): Work<boolean> {
  const { machine } = kernel;
  const which = `dst=${to.pointer} src=${from.pointer} addr=${hex(from.start)} pmd=${rawPmd(kernel, from.pmd)}`;
  machine.print(t, `fork_pmd: (copy_huge_pmd+0x4/0x680) ${which}`);
  yield;
  yield { lock: to.ptl, shared: false };
  yield { lock: from.ptl, shared: false };
  const { pmd } = from;
  const folio = isMapping(pmd) ? pmd.folio : undefined;
  const isExclusive = folio?.pages[0].isExclusive === true;
  const isRefused = folio !== undefined && isExclusive && kernel.isPinned(folio, 'fork');
  const isCopied = pmd !== undefined && !isRefused;
  if (isCopied) {
    for (const pin of pinsOf(kernel, from)) if (pin.page.folio === folio || isMigration(pmd)) pin.shared = true;
    if (isMigration(pmd)) from.pmd = { migrates: pmd.migrates, isWritable: false, isExclusive: false };
    else if (folio !== undefined) {
      if (folio !== kernel.hugeZero) {
        folio.pmdMaps++;
        if (isExclusive) for (const page of folio.pages) kernel.betrays(page);
        setExclusive(folio, false);
      }
      from.pmd = { folio, isWritable: false };
    }
    to.pmd = from.pmd;
  }
  from.ptl.release();
  to.ptl.release();
  if (isRefused) yield* splitPmd(kernel, t, from, from.start);
  const ret = isCopied ? 0 : EAGAIN;
  machine.print(t, `fork_pmd_ret: (copy_page_range+0x663/0x19b0 <- copy_huge_pmd) ret=${ret}`);
  yield;
  return isCopied;
}

const pinsOf = ({ pins }: Kernel612, mm: Mm): Pinned[] => pins.filter((pin) => pin.mm === mm && !pin.released);

/** zap_pmd_range(): what is unmapped in part is split first. */
export function* zapPmd(kernel: Kernel612, t: Task, mm: Mm, start: number, end: number): Work {
  if (mm.pmd === undefined) return;
  if (start > mm.start || end < mm.end) {
    yield* splitPmd(kernel, t, mm, start);
    return;
  }
  // zap_huge_pmd()
  yield { lock: mm.ptl, shared: false };
  const { pmd } = mm;
  if (pmd !== undefined) {
    mm.pmd = undefined;
    for (const pin of pinsOf(kernel, mm)) pin.unmapped = true;
    if (isMapping(pmd) && pmd.folio !== kernel.hugeZero) {
      rmapDelPmd(kernel, t, mm, pmd.folio);
      yield;
      pmd.folio.pmdMaps--;
      kernel.leavesUnused(pmd.folio);
    }
  }
  mm.ptl.release();
}

/** set_pmd_migration_entry(), page table lock held. @returns whether it is unmapped */
export function* migratesPmd(kernel: Kernel612, t: Task, mm: Mm): Work<boolean> {
  const pmd = mm.pmd as Mapping;
  const { folio, isWritable } = pmd;
  mm.pmd = 'cleared';
  yield 'tlb flush';
  const { isExclusive } = folio.pages[0];
  if (isExclusive && kernel.isPinned(folio, 'migration')) {
    mm.pmd = pmd;
    return false;
  }
  if (isExclusive) for (const page of folio.pages) kernel.betrays(page);
  setExclusive(folio, false);
  mm.pmd = { migrates: folio, isWritable, isExclusive };
  rmapDelPmd(kernel, t, mm, folio);
  yield;
  folio.pmdMaps--;
  return true;
}

/** remove_migration_pmd(), page table lock held */
export function* mapsPmdThere(kernel: Kernel612, t: Task, mm: Mm, folio: Folio): Work {
  const pmd = mm.pmd as Extract<Pmd, { migrates: Folio }>;
  const which = `folio=${folio.pointer} page=${folio.pointer} ${where(mm)} rflags=${pmd.isExclusive ? '0x1' : '0x0'}`;
  kernel.machine.print(t, `anon_rmap_pmd: (folio_add_anon_rmap_pmd+0x4/0xb0) ${which}`);
  yield;
  if (folio !== pmd.migrates)
    for (const page of pmd.migrates.pages)
      for (const pin of kernel.parting(mm, mm.start + pmd.migrates.pages.indexOf(page) * PAGE, page))
        if (!pin.ended) pin.copied = 'in time';
  setExclusive(folio, pmd.isExclusive);
  folio.pmdMaps++;
  mm.pmd = { folio, isWritable: pmd.isWritable };
}

export const migratesTo = (mm: Mm, folio: Folio): boolean => isMigration(mm.pmd) && mm.pmd.migrates === folio;

/** change_huge_pmd() */
export function* changePmd(kernel: Kernel612, t: Task, mm: Mm, isWritable: boolean): Work {
  if (mm.pmd === undefined) return;
  kernel.machine.print(t, `huge_prot: (change_huge_pmd+0x4/0x5e0) ${where(mm)} pmd=${rawPmd(kernel, mm.pmd)}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  const { pmd } = mm;
  if (isMigration(pmd)) {
    if (!isWritable) mm.pmd = { ...pmd, isWritable };
  } else if (isMapping(pmd) && pmd.folio !== kernel.hugeZero) {
    mm.pmd = 'cleared';
    yield 'tlb flush';
    const { folio } = pmd;
    mm.pmd = { folio, isWritable: isWritable && (pmd.isWritable || (folio.pages[0].isExclusive && !mm.isTracked)) };
  }
  mm.ptl.release();
}

/** clear_refs_pte_range(): of a PMD it does not ask whether its folio is pinned. */
export function* clearRefsPmd(mm: Mm): Work {
  if (!isMapping(mm.pmd)) return;
  const { folio } = mm.pmd;
  mm.pmd = 'cleared';
  yield 'tlb flush';
  mm.pmd = { folio, isWritable: false };
}

/** collapse_huge_page(): the pages of a page table become a huge one, if nobody else refers to them. */
export function* collapse(kernel: Kernel612, t: Task): Work {
  const { machine } = kernel;
  const mms = kernel.mms.filter((mm) => mm.users > 0 && mm.hasTable && mm.pmd === undefined && mm.entries.size > 0);
  if (mms.length === 0) return;
  const mm = machine.random.of(mms);
  machine.print(t, `thp_collapse: (collapse_huge_page+0x0/0x13d0) mm=${mm.pointer} addr=${hex(mm.start)}`);
  yield;
  const folio = kernel.newFolio(ORDER);
  folio.other++;
  yield { lock: mm.mmapLock, shared: false };
  let isDone = false;
  if (mm.users > 0 && mm.hasTable && mm.pmd === undefined) {
    yield { lock: kernel.rmapLock, shared: false };
    yield { lock: mm.ptl, shared: false };
    // pmdp_collapse_flush(), and tlb_remove_table_sync_one(): GUP-fast finds the table gone
    const entries = new Map(mm.entries);
    mm.entries.clear();
    mm.pmd = 'cleared';
    yield 'tlb flush';
    isDone = isFit(kernel, [...entries.values()]);
    if (isDone) yield* copies(kernel, t, mm, entries, folio);
    else {
      for (const [address, entry] of entries) mm.entries.set(address, entry);
      mm.pmd = undefined;
    }
    mm.ptl.release();
    kernel.rmapLock.release();
  }
  mm.mmapLock.release();
  folio.other--;
  kernel.put(folio.pages[0]);
  const ret = isDone ? SCAN_SUCCEED : SCAN_FAIL;
  machine.print(
    t,
    `thp_collapse_ret: (khugepaged_scan_mm_slot.constprop.0+0x8a1/0xca0 <- collapse_huge_page) ret=${ret}`,
  );
  yield;
}

/** __collapse_huge_page_isolate() */
function isFit(kernel: Kernel612, entries: readonly Entry[]): boolean {
  const present = entries.filter(isPresent);
  if (present.length < entries.length || !present.some(({ isWritable }) => isWritable)) return false;
  return present.every(({ page: { folio }, page }) => {
    const isIdle = folio.lock.isFree && !folio.writeback && !folio.isKsm;
    const isAlone = folio.count === folio.mapcount + (folio.isInSwapCache ? folio.pages.length : 0);
    return page === kernel.zero || (isIdle && isAlone);
  });
}

/** __collapse_huge_page_copy(), and what maps the copy */
function* copies(kernel: Kernel612, t: Task, mm: Mm, entries: ReadonlyMap<number, Entry>, folio: Folio): Work {
  const gone = new Set<Page>();
  for (const [address, entry] of entries) {
    const { page } = entry as { page: Page };
    for (const pin of kernel.parting(mm, address, page)) if (!pin.ended) pin.copied = 'in time';
    if (page === kernel.zero) continue;
    yield* kernel.rmapDel(t, mm, page, 1);
    gone.add(page);
  }
  yield* mapsNew(kernel, t, mm, folio);
  mm.hasTable = false;
  for (const page of gone) kernel.leavesUnused(page.folio);
}

/** Pages of a walk that a PMD maps, from an address on. */
export const behind = (mm: Mm, address: number, nr: number): number => Math.min(nr, (mm.end - address) / PAGE);
