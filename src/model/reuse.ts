// Why: a write fault that keeps its page lets the writer change what others can read through a pin, whichever kind of page
// it is (E8).
import type { Model } from './model.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm, Pin } from './state.ts';

export const isAnon = (bits: number): boolean | undefined =>
  (bits & Pte.Anon) !== 0 ? true : (bits & Pte.File) !== 0 ? false : undefined;

/** What is known about a reuse: whether an event shows that the page was kept; whether the page is anonymous. */
interface Reuse {
  said: boolean;
  anon: boolean;
}

/** The page stays and becomes writable: from now on this mm may write data that others can read through a pin. */
export function reuse(m: Model, mm: Mm, vpn: number, page: PageId, pmd: boolean, what: Reuse): void {
  const bits = writable(m, mm, vpn, page, pmd, what.anon);
  const own = m.pinsAt(mm, vpn);
  if (own.length > 0) m.step(own, 'reuse', m.at(), page);
  if (pmd) reusePiped(m, page - (vpn % m.machine.pmdPages), m.machine.pmdPages);
  else if (m.piped.size > 0) {
    const piped = m.piped.get(page);
    if (piped !== undefined) piped.reused = true;
  }
  if (m.pinsByPage.size === 0 || Number.isNaN(page)) return;
  const { said } = what;
  const anon = isAnon(bits);
  if (!pmd) {
    const pins = m.pinsByPage.get(page);
    if (pins !== undefined) m.emit('reuse', { mm, vpn, page, said, anon, by: 'do_wp_page', at: m.at(), pins });
    return;
  }
  const pins = pinsUnder(m, page, vpn, m.machine.pmdPages);
  if (pins.length > 0) m.emit('reuse', { mm, vpn, page, said, anon, by: 'do_huge_pmd_wp_page', at: m.at(), pins });
}

/** Pages that a pipe has released, and another may still have, are among those that became writable. */
export function reusePiped(m: Model, head: PageId, pages: number): void {
  if (m.piped.size > 0) for (const piped of m.piped.valuesIn(head, head + pages)) piped.reused = true;
}

/** The entry is writable from now on. Returns its bits. */
export function writable(m: Model, mm: Mm, vpn: number, page: PageId, pmd: boolean, anon: boolean | undefined): number {
  const entry = mm.entry(vpn);
  const before = entry !== undefined && entryPage(entry) === page ? entryBits(entry) : 0;
  const known = before & (Pte.Anon | Pte.File);
  // fork marks entries of private mappings only, where a page of a file is always copied
  const isPrivate = known === 0 && (before & Pte.Shared) !== 0;
  const bits = Pte.Present | (anon === true || isPrivate ? Pte.Anon : known);
  if (Number.isNaN(page)) return bits;
  if (!pmd) mm.ptes.set(vpn, page * 64 + bits);
  else if (entry !== undefined) {
    const head = vpn - (vpn % m.machine.pmdPages);
    mm.pmds.set(head / m.machine.pmdPages, (entryPage(entry) - (vpn % m.machine.pmdPages)) * 64 + bits);
  }
  return bits;
}

/** Pins on any page of the huge page that has `page` at `vpn`. */
function pinsUnder(m: Model, page: PageId, vpn: number, pages: number): readonly Pin[] {
  return m.pinsOf(page - (vpn % pages), pages);
}
