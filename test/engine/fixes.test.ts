// A finding names only the fixes that concern its pin.
import { describe, expect, it } from 'vitest';
import { fixOf, fixText } from '../../src/contract/fix.ts';
import { fixesFor } from '../../src/engine/findings/fixes.ts';
import type { Pin } from '../../src/model/state.ts';
import { BUILT_IN } from '../../src/rules/index.ts';
import { copy, fork, PARENT, page, Trace, pin as takePin, touch } from '../model/synthetic.ts';

const pin = (kind: 'GET' | 'PIN' | undefined, hugetlb: boolean, owner?: string) =>
  ({ call: { kind }, hugetlb, owner }) as unknown as Pin;

/** The first digits of the fixes of a rule that are named. */
function named(id: string, of: Parameters<typeof fixesFor>[1]): string[] {
  const rule = BUILT_IN.find(({ meta }) => meta.id === id);
  const fixes = fixesFor(rule?.meta.fixedBy ?? [], of);
  for (const fix of fixes) expect(fix).toMatch(/ \(in v\d+\.\d+\)$/);
  return fixes.map((fix) => fix.slice(0, 4));
}

it.each([
  [pin('GET', false, 'bio'), undefined, ['a7e6', '1ccf']],
  [pin('GET', false), undefined, ['a7e6', '1ccf']],
  [pin('GET', false), 'iov_iter_get_pages+0xd4/0x350', ['a7e6', '1ccf']],
  [pin('GET', false), 'drv_map+0x5/0x60 [drv]', []],
  [pin('GET', false, 'bio'), 'drv_map+0x5/0x60 [drv]', []],
  [pin('GET', false, 'pipe'), undefined, []],
  [pin('PIN', false, 'bio'), 'iov_iter_extract_pages+0x128/0xce0', ['70e8']],
  [pin('PIN', false), 'vaddr_get_pfns+0x5/0x60 [vfio_iommu_type1]', ['70e8']],
  [pin('PIN', true, 'driver'), undefined, ['4eae']],
  [undefined, undefined, ['70e8', '4eae', 'a7e6', '1ccf']],
])('fork-share-then-cow, pin %#', (of, caller, expected) => {
  expect(named('fork-share-then-cow', { pin: of, caller })).toEqual(expected);
});

describe('a FOLL_GET reference that an iterator took for fork-share-then-cow, by kernel', () => {
  const bio = { bio: '0xffff888400000000', page: page(0x2000), len: 4096, off: 0 };
  const other = { ...bio, page: page(0x4000) };
  it.each([
    ['6.1', 'its bio', bio, ['a7e6', '1ccf']],
    ['6.1', 'no bio of any', undefined, ['a7e6', '1ccf']],
    ['6.1', 'the bio of another page', other, []],
    // since v6.5 direct I/O takes FOLL_PIN: this is NFS, 9p, or a socket
    ['6.12', 'no bio of any', undefined, []],
  ])('%s: %s', async (kernel, _, added, expected) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    touch(par, PARENT, 0, 0x2000);
    takePin(par, 0, 0x2000, { api: 'gup_fast', caller: 'iov_iter_get_pages2+0xd4/0x350' });
    if (added !== undefined) par.bio_add(added);
    fork(par, 500);
    copy(par, PARENT, 0, 0x2000, 0x3000);
    const { findings } = await trace.check(kernel);
    expect(findings.map(({ rule, fixedBy }) => [rule, fixedBy?.map((fix) => fix.slice(0, 4))])).toEqual([
      ['fork-share-then-cow', expected],
    ]);
  });
});

it.each([
  ['do_wp_page', false, ['0985']],
  ['do_huge_pmd_wp_page', false, ['3bff']],
  ['do_swap_page', false, ['c145']],
  ['hugetlb_wp', true, []],
])('foreign-pin-reuse, %s', (by, hugetlb, expected) => {
  expect(named('foreign-pin-reuse', { pin: pin('GET', hugetlb), by })).toEqual(expected);
});

it('is printed with its scope, and read back without one', () => {
  const fix = { commit: '0123456789ab', subject: 'mm: a ("b") (in v1.0)', since: 'v6.1', stable: ['5.15.y', '5.10.y'] };
  expect(fixText({ ...fix, only: { kind: 'PIN', hugetlb: false } })).toBe(
    '0123456789ab ("mm: a ("b") (in v1.0)") (in v6.1, 5.15.y, 5.10.y; for FOLL_PIN, not of hugetlb)',
  );
  expect(fixText({ ...fix, only: { kind: 'GET', owner: 'bio' } })).toContain('; for FOLL_GET of direct I/O)');
  expect(fixText({ ...fix, only: { by: 'do_wp_page' } })).toContain('; for do_wp_page())');
  expect(fixOf(fixText(fix))).toEqual(fix);
  expect(fixOf('see the list')).toBeUndefined();
});

it.each([
  ['5.19', 'v5.19'],
  ['6.3', 'v6.3'],
])(
  'what needs a bit of swap entries that an architecture has since v%s, it has since then',
  (swpExclusiveSince, since) => {
    const rule = BUILT_IN.find(({ meta }) => meta.id === 'swapin-cow-under-pin');
    const [fix] = fixesFor(rule?.meta.fixedBy ?? [], { pin: undefined, swpExclusiveSince });
    expect(fixOf(fix)?.since).toBe(since);
  },
);
