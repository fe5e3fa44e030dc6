// Why: fork copies a page early if it looks pinned (folio_needs_cow_for_dma()), which is decided before the line of the
// copy: the page is allocated in between.
import { Level } from './echo.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';
import type { ForkFrame } from './state.ts';

/** The folio of a page was pinned at some time during a fork, or a GUP call had grabbed pages that it may yet give back. */
export function lookedPinned(m: Model, f: ForkFrame, page: PageId): boolean {
  if (f.src.meanwhile !== undefined) return true;
  if (Number.isNaN(page)) return false;
  const folio = m.folios.headOf(page);
  if (m.isHeld(page) || f.released?.has(folio) === true) return true;
  return isGivingBack(m.tasks.values(), page, folio) || isGivingBack(m.onCpu.values(), page, folio);
}

/** A release is announced where it begins; until gup_put_folio() the count of pins is still there. */
function isGivingBack(tasks: Iterable<Task>, page: PageId, folio: PageId): boolean {
  for (const { release } of tasks)
    if (
      release?.items.some((x) => x.level < Level.folio && x.refs > 0 && (x.page === page || x.folio === folio)) === true
    )
      return true;
  return false;
}
