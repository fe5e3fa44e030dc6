// Why: a finding quotes lines that its reader compares. If its own lines show that the pin ended before the drift, the
// finding is wrong and is not written. In tests this is an error: the model or a rule has lost the order of the trace.
import type { Group } from './drafts.ts';

/** How to handle contradictory findings; tests set `isError`. */
export const contradictions = { isError: false };

/** Why a finding's own evidence contradicts it; undefined: it does not. */
export function contradiction({ main, drift, harm }: Group): string | undefined {
  const { pin } = main.report;
  if (pin === undefined) return undefined;
  const taken = pin.call.at.line;
  const over = pin.presumed ? undefined : pin.releasedAt?.line;
  if (over !== undefined && over < taken) return `released in line ${over}, before it was pinned in line ${taken}`;
  if (drift === undefined) return undefined;
  const parted = drift.at.line;
  if (drift.pin !== pin) return 'the pin of the finding is not the pin of the drift';
  if (over !== undefined && over < parted) return `released in line ${over}, before the drift in line ${parted}`;
  if (parted < taken) return `drift in line ${parted}, before it was pinned in line ${taken}`;
  if (drift.fault !== undefined && drift.fault.line > parted) return `drift in line ${parted}, before the write fault`;
  const late = harm.find((h) => h.drift !== drift);
  return late === undefined ? undefined : 'the harm belongs to another drift';
}

/** Whether a finding may be written. */
export function holds(group: Group): boolean {
  const why = contradiction(group);
  if (why === undefined) return true;
  if (contradictions.isError) throw new Error(`${group.main.rule.meta.id} contradicts its evidence: ${why}`);
  return false;
}
