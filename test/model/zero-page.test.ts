// Why: the zero page has no reverse mapping, so no line says at which address KSM (use_zero_pages) or the split of an
// underused huge page maps it. What later shows it there contradicts nothing.
import { expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, pin, ro, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const ZERO = 0x1a2b;

/** @param found the page that a later write fault finds */
async function merged(found: number) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 1, PFN + 1);
  // vmemmap_base, so that entries can be compared
  exit(trace.task('init', 1), CHILD, 1);
  const ksmd = trace.task('ksmd', 30, 1);
  ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: page(ZERO) });
  ksmd.ksm_merge_ret({ ret: 0 });
  pin(app, 1, PFN + 1);
  unpin(app, PFN + 1);
  copy(app, PARENT, 0, found, 0x3000);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).undecided.join();
}

it('a page that KSM merged with the zero page', async () => {
  expect(await merged(ZERO)).not.toContain('contradicts');
  expect(await merged(0x4444)).toContain('contradicts');
});

it('a page that migration mapped back as the zero page is not under migration', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  const kswapd = trace.task('kswapd0', 40, 1);
  kswapd.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0) });
  kswapd.migrate_one_ret({ ret: 1 });
  kswapd.migrate_in({ page: page(PFN), mm: PARENT, addr: at(0) });
  pin(app, 0, ZERO, { flags: 0 });
  unpin(app, ZERO);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual([]);
});

const HUGE_ZERO = 0x80000;
const SPECIAL = 0x200n;
const special = (pfn: number): string => `0x${(BigInt(ro(pfn)) + SPECIAL).toString(16)}`;
const huge = (pfn: number): string => `0x${(BigInt(ro(pfn)) + 0x80n).toString(16)}`;

/**
 * Page 7 of what a PMD maps is pinned for reading, never touched before; the first write splits the PMD.
 * @param pte what the fault finds then
 */
async function split(pte: string, ends: 'by a copy' | 'without one' = 'by a copy') {
  const trace = new Trace();
  exit(trace.task('init', 1), CHILD, 1);
  const app = trace.task('app', 500);
  touch(app, PARENT, 900, 0x900);
  app.zap({ mm: PARENT, start: at(900), end: at(901) });
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
  pin(app, 7, HUGE_ZERO + 7, { flags: 0, head: HUGE_ZERO });
  app.fault({ mm: PARENT, addr: at(7), flags: '0x1255' });
  app.wp_pmd({ mm: PARENT, addr: at(7), pmd: huge(HUGE_ZERO), flags: '0x1a55' });
  app.thp_split_pmd({ mm: PARENT, addr: at(7), pmd: huge(HUGE_ZERO), freeze: 0 });
  app.wp_pmd_ret({ ret: '0x800' });
  app.wp_fault({ mm: PARENT, addr: at(7), pte, flags: '0x1a55' });
  app.clear_flush({ mm: PARENT, addr: at(7), pte });
  if (ends === 'by a copy')
    app.new_anon({ page: page(0x3000), mm: PARENT, addr: at(7), head: 0, order: 0, rflags: '0x1' });
  app.wp_fault_ret({ ret: '0x0' });
  unpin(app, HUGE_ZERO + 7, HUGE_ZERO);
  exit(app, PARENT, 500);
  const { findings, undecided } = await trace.check('6.12');
  return { said: findings.map(({ rule, mapping }) => `${rule} ${mapping?.pfn}`), undecided: undecided.join() };
}

it('the huge zero page becomes the small one: nothing has changed until the write copies that', async () => {
  const { said, undecided } = await split(special(ZERO));
  expect(said).toEqual(['ro-longterm-pin-on-nonanon-private 0x3000']);
  expect(undecided).not.toContain('contradicts');
});

it('... or until it is known to have done that', async () => {
  expect((await split(special(ZERO), 'without one')).said).toEqual(['ro-longterm-pin-on-nonanon-private undefined']);
});

it('another page than the zero page is one', async () => {
  expect((await split(ro(0x4444))).said).toEqual(['stale-read-pin 0x4444']);
});
