// Why: a GUP call takes time. What other tasks do to its addresses between the grab and the return is done to a page that
// is held already; and what the kernel does only to a page that nobody holds says that a reference was over.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const OTHER = '0xffff888100003000';

/** Two threads of one process, the page at 0 touched, and a call of the first that has grabbed it. */
function inside({ flags = 1, api = 'pin_fast' as const } = {}) {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const thread = trace.task('par', 502, 1);
  touch(par, PARENT, 0, 0x2000);
  par.sched_process_fork('comm=par pid=500 child_comm=par child_pid=502');
  touch(thread, PARENT, 9, 0x2009);
  // releases are recorded
  pin(par, 9, 0x2009);
  unpin(par, 0x2009);
  const begin = () => {
    par[api]({ start: at(0), nr: 1, flags: `0x${flags.toString(16)}`, pages: '0xffff888200000000' });
    par.grab_fast({ page: page(0x2000), refs: 1, flags: `0x${(flags | 0x80000).toString(16)}`, ref: 1 });
    par.grab_fast_ret({ head: page(0x2000) });
  };
  const end = () => {
    unpin(thread, 0x2000);
    thread.sched_process_exit('comm=par pid=502 prio=120');
    exit(par, PARENT, 500);
  };
  return { trace, par, thread, begin, end };
}

