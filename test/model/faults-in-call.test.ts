// Why: to pin a page that was swapped out, GUP faults, and the fault reads the page with a bio. The same event comes after
// the end of a call whose return is not recorded. The first call of a trace has no return before it that would show which.
import { describe, expect, it } from 'vitest';
import { at, background, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;
const ENTRY = { mm: PARENT, addr: at(0), pte: '0x7ffffffffffe002', flags: '0x15' };
const BIO = '0xffff888300000000';

/** A page is swapped out, then pinned by a call that reads it in. */
async function pinned({ isReturned = true } = {}) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  background(app, 600, 0x5000);
  touch(app, PARENT, 0, 0x1000);
  kswapd.swap_cache_add({ page: page(0x1000), entry: '0x10' });
  kswapd.unmap_one({ page: page(0x1000), mm: PARENT, addr: at(0) });
  kswapd.unmap_one_ret({ ret: 1 });
  const call = { mm: PARENT, start: at(0), nr: 1, pages: '0xffff888200000000' };
  app.gup_slow({ ...call, flags: '0x7' });
  app.fault({ mm: PARENT, addr: at(0), flags: '0x15' });
  app.swap_in(ENTRY);
  app.bio_submit({ bio: BIO, opf: '0x0', size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
  trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio: BIO, status: 0 });
  app.anon_rmap({ page: page(PFN), mm: PARENT, addr: at(0), rflags: '0x1' });
  app.swap_in_ret({ ret: '0x0' });
  app.grab_slow({ page: page(PFN), refs: 1, flags: '0x207', ref: 1 });
  if (isReturned) app.gup_slow_ret({ ret: 1 });
  fork(app, 500);
  copy(app, PARENT, 0, PFN, NEW);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('5.10');
  return findings.map(({ rule, pin }) => `${rule} ${pin.pfn}`);
}

describe('the first call of a trace reads its page from swap', () => {
  it('and pins it', async () => {
    expect(await pinned()).toEqual([`fork-share-then-cow 0x${PFN.toString(16)}`]);
  });

  it('and pins nothing that its return would show', async () => {
    expect(await pinned({ isReturned: false })).toEqual([]);
  });
});
