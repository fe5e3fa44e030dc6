// Swap faults (E9; do_swap_page(), mm/memory.c): what one found and did before it maps a page, which is in rmap.ts.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { faultsIn } from './runs-in.ts';
import { beginSwapIn, endSwapIn } from './under-way.ts';
import { FAULT_FLAG_WRITE, faulted, unpaired, withinFault } from './within.ts';

export function swapIn(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  const flags = r[o + SlotOf.swapIn.flags];
  withinFault(m, t, mm, vpn, flags);
  faultsIn(m, t, mm, flags);
  const hi = r[o + Slot.PTE_HI];
  const lo = r[o + Slot.PTE_LO];
  const mark = m.machine.arch?.pte?.swpMark(hi, lo);
  const isMarked = mark === true || (mark === false && mm.marked?.vpn === vpn && mm.marked.hi === hi);
  if (mark === true) mm.marked = { vpn, hi };
  endSwapIn(t);
  beginSwapIn(t, {
    mm,
    vpn,
    present: !Number.isNaN(m.mapped(mm, vpn)),
    at: m.at(),
    write: (r[o + SlotOf.swapIn.flags] & FAULT_FLAG_WRITE) !== 0,
    mapped: false,
    hi,
    lo,
    mark: isMarked ? true : mark,
    allocated: undefined,
    reads: undefined,
    cached: [],
    other: undefined,
  });
}

/** One readahead reads at most 2^page_cluster pages, eight unless it was configured otherwise. */
const MOST_CACHED = 64;

/** A page enters the swap cache: one that reclaim writes out, or one that a swap-in reads. */
export function swapCacheAdd(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.pageOf(r[o + Slot.PAGE]);
  m.folios.beginsAt(page);
  m.swapCache.set(page, true);
  if (t.swap === undefined || t.swap.mapped) return;
  const { cached } = t.swap;
  if (cached.length === MOST_CACHED) cached.shift();
  cached.push(page);
}

export function swapInRet(m: Model, t: Task, r: Float64Array, o: number): void {
  faulted(m, r[o + SlotOf.swapInRet.ret]);
  if (t.swap === undefined && m.seen[Kind.swapIn] > 0) unpaired(m, t, 'swap');
  m.strays.close(t.swap);
  endSwapIn(t);
}
