// Faults: what a write fault or a swap fault puts into the page table (E7, E8, E9; mm/memory.c, mm/huge_memory.c).

import { Kind } from '../vocabulary/kinds.ts';
import { ptePfn, ptePresent } from '../vocabulary/pte.ts';
import { Slot } from '../vocabulary/record.ts';
import { type Task, WpFrame } from './frames.ts';
import { Model } from './model.ts';
import { type At, entryBits, entryPage, type Mm, type PageId, type Pin, PMD_PAGES, Pte } from './state.ts';

const FAULT_FLAG_WRITE = 0x1;
const FAULT_FLAG_REMOTE = 0x80;
const FAULT_FLAG_UNSHARE = 0x400;
const RMAP_EXCLUSIVE = 0x1;
const RMAP_COMPOUND_OLD = 0x2;
/** VM_FAULT_OOM, SIGBUS, HWPOISON, SIGSEGV, RETRY, FALLBACK: nothing was made writable */
const VM_FAULT_NOT_DONE = 0x1 | 0x2 | 0x10 | 0x20 | 0x40 | 0x400 | 0x800;

export function fault(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  if (t.hugetlb !== undefined) settleHugetlb(m, t);
  if ((r[o + Slot.FLAGS] & FAULT_FLAG_REMOTE) === 0 && t.pid > 0 && t.gup?.mm !== mm) setMm(m, t, mm);
}

/** The task runs in this address space. */
export function setMm(m: Model, t: Task, mm: Mm): void {
  if (t.mm === mm) return;
  t.mm = mm;
  mm.pids.add(t.pid);
  if (m.abandoned.size > 0) m.abandoned.delete(mm);
  const waiting = m.homeless.get(t.pid);
  if (waiting === undefined) return;
  m.homeless.delete(t.pid);
  for (const pin of waiting) {
    if (!pin.live) continue;
    m.counts.homeless--;
    pin.mm = mm;
    pin.call.mm = mm;
    m.house(pin);
    const entry = mm.entry(pin.where);
    if (entry !== undefined && !Number.isNaN(pin.page)) pin.entryBits = entryBits(entry) & ~Pte.STATE;
    else if (!Number.isNaN(pin.page)) mm.ptes.set(pin.where, pin.page * 64 + Pte.Present);
  }
}

export function wpFault(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const pmd = r[o] === Kind.wpPmd;
  const vpn = Model.vpn(r[o + Slot.ADDR]);
  const flags = r[o + Slot.FLAGS];
  const before = m.mapped(mm, vpn);
  const hi = r[o + Slot.PTE_HI];
  const lo = r[o + Slot.PTE_LO];
  let old = before;
  if (!Number.isNaN(lo) && ptePresent(lo)) {
    const pfn = ptePfn(hi, lo) + (pmd ? vpn % PMD_PAGES : 0);
    m.learnPfnBase(before, pfn);
    const named = m.pageOfPfn(pfn);
    if (!Number.isNaN(named)) {
      // the entry itself says what is mapped; when that is news, an event that installed it was not recorded
      if (named !== before) {
        if (!Number.isNaN(before)) m.tear('entries');
        if (pmd) m.install(mm, vpn - (vpn % PMD_PAGES), named - (vpn % PMD_PAGES), PMD_PAGES, 0, 'observed');
        else m.install(mm, vpn, named, 1, 0, 'observed');
      }
      old = named;
    } else if (!Number.isNaN(before)) old = before;
  }
  const pins = m.pinsAt(mm, vpn);
  const at = pins.length > 0 || m.listeners.cow !== undefined ? m.at() : undefined;
  if (pins.length > 0) m.step(pins, 'wp fault', m.at(), old);
  const unshare = (flags & FAULT_FLAG_UNSHARE) !== 0;
  if (t.wp !== undefined && m.seen[Kind.wpFaultRet] > 0) m.tear('calls');
  t.wp = new WpFrame(mm, vpn, old, at, unshare, pmd);
}

export function wpCopy(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.page(r[o + Slot.PAGE]);
  const w = t.wp;
  if (w === undefined || Number.isNaN(page)) return;
  if (Number.isNaN(w.old)) w.old = page;
  w.clearFlush = true;
}

