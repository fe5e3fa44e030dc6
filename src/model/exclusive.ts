// Device-exclusive entries (E18; mm/rmap.c, mm/memory.c): a device gets a page for itself, and the CPU takes it back.
import { SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import type { Mm } from './state.ts';

export function devExcl(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  const end = m.userVpn(r[o + SlotOf.devExcl.end]);
  const owner = r[o + SlotOf.devExcl.owner];
  t.devExcl = { mm, vpn, end: end > vpn ? end : vpn + 1, owner, at: m.at(), one: undefined };
}

/** Whether the task is inside of make_device_exclusive() or make_device_exclusive_range() for this page. */
export const isMadeExclusive = ({ devExcl: d }: Task, mm: Mm | undefined, vpn: number): boolean =>
  d !== undefined && d.mm === mm && vpn >= d.vpn && vpn < d.end;

export function devExclRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const d = t.devExcl;
  t.devExcl = undefined;
  const page = m.page(r[o + Slot.PAGE]);
  if (d === undefined || Number.isNaN(page)) return;
  const before = m.mapped(d.mm, d.vpn);
  setExclusive(m, { mm: d.mm, vpn: d.vpn, page, owner: d.owner, at: d.at }, before === page ? Number.NaN : before);
}

interface Exclusive {
  mm: Mm;
  vpn: number;
  page: PageId;
  owner: number;
  at: At;
}

/** @param instead the page that the address mapped, if it was another one */
function setExclusive(m: Model, { mm, vpn, page, owner, at }: Exclusive, instead: PageId): void {
  m.suspend(mm, vpn, page, Pte.DevExclusive);
  const pins = m.pinsAt(mm, vpn);
  if (pins.length > 0) m.step(pins, 'device-exclusive', at, page);
  m.emit('deviceExclusive', { mm, vpn, page, instead, owner, at, pins });
}

/**
 * page_make_device_exclusive_one(): up to v6.14, the rmap walk over every mapping of a folio; an address may map another
 * page by now, and the walk then passes it by.
 */
export function devExclOne(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.page(r[o + Slot.PAGE]);
  if (t.devExcl === undefined || mm === undefined || Number.isNaN(page)) return;
  t.devExcl.one = { mm, vpn: m.userVpn(r[o + Slot.ADDR]), page, at: m.at() };
}

/**
 * ptep_clear_flush() inside of the walk: page_vma_mapped_walk() found a page of the folio in this entry, and the
 * device-exclusive entry that replaces it names the page.
 * @returns whether it is one
 */
export function clearedForDevice(m: Model, { devExcl: d }: Task, mm: Mm | undefined, vpn: number): boolean {
  const one = d?.one;
  if (d === undefined || one === undefined || one.mm !== mm || !(vpn >= one.vpn)) return false;
  const page = one.page + (vpn - one.vpn);
  const before = m.mapped(one.mm, vpn);
  if (!Number.isNaN(before) && before !== page) {
    m.tear('entries');
    return true;
  }
  setExclusive(m, { mm: one.mm, vpn, page, owner: d.owner, at: one.at }, Number.NaN);
  return true;
}

/** make_device_exclusive_range() returns. */
export function devExclEnd(_m: Model, t: Task): void {
  t.devExcl = undefined;
}

export function devRestore(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  if (mm === undefined) return;
  const entry = mm.entry(vpn);
  const named = m.page(r[o + Slot.PAGE]);
  const page = entry === undefined || !Number.isNaN(named) ? named : entryPage(entry);
  const at = m.at();
  const pins = m.pinsAt(mm, vpn);
  if (pins.length > 0) m.step(pins, 'restore', at, page);
  const f = t.fork?.src === mm ? t.fork : undefined;
  const bits = entry === undefined ? 0 : entryBits(entry) & ~Pte.STATE;
  if (!Number.isNaN(page)) {
    // fork restores the entry and continues with a present one (try_restore_exclusive_pte(), mm/memory.c)
    const shared = f?.isPrivate === true ? bits | Pte.Shared : bits;
    m.install(mm, vpn, page, 1, shared, 'observed');
    if (f !== undefined && vpn >= f.start && vpn < f.end) f.dst.ptes.set(vpn, entryOf(page, Pte.Present | shared));
  }
  f?.exclusive?.delete(vpn);
  const by = isMadeExclusive(t, mm, vpn) ? 'next attempt' : f !== undefined ? 'fork' : 'access';
  m.emit('deviceRestore', { mm, vpn, page, at, by });
}
