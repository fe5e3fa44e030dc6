// Why: some lines print a page table entry as the kernel found it. It names the page that the address maps; if that is not
// the one known, the event that mapped it was not recorded.
import { Slot } from '../vocabulary/record.ts';
import type { Model } from './model.ts';
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm } from './state.ts';

/**
 * The page that the entry of a record names for an address; NaN if the record has no entry, and if it is not present, is
 * that of a table or cannot be read.
 * @param pmd the entry is of the PMD that contains the address
 */
export function pageShown(m: Model, r: Float64Array, o: number, mm: Mm, vpn: number, pmd: boolean): PageId {
  const hi = r[o + Slot.PTE_HI];
  const lo = r[o + Slot.PTE_LO];
  const { arch, pageBytes, pmdPages } = m.machine;
  if (Number.isNaN(lo) || arch?.pte === undefined || !(pmd ? arch.pte.huge(lo) : arch.pte.present(lo)))
    return Number.NaN;
  const named = arch.pte.pfn(hi, lo, pageBytes);
  // the lowest bits of the address of a huge page have other meanings (_PAGE_PAT_LARGE)
  const pfn = pmd ? named - (named % pmdPages) + (vpn % pmdPages) : named;
  m.learnPfnBase(m.mapped(mm, vpn), pfn);
  return m.pageOfPfn(pfn);
}

/**
 * The entry maps the small zero page where a split has put it for the huge one: what a pin of that reads is the same.
 * @returns the page of the huge one; NaN if it does not
 */
export function zeroAsBefore(m: Model, r: Float64Array, o: number, mm: Mm, vpn: number): PageId {
  const entry = mm.ptes.at(vpn);
  const isSplit = (entryBits(entry) & Pte.STATE) === Pte.Split;
  const pte = isSplit ? m.machine.arch?.pte : undefined;
  return pte?.special(r[o + Slot.PTE_HI], r[o + Slot.PTE_LO]) === true ? entryPage(entry) : Number.NaN;
}

/** What the entry shows is mapped, whatever was known. */
export function mapsShown(m: Model, mm: Mm, vpn: number, named: PageId, pmd: boolean): void {
  const known = m.mapped(mm, vpn);
  if (!Number.isNaN(known)) m.contradicts(mm, vpn, named);
  else if (m.isPinnedElsewhere(mm, named)) m.counts.strayed++;
  const behind = pmd ? vpn % m.machine.pmdPages : 0;
  m.install(mm, vpn - behind, named - behind, pmd ? m.machine.pmdPages : 1, 0, 'observed');
}

/**
 * A line shows the PTE of the zero page, which no line maps: it is not anonymous, and read-only whatever has changed the
 * protection. Other memory with such entries cannot be pinned (vm_normal_page()).
 */
export function kindShown(m: Model, r: Float64Array, o: number, mm: Mm, vpn: number, page: PageId): void {
  if (m.machine.arch?.pte?.special(r[o + Slot.PTE_HI], r[o + Slot.PTE_LO]) !== true) return;
  mm.ptes.set(vpn, entryOf(page, Pte.Present | Pte.File));
  for (const pin of m.pinsAt(mm, vpn))
    if (pin.page === page) pin.entryBits = (pin.entryBits & ~(Pte.Anon | Pte.Shared)) | Pte.File;
}

/** A line shows a PTE. */
export function shownPte(m: Model, r: Float64Array, o: number, mm: Mm, vpn: number): void {
  const named = pageShown(m, r, o, mm, vpn, false);
  const isKnown = named === m.mapped(mm, vpn) || !Number.isNaN(zeroAsBefore(m, r, o, mm, vpn));
  if (!Number.isNaN(named) && !isKnown) mapsShown(m, mm, vpn, named, false);
}

/** A line shows the PMD that contains an address: pages of it may be known each by itself, as those that a pin has shown. */
export function shownPmd(m: Model, r: Float64Array, o: number, mm: Mm, vpn: number): void {
  const { pmdPages } = m.machine;
  const head = vpn - (vpn % pmdPages);
  const named = pageShown(m, r, o, mm, head, true);
  if (Number.isNaN(named)) return;
  const at = (v: number): PageId => named + (v - head);
  const isOther = (v: number): boolean => {
    const known = m.mapped(mm, v);
    return Number.isNaN(known) ? m.pinsAt(mm, v).some(({ page }) => page !== at(v)) : known !== at(v);
  };
  const known = [head, ...mm.ptes.pagesIn(head, head + pmdPages)];
  const pinned = m.pinsIn(mm, head, head + pmdPages).map(({ where }) => where);
  const other = [...known, ...pinned].find(isOther);
  if (other !== undefined) mapsShown(m, mm, other, at(other), true);
}
