// Why: copy_page_range() and move_page_tables() take time. An entry that reclaim or migration changes meanwhile is copied or
// moved as it is then. If that had happened before, the other place is in the reverse mapping, too, and a line of its own
// says that it changes there.
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm } from './state.ts';

/** Fork is copying this address space, or something in it is being moved. */
export const isOvertaken = ({ alterations, forks }: Mm): boolean =>
  (forks !== undefined && forks.size > 0) || alterations !== undefined;

/**
 * An entry has changed.
 * @param old the page that it named before
 * @param pmdPages the entry is a PMD, and so long
 */
export function overtakes(mm: Mm, vpn: number, old: PageId, pmdPages?: number): void {
  for (const { dst, start, end } of mm.forks ?? [])
    if (vpn >= start && vpn < end) put(mm, vpn, dst, vpn, old, pmdPages, Pte.Shared);
  for (const { kind, start, end, shift } of mm.alterations ?? [])
    if (kind === 'move' && vpn >= start && vpn < end) put(mm, vpn, mm, vpn + shift, old, pmdPages, 0);
}

/** The entry at another place, where that is still known to name the same page. */
function put(mm: Mm, vpn: number, into: Mm, to: number, old: PageId, pmdPages: number | undefined, mark: number): void {
  const was = into.entry(to);
  if (was === undefined || entryPage(was) !== old) return;
  const by = pmdPages ?? 1;
  const [from, other] = pmdPages === undefined ? [mm.ptes, into.ptes] : [mm.pmds, into.pmds];
  const entry = from.get(vpn / by);
  if (entry === undefined || to % by !== 0) return;
  const bits = entryBits(entry);
  const isPresent = (bits & Pte.STATE) === Pte.Present;
  const now = isPresent ? entryOf(entryPage(entry), bits | mark) : entry;
  other.set(to / by, now);
  if (pmdPages !== undefined) into.ptes.deleteRange(to, to + pmdPages);
  if (into !== mm) from.set(vpn / by, now);
  else if (isPresent) from.delete(vpn / by);
}
