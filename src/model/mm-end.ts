// The end of an address space (E21; mm/mmap.c): exit_mmap(), or a fork that makes another one at its pointer.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import type { Mm } from './state.ts';
import { settleUnmapped } from './unmapped.ts';

/** fork copies into an mm that it has just made: one at this pointer in which tasks ran has ended, and no line says so. */
export function endOlder(m: Model, t: Task, ptr: number): void {
  const old = m.knownMm(ptr);
  if (old === undefined || old.dead || old === t.forked || (old.pids.length === 0 && !m.abandoned.has(old))) return;
  if (m.seen[Kind.mmExit] > 0) m.torn.exits++;
  endOf(m, old);
}

export function mmExit(m: Model, t: Task, r: Float64Array, o: number): void {
  const vmemmap = r[o + SlotOf.mmExit.vmemmap];
  if (vmemmap < 0) m.learnPfnBase((vmemmap - m.machine.origin) / m.machine.structPage, 0);
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  endOf(m, mm);
  t.unmap = undefined;
}

function endOf(m: Model, mm: Mm): void {
  settleUnmapped(m, mm);
  m.settleAway(mm);
  const at: At = m.at();
  const pins = mm.pins.values().flat();
  mm.exiting = true;
  m.emit('exit', { mm, at, pins });
  for (const pin of pins) m.orphan(pin);
  // what is unmapped now does not come back
  m.returned(mm, 0, Number.POSITIVE_INFINITY);
  m.endMm(mm);
  m.abandoned.delete(mm);
}
