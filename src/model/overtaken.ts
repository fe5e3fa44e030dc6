// Why: copy_page_range() takes time. An entry that reclaim or migration changes meanwhile is copied as it is then. If that had
// happened before, the child is in the reverse mapping, too, and a line of its own says that it changes there.
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm } from './state.ts';

/** Fork is copying this address space. */
export const isOvertaken = ({ forks }: Mm): boolean => forks !== undefined && forks.size > 0;

/**
 * An entry has changed.
 * @param old the page that it named before
 * @param pmdPages the entry is a PMD, and so long
 */
export function overtakes(mm: Mm, vpn: number, old: PageId, pmdPages?: number): void {
  for (const { dst, start, end } of mm.forks ?? []) if (vpn >= start && vpn < end) copy(mm, dst, vpn, old, pmdPages);
}

/** The entry of the child, where that is still known to name the same page. */
function copy(mm: Mm, child: Mm, vpn: number, old: PageId, pmdPages: number | undefined): void {
  const was = child.entry(vpn);
  if (was === undefined || entryPage(was) !== old) return;
  const by = pmdPages ?? 1;
  const [from, into] = pmdPages === undefined ? [mm.ptes, child.ptes] : [mm.pmds, child.pmds];
  const entry = from.get(vpn / by);
  if (entry === undefined || vpn % by !== 0) return;
  const bits = entryBits(entry);
  const isPresent = (bits & Pte.STATE) === Pte.Present;
  const now = isPresent ? entryOf(entryPage(entry), bits | Pte.Shared) : entry;
  into.set(vpn / by, now);
  if (pmdPages !== undefined) child.ptes.deleteRange(vpn, vpn + pmdPages);
  from.set(vpn / by, now);
}
