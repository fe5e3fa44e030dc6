// KSM: a page becomes one that others map too, and their copies are freed (E16, mm/ksm.c).
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { beginAlteration } from './altering.ts';
import type { KsmMap, Task } from './frames.ts';
import { type Change, NO_CHANGE } from './meanwhile.ts';
import type { Model } from './model.ts';
import { entryOf, type PageId, Pte } from './page-table.ts';

export function ksmMerge(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  if (t.ksm !== undefined) mapsNow(m, t.ksm);
  t.ksm = {
    mm,
    page: m.page(r[o + Slot.PAGE]),
    kpage: m.page(r[o + SlotOf.ksmMerge.kpage]),
    cleared: Number.NaN,
    mapped: false,
    maps: undefined,
  };
}

/**
 * write_protect_page() returns 0 once the entry is neither writable nor exclusive, and it stays so even if the pages turn
 * out to differ. What it has cleared is shared before anything is merged: GUP may get the page by it, and the next write
 * makes a copy. No fault can have reused the page since: KSM has it locked.
 */
export function ksmWpRet(m: Model, { ksm }: Task, r: Float64Array, o: number): void {
  if (ksm !== undefined && r[o + SlotOf.ksmWpRet.ret] === 0) shares(m, ksm);
}

/**
 * try_to_merge_one_page() returns 0 if it has mapped the other page. No line shows where if the reverse mapping is not
 * recorded, or with use_zero_pages: the zero page has none.
 */
export function ksmMergeRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const { ksm } = t;
  t.ksm = undefined;
  if (ksm !== undefined) mapsNow(m, ksm);
  if (ksm === undefined || ksm.mapped || r[o + SlotOf.ksmMergeRet.ret] !== 0) return;
  const { cleared, kpage, mm, page } = ksm;
  // the page itself, or none: it becomes the one that others will map, and every write to it makes a copy
  if (Number.isNaN(kpage) || kpage === page) {
    shares(m, ksm);
    return;
  }
  const vpn = Number.isNaN(cleared) ? m.pinsByPage.get(page)?.find((pin) => pin.mm === mm)?.where : cleared;
  if (vpn === undefined) m.mergedSomewhere(mm, page, kpage);
  else if (m.pinsAt(mm, vpn).length > 0) merged(m, ksm, vpn, kpage, 1, Pte.Shared);
  else m.clear(mm, vpn, vpn + 1);
}

/** The entry that KSM has cleared maps its page again, write-protected. */
function shares(m: Model, { cleared, mm, page }: NonNullable<Task['ksm']>): void {
  if (!Number.isNaN(cleared) && m.mapped(mm, cleared) === page)
    mm.ptes.set(cleared, entryOf(page, Pte.Present | Pte.Anon | Pte.Shared));
}

/**
 * replace_page() says what it will map, and then clears the entry: what GUP gets in between it gets by the old one.
 */
export function willMap(m: Model, k: NonNullable<Task['ksm']>, map: KsmMap): void {
  k.mapped = true;
  k.maps = map;
  if (!m.recorded(Kind.clearFlush)) mapsNow(m, k);
}

/** ptep_clear_flush(): its line comes before the entry is cleared, and GUP-fast may still get the page by it. */
export function clears(m: Model, t: Task, k: NonNullable<Task['ksm']>, vpn: number): void {
  k.cleared = vpn;
  const { maps, mm } = k;
  if (maps === undefined) return;
  const at = m.at();
  const start = maps.vpn;
  const end = start + maps.pages;
  const change: Change = {
    ...NO_CHANGE,
    start,
    end,
    at,
    was: mm.entry(start),
    page: maps.page,
    via: 'ksm',
    isShared: true,
  };
  mapsNow(m, k);
  beginAlteration(m, t, mm, { kind: 'ksm', start, end, at, by: { foreign: true, kernel: true }, change });
}

/** The entry is cleared, or the call is over. */
function mapsNow(m: Model, k: NonNullable<Task['ksm']>): void {
  const { maps } = k;
  k.maps = undefined;
  if (maps !== undefined) merged(m, k, maps.vpn, maps.page, maps.pages, Pte.Shared | Pte.Anon);
}

/** KSM maps a page that others map too. */
function merged(m: Model, k: NonNullable<Task['ksm']>, vpn: number, page: PageId, pages: number, bits: number): void {
  const at = m.at();
  const pins = m.pinsAt(k.mm, vpn);
  if (pins.length > 0) m.step(pins, 'ksm merge', at, page);
  m.install(k.mm, vpn, page, pages, bits, 'ksm');
  m.emit('replace', { mm: k.mm, vpn, oldPage: k.page, newPage: page, via: 'ksm', at, pins });
}
