// THP, mmu notifiers and TLB flushes (E17, E19, E20).
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { beginAlteration } from './altering.ts';
import { splitEntries } from './fault.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { shownPmd } from './shown-entry.ts';
import { RangeOp } from './state.ts';

export function splitPmd(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const addr = m.userVpn(r[o + Slot.ADDR]);
  const head = addr - (addr % m.machine.pmdPages);
  const at = m.at();
  // do_huge_pmd_wp_page() gives up by splitting; the fault continues as a PTE fault
  if (t.wp?.mm === mm && t.wp.pmd) t.wp.split = true;
  shownPmd(m, r, o, mm, head);
  splitEntries(m, mm, head);
  // the line comes before the lock is taken: others get pages by the PMD until it is cleared
  const end = head + m.machine.pmdPages;
  beginAlteration(m, t, mm, { kind: 'split', start: head, end, at, by: { foreign: undefined, kernel: false } });
  const pins = m.pinsIn(mm, head, end);
  if (pins.length > 0) m.step(pins, 'split', at);
  m.emit('split', { mm, vpn: head, at, pins });
}

/** pmdp_huge_clear_flush(), with the lock: the split of the huge zero page, or of one of a file, which is gone then */
export function clearFlushPmd(m: Model, t: Task, r: Float64Array, o: number): void {
  showsPmd(m, t, r, o);
  const mm = m.mm(r[o + Slot.MM]);
  if (mm !== undefined) splitEntries(m, mm, m.userVpn(r[o + Slot.ADDR]));
}

/** change_huge_pmd() changes a PMD, copy_huge_pmd() copies one: each shows what it was before. */
export function showsPmd(m: Model, _t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o] === Kind.forkPmd ? r[o + SlotOf.forkPmd.src] : r[o + Slot.MM]);
  if (mm !== undefined) shownPmd(m, r, o, mm, m.userVpn(r[o + Slot.ADDR]));
}

export function collapse(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  t.collapse = { mm, vpn: m.userVpn(r[o + Slot.ADDR]), mapped: false };
}

const SCAN_SUCCEED = 1;

export function collapseRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const c = t.collapse;
  t.collapse = undefined;
  if (c === undefined || c.mapped || r[o + SlotOf.collapseRet.ret] !== SCAN_SUCCEED) return;
  // the line of the new page is missing
  const head = c.vpn - (c.vpn % m.machine.pmdPages);
  if (m.pinsIn(c.mm, head, head + m.machine.pmdPages).length > 0) m.tear('entries');
}

export function notifierStart(m: Model, _t: Task, r: Float64Array, o: number): void {
  if (m.listeners.notifierStart === undefined) return;
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  m.emit('notifierStart', {
    mm,
    start: r[o + Slot.ADDR],
    end: r[o + SlotOf.notifierStart.end],
    event: r[o + SlotOf.notifierStart.event],
    owner: r[o + SlotOf.notifierStart.owner],
    at: m.at(),
  });
}

export function notifierEnd(m: Model, _t: Task, r: Float64Array, o: number): void {
  if (m.listeners.notifierEnd === undefined) return;
  const mm = m.mm(r[o + Slot.MM]);
  if (mm !== undefined)
    m.emit('notifierEnd', { mm, start: r[o + Slot.ADDR], end: r[o + SlotOf.notifierEnd.end], at: m.at() });
}

export function tlbFlush(m: Model, _t: Task, r: Float64Array, o: number): void {
  if (m.listeners.tlbFlush === undefined) return;
  const mm = m.mm(r[o + Slot.MM]);
  if (mm !== undefined)
    m.emit('tlbFlush', { mm, start: r[o + Slot.ADDR], end: r[o + SlotOf.tlbFlush.end], at: m.at() });
}

// If migrate_misplaced_transhuge_page() gives up, it re-installs the PMD with vm_page_prot, which has no write bit in a
// private mapping (5.10 mm/migrate.c out_fail); later kernels skip pinned folios.
export function numaThp(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm !== undefined) t.numaThp = { mm, vpn: m.userVpn(r[o + Slot.ADDR]), at: m.at() };
}

export function numaThpRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const n = t.numaThp;
  t.numaThp = undefined;
  if (n === undefined || r[o + SlotOf.numaThpRet.ret] !== 0) return;
  const start = n.vpn - (n.vpn % m.machine.pmdPages);
  const end = start + m.machine.pmdPages;
  const pins = m.pinsIn(n.mm, start, end);
  n.mm.note(new RangeOp('wrprotect', start, end, n.at, 'numa'));
  if (pins.length > 0) m.step(pins, 'wrprotect', n.at, undefined, { wrprotect: 'numa' });
  m.emit('wrprotect', { mm: n.mm, start, end, kind: 'numa', at: n.at, pins });
}
