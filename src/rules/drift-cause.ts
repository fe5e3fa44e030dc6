// What took the write permission of a pinned page away before a write fault copied it: the question every copy
// rule asks. The latest event wins, since each of these makes the entry read-only whatever it was before.
import type { Drift, Mm, RangeOp, Step } from './contract.ts';

export type ReadOnlyBy =
  | { kind: 'swap-in'; step: Step; unmap: Step | undefined }
  | { kind: 'fork'; step: Step }
  | { kind: 'wrprotect'; step: Step }
  | { kind: 'shared-before'; op: RangeOp | undefined; child: Mm | undefined }
  | { kind: 'wrprotect-before'; op: RangeOp }
  | { kind: 'unknown' };

export function readOnlyBy(drift: Drift): ReadOnlyBy {
  const { pin, before } = drift;
  for (let i = before.length - 1; i >= 0; i--) {
    const step = before[i];
    switch (step.role) {
      case 'swap-in':
        if (step.exclusive !== true)
          return { kind: 'swap-in', step, unmap: before.slice(0, i).findLast((s) => s.role === 'unmap') };
        break;
      case 'fork':
        return { kind: 'fork', step };
      case 'wrprotect':
        return { kind: 'wrprotect', step };
      case 'reuse':
        // writable again: what came before does not matter
        return { kind: 'unknown' };
      default:
        break;
    }
  }
  // taken through a read-only entry: only a read pin can be
  if (pin.call.write) return { kind: 'unknown' };
  const vpn = pin.vpn ?? Number.NaN;
  const op = pin.mm?.ops.findLast(
    (o) => o.at.line < pin.call.at.line && vpn >= o.start && vpn < o.end && o.kind !== 'zap' && o.kind !== 'move',
  );
  if (op?.kind === 'wrprotect' && !pin.entry.shared) return { kind: 'wrprotect-before', op };
  if (pin.entry.shared || op?.kind === 'fork') return { kind: 'shared-before', op, child: op?.child };
  return { kind: 'unknown' };
}

/** The pin was taken to write, or to read with FOLL_PIN, which the kernel means to keep in step. */
export const matters = (drift: Drift): boolean => drift.pin.owner !== 'transient';
