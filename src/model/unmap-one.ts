// Why: reclaim and migration unmap a folio VMA by VMA (rmap_walk_anon(), try_to_unmap_one(), try_to_migrate_one(), E10). No
// line says how much of a large folio a VMA maps: the next call for the same address space begins where another VMA does.
import { KIND_NAMES, Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { whereNow } from './altering.ts';
import type { Task, UnmappedOne } from './frames.ts';
import type { Model } from './model.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import { isZapped } from './pin.ts';
import { type Mm, type Pin, Step } from './state.ts';
import { endWalk, tell } from './unmapped.ts';
import { unpaired } from './within.ts';

/** Events of a task that is walking a folio, or that interrupts it. */
const INSIDE: readonly boolean[] = KIND_NAMES.map((name) =>
  [
    'bioEnd',
    'bioRelease',
    'clearFlush',
    'migrateOne',
    'migrateOneRet',
    'notifierEnd',
    'notifierStart',
    'splitPmd',
    'tlbFlush',
    'unmapOne',
    'unmapOneRet',
  ].includes(name),
);

/** Calls of one walk, and in one address space, that are remembered. */
const MOST_CALLS = 64;

export function unmapOne(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const at = m.at();
  const page = m.pageOf(r[o + Slot.PAGE]);
  const vpn = whereNow(t, mm, m.userVpn(r[o + Slot.ADDR]), at.order);
  m.folios.beginsAt(page);
  // its return was lost
  if (t.unmap !== undefined) t.unmap.mm.unmaps?.delete(t.unmap);
  t.unmap = { mm, vpn, page, at, migrate: r[o] === Kind.migrateOne };
  if (mm.unmaps === undefined) mm.unmaps = new Set();
  else if (mm.unmaps.size === MOST_CALLS) mm.unmaps.clear();
  mm.unmaps.add(t.unmap);
  if (t.batch === undefined || t.batch.back) t.batch = { since: at.order, back: false };
  if (m.folios.has(page)) walks(m, t, mm, vpn, page);
}

/** Another call for this folio: what an earlier one was taken to have unmapped from here on is of this VMA. */
function walks(m: Model, t: Task, mm: Mm, vpn: number, page: PageId): void {
  if (t.walk?.page !== page || t.walk.calls.some((c) => c.mm === mm && c.vpn === vpn)) {
    endWalk(m, t);
    t.walk = { page, calls: [], behind: [] };
    m.walking.add(t);
  }
  const { calls, behind } = t.walk;
  if (calls.length < MOST_CALLS) calls.push({ mm, vpn });
  t.walk.behind = behind.filter((b) => {
    const isOfThis = b.unmapped.mm === mm && b.from < vpn && b.unmapped.vpn >= vpn;
    if (isOfThis) takeBack(m, b);
    return !isOfThis;
  });
}

/** The next event of a task that was walking a folio. */
export function leaveWalk(m: Model, t: Task, kind: number): void {
  if (!INSIDE[kind]) endWalk(m, t);
}

/** The page was not unmapped. */
function takeBack(m: Model, { unmapped: { at, mm, page, pins, vpn }, was }: UnmappedOne): void {
  const entry = mm.entry(vpn);
  if (was === undefined || (entry !== undefined && (entryPage(entry) !== page || m.mapped(mm, vpn) === page))) return;
  mm.ptes.set(vpn, was);
  for (const pin of pins) {
    const i = pin.steps.findLastIndex(({ role }) => role === 'unmap' || role === 'migrate');
    if (i >= 0 && pin.steps[i].at.order >= at.order) pin.steps.splice(i, 1);
    m.migrating.delete(pin);
  }
}

export function unmapOneRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const u = t.unmap;
  t.unmap = undefined;
  if (u === undefined && m.seen[Kind.unmapOne] + m.seen[Kind.migrateOne] > 0) unpaired(m, t, 'unmap');
  m.strays.close(u);
  if (u === undefined) return;
  u.mm.unmaps?.delete(u);
  if (r[o + SlotOf.unmapOneRet.ret] === 0) {
    mayHaveUnmapped(m, u);
    return;
  }
  u.vpn = whereNow(t, u.mm, u.vpn, u.at.order);
  const first = unmapPage(m, u, u.vpn, u.page);
  if (first !== undefined) tell(m, first);
  // it unmaps every page of a large folio that is mapped in its VMA (page_vma_mapped_walk()). In a VMA that begins inside
  // the folio the address is that of the VMA (vma_address(), mm/internal.h), not that of the head
  const size = m.folios.get(u.page) ?? 1;
  const calls = t.walk?.page === u.page ? t.walk.calls : [];
  const others = calls.filter(({ mm, vpn }) => mm === u.mm && vpn > u.vpn);
  const end = Math.min(u.vpn + size, ...others.map(({ vpn }) => vpn));
  for (let vpn = u.vpn + 1; vpn < end; vpn++) {
    const page = m.mapped(u.mm, vpn);
    const one = page >= u.page && page < u.page + size ? unmapPage(m, u, vpn, page) : undefined;
    if (one === undefined) continue;
    if (t.walk?.page === u.page) t.walk.behind.push(one);
    else tell(m, one);
  }
  unmapsPinned(m, u, end);
  if (size === 1) mayUnmapMore(m, u);
}

