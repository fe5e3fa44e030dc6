// Why: the zero page has no reverse mapping, so no line says at which address KSM (use_zero_pages) or the split of an
// underused huge page maps it. What later shows it there contradicts nothing.
import { expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

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
