// Why: fork copies a page early if it looks pinned (folio_needs_cow_for_dma()), which is decided before the line of the
// copy: the page is allocated in between.
import { Level } from './echo.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';
import type { ForkFrame } from './state.ts';

/** The folio of a page was pinned at some time during a fork, or a GUP call had grabbed pages that it may yet give back. */
export function lookedPinned(m: Model, f: ForkFrame, page: PageId): boolean {
  if (f.src.meanwhile !== undefined) return true;
  if (Number.isNaN(page)) return false;
  const folio = m.folios.headOf(page);
  if (m.isHeld(page) || f.released?.has(folio) === true) return true;
  return isGivingBack(m, page, folio);
}

/** Items of a release that are looked at: its functions repeat the pages in order. */
const MOST_ITEMS = 64;

/** A release is announced where it begins; until gup_put_folio() the count of pins is still there. */
function isGivingBack(m: Model, page: PageId, folio: PageId): boolean {
  for (const { release } of m.releasing) {
    if (release === undefined) continue;
    const { items, next } = release;
    for (let i = next; i < items.length && i < next + MOST_ITEMS; i++) {
      const x = items[i];
      if (x.level < Level.folio && x.refs > 0 && (x.page === page || x.folio === folio)) return true;
    }
  }
  return false;
}
