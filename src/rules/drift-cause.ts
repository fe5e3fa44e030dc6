// Finds what took away the write permission of a pinned page before a write fault copied it; every copy rule needs
// this. Only steps since the entry was last known to be writable count. Of those, fork and a swap-in that lost the
// exclusive mark take precedence over a change of protection, because they are why the page is not made writable again.
// Of several steps of the same kind the first counts: the later ones found the entry read-only already.
import type { Doubt, Drift, Handlers, Mm, Model, Pin, RangeOp, Step } from './contract.ts';

export type ReadOnlyBy =
  | { kind: 'swap-in'; step: Step; unmap: Step | undefined }
  | { kind: 'fork'; step: Step }
  | { kind: 'wrprotect'; step: Step }
  | { kind: 'shared-before'; op: RangeOp | undefined; child: Mm | undefined }
  | { kind: 'wrprotect-before'; op: RangeOp }
  | { kind: 'unknown' };

export function readOnlyBy(drift: Drift): ReadOnlyBy {
  const { pin, before } = drift;
  let shared: ReadOnlyBy | undefined;
  let protectedBy: ReadOnlyBy | undefined;
  for (let i = before.length - 1; i >= 0; i--) {
    const step = before[i];
    // writable again, or exclusive: earlier steps do not matter
    if (step.role === 'reuse' || (step.role === 'swap-in' && step.exclusive === true)) {
      return shared ?? protectedBy ?? { kind: 'unknown' };
    }
    if (step.role === 'swap-in')
      shared = { kind: 'swap-in', step, unmap: before.slice(0, i).findLast((s) => s.role === 'unmap') };
    else if (step.role === 'fork') shared = { kind: 'fork', step };
    else if (step.role === 'wrprotect') protectedBy = { kind: 'wrprotect', step };
  }
  // a page that is pinned for reading was read-only already if it was shared, or is not anonymous: no later step took a
  // permission away
  const { file, shared: wasShared } = pin.entry;
  const isRead = pin.call.write === false;
  if (shared !== undefined && !(isRead && (file || (wasShared && shared.kind === 'swap-in')))) return shared;
  if (protectedBy !== undefined && !(isRead && (file || wasShared))) return protectedBy;
  // taken through a read-only entry: only possible for a read pin
  if (pin.call.write !== false || file) return { kind: 'unknown' };
  const vpn = pin.vpn ?? Number.NaN;
  const op = pin.mm?.ops.findLast(
    (o) => o.at.order < pin.call.at.order && vpn >= o.start && vpn < o.end && o.kind !== 'zap' && o.kind !== 'move',
  );
  if (op?.kind === 'wrprotect' && !pin.entry.shared) return { kind: 'wrprotect-before', op };
  if (pin.entry.shared || op?.kind === 'fork') return { kind: 'shared-before', op, child: op?.child };
  return { kind: 'unknown' };
}

/**
 * What replaced the page, for a message: a write, or GUP, which unshares a page before it pins it for reading
 * (gup_must_unshare(), FAULT_FLAG_UNSHARE).
 * @param write the write, where it is one of the process itself
 */
export function copiedBy({ before }: Drift, write = 'the next write'): string {
  const fault = before.findLast(({ role }) => role === 'wp fault');
  if (fault === undefined) return write;
  if (fault.unshare === true) return 'the unsharing for another pin';
  if (fault.foreign === true) return 'a write of another process';
  return fault.foreign === undefined ? 'the next write' : write;
}

/**
 * What the kernel promises of a copy, it promises of anonymous pages. What was pinned for reading, and no line has mapped
 * as anonymous, may be the zero page or one of a file, which the first write always copies.
 */
export const mayBeNonAnonymous = ({ call, entry }: Pin): boolean => call.write === false && !entry.anon;

/**
 * What the kernel promises of a pin whose page was copied, if it promises `ofAnonymous` of one that is surely anonymous. Any
 * other is unshared before FOLL_PIN with FOLL_LONGTERM gets it for reading.
 */
export function promised<T>(pin: Pin, ofAnonymous: T): T | 'roLongtermUnsharesAll' | undefined {
  if (!mayBeNonAnonymous(pin)) return ofAnonymous;
  return pin.call.kind === 'PIN' && pin.call.longterm ? 'roLongtermUnsharesAll' : undefined;
}

/**
 * A change of protection is why a page is copied only if the page was not shared: a write fault keeps one that is exclusive,
 * and only lines of what shares pages show that nobody has.
 */
export const sharedUnseen = (model: Model): Doubt[] =>
  [
    model.seen('forkVmaRet') > 0 &&
      !model.recorded('forkVma') &&
      'no fork is recorded (copy_page_range), and what fork has shared is copied, too',
    model.seen('swapIn') > 0 &&
      !model.recorded('anonRmap') &&
      'no line shows whether a swap-in mapped the page as exclusive (folio_add_anon_rmap_ptes), and else it is copied, too',
    model.seen('ksmMerge') + model.seen('ksmWp') > 0 &&
      !(model.recorded('ksmMerge') && model.recorded('clearFlush')) &&
      'no line shows where KSM has shared a page (try_to_merge_one_page, ptep_clear_flush), and that is copied, too',
  ]
    .filter((because) => because !== false)
    .map((because) => ({ cap: 'low', because }));

/** True if the pin was taken for writing, or for reading with FOLL_PIN: the kernel should keep these coherent. */
export const matters = (drift: Drift): boolean => drift.pin.owner !== 'transient';

/** Calls `onEach` for every copy of a pinned page made by a write fault, with the reason the entry was read-only. */
export const onCopy = (onEach: (drift: Drift, why: ReadOnlyBy) => void): Pick<Required<Handlers>, 'drift'> => ({
  drift({ drift }) {
    if (drift.via === 'cow' && matters(drift)) onEach(drift, readOnlyBy(drift));
  },
});