describe('between the grab and the return of a GUP call', () => {
  it.each(['before the return', 'after the return'])(
    'another thread unmaps the page, and a new one comes %s: a note',
    async (when) => {
      const { trace, par, thread, begin, end } = inside();
      begin();
      thread.zap({ mm: PARENT, start: at(0), end: at(1) });
      if (when === 'before the return') touch(thread, PARENT, 0, 0x2050);
      par.pin_fast_ret({ ret: 1 });
      if (when === 'after the return') touch(thread, PARENT, 0, 0x2050);
      // the entry is the new page's, not the pinned one's
      wpFault(thread, PARENT, 0, 0x2050);
      thread.wp_fault_ret({ ret: '0x0' });
      end();
      const { said, verdict } = await trace.check('6.12');
      expect(said).toEqual(['note user-unmapped-pinned-range']);
      expect(verdict).toBe('clean');
    },
  );

  it('another thread copies it away after fork: the drift is found, with its write fault', async () => {
    const { trace, par, thread, begin, end } = inside();
    fork(par, 500);
    begin();
    copy(thread, PARENT, 0, 0x2000, 0x2040);
    par.pin_fast_ret({ ret: 1 });
    end();
    const { findings } = await trace.check('6.12');
    expect(findings).toMatchObject([{ rule: 'cow-under-write-pin', severity: 'error', confidence: 'certain' }]);
    expect(findings[0].mapping).toMatchObject({ page: page(0x2040) });
  });

  it('... which is a warning where a grab that is taken back leaves no line', async () => {
    const { trace, par, thread, begin, end } = inside();
    fork(par, 500);
    begin();
    copy(thread, PARENT, 0, 0x2000, 0x2040);
    par.pin_fast_ret({ ret: 1 });
    end();
    const bare = new Trace();
    bare.lines.push(...trace.lines.filter((line) => !line.includes('put_folio')));
    expect((await bare.check('6.12')).said).toEqual(['warning cow-under-write-pin']);
  });

  it('another thread copies it, and GUP-fast sees that and takes the copy: nothing is wrong', async () => {
    const { trace, par, thread, begin } = inside();
    fork(par, 500);
    begin();
    copy(thread, PARENT, 0, 0x2000, 0x2040);
    par.put_folio({ page: page(0x2000), refs: 1, flags: '0x80000' });
    par.grab_slow({ page: page(0x2040), refs: 1, flags: '0x80001', ref: 1 });
    par.pin_fast_ret({ ret: 1 });
    unpin(thread, 0x2040);
    thread.sched_process_exit('comm=par pid=502 prio=120');
    exit(par, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual([]);
  });
});

describe('what the kernel does only to a page that nobody holds', () => {
  const moved = (owner: 'a pipe' | 'nobody') => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kcompactd = trace.task('kcompactd0', 43, 1);
    touch(app, PARENT, 0, 0x2000);
    pin(app, 0, 0x2000, { api: 'gup_fast', flags: 0, caller: 'zerocopy_fill_skb_from_iter+0x90/0x300' });
    if (owner === 'a pipe') app.pipe_add({ pipe: '0xffff888300000000', page: page(0x2000), off: 0, len: 4096 });
    kcompactd.migrate_one({ page: page(0x2000), mm: PARENT, addr: at(0) });
    kcompactd.migrate_one_ret({ ret: 1 });
    kcompactd.migrate_in({ page: page(0x2040), mm: PARENT, addr: at(0) });
    kcompactd.anon_rmap({ folio: page(0x2040), page: page(0x2040), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    if (owner === 'a pipe') app.pipe_release({ pipe: '0xffff888300000000', page: page(0x2000) });
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('migration of a page whose FOLL_GET reference ends without a line is a note', async () => {
    const { findings } = await moved('nobody');
    expect(findings).toMatchObject([{ rule: 'pinned-page-migrated', severity: 'note', confidence: 'low' }]);
  });

  it('of one that a pipe still has, an error', async () => {
    expect((await moved('a pipe')).said).toEqual(['error pinned-page-migrated']);
  });

  it('swapoff that maps another page is a replacement, and no write fault', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kswapd = trace.task('kswapd0', 40, 1);
    const swapoff = trace.task('swapoff', 900, 1);
    touch(app, PARENT, 0, 0x2000);
    pin(app, 0, 0x2000);
    kswapd.swap_cache_add({ page: page(0x2000), entry: '0x7' });
    kswapd.unmap_one({ page: page(0x2000), mm: PARENT, addr: at(0) });
    kswapd.unmap_one_ret({ ret: 1 });
    swapoff.anon_rmap({ folio: page(0x2070), page: page(0x2070), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    app.zap({ mm: PARENT, start: at(20), end: at(21) });
    unpin(app, 0x2000);
    exit(app, PARENT, 500);
    const { said } = await trace.check('6.12');
    expect(said).toContain('warning pinned-page-replaced');
    expect(said).not.toContain('warning cow-under-write-pin');
  });
});

describe('hugetlb that fork shares although it is pinned', () => {
  it.each([
    ['5.10', 'warning'],
    ['5.15', 'error'],
    ['6.12', 'error'],
  ])('on %s: %s', async (kernel, severity) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const HUGE = 0x20000;
    par.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    par.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(0) });
    pin(par, 0, HUGE);
    fork(par, 500, 512);
    par.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    par.wp_hugetlb({ mm: PARENT, addr: at(0) });
    par.new_hugetlb({ page: page(HUGE + 512), mm: PARENT, addr: at(0) });
    unpin(par, HUGE);
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
    expect((await trace.check(kernel)).said).toContain(`${severity} fork-share-then-cow`);
  });
});

describe('a page that a grandchild holds', () => {
  it.each([
    ['and gave up', true],
    ['and still maps', false],
  ])('%s, kept by the write of the grandparent', async (_what, gaveUp) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const chi = trace.task('chi', 501, 1);
    const grand = trace.task('gra', 503, 1);
    touch(par, PARENT, 0, 0x2000);
    fork(par, 500);
    chi.fork_vma({ dst: OTHER, src: CHILD, start: at(0), end: at(16), vmflags: '0x100073' });
    chi.fork_vma_ret({ ret: 0 });
    chi.sched_process_fork('comm=chi pid=501 child_comm=gra child_pid=503');
    exit(chi, CHILD, 501);
    // for writing: where it is still mapped, what is written goes to both
    pin(grand, 0, 0x2000, { api: 'gup_fast', flags: gaveUp ? 0 : 1 });
    grand.pipe_add({ pipe: '0xffff888300000000', page: page(0x2000), off: 0, len: 4096 });
    if (gaveUp) grand.zap({ mm: OTHER, start: at(0), end: at(1) });
    wpFault(par, PARENT, 0, 0x2000);
    par.move_anon({ page: page(0x2000), mm: PARENT });
    par.wp_fault_ret({ ret: '0x0' });
    grand.pipe_release({ pipe: '0xffff888300000000', page: page(0x2000) });
    exit(grand, OTHER, 503);
    exit(par, PARENT, 500);
    const { said } = await trace.check('6.1');
    if (gaveUp) expect(said).toContain('error foreign-pin-reuse');
    else expect(said).not.toContain('error foreign-pin-reuse');
  });
});
