// Write faults on hugetlb pages (mm/hugetlb.c hugetlb_wp()).
import { Slot } from '../vocabulary/record.ts';
import type { Task, WpFrame } from './frames.ts';
import { NO_PINS } from './lists.ts';
import type { Model } from './model.ts';
import { entryBits, type PageId, Pte } from './page-table.ts';
import type { DriftVia, StepRole } from './pin.ts';
import { isAnon, reusePiped, writable } from './reuse.ts';
import type { ForkFrame, Mm, Pin } from './state.ts';
import { whoFaults } from './within.ts';

/** Pages of the largest page: 1 GB, and 16 GB with pages of 64K. */
export const GIGANTIC = 1 << 18;

/** Pages of the largest page that can begin at an address: pages of hugetlb begin at multiples of their size. */
function largestAt(m: Model, vpn: number): number {
  let size = m.machine.pmdPages;
  while (size < GIGANTIC && vpn % (2 * size) === 0) size *= 2;
  return size;
}

/**
 * Pins of the page that begins at `vpn`, behind its first PMD, which is all that is kept of it: what they have grabbed
 * shows that it is of a folio that begins there.
 */
function behindPmd(m: Model, mm: Mm, vpn: number): readonly Pin[] {
  if (mm.pins.size === 0) return NO_PINS;
  const pins = m.pinsIn(mm, vpn + m.machine.pmdPages, vpn + largestAt(m, vpn));
  return pins.filter(({ hold, page, where }) => hold !== undefined && page - hold.folio === where - vpn);
}

/** The address is in a page of hugetlb, which begins where the page's folio does. */
export const isHugetlb = (m: Model, mm: Mm | undefined, vpn: number, page: PageId, folio: PageId): boolean => {
  if (mm?.hugetlb === undefined) return false;
  const head = page > folio ? vpn - (page - folio) : vpn;
  return mm.hugetlb.has(Math.floor((m.mapped(mm, head) === folio ? head : vpn) / m.machine.pmdPages));
};

/**
 * Where the folio begins that is mapped at an address: in the same PMD, or for a gigantic page where its head is known to
 * be mapped, or pinned.
 */
export function beginningOf(m: Model, mm: Mm | undefined, vpn: number, folio: PageId): number {
  const { pmdPages } = m.machine;
  for (let size = 2 * pmdPages; mm !== undefined && size <= GIGANTIC && aligned(folio, size) === folio; size *= 2) {
    const head = aligned(vpn, size);
    if (head + pmdPages > vpn) continue;
    const isKnown = mm.hugetlb?.has(head / pmdPages) === true && m.mapped(mm, head) === folio;
    if (isKnown || m.pinsAt(mm, head).some(({ page }) => page === folio)) return head;
  }
  return aligned(vpn, pmdPages);
}

/** The multiple of `size` at or below a number; `%` of numbers that are no small integers takes many times as long. */
const aligned = (n: number, size: number): number => Math.floor(n / size) * size;

/**
 * Pins that a gigantic page at `vpn` may have behind its first PMD: they are where they would be in it, and neither the
 * beginning of their folio nor another page of hugetlb is known there.
 */
export function mayBeBehind(m: Model, vpn: number, head: PageId): boolean {
  const { pmdPages } = m.machine;
  if (m.pinsByPage.size === 0 || Number.isNaN(head) || m.hugetlbPages < pmdPages) return false;
  const isThere = ({ hold, mm, page, where }: Pin): boolean =>
    hold?.folio === page && where - vpn === page - head && mm?.entry(where - (where % pmdPages)) === undefined;
  return m.pinsByPage.valuesIn(head + pmdPages, head + largestAt(m, vpn)).some((pins) => pins.some(isThere));
}

/** A gigantic page is mapped at `vpn`: what {@link Model.install} has not tested. */
export function installBehind(
  m: Model,
  mm: Mm,
  vpn: number,
  page: PageId,
  role: StepRole,
  via: DriftVia,
  fault?: WpFrame['at'],
): void {
  if (m.hugetlbPages < m.machine.pmdPages) return;
  const pins = behindPmd(m, mm, vpn);
  if (pins.length > 0) m.step(pins, role, m.at(), page);
  for (const pin of pins) m.test(pin, page + (pin.where - vpn), via, fault);
}

/** fork copied the gigantic page at `vpn`: what {@link Model.install} has not done, and the pins that it is about. */
export function earlyCopyBehind(m: Model, { src, dst }: ForkFrame, vpn: number, page: PageId): readonly Pin[] {
  const pins = behindPmd(m, src, vpn);
  for (const { where } of pins) {
    const entry = src.ptes.get(where);
    if (entry !== undefined && (entryBits(entry) & Pte.Shared) !== 0) src.ptes.set(where, entry - Pte.Shared);
    dst.ptes.set(where, (page + (where - vpn)) * 64 + (Pte.Present | Pte.Anon));
  }
  return pins;
}

