// migrate_pages(), for one folio, as compaction does (mm/migrate.c): its entries name it until it is mapped again, elsewhere.
import { isMapping, mapsPmdThere, migratesPmd, migratesTo } from './huge.ts';
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { type Entry, type Folio, hex, isMigrating, type Migrating, type Mm, PAGE, type Page } from './memory.ts';

export function* migratePages(kernel: Kernel612, t: Task): Work {
  const old = kernel.victim();
  // one that is mapped in part would be split
  if (old === undefined || old.isMappedInPart) return;
  old.other++;
  yield { lock: old.lock, shared: false };
  if (!old.isInSwapCache && !old.isKsm && old.mapcount > 0) yield* migrates(kernel, t, old);
  old.lock.release();
  old.other--;
  kernel.put(old.pages[0]);
}

function* migrates(kernel: Kernel612, t: Task, old: Folio): Work {
  const { machine } = kernel;
  const to = old.isLarge ? kernel.newFolio(Math.log2(old.pages.length)) : kernel.newPage().folio;
  to.lock.tryTake(false);
  to.other++;
  yield* kernel.rmapWalk(old, (mm, addresses) => migrateOne(kernel, t, mm, addresses, old));
  let isMoved = false;
  for (let tries = 0; old.mapcount === 0 && !isMoved && tries < 3; tries++) {
    machine.print(t, `migrate_map: (__folio_migrate_mapping+0x0/0x610) new=${to.pointer} old=${old.pointer} extra=1`);
    yield;
    // but for the one of migration, nobody has a reference
    isMoved = old.count === 1 || (kernel.broken === 'migration' && old.gup === 0);
    const caller = '__migrate_folio.isra.0+0xbe/0x160';
    machine.print(t, `migrate_map_ret: (${caller} <- __folio_migrate_mapping) ret=${isMoved ? 0 : -11}`);
    yield;
  }
  to.isAnon = isMoved;
  if (isMoved) [to.isDirty, to.isLazy] = [old.isDirty, old.isLazy];
  yield* mapsAgain(kernel, t, old, isMoved ? to : old);
  to.lock.release();
  to.other--;
  kernel.put(to.pages[0]);
}

const startOf = (mm: Mm, folio: Folio, page: Page, address: number): number =>
  Math.max(mm.firstOf(address), address - folio.pages.indexOf(page) * PAGE);

/** try_to_migrate_one(): all that the VMA maps of the folio, up to a page that is pinned */
function* migrateOne(kernel: Kernel612, t: Task, mm: Mm, addresses: () => number[], folio: Folio): Work<boolean> {
  const { machine } = kernel;
  const [first] = addresses();
  const entryAt = (address: number) => mm.at(address) as { page: Page; isWritable: boolean };
  const start = startOf(mm, folio, entryAt(first).page, first);
  const where = `mm=${mm.pointer} addr=${hex(start)}`;
  machine.print(t, `migrate_one: (try_to_migrate_one+0x4/0xb10) page=${folio.pointer} ${where} ref=${folio.count}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  const isPmd = isMapping(mm.pmd) && mm.pmd.folio === folio;
  let isUnmapped = isPmd ? yield* migratesPmd(kernel, t, mm) : true;
  for (const address of isPmd ? [] : addresses()) {
    const entry = entryAt(address);
    const { page } = entry;
    const which = `mm=${mm.pointer} addr=${hex(address)} pte=${kernel.raw(entry)}`;
    machine.print(t, `clear_flush: ${kernel.at('ptep_clear_flush')} ${which}`);
    yield;
    mm.entries.set(address, 'cleared');
    yield 'tlb flush';
    const { isExclusive } = page;
    isUnmapped = !isExclusive || !kernel.isPinned(folio, 'migration');
    if (!isUnmapped) {
      mm.entries.set(address, entry);
      break;
    }
    mm.entries.set(address, { migrates: page, isWritable: entry.isWritable, isExclusive });
    if (isExclusive) kernel.betrays(page);
    page.isExclusive = false;
    yield* kernel.rmapDel(t, mm, page, 1);
  }
  mm.ptl.release();
  yield;
  machine.print(t, `migrate_one_ret: (rmap_walk_anon+0xd4/0x200 <- try_to_migrate_one) ret=${isUnmapped ? 1 : 0}`);
  yield;
  return isUnmapped;
}

/** remove_migration_ptes() */
function* mapsAgain(kernel: Kernel612, t: Task, old: Folio, folio: Folio): Work {
  const isOfOld = (entry: Entry | undefined): entry is Migrating => isMigrating(entry) && entry.migrates.folio === old;
  yield { lock: kernel.rmapLock, shared: true };
  const walked = new Set<Mm>();
  for (let mm = kernel.mms[0]; mm !== undefined; mm = kernel.mms.find((other) => !walked.has(other)) as Mm) {
    walked.add(mm);
    const { entries } = mm;
    const isPmd = () => migratesTo(mm, old);
    const addresses = () =>
      isPmd() ? [mm.start] : [...entries.keys()].filter((at) => isOfOld(entries.get(at))).sort((a, b) => a - b);
    if (addresses().length === 0) continue;
    yield* mapsThere(kernel, t, mm, addresses, old, folio);
  }
  kernel.rmapLock.release();
}

/** remove_migration_pte() */
function* mapsThere(kernel: Kernel612, t: Task, mm: Mm, all: () => number[], old: Folio, folio: Folio): Work {
  const entryAt = (address: number) => mm.entries.get(address) as Migrating;
  const isPmd = () => migratesTo(mm, old);
  const start = isPmd() ? mm.start : startOf(mm, old, entryAt(all()[0]).migrates, all()[0]);
  const head = `page=${folio.pointer} mm=${mm.pointer} addr=${hex(start)}`;
  kernel.machine.print(t, `migrate_in: (remove_migration_pte+0x4/0x640) ${head}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  if (isPmd()) yield* mapsPmdThere(kernel, t, mm, folio);
  else
    for (const address of all()) {
      const { isExclusive, isWritable, migrates: was } = entryAt(address);
      const page = folio.pages[old.pages.indexOf(was)];
      const where = `mm=${mm.pointer} addr=${hex(address)} rflags=${isExclusive ? '0x1' : '0x0'}`;
      const which = `folio=${folio.pointer} page=${page.pointer} nr=1 ${where}`;
      kernel.machine.print(t, `anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) ${which}`);
      yield;
      const parted = page === was ? [] : kernel.parting(mm, address, was);
      for (const pin of parted) if (!pin.ended) pin.copied = 'in time';
      kernel.map(mm, address, page, isWritable, isExclusive);
    }
  mm.ptl.release();
}
