// A page is mapped: events of the reverse mapping and of page cache pages (E7-E9, E15, E17; mm/rmap.c, mm/memory.c).
// They are here and not in fault.ts because the same event ends a copy, a swap-in, a migration or a fork; which of them
// depends only on the calls its task is inside of.
import { fnIndex } from '../vocabulary/functions.ts';
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { unmapsLater, whereNow } from './altering.ts';
import type { At } from './at.ts';
import { Before, type Task, type WpFrame } from './frames.ts';
import { earlyCopyBehind, GIGANTIC, installBehind, mayBeBehind } from './hugetlb.ts';
import { willMap } from './ksm.ts';
import { lookedPinned } from './looked-pinned.ts';
import { kept, migratedBy, migratedMark, RMAP_EXCLUSIVE } from './migrate-in.ts';
import type { Model } from './model.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import { notShared } from './ranges.ts';
import type { ForkFrame, Mm, Pin, StepDetails } from './state.ts';
import { swapInsOf } from './under-way.ts';
import { endWalks, unmappedForSwap } from './unmapped.ts';
import { withinWriteFault } from './within.ts';

const NEW_ANON_OLD = fnIndex('page_add_new_anon_rmap');
const PMD_OF_4K = 512;
const RMAP_COMPOUND_OLD = 0x2;

/** A newly allocated anonymous page is mapped: first touch, copy, early copy at fork, collapse. */
export function newAnon(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.pageOf(r[o + Slot.PAGE]);
  if (mm === undefined || Number.isNaN(page)) return;
  let vpn = m.userVpn(r[o + Slot.ADDR]);
  const { pmdPages } = m.machine;
  const isHugetlb = r[o] === Kind.newHugetlb;
  if (isHugetlb) m.learnHugetlb(vpn);
  // smaller ones are ordinary entries
  const hugetlb = isHugetlb && m.hugetlbPages >= pmdPages;
  let pages = isHugetlb ? m.hugetlbSpan : r[o + SlotOf.newAnon.compound];
  if (Number.isNaN(pages)) pages = t.collapse !== undefined || t.wp?.pmd === true ? pmdPages : 1;
  // 5.10 shows only that it is a PMD, which the vocabulary converts to 4K pages
  else if (pages === PMD_OF_4K && r[o + Slot.FN] === NEW_ANON_OLD) pages = pmdPages;
  pages = m.believed(pages);
  const pmd = Math.floor(vpn / pmdPages);
  if (hugetlb) mm.markHugetlb(pmd);
  else if (mm.hugetlb?.delete(pmd) === true) mm.pmds.delete(pmd);
  if (pages >= pmdPages) vpn -= vpn % pmdPages;
  const s = t.swap;
  // a swap-in into a new page (v6.11 and later, and whenever the swap cache is skipped): the page is newly allocated
  // unless it is the one named by the entry
  if (s === undefined || s.mm !== mm || s.vpn !== vpn || named(mm, vpn) !== page) m.reallocated(page, pages);
  if (pages > 1) m.folios.set(page, pages);
  const f = t.fork;
  if (f !== undefined && f.dst === mm) {
    earlyCopy(m, f, vpn, page, pages, hugetlb);
    return;
  }
  if (t.gup === undefined) t.near = mm;
  const w = t.wp;
  if (pages === 1) withinWriteFault(m, t, mm, vpn);
  if (w !== undefined && w.mm === mm && w.vpn >= vpn && w.vpn < vpn + pages) {
    w.copied = true;
    copied(m, w, page, pages);
    return;
  }
  const h = t.hugetlb;
  if (isHugetlb && h !== undefined && h.mm === mm && isCopyOf(m, h.vpn, vpn, pages)) {
    t.hugetlb = undefined;
    if (mayBeBehind(m, vpn, m.mapped(mm, vpn))) m.counts.outcomes++;
    copied(m, { ...h, vpn: Math.min(h.vpn, vpn + pages - 1), old: m.mapped(mm, h.vpn) }, page, pages);
    installBehind(m, mm, vpn, page, h.unshare ? 'unshare' : 'copy', 'cow', h.at);
    return;
  }
  if (s !== undefined && s.mm === mm && s.vpn >= vpn && s.vpn < vpn + pages) {
    // up to v6.10 without flags: only what no other entry of the swap area names is mapped as new
    const flags = r[o + SlotOf.newAnon.rflags];
    swappedIn(m, t, mm, vpn, page, pages, Number.isNaN(flags) || (flags & RMAP_EXCLUSIVE) !== 0);
    return;
  }
  // v7.2 and later also collapse into folios below PMD size
  if ((t.collapse?.mm === mm && pages > 1) || (!hugetlb && byKhugepaged(m, t, mm, pages))) {
    if (t.collapse !== undefined) t.collapse.mapped = true;
    const pins = m.pinsIn(mm, vpn, vpn + pages);
    if (pins.length > 0) m.step(pins, 'collapse', m.at(), page);
    m.install(mm, vpn, page, pages, Pte.Anon, 'collapse');
    m.emit('replace', { mm, vpn, oldPage: Number.NaN, newPage: page, via: 'collapse', at: m.at(), pins });
    return;
  }
  const before = mm.pins.size > 0 ? mm.entry(vpn) : undefined;
  // a present entry gets a new page either by a copy, whose write fault would have been recorded, or after an unmapping
  // that was not recorded
  const wasPresent =
    m.seen[isHugetlb ? Kind.wpHugetlb : Kind.wpFault] === 0 &&
    before !== undefined &&
    (entryBits(before) & Pte.STATE) === Pte.Present;
  const pins = m.pinsIn(mm, vpn, vpn + pages);
  if (wasPresent) m.step(pins, 'copy', m.at(), page);
  else if (pins.length > 0) m.step(pins, 'map', m.at(), page, { unfaulted: isUnfaulted(m, t, mm, vpn, pages) });
  m.install(mm, vpn, page, pages, Pte.Anon, wasPresent ? 'cow' : 'fault');
  if (hugetlb) installBehind(m, mm, vpn, page, wasPresent ? 'copy' : 'map', wasPresent ? 'cow' : 'fault');
}