/**
 * Where the page begins that a write fault found. hugetlb_wp() is given the address of the fault itself up to v6.9; of a
 * gigantic page only the first PMD is known, and that it reaches so far by what was grabbed.
 */
function beginning(m: Model, mm: Mm, vpn: number): number {
  if (mm.hugetlb?.has(Math.floor(vpn / m.machine.pmdPages)) === true) return vpn;
  for (let size = 2 * m.machine.pmdPages; size <= GIGANTIC; size *= 2) {
    const head = vpn - (vpn % size);
    const page = mm.hugetlb?.has(head / m.machine.pmdPages) === true ? m.mapped(mm, head) : Number.NaN;
    const isShown = m.pinsByFolio.get(page)?.some((pin) => pin.page - page >= m.machine.pmdPages) === true;
    if (isShown || mayBeBehind(m, head, page)) return head;
  }
  return vpn;
}

/** A hugetlb write fault that is not followed by a new page kept the old one. */
export function wpHugetlb(m: Model, t: Task, r: Float64Array, o: number): void {
  // its arguments were moved within 6.12.y, so a probe may fetch NULL from the old place; the task is inside
  // handle_mm_fault(), whose line shows the address
  const named = r[o + Slot.MM] < 0 ? m.mm(r[o + Slot.MM]) : undefined;
  const mm = named ?? t.faultMm;
  if (mm === undefined || mm.dead) return;
  if (t.hugetlb !== undefined) settleHugetlb(m, t);
  const vpn = beginning(m, mm, named === undefined ? t.faultVpn : m.vpn(r[o + Slot.ADDR]));
  const at = m.at();
  const page = m.mapped(mm, vpn);
  const span = m.hugetlbSpan;
  const unshare = t.faultUnshares && t.faultMm === mm && Math.floor(t.faultVpn / span) === Math.floor(vpn / span);
  const head = vpn - (vpn % span);
  const found = pinsOfAll(m, page - (vpn % span), span);
  // it looks at the mapcount now, whoever unmaps the page before the task does something else
  const shared = found.length > 0 && m.isMappedElsewhere(mm, vpn, page);
  t.hugetlb = { mm, vpn, at, page, unshare, shared, pins: found };
  const pins = [...m.pinsIn(mm, head, head + span), ...behindPmd(m, mm, head)];
  if (pins.length > 0) m.step(pins, 'wp fault', at, undefined, { ...whoFaults(t, mm, t.faultFlags), unshare });
}

/** Pins on any part of a huge page, of whatever address space. */
function pinsOfAll(m: Model, head: PageId, pages: number): readonly Pin[] {
  if (m.pinsByPage.size === 0) return NO_PINS;
  const behind = m.pinsByFolio.get(head)?.filter((pin) => pin.page - head >= pages) ?? NO_PINS;
  const pins = m.pinsOf(head, pages);
  return behind.length === 0 ? pins : [...pins, ...behind];
}

/**
 * hugetlb_wp() has no return probe: it ends when the task does something else. Its effects apply to the pins held at
 * its beginning.
 * @param said an event shows that the page now belongs to this VMA
 */
export function settleHugetlb(m: Model, t: Task, said = false): void {
  const h = t.hugetlb;
  t.hugetlb = undefined;
  // an exclusive page stays read-only until the next fault
  if (h === undefined || h.unshare || h.mm.dead) return;
  if (Number.isNaN(h.page)) {
    if (isHeldByChild(m, h.mm, h.vpn)) m.counts.outcomes++;
    return;
  }
  if (mayBeBehind(m, h.vpn, h.page)) m.counts.outcomes++;
  // it keeps a page that nobody else maps. One that a child maps it copies, and fails if no huge page is left; or it takes
  // it away from the child (unmap_ref_private()), and then keeps it
  if (!said && h.pins.length > 0 && (h.shared || m.isMappedElsewhere(h.mm, h.vpn, h.page))) {
    m.counts.outcomes++;
    return;
  }
  const bits = writable(m, h.mm, h.vpn, h.page, m.hugetlbPages >= m.machine.pmdPages, undefined);
  const span = m.hugetlbSpan;
  reusePiped(m, h.page - (h.vpn % span), span);
  const own = m.pinsAt(h.mm, h.vpn);
  if (own.length > 0) m.step(own, 'reuse', h.at, h.page);
  // a shared mapping gets here too
  if (h.pins.length > 0) m.emit('reuse', { ...h, said: true, anon: isAnon(bits), by: 'hugetlb_wp' });
}

/** A process forked from this one has pinned the page at this address: it may be the one here, which no line has mapped. */
function isHeldByChild(m: Model, mm: Mm, vpn: number): boolean {
  const span = m.hugetlbSpan;
  const of = (v: number): number => Math.floor(v / span);
  for (const pin of m.held) if (pin.mm?.parent === mm && of(pin.where) === of(vpn)) return true;
  return false;
}
