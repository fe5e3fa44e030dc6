// Why: a commit that fixes a problem for some pins only (FOLL_PIN, hugetlb, direct I/O) is not named in a finding about
// another pin, where it would be advice that does not help.
import { type Fix, type FixScope, fixText } from '../../contract/fix.ts';
import type { Pin } from '../../model/state.ts';

/** The fixes that concern a pin, in words. One of which this is not known is named. */
export const fixesFor = (fixes: readonly Fix[], pin: Pin | undefined): string[] =>
  fixes
    .filter(({ only }) => only === undefined || pin === undefined || concerns(only, pin))
    .map(({ only: _, ...fix }) => fixText(fix));

const concerns = ({ kind, hugetlb, owner }: FixScope, pin: Pin): boolean =>
  (kind === undefined || pin.call.kind === kind || pin.call.kind === undefined) &&
  (hugetlb === undefined || pin.hugetlb === hugetlb) &&
  (owner === undefined || pin.owner === owner || pin.owner === undefined);
