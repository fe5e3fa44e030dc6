// remove_migration_pte() maps the pages of a folio again, or those of its copy (E15; mm/migrate.c).
import { fnIndex } from '../vocabulary/functions.ts';
import { Slot } from '../vocabulary/record.ts';
import { whereNow } from './altering.ts';
import type { Task } from './frames.ts';
import { installBehind } from './hugetlb.ts';
import type { Model } from './model.ts';
import { isOvertaken } from './overtaken.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm } from './state.ts';
import { unmappedForMigration } from './unmapped.ts';

export function migrateIn(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const vpn = whereNow(t, mm, m.userVpn(r[o + Slot.ADDR]), m.at().order);
  if (t.batch !== undefined) t.batch.back = true;
  t.migrateIn = { mm, vpn, page: m.pageOf(r[o + Slot.PAGE]), skipped: 0, since: m.at().order };
  migratedFolio(m, mm, vpn, t.migrateIn.page);
  const size = m.folios.get(t.migrateIn.page) ?? 1;
  unmappedForMigration(m, mm, vpn, size);
  m.returned(mm, vpn, vpn + size);
  if (mm.hugetlb?.has(Math.floor(vpn / m.machine.pmdPages)) === true) hugetlbIn(m, t, mm, vpn, t.migrateIn.page);
  else if (!fileIn(m, mm, vpn, t.migrateIn.page)) beginsToReturn(m, mm, vpn);
}

/**
 * A folio that is mapped where another one was is its copy, of the same size, in memory that was free before
 * (alloc_migration_target()). One that is mapped back as it was may be a part of what was split (remap_page()).
 */
function migratedFolio(m: Model, mm: Mm, vpn: number, folio: PageId): void {
  const entry = mm.entry(vpn);
  const before = entry === undefined ? Number.NaN : entryPage(entry);
  const old = m.folios.headOf(before);
  if (Number.isNaN(old) || old === m.folios.headOf(folio)) m.folios.beginsAt(folio);
  else {
    const pages = m.folios.get(old) ?? 1;
    m.folios.forget(folio, pages);
    if (pages > 1) m.folios.set(folio, pages);
  }
}

/**
 * Migration maps a page of the folio again, and the rest of it: lines of the reverse mapping show which. The zero page has
 * none (try_to_map_unused_to_zeropage(), mm/migrate.c).
 */
function beginsToReturn(m: Model, mm: Mm, vpn: number): void {
  const entry = mm.ptes.at(vpn);
  if ((entryBits(entry) & Pte.STATE) === Pte.Migration) mm.ptes.set(vpn, entry - Pte.Migration + Pte.Returning);
  for (const pin of m.pinsAt(mm, vpn)) {
    const bits = entryBits(mm.entry(vpn) ?? 0);
    // up to 5.12 the entry was taken for one of swap
    if ((bits & Pte.Anon) !== 0 && (bits & Pte.STATE) === Pte.Swap) m.migrating.set(pin, true);
  }
  for (const pin of m.migrating.keys())
    if (pin.mm === mm && pin.where >= vpn && pin.where < vpn + m.machine.pmdPages) m.migrating.set(pin, true);
}

/**
 * A pinned page of a file is replaced by its copy: folio_add_file_rmap_pte() is not among the probes, and this line names
 * the new folio. One that begins at or shortly before the old page may be the old one.
 */
function fileIn(m: Model, mm: Mm, vpn: number, page: PageId): boolean {
  const entry = mm.ptes.at(vpn);
  const oldPage = entryPage(entry);
  const bits = entryBits(entry);
  if ((bits & Pte.STATE) !== Pte.Migration || (bits & Pte.Anon) !== 0 || Number.isNaN(page)) return false;
  const pins = m.pinsAt(mm, vpn).filter((pin) => pin.page === oldPage);
  if (pins.length === 0 || (oldPage >= page && oldPage < page + m.machine.pmdPages)) return false;
  if ((bits & Pte.File) === 0) {
    // older than the trace: if it is anonymous, a line of the reverse mapping follows
    for (const pin of pins) if (pin.call.kind === 'PIN') m.migrating.set(pin, true);
    return false;
  }
  const at = m.at();
  m.step(pins, 'migrate', at, page);
  m.install(mm, vpn, page, 1, Pte.File, 'migrate');
  m.emit('replace', { mm, vpn, oldPage, newPage: page, via: 'migrate', at, pins });
  return true;
}