/** UFFDIO_COPY, or a probe of uprobes: up to v6.14 __replace_page() puts a copy in the place of a page, whoever pins that. */
const isUnfaulted = (m: Model, t: Task, mm: Mm, vpn: number, pages: number): boolean =>
  m.recorded(Kind.fault) &&
  (t.before & Before.other) === 0 &&
  !(t.faultMm === mm && t.faultVpn >= vpn && t.faultVpn < vpn + pages);

/**
 * A new page of hugetlb, where hugetlb_wp() of this task has not ended: of the address of the fault, which is in the page
 * wherever that begins. Where faults are recorded, no other one came in between.
 */
const isCopyOf = (m: Model, faulted: number, vpn: number, pages: number): boolean =>
  faulted - (faulted % pages) === vpn || (faulted > vpn && faulted - vpn < GIGANTIC && m.recorded(Kind.fault));

/**
 * collapse_huge_page() is inlined on 5.10: a task that maps a huge page without a fault in that address space collapses
 * it.
 */
const byKhugepaged = (m: Model, t: Task, mm: Mm, pages: number): boolean =>
  pages >= m.machine.pmdPages && t.collapse === undefined && t.faultMm !== mm && t.mm !== mm && m.recorded(Kind.fault);

/** The fault that copies, and the page that was mapped before. */
type CopyingFault = Pick<WpFrame, 'mm' | 'vpn' | 'old' | 'at' | 'unshare'> & Partial<Pick<WpFrame, 'clearFlush'>>;