/** A call that gives up at a page of a large folio has unmapped those before it: what is mapped there is not known. */
function mayHaveUnmapped(m: Model, { mm, vpn, page }: NonNullable<Task['unmap']>): void {
  const size = m.folios.get(page) ?? 1;
  for (let v = vpn; size > 1 && v < vpn + size; v++) {
    const mapped = m.mapped(mm, v);
    const isPinned = m.pinsAt(mm, v).some((pin) => pin.page === mapped);
    if (mapped >= page && mapped < page + size && !isPinned) mm.ptes.delete(v);
  }
}

/**
 * No line tells how large a folio of a file is, and one call unmaps all of it. What follows at the same distance may belong
 * to it: whether it is still mapped is not known.
 */
function mayUnmapMore(m: Model, { mm, vpn, page }: NonNullable<Task['unmap']>): void {
  for (const v of mm.ptes.pagesIn(vpn + 1, vpn + m.machine.pmdPages)) {
    const entry = mm.ptes.at(v);
    const isNext = entryPage(entry) - page === v - vpn && (entryBits(entry) & Pte.Anon) === 0;
    if (isNext && m.pinsAt(mm, v).length === 0) mm.ptes.delete(v);
  }
}

/** Pages of a folio that is older than the trace: GUP has shown where it begins, and that they belong to it. */
function unmapsPinned(m: Model, u: NonNullable<Task['unmap']>, end: number): void {
  const pins = m.pinsByFolio.get(u.page);
  if (pins === undefined) return;
  for (const { mm, where, page } of pins.slice()) {
    if (mm !== u.mm || where < end || where - u.vpn !== page - u.page || m.mapped(mm, where) !== page) continue;
    const one = unmapPage(m, u, where, page);
    if (one !== undefined) tell(m, one);
  }
}

function unmapPage(m: Model, u: NonNullable<Task['unmap']>, vpn: number, named: PageId): UnmappedOne | undefined {
  const { mm, at, migrate } = u;
  if (mm.marked?.vpn === vpn) mm.marked = undefined;
  const away = migrate ? 'migrate' : 'unmap';
  const mapped = m.mapped(mm, vpn);
  const was = mm.entry(vpn);
  const bits = entryBits(was ?? 0);
  // the reverse map leads to every VMA that may map the folio, from its head on; the call succeeds where none of it is
  // mapped. Sizes of anonymous folios are known
  const behind = mapped - named;
  const folio = (bits & Pte.Anon) !== 0 ? (m.folios.get(named) ?? 1) : m.machine.pmdPages;
  if (behind < 0 || behind >= folio) return undefined;
  const page = Number.isNaN(mapped) ? named : mapped;
  // its process has taken it away before, or is about to: no line shows that this call found anything
  const isTaken = (pin: Pin): boolean => pin.page === page && (pin.spared !== undefined || isZapped(pin));
  const taken = Number.isNaN(mapped) ? m.pinsAt(mm, vpn).filter(isTaken) : [];
  if (taken.length > 0) {
    if (!migrate) for (const pin of taken) pin.sought = new Step('unmap', at, page);
    return undefined;
  }
  // a page that is expected here and was replaced before is not the one unmapped
  const pins = m.pinsAt(mm, vpn).filter((pin) => Number.isNaN(pin.page) || Number.isNaN(page) || pin.page === page);
  const known = (bits & Pte.Anon) !== 0 ? true : (bits & Pte.File) !== 0 ? false : undefined;
  const anon = known ?? (m.swapCache.has(u.page) ? true : undefined);
  // a file page leaves no entry: it is found again in the page cache
  if (!migrate && anon === false) m.clear(mm, vpn, vpn + 1);
  else m.suspend(mm, vpn, page, migrate ? Pte.Migration : Pte.Swap, away);
  // one that was taken inside of the call was taken before the entry changed
  for (const pin of pins) m.step([pin], away, pin.call.at.order > at.order ? m.at() : at, page);
  if (migrate && (bits & Pte.Anon) !== 0) for (const pin of pins) m.migrating.set(pin, false);
  if (!migrate) for (const swap of mm.swapIns?.get(vpn) ?? []) if (swap.other?.page === page) swap.other.out = at;
  // there is no swap for hugetlb
  const isSwapped = !migrate && mm.hugetlb?.has(Math.floor(vpn / m.machine.pmdPages)) !== true;
  const unmapped = { mm, vpn, page, anon, at, pins, cached: m.swapCache.has(u.page) };
  return { from: u.vpn, was, unmapped, isSwapped, wasCached: m.swapCache.get(u.page) === true };
}
