// Faults: the effect of a write fault on the page table (E7, E8; mm/memory.c, mm/huge_memory.c, mm/hugetlb.c).

import { KIND_NAMES, Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { faultsUnder, whereNow } from './altering.ts';
import { clearedForDevice } from './exclusive.ts';
import { type Task, WpFrame } from './frames.ts';
import { settleHugetlb } from './hugetlb.ts';
import { clears } from './ksm.ts';
import type { Model } from './model.ts';
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import { reuse } from './reuse.ts';
import { faultsIn } from './runs-in.ts';
import { kindShown, mapsShown, pageShown, shownPte, zeroAsBefore } from './shown-entry.ts';
import type { Mm, Pin } from './state.ts';
import { endSwapIn } from './under-way.ts';
import {
  FAULT_FLAG_UNSHARE,
  faulted,
  unpaired,
  VM_FAULT_WRITE,
  whoFaults,
  withinFault,
  withinSwapIn,
  writesOrUnshares,
} from './within.ts';

const FAULT_FLAG_WRITE = 0x1;
const VM_FAULT_FALLBACK = 0x800;
/** VM_FAULT_OOM, SIGBUS, HWPOISON, SIGSEGV, RETRY, FALLBACK: nothing was made writable */
const VM_FAULT_NOT_DONE = 0x1 | 0x2 | 0x10 | 0x20 | 0x40 | 0x400 | 0x800;

/** Lines of a page that is mapped. */
const REPLACES: readonly boolean[] = KIND_NAMES.map((name) => name === 'newAnon' || name === 'anonRmap');

/** Number of unexplained write faults that are kept. */
const MOST_UNEXPLAINED = 10_000;

export function fault(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  if (t.hugetlb !== undefined) settleHugetlb(m, t);
  t.gone = undefined;
  endSwapIn(t);
  t.faultMm = mm;
  t.faultVpn = m.userVpn(r[o + Slot.ADDR]);
  const flags = r[o + SlotOf.fault.flags];
  t.faultFlags = flags;
  t.faultUnshares = (flags & FAULT_FLAG_UNSHARE) !== 0;
  faultsIn(m, t, mm, flags);
  if (mm.alterations !== undefined) faultsUnder(m, mm, t.faultVpn);
  if (mm.pins.size > 0) faultsAgain(m, mm, t.faultVpn, flags);
}

/**
 * A fault at the address of a pinned page that is not mapped there maps one. A line tells which, except for those of
 * files where finish_fault() is not recorded, those mapped around a fault to read, and the zero page.
 */
function faultsAgain(m: Model, mm: Mm, vpn: number, flags: number): void {
  const pins = m.pinsAt(mm, vpn);
  if (pins.length === 0 || ((flags & FAULT_FLAG_WRITE) !== 0 && m.recorded(Kind.fileMap))) return;
  const entry = mm.entry(vpn);
  if (entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Present) return;
  for (const pin of pins) pin.faultedAt = m.at();
}

export function wpFault(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const pmd = r[o] === Kind.wpPmd;
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  const flags = r[o + SlotOf.wpFault.flags];
  withinFault(m, t, mm, vpn, flags);
  withinSwapIn(m, t, mm, vpn);
  writesOrUnshares(m, flags);
  faultsIn(m, t, mm, flags);
  if (mm.alterations !== undefined) faultsUnder(m, mm, vpn);
  // neither do_wp_page() nor do_huge_pmd_wp_page() handles hugetlb
  mm.notHugetlb(vpn);
  const before = m.mapped(mm, vpn);
  // the entry itself shows what is mapped; if this differs from what is known, the event that mapped it was not recorded
  const named = pageShown(m, r, o, mm, vpn, pmd);
  const stale = pmd && named !== before && isSplit(mm, vpn, named, m.machine.pmdPages);
  const zero = pmd ? Number.NaN : zeroAsBefore(m, r, o, mm, vpn);
  const isShown = !Number.isNaN(named) && !stale && Number.isNaN(zero);
  if (isShown && named !== before) mapsShown(m, mm, vpn, named, pmd);
  if (isShown && !pmd) kindShown(m, r, o, mm, vpn, named);
  const old = isShown ? named : Number.isNaN(zero) ? before : zero;
  if (r[o + Slot.PTE_LO] === 0) m.absurd();
  const pins = m.pinsAt(mm, vpn);
  const asked =
    pins.length > 0 || (pmd && mm.pins.size > 0) || m.listeners.cow !== undefined || mm.meanwhile !== undefined;
  const at = asked ? m.at() : undefined;
  if (pins.length > 0) m.step(pins, 'wp fault', m.at(), old, whoFaults(t, mm, flags));
  const unshare = (flags & FAULT_FLAG_UNSHARE) !== 0;
  leaveWp(m, t);
  t.wp = new WpFrame(mm, vpn, old, at, unshare, pmd);
  t.wp.split = stale || (pmd && isBeingSplit(mm, vpn));
  t.wp.wasPinned = m.pinsByPage.has(old);
  if (pmd) {
    mm.pmdFaults ??= new Set();
    mm.pmdFaults.add(t.wp);
  }
}

/** The task is in no write fault any more: the line of its return is missing, if returns are recorded. */
export function leaveWp(m: Model, t: Task): void {
  if (t.wp === undefined) return;
  if (returns(m, t.wp)) m.tear('calls');
  endWp(m, t);
}

/** A write fault ends, or the trace does: without any line about its outcome, a pin there may have drifted or leaked. */
export function endWp(m: Model, t: Task): void {
  const { wp } = t;
  if (wp === undefined) return;
  t.wp = undefined;
  wp.mm.pmdFaults?.delete(wp);
  if (!returns(m, wp) || wp.copied || wp.split || wp.unshare || wp.kept) return;
  if (wp.wasPinned || m.pinsByPage.has(wp.old)) m.counts.outcomes++;
}

const returns = (m: Model, { pmd }: WpFrame): boolean => m.seen[pmd ? Kind.wpPmdRet : Kind.wpFaultRet] > 0;

/**
 * A line shows that a write fault keeps its page. do_wp_page() and do_huge_pmd_wp_page() hold the lock of the page table
 * from there until the entry is writable, and nothing can fail in between (wp_can_reuse_anon_folio(), wp_page_reuse()).
 */
function keeps(m: Model, wp: WpFrame, anon: boolean): void {
  const isFirst = !wp.kept;
  wp.kept = true;
  if (isFirst && !wp.unshare && !wp.copied && !wp.split)
    reuse(m, wp.mm, wp.vpn, wp.old, wp.pmd, { said: true, anon: anon || wp.pmd });
}

/**
 * The PMD that a fault found without the lock was split before it got the lock, and the address maps another page since:
 * pmd_same() in do_huge_pmd_wp_page() finds that out.
 */
function isSplit(mm: Mm, vpn: number, named: PageId, pmdPages: number): boolean {
  const entry = mm.pmds.get(Math.floor(vpn / pmdPages));
  return entry !== undefined && entryPage(entry) + (vpn % pmdPages) === named && mm.ptes.has(vpn);
}

/** Another task is about to split the PMD, and may have the lock first. */
const isBeingSplit = ({ alterations }: Mm, vpn: number): boolean =>
  alterations?.some(({ kind, start, end }) => kind === 'split' && vpn >= start && vpn < end) === true;

/** wp_page_copy() is entered. It gives up if another thread has changed the entry meanwhile. */
export function wpCopy(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.page(r[o + Slot.PAGE]);
  const w = t.wp;
  if (w === undefined || Number.isNaN(page)) return;
  if (Number.isNaN(w.old)) w.old = page;
  w.copying = true;
}

/**
 * ptep_clear_flush(): in a write fault the copy is mapped next; reclaim, KSM and userfaultfd call it for other entries.
 */
export function clearFlush(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const printed = m.userVpn(r[o + Slot.ADDR]);
  const vpn = mm !== undefined && t.unmap?.mm === mm ? whereNow(t, mm, printed, m.at().order) : printed;
  // what was there is gone: it is compared with what is known, and nothing is learned from it. KSM and uprobes say what they
  // map before they clear it (replace_page(), __replace_page()), and make_device_exclusive() returns the page
  const isKnown = mm !== undefined && (!Number.isNaN(m.mapped(mm, vpn)) || m.pinsAt(mm, vpn).length > 0);
  if (isKnown && t.devExcl === undefined && !REPLACES[t.previous]) shownPte(m, r, o, mm, vpn);
  const w = t.wp;
  if (w !== undefined && (mm === undefined || (w.mm === mm && (Number.isNaN(vpn) || w.vpn === vpn)))) {
    // reclaim for the page of the copy may come upon the very page that is to be copied, and unmap it: nothing is copied
    if (t.unmap === undefined) w.clearFlush = m.at();
    return;
  }
  if (clearedForDevice(m, t, mm, vpn)) return;
  if (t.ksm !== undefined && t.ksm.mm === mm) clears(m, t, t.ksm, vpn);
  t.cleared = mm === undefined || Number.isNaN(vpn) ? undefined : { mm, vpn };
}

/** wp_page_reuse(): the entry is made writable, unchanged otherwise. */
export function wpReuse(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (t.wp !== undefined && (mm === undefined || t.wp.mm === mm)) keeps(m, t.wp, false);
}

/**
 * folio_move_anon_rmap(): from now on the page belongs to one VMA. Inside a write fault this shows that the page is
 * kept; outside of one it is called only by UFFDIO_MOVE (v6.8 and later), which moves the page to another address.
 */
export function moveAnon(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.pageOf(r[o + Slot.PAGE]);
  const { cleared, wp, hugetlb } = t;
  t.cleared = undefined;
  if (wp !== undefined && (mm === undefined || wp.mm === mm)) {
    wp.owned = true;
    keeps(m, wp, true);
    return;
  }
  if (hugetlb !== undefined) {
    const own = hugetlb.mm === mm && page === hugetlb.page - (hugetlb.vpn % m.hugetlbSpan);
    settleHugetlb(m, t, own);
    if (own) return;
  }
  if (mm === undefined || Number.isNaN(page) || t.swap !== undefined) return;
  // a write fault that is not recorded gives the same line, just behind that of handle_mm_fault()
  const faults = !m.recorded(Kind.fault) || t.previous === Kind.fault;
  if (m.seen[Kind.wpFault] === 0 || (m.folios.has(page) && m.seen[Kind.wpPmd] === 0 && faults)) return;
  if (cleared?.mm === mm && m.mapped(mm, cleared.vpn) === page) mm.ptes.delete(cleared.vpn);
  const list = [...(m.pinsByPage.get(page) ?? []), ...(m.pinsByFolio.get(page) ?? [])];
  for (const pin of new Set(list)) {
    if (pin.mm !== mm || !pin.live) continue;
    m.clear(mm, pin.where, pin.where + 1);
    m.step([pin], 'move away', m.at(), pin.page, { foreign: t.mm !== undefined && t.mm !== mm });
  }
}

export function wpFaultRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const ret = r[o + SlotOf.wpFaultRet.ret];
  faulted(m, ret);
  const w = t.wp;
  t.wp = undefined;
  if (w === undefined) {
    if (m.seen[Kind.wpFault] + m.seen[Kind.wpPmd] > 0) unpaired(m, t, 'wp');
    return;
  }
  m.strays.close(w);
  if (w.pmd) w.mm.pmdFaults?.delete(w);
  const written = (ret & VM_FAULT_WRITE) !== 0;
  if (written) m.saysWrite = true;
  if (w.pmd && (ret & VM_FAULT_FALLBACK) !== 0) splitEntries(m, w.mm, w.vpn);
  if (w.copied || w.split || Number.isNaN(ret) || (ret & VM_FAULT_NOT_DONE) !== 0) return;
  // the copy is visible by its new page; without that line by the preceding events, or by the return
  const shows = m.seen[Kind.newAnon] > 0 || m.seen[Kind.clearFlush] > 0 || m.saysWrite;
  if (w.clearFlush !== undefined || (w.copying && (written || !shows))) {
    const pins = m.pinsAt(w.mm, w.vpn);
    w.mm.ptes.delete(w.vpn);
    for (const pin of pins.slice()) if (pin.page === w.old || Number.isNaN(w.old)) m.test(pin, Number.NaN, 'cow', w.at);
    return;
  }
  if (w.copying) return;
  const entry = w.mm.entry(w.vpn);
  const same =
    entry !== undefined &&
    (entryBits(entry) & Pte.STATE) === Pte.Present &&
    (Number.isNaN(w.old) || entryPage(entry) === w.old);
  if (w.unshare && w.owned && same && !w.pmd) w.mm.ptes.set(w.vpn, entry - (entryBits(entry) & Pte.Shared));
  if (w.kept || (!written && isBeingUnmapped(w))) return;
  // VM_FAULT_WRITE is returned for a copy too
  if (same && !w.pmd && (entryBits(entry) & Pte.Shared) !== 0) {
    const isOf = (p: Pin): boolean => Number.isNaN(w.old) || p.page === w.old;
    const pin = m.pinsAt(w.mm, w.vpn).find((p) => isOf(p) && p.unsure === undefined && !mayBeOver(p));
    if (pin !== undefined && m.unexplained.size < MOST_UNEXPLAINED && !m.unexplained.has(pin))
      m.unexplained.set(pin, m.at());
    if (pin !== undefined) return;
  }
  if (w.unshare) return;
  // a fault that found the entry changed by another thread returns in the same way as a completed one (pte_same(),
  // pmd_same())
  if (written || (same && !m.saysWrite && m.seen[Kind.newAnon] > 0))
    reuse(m, w.mm, w.vpn, w.old, w.pmd, { said: written, anon: w.pmd });
}