export function clearFlush(_m: Model, t: Task, _r: Float64Array, _o: number): void {
  if (t.wp !== undefined) t.wp.clearFlush = true;
}

export function wpFaultRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const w = t.wp;
  t.wp = undefined;
  if (w === undefined) {
    if (m.seen[Kind.wpFault] + m.seen[Kind.wpPmd] > 0) m.tear('rets');
    return;
  }
  if (w.copied) return;
  const ret = r[o + Slot.N];
  if (Number.isNaN(ret) || (ret & VM_FAULT_NOT_DONE) !== 0 || w.split) return;
  if (w.clearFlush) {
    // a copy was made, but the line that names the new page is missing
    const pins = m.pinsAt(w.mm, w.vpn);
    w.mm.ptes.delete(w.vpn);
    for (const pin of pins.slice()) if (pin.page === w.old || Number.isNaN(w.old)) m.test(pin, Number.NaN, 'cow', w.at);
    return;
  }
  // without lines for new pages a copy would look the same
  if (!w.unshare && m.seen[Kind.newAnon] > 0) reuse(m, w.mm, w.vpn, w.old, w.pmd);
}

/** The page stays and becomes writable: from here on this mm may write what others still read through a pin. */
export function reuse(m: Model, mm: Mm, vpn: number, page: PageId, pmd: boolean): void {
  const entry = mm.entry(vpn);
  if (!Number.isNaN(page)) {
    if (!pmd) mm.ptes.set(vpn, page * 64 + Pte.Present);
    else if (entry !== undefined) {
      const head = vpn - (vpn % PMD_PAGES);
      mm.pmds.set(head / PMD_PAGES, (entryPage(entry) - (vpn % PMD_PAGES)) * 64 + Pte.Present);
    }
  }
  const own = m.pinsAt(mm, vpn);
  if (own.length > 0) m.step(own, 'reuse', m.at(), page);
  if (m.pinsByPage.size === 0 || Number.isNaN(page)) return;
  if (!pmd) {
    const pins = m.pinsByPage.get(page);
    if (pins !== undefined) m.emit('reuse', { mm, vpn, page, at: m.at(), pins });
    return;
  }
  const head = page - (vpn % PMD_PAGES);
  const pins: Pin[] = [];
  for (const [p, list] of m.pinsByPage) if (p >= head && p < head + PMD_PAGES) pins.push(...list);
  if (pins.length > 0) m.emit('reuse', { mm, vpn, page, at: m.at(), pins });
}

/** A hugetlb write fault without a new page behind it kept the old one. */
export function wpHugetlb(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  if (t.hugetlb !== undefined) settleHugetlb(m, t);
  const vpn = Model.vpn(r[o + Slot.ADDR]);
  const at = m.at();
  t.hugetlb = { mm, vpn, at };
  const head = vpn - (vpn % PMD_PAGES);
  const pins = m.pinsIn(mm, head, head + PMD_PAGES);
  if (pins.length > 0) m.step(pins, 'wp fault', at);
}

export function settleHugetlb(m: Model, t: Task): void {
  const h = t.hugetlb;
  t.hugetlb = undefined;
  if (h === undefined) return;
  const page = m.mapped(h.mm, h.vpn);
  if (!Number.isNaN(page)) reuse(m, h.mm, h.vpn, page, true);
}

export function swapIn(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  t.swap = {
    mm,
    vpn: Model.vpn(r[o + Slot.ADDR]),
    at: m.at(),
    write: (r[o + Slot.FLAGS] & FAULT_FLAG_WRITE) !== 0,
    mapped: false,
    hi: r[o + Slot.PTE_HI],
    lo: r[o + Slot.PTE_LO],
  };
}

export function swapInRet(m: Model, t: Task): void {
  if (t.swap === undefined && m.seen[Kind.swapIn] > 0) m.tear('rets');
  t.swap = undefined;
}