/** A write fault, or one for an exclusive page, maps a copy. */
function copied(m: Model, fault: CopyingFault, page: PageId, pages: number): void {
  const { at, clearFlush, mm, old, unshare, vpn } = fault;
  const from = pages >= m.machine.pmdPages ? vpn - (vpn % m.machine.pmdPages) : vpn;
  const pins = m.pinsIn(mm, from, from + pages);
  if (clearFlush !== undefined) for (const pin of pins) unmapsLater(pin, clearFlush);
  if (pins.length > 0) m.step(pins, unshare ? 'unshare' : 'copy', m.at(), page);
  m.install(mm, from, page, pages, Pte.Anon, 'cow', at);
  if (unshare) m.emit('unshare', { mm, vpn, oldPage: old, newPage: page, at: m.at() });
  else if (m.listeners.cow !== undefined)
    m.emit('cow', { mm, vpn, oldPage: old, newPage: page, at: m.at(), fault: at ?? m.at(), pins });
}

/** An existing anonymous page is mapped again: swap-in, migration, KSM. */
export function anonRmap(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.pageOf(r[o + Slot.PAGE]);
  if (mm === undefined || Number.isNaN(page)) return;
  const flags = r[o + SlotOf.anonRmap.rflags];
  // without flags it is not known, and nothing is concluded from that
  const isExclusive = Number.isNaN(flags) || (flags & RMAP_EXCLUSIVE) !== 0;
  const g = t.migrateIn?.mm === mm ? t.migrateIn : undefined;
  const at = m.at();
  const printed = m.userVpn(r[o + Slot.ADDR]);
  const vpn = g === undefined ? printed : whereNow(t, mm, printed, at.order);
  const n = r[o + SlotOf.anonRmap.nr];
  const pmd = r[o] === Kind.anonRmapPmd;
  const pages =
    pmd || (Number.isNaN(n) && (flags & RMAP_COMPOUND_OLD) !== 0) ? m.machine.pmdPages : n > 1 ? m.believed(n) : 1;
  m.folios.beginsAt(m.page(r[o + SlotOf.anonRmap.folio]));
  const s = t.swap;
  if (s !== undefined && s.mm === mm && s.vpn >= vpn && s.vpn < vpn + pages) {
    swappedIn(m, t, mm, vpn, page, pages, isExclusive);
    return;
  }
  if (g !== undefined) {
    g.vpn = whereNow(t, mm, g.vpn, g.since);
    g.since = at.order;
  }
  // remove_migration_pte() is called once and maps every page of a large folio, with a line for each
  if (g !== undefined && migratedBy(m, g, vpn, page, pages)) {
    const old = named(mm, vpn);
    if (old !== page && !Number.isNaN(old) && t.batch !== undefined) m.endBefore(page, pages, t.batch.since);
    const pins = m.pinsIn(mm, vpn, vpn + pages);
    if (pins.length > 0) m.step(pins, 'migrate', at, page);
    m.install(mm, vpn, page, pages, Pte.Anon | migratedMark(mm, vpn, r[o + Slot.FN], flags), 'migrate');
    if (old !== page) m.emit('replace', { mm, vpn, oldPage: old, newPage: page, via: 'migrate', at, pins });
    return;
  }
  const k = t.ksm;
  if (k !== undefined && k.mm === mm) {
    // replace_page() has cleared the entry that it sets
    if (!Number.isNaN(k.cleared) && k.cleared !== vpn) m.tear('steps');
    willMap(m, k, { vpn, page, pages });
    return;
  }
  // a PMD split inside munmap() or mremap(): the removed part was cleared by their own earlier line
  const { gone } = t;
  if (gone !== undefined && gone.mm === mm && vpn < gone.end && vpn + pages > gone.start) {
    for (let i = 0; i < pages; i++) {
      const v = vpn + i;
      const isKnown = m.mapped(mm, v) === page + i && (entryBits(mm.entry(v) ?? 0) & Pte.Anon) !== 0;
      const bits = Pte.Anon | (named(mm, v) === page + i ? kept(mm, v) : 0);
      if (!isKnown && (v < gone.start || v >= gone.end)) m.install(mm, v, page + i, 1, bits, 'observed');
    }
    return;
  }
  // swapoff maps the pages of swap entries without a fault (unuse_pte(), mm/swapfile.c)
  const before = mm.entry(vpn);
  const swapped = before !== undefined && (entryBits(before) & Pte.STATE) === Pte.Swap;
  if (swapped) {
    const pins = m.pinsIn(mm, vpn, vpn + pages);
    if (pins.length > 0) m.step(pins, 'swap-in', at, page, { exclusive: isExclusive });
    m.install(mm, vpn, page, pages, Pte.Anon | (isExclusive ? 0 : Pte.Shared), 'swap-in');
    return;
  }
  // the task is mapping this very page back, at another address
  if (g !== undefined && g.page === page && t.previous === Kind.migrateIn) m.tear('steps');
  // the same page mapped in another way (a PMD split into PTEs), or a restore
  m.install(mm, vpn, page, pages, Pte.Anon | (named(mm, vpn) === page ? kept(mm, vpn) : 0), 'observed');
}

