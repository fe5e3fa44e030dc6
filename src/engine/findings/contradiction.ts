// Why: a finding quotes lines that its reader compares. If its own lines show that the pin ended before the drift, the
// finding is wrong and is not written. In tests this is an error: the model or a rule has lost the order of the trace.
import type { At } from '../../model/at.ts';
import type { Group } from './drafts.ts';

/** How to handle contradictory findings; tests set `isError`. */
export const contradictions = { isError: false };

/** Why a finding's own evidence contradicts it; undefined: it does not. */
export function contradiction({ main, drift, harm }: Group): string | undefined {
  const { pin } = main.report;
  if (pin === undefined) return undefined;
  const taken = pin.call.at;
  const over = pin.presumed ? undefined : pin.releasedAt;
  if (isBefore(over, taken)) return `released in line ${over?.line}, before it was pinned in line ${taken.line}`;
  if (drift === undefined) return undefined;
  const parted = drift.at;
  if (drift.pin !== pin) return 'the pin of the finding is not the pin of the drift';
  if (isBefore(over, parted)) return `released in line ${over?.line}, before the drift in line ${parted.line}`;
  if (isBefore(parted, taken)) return `drift in line ${parted.line}, before it was pinned in line ${taken.line}`;
  if (isBefore(parted, drift.fault)) return `drift in line ${parted.line}, before the write fault`;
  const late = harm.find((h) => h.drift !== drift);
  return late === undefined ? undefined : 'the harm belongs to another drift';
}

const isBefore = (a: At | undefined, b: At | undefined): boolean =>
  a !== undefined && b !== undefined && a.order < b.order;

/** Whether a finding may be written. */
export function holds(group: Group): boolean {
  const why = contradiction(group);
  if (why === undefined) return true;
  if (contradictions.isError) throw new Error(`${group.main.rule.meta.id} contradicts its evidence: ${why}`);
  return false;
}
