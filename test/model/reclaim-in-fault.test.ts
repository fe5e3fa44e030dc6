// Why: wp_page_copy() allocates before it looks at the entry again. Reclaim for that page may come upon the page that is to
// be copied, and unmap it (shrink_folio_list(), try_to_unmap_one()); the fault then ends without a copy (!pte_same()).
import { describe, expect, it } from 'vitest';
import { at, background, copy, exit, fork, PARENT, page, pin, ro, swapIn, Trace, touch, wpFault } from './synthetic.ts';

const PFN = 0x2000;

describe('a write fault whose reclaim unmaps the faulting page', () => {
  const story = (drifts: boolean) => {
    const trace = new Trace();
    const parent = trace.task('par', 500);
    background(parent);
    touch(parent, PARENT, 0, PFN);
    pin(parent, 0, PFN, { api: 'gup_fast', flags: 1, caller: '__iov_iter_get_pages_alloc+0x2/0x8' });
    parent.bio_add({ bio: '0xffff888400000000', page: page(PFN), len: 4096, off: 0 });
    parent.bio_submit({
      bio: '0xffff888400000000',
      opf: '0x8800',
      size: 4096,
      vcnt: 1,
      p0: page(PFN),
      l0: 4096,
      o0: 0,
    });
    const over = () => {
      parent.bio_end({ bio: '0xffff888400000000', status: 0 });
      parent.bio_release({ bio: '0xffff888400000000', dirty: 1, p0: page(PFN), vcnt: 1 });
    };
    fork(parent, 500);
    wpFault(parent, PARENT, 0, PFN);
    parent.wp_copy({ mm: PARENT, addr: at(0), page: page(PFN) });
    parent.swap_cache_add({ page: page(PFN), entry: '0x7' });
    parent.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    parent.clear_flush({ mm: PARENT, addr: at(0), pte: ro(PFN) });
    parent.unmap_one_ret({ ret: 1 });
    parent.wp_fault_ret({ ret: '0x0' });
    if (!drifts) over();
    swapIn(parent, 0, PFN, false, false);
    copy(parent, PARENT, 0, PFN, PFN + 7);
    if (drifts) over();
    exit(parent, PARENT, 500);
    return trace.check('6.1');
  };

  it('has copied nothing', async () => {
    expect((await story(false)).said).toEqual(['note get-across-fork']);
  });

  it('is not where the page is replaced that a later fault replaces', async () => {
    const { said, findings } = await story(true);
    expect(said).toEqual(['error fork-share-then-cow']);
    expect(findings[0].evidence.findLast(({ role }) => role === 'copy')?.line).toBeGreaterThan(25);
  });
});
