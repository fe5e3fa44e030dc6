// In which address space a task runs, once an event shows it, and what follows for the pins it has taken before.
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { entryBits, entryPage, Pte } from './page-table.ts';
import type { Mm } from './state.ts';
import { FAULT_FLAG_REMOTE } from './within.ts';

/** Unless FAULT_FLAG_REMOTE says otherwise, a fault is in the address space of its task. */
export function faultsIn(m: Model, t: Task, mm: Mm, flags: number): void {
  if ((flags & FAULT_FLAG_REMOTE) !== 0 || !(t.pid > 0)) return;
  if (t.gup === undefined) t.borrows = false;
  else if (t.mm === undefined) t.borrows = true;
  if (t.gup?.mm !== mm) setMm(m, t, mm);
}

/** The task uses this address space. */
export function setMm(m: Model, t: Task, mm: Mm): void {
  if (t.mm === mm) return;
  t.mm = mm;
  if (t.perhaps !== undefined && t.tgid < 0) t.tgid = t.perhaps.mm === mm ? t.perhaps.tgid : t.pid;
  t.perhaps = undefined;
  for (const { mm: of, step } of t.strange ?? []) step.foreign = of !== mm;
  t.strange = undefined;
  mm.enter(t.pid);
  if (m.abandoned.size > 0) m.abandoned.delete(mm);
  attachTo(m, t, mm);
}

/** Pins of a task whose address space was unknown until now. */
export function attachTo(m: Model, t: Task, mm: Mm): void {
  const waiting = m.withoutMm.get(t.pid);
  if (waiting === undefined) return;
  m.withoutMm.delete(t.pid);
  for (const pin of waiting) {
    if (!pin.live) continue;
    const entry = mm.entry(pin.where);
    const isThere = entry !== undefined && entryPage(entry) === pin.page;
    const zap = isThere ? undefined : mm.zapAt(pin.where, (pin.grabAt ?? pin.call.at).order);
    // what replaced the page since it was pinned is not known to have happened under this pin
    if (entry === undefined || Number.isNaN(pin.page) || isThere || zap !== undefined) m.counts.withoutMm--;
    pin.mm = mm;
    pin.call.mm = mm;
    if (pin.call.at.tgid < 0) pin.call.at.tgid = t.tgid;
    m.attach(pin);
    if (zap !== undefined) {
      m.step([pin], 'zap', zap.at, undefined, zap.by);
      m.emit('zap', { mm, start: zap.start, end: zap.end, at: zap.at, pins: [pin] });
    } else if (entry !== undefined && !Number.isNaN(pin.page)) pin.entryBits = entryBits(entry) & ~Pte.STATE;
    else if (!Number.isNaN(pin.page)) mm.ptes.set(pin.where, pin.page * 64 + Pte.Present);
  }
}
