// Why: a GUP call gives references back before it returns: the page table changed under GUP-fast, or a page had to be migrated
// (check_and_migrate_movable_pages()), for which all of them go back. The lines are those of any release.
import { Kind } from '../vocabulary/kinds.ts';
import type { Grab, GupFrame } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';

type IsOf = (m: Model, f: GupFrame, g: Grab, page: PageId) => boolean;

/** Which grab belongs to a page that is given back: that of the page itself, of its folio, of a part of its folio. */
const OF_PAGE: readonly IsOf[] = [
  (_m, _f, g, page) => g.page === page,
  (_m, _f, g, page) => g.folio === page,
  (m, f, g, page) => page > g.folio && page < g.folio + pagesOf(m, f, g),
];
/** If the line names only the folio (gup_put_folio()), it is the newest of that. */
const OF_FOLIO: readonly IsOf[] = [(_m, _f, g, page) => g.folio === page || g.page === page];

/** Number of pages in the folio of a grab, as far as known: one that is grabbed several times is no more than a PMD maps. */
const pagesOf = (m: Model, f: GupFrame, g: Grab): number =>
  m.folios.get(g.folio) ??
  (g.refs > 1 || f.grabs.some((other) => other !== g && other.folio === g.folio) ? m.machine.pmdPages : 1);

/**
 * A reference is dropped during the call: the page table changed under GUP-fast, or the page had to be migrated. False:
 * the call did not take this reference; the release is another one, in an interrupt.
 */
export function undo(m: Model, f: GupFrame, page: PageId, refs: number, isFolio = false): boolean {
  let left = refs;
  for (const isOf of isFolio ? OF_FOLIO : OF_PAGE) {
    for (let i = f.grabs.length - 1; i >= 0 && left > 0; i--) {
      const g = f.grabs[i];
      if (!isOf(m, f, g, page)) continue;
      const taken = Math.min(left, g.refs > 0 ? g.refs : 1);
      left -= taken;
      if (g.refs > taken) g.refs -= taken;
      else f.grabs.splice(i, 1);
    }
    if (left === 0) break;
  }
  f.undone += refs - left;
  // if grabs are not recorded, this is the only sign of one
  return left < refs || (f.grabs.length === 0 && m.seen[Kind.grab] === 0 && !m.pinsByPage.has(page));
}
