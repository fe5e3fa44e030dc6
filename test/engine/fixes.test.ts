// A finding names only the fixes that concern its pin.
import { expect, it } from 'vitest';
import { fixOf, fixText } from '../../src/contract/fix.ts';
import { fixesFor } from '../../src/engine/findings/fixes.ts';
import type { Pin } from '../../src/model/state.ts';
import { BUILT_IN } from '../../src/rules/index.ts';

const pin = (kind: 'GET' | 'PIN' | undefined, hugetlb: boolean, owner?: string) =>
  ({ call: { kind }, hugetlb, owner }) as unknown as Pin;

it.each([
  [pin('GET', false, 'bio'), ['a7e6', '1ccf']],
  [pin('GET', false, 'pipe'), []],
  [pin('PIN', false, 'driver'), ['70e8']],
  [pin('PIN', true, 'driver'), ['4eae']],
  [undefined, ['70e8', '4eae', 'a7e6', '1ccf']],
])('fork-share-then-cow, pin %#', (of, expected) => {
  const rule = BUILT_IN.find(({ meta }) => meta.id === 'fork-share-then-cow');
  const fixes = fixesFor(rule?.meta.fixedBy ?? [], of);
  expect(fixes.map((fix) => fix.slice(0, 4))).toEqual(expected);
  for (const fix of fixes) expect(fix).toMatch(/ \(in v\d+\.\d+\)$/);
});

it('is printed with its scope, and read back without one', () => {
  const fix = { commit: '0123456789ab', subject: 'mm: a ("b") (in v1.0)', since: 'v6.1', stable: ['5.15.y', '5.10.y'] };
  expect(fixText({ ...fix, only: { kind: 'PIN', hugetlb: false } })).toBe(
    '0123456789ab ("mm: a ("b") (in v1.0)") (in v6.1, 5.15.y, 5.10.y; for FOLL_PIN, not of hugetlb)',
  );
  expect(fixOf(fixText(fix))).toEqual(fix);
  expect(fixOf('see the list')).toBeUndefined();
});