/** Page named by an entry, present or not; NaN if there is none or it is unknown. */
function named(mm: Mm, vpn: number): PageId {
  const entry = mm.entry(vpn);
  return entry === undefined || (entryBits(entry) & Pte.STATE) === Pte.None ? Number.NaN : entryPage(entry);
}

/** What a swap-in did before the page that another had mapped there was swapped out again; `over` if that was not. */
function racedAt(out: At | undefined, reads: At | undefined, allocated: At | undefined): StepDetails['raced'] {
  if (out === undefined) return 'over';
  if (reads !== undefined && reads.order < out.order) return 'read';
  return allocated !== undefined && allocated.order < out.order ? 'allocated' : undefined;
}

/** Pins of a page that was mapped at the address before the one which is swapped in are none of its business. */
function isOfEntry(mm: Mm, pin: Pin, page: PageId): boolean {
  const entry = mm.entry(pin.where);
  const isSwap = entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Swap;
  return !isSwap || pin.page === page || Number.isNaN(pin.page) || entryPage(entry) === pin.page;
}

/** Reclaim has found the page after all: an unmapping of its range that was under way had left it there. */
function wasUnmapped(pin: Pin): void {
  if (pin.sought === undefined) return;
  pin.steps.push(pin.sought);
  pin.sought = pin.spared = undefined;
}

function swappedIn(m: Model, t: Task, mm: Mm, vpn: number, page: PageId, pages: number, exclusive: boolean): void {
  const s = t.swap as NonNullable<Task['swap']>;
  const at = m.at();
  // a page mapped at the address since this fault began was mapped by another task
  const over = s.mapped || s.present ? Number.NaN : m.mapped(mm, s.vpn);
  s.mapped = true;
  mm.marked = undefined;
  // the entry is the one that the fault found, for it names the same slot once more; what it put into the swap cache it
  // put there when nothing else was there for the slot
  const again =
    s.other?.out === undefined || s.other.page === page + (s.vpn - vpn) || s.cached.includes(page)
      ? undefined
      : s.other;
  // what it read into the swap cache itself, it allocated
  if (s.cached.includes(page)) {
    m.endBefore(page, pages, s.at.order);
    m.folios.forget(page, pages);
  }
  const reads = s.reads?.page === page ? s.reads.at : undefined;
  const allocated = s.allocated?.page === page ? s.allocated.at : undefined;
  const other = again?.page ?? instead(over, page + (s.vpn - vpn));
  const { out } = again ?? {};
  const raced = Number.isNaN(other) ? undefined : racedAt(out, reads, allocated);
  for (const swap of swapInsOf(mm, vpn, pages))
    if (swap !== s && !swap.mapped) swap.other = { page: page + (swap.vpn - vpn), out: undefined };
  if (m.walking.size > 0) endWalks(m, mm);
  for (let i = 0; i < pages && m.unmapped.size > 0; i++) unmappedForSwap(m, mm, vpn + i);
  for (let i = 0; i < pages && m.swapCache.size > 0; i++)
    if (m.swapCache.has(page + i)) m.swapCache.set(page + i, false);
  const pins = m.pinsIn(mm, vpn, vpn + pages).filter((pin) => isOfEntry(mm, pin, page + (pin.where - vpn)));
  for (const pin of pins) wasUnmapped(pin);
  if (pins.length > 0)
    m.step(pins, 'swap-in', at, page, {
      exclusive,
      entry: Number.isNaN(s.lo) ? undefined : { hi: s.hi, lo: s.lo },
      raced,
    });
  m.install(mm, vpn, page, pages, Pte.Anon | (exclusive ? 0 : Pte.Shared), 'swap-in');
  m.emit('swapIn', {
    mm,
    vpn,
    page,
    exclusive,
    mark: s.mark,
    over: other,
    out,
    allocated,
    reads,
    write: s.write,
    at,
    pins,
  });
  // a write fault that keeps the page makes it writable at once (reuse_swap_page() on 5.10, exclusive later)
  if (s.write && (exclusive || t.wp === undefined)) {
    const foreign = m.pinsByPage.get(page);
    if (foreign !== undefined && exclusive)
      m.emit('reuse', { mm, vpn, page, said: true, anon: true, by: 'do_swap_page', at, pins: foreign });
  }
}

