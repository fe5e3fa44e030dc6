// Why: a commit that fixes a problem for some pins only (FOLL_PIN, hugetlb, direct I/O) is not named in a finding about
// another pin, where it would be advice that does not help.
import type { Pin } from '../../model/state.ts';

const SCOPE = /; for ([^()]+)\)$/;

/** Which pins a fix is for. A pin of which this is not known is not excluded. */
const APPLIES: ReadonlyMap<string, (pin: Pin) => boolean> = new Map([
  ['FOLL_PIN', ({ call }) => call.kind !== 'GET'],
  ['FOLL_PIN of hugetlb', ({ call, hugetlb }) => call.kind !== 'GET' && hugetlb],
  ['FOLL_PIN, not of hugetlb', ({ call, hugetlb }) => call.kind !== 'GET' && !hugetlb],
  ['pages other than hugetlb', ({ hugetlb }) => !hugetlb],
  ['direct I/O', ({ owner }) => owner === undefined || owner === 'bio'],
]);

/**
 * The fixes that concern a pin, without the scope that was checked.
 * @param fixes as in `meta.fixedBy`: `hash ("subject") (in v5.9; for FOLL_PIN)`
 */
export function fixesFor(fixes: readonly string[], pin: Pin | undefined): string[] {
  return fixes
    .filter((fix) => pin === undefined || (APPLIES.get(SCOPE.exec(fix)?.[1] ?? '')?.(pin) ?? true))
    .map((fix) => fix.replace(SCOPE, ')'));
}