/** Another task may have unmapped the page before the fault had the lock again, and has not returned from that. */
function isBeingUnmapped({ mm, vpn, old }: WpFrame): boolean {
  for (const u of mm.unmaps ?? []) if (vpn >= u.vpn && vpn - u.vpn === old - u.page) return true;
  return false;
}

/** put_page() may have dropped the reference without a line. */
const mayBeOver = ({ call, owner, ios }: Pin): boolean =>
  call.kind === 'GET' && owner === undefined && ios.every(({ endedAt }) => endedAt !== undefined);

/**
 * A PMD mapping becomes PTEs. Those of an anonymous folio map its pages as before; the huge zero page becomes small
 * zero pages and a file mapping is dropped (__split_huge_pmd_locked()), so for anything else the entries become
 * unknown.
 */
export function splitEntries(m: Model, mm: Mm, vpn: number): void {
  const head = vpn - (vpn % m.machine.pmdPages);
  for (const w of mm.pmdFaults ?? []) {
    if (w.vpn < head || w.vpn >= head + m.machine.pmdPages) continue;
    w.split = true;
    mm.pmdFaults?.delete(w);
  }
  const end = head + m.machine.pmdPages;
  const entry = mm.pmds.get(head / m.machine.pmdPages);
  const isAnon = entry !== undefined && (entryBits(entry) & Pte.Anon) !== 0;
  if (mm.meanwhile !== undefined && !isAnon) m.during(mm, head, end, { split: true });
  const ofZero = m.pinsIn(mm, head, end).filter((pin) => mayBeOfZero(m, mm, pin));
  if (entry !== undefined && !isAnon) mm.pmds.delete(head / m.machine.pmdPages);
  // what only a pin of its pages has shown: process_vm_readv() of memory that was never written pins the huge zero page
  for (const v of mm.ptes.pagesIn(head, end))
    if ((entryBits(mm.ptes.at(v)) & (Pte.STATE | Pte.Anon)) === Pte.Present) mm.ptes.delete(v);
  for (const { where, page } of ofZero) mm.ptes.set(where, entryOf(page, Pte.Split));
}

/** The address maps the pinned page, and no line says of which kind that is. */
function mayBeOfZero(m: Model, mm: Mm, { where, page }: Pin): boolean {
  const kind = entryBits(mm.entry(where) ?? 0) & (Pte.Anon | Pte.File);
  return kind === 0 && m.mapped(mm, where) === page;
}