/** A freshly allocated anonymous page enters a page table: first touch, copy, early copy at fork, collapse. */
export function newAnon(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.page(r[o + Slot.PAGE]);
  if (mm === undefined || Number.isNaN(page)) return;
  let vpn = Model.vpn(r[o + Slot.ADDR]);
  const hugetlb = r[o] === Kind.newHugetlb;
  let pages = hugetlb ? PMD_PAGES : r[o + Slot.N];
  if (Number.isNaN(pages)) pages = t.collapse !== undefined || t.wp?.pmd === true ? PMD_PAGES : 1;
  if (pages >= PMD_PAGES) vpn -= vpn % PMD_PAGES;
  const s = t.swap;
  if (s === undefined || s.mm !== mm || s.vpn !== vpn) m.reallocated(page, pages);
  const f = t.fork;
  if (f !== undefined && f.dst === mm) {
    earlyCopy(m, f, vpn, page, pages);
    return;
  }
  const w = t.wp;
  if (w !== undefined && w.mm === mm && w.vpn >= vpn && w.vpn < vpn + pages) {
    w.copied = true;
    copied(m, mm, w.vpn, w.old, page, pages, w.at, w.unshare);
    return;
  }
  const h = t.hugetlb;
  if (hugetlb && h !== undefined && h.mm === mm && h.vpn - (h.vpn % PMD_PAGES) === vpn) {
    t.hugetlb = undefined;
    copied(m, mm, h.vpn, m.mapped(mm, h.vpn), page, pages, h.at, false);
    return;
  }
  if (s !== undefined && s.mm === mm && s.vpn >= vpn && s.vpn < vpn + pages) {
    swappedIn(m, t, mm, vpn, page, pages, true);
    return;
  }
  if (t.collapse !== undefined && t.collapse.mm === mm && pages >= PMD_PAGES) {
    const pins = m.pinsIn(mm, vpn, vpn + pages);
    if (pins.length > 0) m.step(pins, 'collapse', m.at(), page);
    m.install(mm, vpn, page, pages, 0, 'collapse');
    m.emit('replace', { mm, vpn, oldPage: Number.NaN, newPage: page, via: 'collapse', at: m.at(), pins });
    return;
  }
  const before = mm.pins.size > 0 ? mm.entry(vpn) : undefined;
  // a present entry gets a new page by a copy, whose write fault would have shown, or after an unmapping that did not
  const wasPresent =
    m.seen[Kind.wpFault] === 0 && before !== undefined && (entryBits(before) & Pte.STATE) === Pte.Present;
  const pins = m.pinsIn(mm, vpn, vpn + pages);
  if (pins.length > 0) m.step(pins, wasPresent ? 'copy' : 'map', m.at(), page);
  m.install(mm, vpn, page, pages, 0, wasPresent ? 'cow' : 'fault');
}

function copied(
  m: Model,
  mm: Mm,
  vpn: number,
  old: PageId,
  page: PageId,
  pages: number,
  fault: At | undefined,
  unshare: boolean,
): void {
  const from = pages >= PMD_PAGES ? vpn - (vpn % PMD_PAGES) : vpn;
  const pins = m.pinsIn(mm, from, from + pages);
  if (pins.length > 0) m.step(pins, unshare ? 'unshare' : 'copy', m.at(), page);
  m.install(mm, from, page, pages, 0, 'cow', fault);
  if (unshare) m.emit('unshare', { mm, vpn, oldPage: old, newPage: page, at: m.at() });
  else if (m.listeners.cow !== undefined)
    m.emit('cow', { mm, vpn, oldPage: old, newPage: page, at: m.at(), fault: fault ?? m.at(), pins });
}

