// MADV_FREE: what is not written to again, reclaim may discard without a swap area. The call prints nothing, and drops what
// is swapped out (madvise_free_pte_range(), mm/madvise.c).
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { type Folio, hex, isPresent, isSwapped, type Mm, PAGE, type Page } from './memory.ts';

export function* madviseFree(kernel: Kernel612, t: Task, mm: Mm, start: number, end: number): Work {
  const { machine } = kernel;
  const range = `start: ${start.toString(16)}, len_in: ${(end - start).toString(16)}`;
  machine.print(t, `sys_madvise(${range}, behavior: 8)`);
  yield;
  yield { lock: mm.mmapLock, shared: true };
  yield { lock: mm.ptl, shared: false };
  for (let address = start; address < end; address += PAGE) {
    const entry = mm.entries.get(address);
    if (isSwapped(entry)) dropSwapped(kernel, mm, address, entry.slot.page);
    else if (isPresent(entry) && entry.page !== kernel.zero) marks(kernel, entry.page.folio);
  }
  mm.ptl.release();
  mm.mmapLock.release();
  machine.print(t, 'sys_madvise -> 0x0');
  yield;
}

/** free_swap_and_cache() */
function dropSwapped(kernel: Kernel612, mm: Mm, address: number, page: Page | undefined): void {
  kernel.cleared(mm, address);
  if (page === undefined || page.folio.swapped > 0 || page.folio.mapcount > 0) return;
  if (page.folio.lock.isFree && !page.folio.writeback) page.folio.leaveSwapCache();
  kernel.put(page);
}

/** folio_mark_lazyfree(); a large folio would be split if it is not of the range as a whole */
function marks(kernel: Kernel612, folio: Folio): void {
  if (folio.isLarge || folio.isKsm || folio.isLazy) return;
  if (folio.isInSwapCache || folio.isDirty) {
    if (folio.mapcount !== 1 || !folio.lock.isFree) return;
    kernel.freeSwap(folio);
    if (folio.isInSwapCache) return;
  }
  folio.isDirty = false;
  folio.isLazy = true;
}

/** The part of try_to_unmap_one() for such folios. */
export function* discards(kernel: Kernel612, t: Task, mm: Mm, addresses: () => number[], folio: Folio): Work<boolean> {
  const { machine } = kernel;
  const [address] = addresses();
  const where = `page=${folio.pointer} mm=${mm.pointer} addr=${hex(address)}`;
  const counts = `ref=${folio.count} map=${folio.mapcount - 1}`;
  machine.print(t, `unmap_one: (try_to_unmap_one+0x4/0xc50) ${where} ${counts}`);
  yield;
  yield { lock: mm.ptl, shared: false };
  const entry = mm.entries.get(address) as { page: Page; isWritable: boolean };
  const isThere = addresses().includes(address);
  if (isThere) mm.entries.set(address, 'cleared');
  yield;
  const isDiscarded = isThere && folio.count === 1 + folio.mapcount && !folio.isDirty;
  if (isDiscarded) {
    mm.entries.delete(address);
    yield* kernel.rmapDel(t, mm, entry.page, 1);
  } else if (isThere) {
    mm.entries.set(address, entry);
    folio.isLazy = false;
  }
  mm.ptl.release();
  yield;
  machine.print(
    t,
    `unmap_one_ret: (rmap_walk_anon+0xd4/0x200 <- try_to_unmap_one) ret=${isDiscarded || !isThere ? 1 : 0}`,
  );
  yield;
  return isDiscarded || !isThere;
}
