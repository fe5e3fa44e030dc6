// Write faults on hugetlb pages (mm/hugetlb.c hugetlb_wp()).
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import { NO_PINS } from './lists.ts';
import type { Model } from './model.ts';
import { isAnon, pinsUnder, writable } from './reuse.ts';

/** A hugetlb write fault that is not followed by a new page kept the old one. */
export function wpHugetlb(m: Model, t: Task, r: Float64Array, o: number): void {
  // its arguments were moved within 6.12.y, so a probe may fetch NULL from the old place; the task is inside
  // handle_mm_fault(), whose line shows the address
  const named = r[o + Slot.MM] < 0 ? m.mm(r[o + Slot.MM]) : undefined;
  const mm = named ?? t.faultMm;
  if (mm === undefined || mm.dead) return;
  if (t.hugetlb !== undefined) settleHugetlb(m, t);
  const vpn = named === undefined ? t.faultVpn : m.vpn(r[o + Slot.ADDR]);
  const at = m.at();
  const page = m.mapped(mm, vpn);
  const span = Math.min(m.hugetlbPages, m.machine.pmdPages);
  const unshare = t.faultUnshares && t.faultMm === mm && Math.floor(t.faultVpn / span) === Math.floor(vpn / span);
  t.hugetlb = { mm, vpn, at, page, unshare, pins: m.pinsByPage.size === 0 ? NO_PINS : pinsUnder(m, page, vpn, span) };
  const head = vpn - (vpn % span);
  const pins = m.pinsIn(mm, head, head + span);
  if (pins.length > 0) m.step(pins, 'wp fault', at);
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
  if (h === undefined || h.unshare || Number.isNaN(h.page) || h.mm.dead) return;
  // it keeps a page that nobody else maps. One that a child maps it copies, and fails if no huge page is left; or it takes
  // it away from the child (unmap_ref_private()), and then keeps it
  if (!said && h.pins.length > 0 && m.isMappedElsewhere(h.mm, h.vpn, h.page)) {
    m.counts.outcomes++;
    return;
  }
  const bits = writable(m, h.mm, h.vpn, h.page, m.hugetlbPages >= m.machine.pmdPages, undefined);
  const own = m.pinsAt(h.mm, h.vpn);
  if (own.length > 0) m.step(own, 'reuse', h.at, h.page);
  // a shared mapping gets here too
  if (h.pins.length > 0) m.emit('reuse', { ...h, said: true, anon: isAnon(bits) });
}