/** An anonymous page that already exists is mapped again: swap-in, migration, KSM. */
export function anonRmap(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.page(r[o + Slot.PAGE]);
  if (mm === undefined || Number.isNaN(page)) return;
  const flags = r[o + Slot.FLAGS];
  const vpn = Model.vpn(r[o + Slot.ADDR]);
  const n = r[o + Slot.N];
  const pmd = r[o] === Kind.anonRmapPmd;
  const pages = pmd || (Number.isNaN(n) && (flags & RMAP_COMPOUND_OLD) !== 0) ? PMD_PAGES : n > 1 ? n : 1;
  const at = m.at();
  const s = t.swap;
  if (s !== undefined && s.mm === mm && s.vpn >= vpn && s.vpn < vpn + pages) {
    swappedIn(m, t, mm, vpn, page, pages, (flags & RMAP_EXCLUSIVE) !== 0);
    return;
  }
  const g = t.migrateIn;
  if (g !== undefined && g.mm === mm && g.vpn >= vpn && g.vpn < vpn + pages) {
    t.migrateIn = undefined;
    const old = named(mm, vpn);
    const pins = m.pinsIn(mm, vpn, vpn + pages);
    if (pins.length > 0) m.step(pins, 'migrate', at, page);
    m.install(mm, vpn, page, pages, 0, 'migrate');
    if (old !== page) m.emit('replace', { mm, vpn, oldPage: old, newPage: page, via: 'migrate', at, pins });
    return;
  }
  const k = t.ksm;
  if (k !== undefined && k.mm === mm) {
    const pins = m.pinsAt(mm, vpn);
    if (pins.length > 0) m.step(pins, 'ksm merge', at, page);
    m.install(mm, vpn, page, pages, Pte.Shared, 'ksm');
    m.emit('replace', { mm, vpn, oldPage: k.page, newPage: page, via: 'ksm', at, pins });
    return;
  }
  // the same page mapped differently (a PMD split into PTEs), or a restore
  m.install(mm, vpn, page, pages, 0, 'observed');
}

function named(mm: Mm, vpn: number): PageId {
  const entry = mm.entry(vpn);
  return entry === undefined || entryBits(entry) === Pte.None ? Number.NaN : entryPage(entry);
}

function swappedIn(m: Model, t: Task, mm: Mm, vpn: number, page: PageId, pages: number, exclusive: boolean): void {
  const s = t.swap as NonNullable<Task['swap']>;
  const at = m.at();
  s.mapped = true;
  const pins = m.pinsIn(mm, vpn, vpn + pages);
  if (pins.length > 0)
    m.step(pins, 'swap-in', at, page, { exclusive, entry: Number.isNaN(s.lo) ? undefined : { hi: s.hi, lo: s.lo } });
  m.install(mm, vpn, page, pages, exclusive ? 0 : Pte.Shared, 'swap-in');
  m.emit('swapIn', { mm, vpn, page, exclusive, write: s.write, at, pins });
  // a write fault that keeps the page makes it writable at once (reuse_swap_page() on 5.10, exclusive later)
  if (s.write && (exclusive || t.wp === undefined)) {
    const foreign = m.pinsByPage.get(page);
    if (foreign !== undefined && exclusive) m.emit('reuse', { mm, vpn, page, at, pins: foreign });
  }
}

export function fileMap(m: Model, _t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  const page = m.page(r[o + Slot.PAGE]);
  // with a cow page the copy is what gets mapped, and the rmap line names it
  if (mm === undefined || Number.isNaN(page) || r[o + Slot.OTHER] !== 0) return;
  const vpn = Model.vpn(r[o + Slot.ADDR]);
  const pins = m.pinsAt(mm, vpn);
  if (pins.length > 0) m.step(pins, 'map', m.at(), page);
  m.install(mm, vpn, page, 1, Pte.File, 'fault');
}

function earlyCopy(m: Model, f: NonNullable<Task['fork']>, vpn: number, page: PageId, pages: number): void {
  const at = m.at();
  const pins = m.pinsIn(f.src, vpn, vpn + pages);
  for (const pin of pins) {
    const i = f.shared?.indexOf(pin) ?? -1;
    if (i >= 0) f.shared?.splice(i, 1);
    for (let k = pin.steps.length - 1; k >= 0; k--) if (pin.steps[k].role === 'fork') pin.steps.splice(k, 1);
    if (pin.sharedWith === f.dst) pin.sharedWith = undefined;
  }
  for (let i = 0; i < Math.min(pages, PMD_PAGES); i++) {
    const v = f.src.ptes.get(vpn + i);
    if (v !== undefined && (entryBits(v) & Pte.Shared) !== 0) f.src.ptes.set(vpn + i, v - Pte.Shared);
  }
  if (pins.length > 0) m.step(pins, 'early copy', at, page, { child: f.dst });
  const source = m.mapped(f.src, vpn);
  m.install(f.dst, vpn, page, pages, 0, 'fault');
  m.emit('earlyCopy', { src: f.src, child: f.dst, vpn, page: source, copy: page, at, pins });
}