export function fileMap(m: Model, _t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.page(r[o + Slot.PAGE]);
  // with a cow page the copy is mapped, and the rmap line names it
  if (mm === undefined || Number.isNaN(page) || r[o + SlotOf.fileMap.cow] !== 0) return;
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  if (lost(m, mm.entry(vpn), page)) return;
  mm.notHugetlb(vpn);
  // it is in the page cache now, whatever it was before; shmem reads its pages by the swap cache (shmem_swapin_folio())
  m.swapCache.delete(page);
  m.piped.delete(page);
  anonNoMore(m, page);
  const pins = m.pinsAt(mm, vpn);
  if (pins.length > 0) m.step(pins, 'map', m.at(), page);
  m.install(mm, vpn, page, 1, Pte.File, 'fault');
}

/**
 * finish_fault() is entered before it takes the lock and checks the entry again. The fault began on an empty entry; an
 * anonymous page that is there now was mapped meanwhile, by another thread or by a task that had cleared the entry
 * temporarily (write_protect_page() of KSM, change_pte_range()), and stays. If unmappings are not recorded, the page
 * may also have been unmapped.
 */
function lost(m: Model, entry: number | undefined, page: PageId): boolean {
  if (entry === undefined || entryPage(entry) === page) return false;
  const bits = entryBits(entry);
  if ((bits & Pte.STATE) !== Pte.Present || (bits & Pte.Anon) === 0) return false;
  return (m.recorded(Kind.zap) || m.recorded(Kind.unmapVmas)) && m.gaps.length === 0;
}

function earlyCopy(m: Model, f: ForkFrame, vpn: number, page: PageId, pages: number, hugetlb: boolean): void {
  const at = m.at();
  const near = m.pinsIn(f.src, vpn, vpn + pages);
  const pins = hugetlb ? [...near, ...earlyCopyBehind(m, f, vpn, page)] : near;
  for (const pin of pins) notShared(f, pin);
  for (let i = 0; i < Math.min(pages, m.machine.pmdPages); i++) {
    // copy_huge_pmd() has split a PMD before single pages of it are copied
    const v = pages < m.machine.pmdPages ? f.src.entry(vpn + i) : f.src.ptes.get(vpn + i);
    if (v !== undefined && (entryBits(v) & Pte.Shared) !== 0) f.src.ptes.set(vpn + i, v - Pte.Shared);
  }
  if (pins.length > 0) m.step(pins, 'early copy', at, page, { child: f.dst });
  const source = m.mapped(f.src, vpn);
  m.install(f.dst, vpn, page, pages, Pte.Anon, 'fault');
  const held = pins.length > 0 || lookedPinned(m, f, source);
  m.emit('earlyCopy', { src: f.src, child: f.dst, vpn, page: source, copy: page, held, at, pins });
}

const instead = (before: PageId, now: PageId): PageId => (before === now ? Number.NaN : before);

/** A page that was anonymous when it was pinned and is a file page now was freed in between. */
function anonNoMore(m: Model, page: PageId): void {
  const pins = m.pinsByPage.get(page);
  if (pins === undefined) return;
  for (const pin of pins.slice()) if ((pin.entryBits & Pte.Anon) !== 0) m.close(pin, m.at(), 'unseen');
}
