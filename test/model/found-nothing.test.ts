// Why: try_to_unmap_one() prints before it has the lock of the page table, and succeeds if by then nothing of the folio is
// mapped there. If it gives up at a page of a large folio, it has unmapped those before it.
import { describe, expect, it } from 'vitest';
import { asUsual, at, CHILD, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const HEAD = 0x4000;
const ZERO_PAGE = '0x8000000000001225';

describe('reclaim comes to a pinned page', () => {
  const said = async (when: 'before' | 'meanwhile' | 'under' | undefined) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const thread = trace.task('app', 502, 1);
    const kswapd = trace.task('kswapd0', 40, 2);
    asUsual(trace, app, PFN);
    // it was read from the swap area: add_to_swap() is not called again
    const discards = () => thread.zap({ mm: PARENT, start: at(0), end: at(1) });
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
    if (when !== 'under') pin(app, 0, PFN);
    if (when === 'before' || when === 'under') discards();
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1026, map: 0 });
    if (when === 'under') pin(app, 0, PFN);
    if (when === 'meanwhile') discards();
    kswapd.unmap_one_ret({ ret: 1 });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return (await trace.check('6.12')).said;
  };

  it.each(['before', 'meanwhile', 'under'] as const)(
    'that its process unmaps %s: no line shows that it was still there',
    async (when) => {
      expect((await said(when)).join()).not.toContain('unmapped-for-swap');
    },
  );

  it('that nobody else unmaps', async () => {
    expect(await said(undefined)).toEqual(['warning pinned-page-unmapped-for-swap']);
  });
});

it('what is left of a large folio that could not be unmapped is not known', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 2);
  asUsual(trace, app, PFN);
  touch(app, PARENT, 16, HEAD, 2);
  pin(app, 18, HEAD + 2, { head: HEAD });
  kswapd.swap_cache_add({ page: page(HEAD), entry: '0x8' });
  kswapd.unmap_one({ page: page(HEAD), mm: PARENT, addr: at(16), ref: 9, map: -1 });
  kswapd.unmap_one_ret({ ret: 0 });
  // MADV_FREE drops the swap entry, and a read maps the zero page
  app.fault({ mm: PARENT, addr: at(16), flags: '0x1254' });
  app.wp_fault({ mm: PARENT, addr: at(16), pte: ZERO_PAGE, flags: '0x1a55' });
  app.new_anon({ page: page(PFN + 64), mm: PARENT, addr: at(16), head: 0, order: 0, rflags: '0x1' });
  app.wp_fault_ret({ ret: '0x0' });
  unpin(app, HEAD + 2, HEAD);
  exit(app, PARENT, 500);
  const { findings, undecided } = await trace.check('6.12');
  expect(findings).toEqual([]);
  expect(undecided.join()).not.toContain('contradicts');
});

describe('a write fault that returns without a copy', () => {
  const said = async (unmaps: boolean, returns: boolean) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const child = trace.task('app', 501, 1);
    const kswapd = trace.task('kswapd0', 40, 2);
    asUsual(trace, app, PFN);
    fork(app, 500);
    pin(app, 0, PFN, { api: 'gup_fast', flags: 0 });
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
    child.fault({ mm: CHILD, addr: at(0), flags: '0x1255' });
    if (unmaps) kswapd.unmap_one({ page: page(PFN), mm: CHILD, addr: at(0), ref: 4, map: 1 });
    if (unmaps && returns) kswapd.unmap_one_ret({ ret: 0 });
    wpFault(child, CHILD, 0, PFN);
    child.wp_fault_ret({ ret: '0x0' });
    if (unmaps && !returns) kswapd.unmap_one_ret({ ret: 1 });
    app.pipe_release({ page: page(PFN), pipe: '0xffff888200000000' });
    exit(app, PARENT, 500);
    return (await trace.check('6.12')).said.join();
  };

  it('has made the page writable', async () => {
    expect(await said(false, false)).toContain('foreign-pin-reuse');
    expect(await said(true, true)).toContain('foreign-pin-reuse');
  });

  it('... unless reclaim is unmapping it: do_wp_page() gives the lock up before it copies', async () => {
    expect(await said(true, false)).not.toContain('foreign-pin-reuse');
  });
});
