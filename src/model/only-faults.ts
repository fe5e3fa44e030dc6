// Why: a fault of a process of which nothing else is known costs a row of numbers (faulted.ts), no Task and no Mm.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { MAX_ERRNO } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Model } from './model.ts';
import { FAULT_FLAG_REMOTE, FAULT_FLAG_UNSHARE } from './within.ts';

/**
 * A fault of a process of which nothing but faults is known needs no objects.
 * @returns whether it was one, and is noted
 */
export function onlyFaults(m: Model, r: Float64Array, o: number): boolean {
  const pid = r[o + Slot.PID];
  const ptr = r[o + Slot.MM];
  const flags = r[o + SlotOf.fault.flags];
  if (m.hasTask(pid) || !(pid > 0) || r[o + Slot.CTX] > 0 || !(ptr < -MAX_ERRNO) || (flags & FAULT_FLAG_REMOTE) !== 0)
    return false;
  if (m.taps[Kind.fault] !== undefined || m.watch !== undefined || m.withoutMm.has(pid)) return false;
  const before = m.faulted.ptrOf(pid);
  const isNew = before === undefined;
  if (isNew ? m.mms.has(ptr) || m.faulted.hasMm(ptr) : before !== ptr) return false;
  const vpn = m.userVpn(r[o + Slot.ADDR]);
  const unshares = (flags & FAULT_FLAG_UNSHARE) !== 0;
  if (isNew) m.checkPointer(ptr);
  if (isNew) m.faulted.add({ pid, ptr, id: m.nextId(), vpn, unshares });
  else m.faulted.again(pid, vpn, unshares);
  return true;
}
