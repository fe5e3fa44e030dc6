// Why: memory that is free, or newly allocated, is nobody's: what was known of its pages is over.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';

/** largest order of the page allocator on any architecture */
const MAX_ORDER = 13;

/** mm_page_free, mm_page_alloc: a page in the allocator has no pins, whether their release was recorded or not. */
export function reallocated(m: Model, t: Task, r: Float64Array, o: number): void {
  const named = m.page(r[o + Slot.PAGE]);
  const page = Number.isNaN(named) ? m.pageOfPfn(r[o + SlotOf.pageAlloc.pfn]) : named;
  const order = r[o + SlotOf.pageAlloc.order];
  if (Number.isNaN(page) || !(order >= 0)) return;
  if (r[o] === Kind.pageAlloc && t.swap !== undefined && !t.swap.mapped) t.swap.allocated = { page, at: m.at() };
  m.reallocated(page, 2 ** Math.min(order, MAX_ORDER));
}

/**
 * page_ref_mod_and_test: if the count became 0, all references have ended, including those whose release is not
 * otherwise recorded, such as FOLL_GET dropped by put_page(). For a large folio this is its head page.
 */
export function lastReference(m: Model, _t: Task, r: Float64Array, o: number): void {
  const { count, pfn, ret } = SlotOf.pageRefDrop;
  const page = m.pageOfPfn(r[o + pfn]);
  if (r[o + count] === 0 && r[o + ret] === 1 && !Number.isNaN(page)) m.reallocated(page, 1);
}