/** A page of hugetlb is mapped back by a function of its own (hugetlb_add_anon_rmap()), which is not among the probes. */
function hugetlbIn(m: Model, t: Task, mm: Mm, vpn: number, page: PageId): void {
  const entry = mm.entry(vpn);
  if (Number.isNaN(page) || entry === undefined) return;
  const pages = m.hugetlbSpan;
  const oldPage = entryPage(entry);
  const state = entryBits(entry) & Pte.STATE;
  // up to 5.12 the function that unmapped it is that of swap, which hugetlb does not have
  if (state !== Pte.Migration && state !== Pte.Swap) {
    // either nothing of it is mapped here, or its unmapping was not recorded
    if (oldPage !== page && m.pinsIn(mm, vpn, vpn + pages).length > 0) m.tear('entries');
    return;
  }
  if (oldPage !== page && t.batch !== undefined) m.endBefore(page, pages, t.batch.since);
  const at = m.at();
  const pins = m.pinsIn(mm, vpn, vpn + pages);
  if (pins.length > 0) m.step(pins, 'migrate', at, page);
  m.install(mm, vpn, page, pages, Pte.Anon | (entryBits(entry) & Pte.Shared), 'migrate');
  installBehind(m, mm, vpn, page, 'migrate', 'migrate');
  if (oldPage !== page) m.emit('replace', { mm, vpn, oldPage, newPage: page, via: 'migrate', at, pins });
}

/**
 * Whether the page belongs to the folio that is being mapped back, and the address to the range of the old one. In a VMA
 * that begins inside the folio, the walk begins at the VMA, behind the pages that are `skipped` (vma_address()).
 */
export function migratedBy(
  m: Model,
  g: NonNullable<Task['migrateIn']>,
  vpn: number,
  page: PageId,
  pages: number,
): boolean {
  const ahead = vpn - g.vpn;
  const index = page - g.page;
  if (ahead <= 0 && -ahead < pages) {
    if (index - ahead > 0 && index - ahead < m.machine.pmdPages) g.skipped = index - ahead;
    return true;
  }
  const isMigrating = (entryBits(g.mm.entry(vpn) ?? 0) & Pte.STATE) === Pte.Migration;
  // what is mapped at the very beginning of the walk may not have been under migration
  const skipped = g.skipped === 0 && isMigrating ? index - ahead : g.skipped;
  if (!(ahead > 0 && ahead <= index && index < m.machine.pmdPages) || index - ahead !== skipped) return false;
  const size = m.folios.get(g.page);
  return size === undefined ? isMigrating : index < size;
}

/** The bit that migration preserves: the page is shared by fork. */
export const kept = (mm: Mm, vpn: number): number => entryBits(mm.entry(vpn) ?? 0) & Pte.Shared;

export const RMAP_EXCLUSIVE = 0x1;

/** With RMAP_EXCLUSIVE for an exclusive page; functions before these had no such flag, or migration did not pass it. */
const SAYS_EXCLUSIVE = new Set(['folio_add_anon_rmap_ptes', 'folio_add_anon_rmap_pmd'].map(fnIndex));

/** Whether what migration maps is shared: its line says so, unless fork may be about to share it. */
export function migratedMark(mm: Mm, vpn: number, fn: number, rflags: number): number {
  if (!SAYS_EXCLUSIVE.has(fn) || Number.isNaN(rflags)) return kept(mm, vpn);
  if ((rflags & RMAP_EXCLUSIVE) === 0) return Pte.Shared;
  return isOvertaken(mm) ? kept(mm, vpn) : 0;
}
