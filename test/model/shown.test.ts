// Why: what a claim takes for shown must be shown. Each of these had been concluded from the absence of something else.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const HUGE = 0x1e000;
const OTHER = '0xffff888100003000';
const LONGTERM = 0x101;

/** A process of two threads, its page 0 touched, with a write fault and an unmapping of no interest. */
function process() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 9, PFN + 9);
  wpFault(app, PARENT, 9, PFN + 9);
  app.wp_fault_ret({ ret: '0x0' });
  app.zap({ mm: PARENT, start: at(7), end: at(8) });
  const end = () => {
    trace.task('idle', 1, 1).fault({ mm: OTHER, addr: at(40), flags: '0x1255' });
    exit(app, PARENT, 500);
  };
  return { trace, app, end };
}

describe('a kernel thread that uses one address space after another', () => {
  const worker = (forks: 'the one it pinned in' | 'the one before') => {
    const { trace, app, end } = process();
    const other = trace.task('other', 700, 1);
    touch(other, OTHER, 0, PFN + 64);
    const io = trace.task('io_wqe_worker-0', 900);
    // its first call faults, which names the address space; the second need not
    io.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    io.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    io.grab_fast({ page: page(PFN), refs: 1, flags: '0x40001', ref: 1 });
    io.grab_fast_ret({ head: page(PFN) });
    io.pin_fast_ret({ ret: 1 });
    unpin(io, PFN);
    pin(io, 0, PFN + 64);
    const [task, pid, mm, pfn] =
      forks === 'the one before' ? ([app, 500, PARENT, PFN] as const) : ([other, 700, OTHER, PFN + 64] as const);
    task.fork_vma({ dst: CHILD, src: mm, start: at(0), end: at(16), vmflags: '0x100073' });
    task.fork_vma_ret({ ret: 0 });
    task.sched_process_fork(`comm=x pid=${pid} child_comm=x child_pid=${pid + 1}`);
    copy(task, mm, 0, pfn, 0x2100);
    unpin(io, PFN + 64);
    exit(trace.task('x', pid + 1), CHILD, pid + 1);
    exit(other, OTHER, 700);
    end();
    return trace;
  };

  it('pins in the one that maps the page: a copy there is its drift', async () => {
    expect((await worker('the one it pinned in').check('5.10')).said).toContain('error fork-share-then-cow');
  });

  it('... and what the other does is no drift of it', async () => {
    expect((await worker('the one before').check('5.10')).said).toEqual([]);
  });
});

describe('try_to_unmap() of a page that somebody pins', () => {
  const unmapped = (what: 'for swap' | 'a swap fault comes' | 'memory fails') => {
    const { trace, app, end } = process();
    const task = trace.task('kworker', 33, 1);
    pin(app, 0, PFN, { flags: LONGTERM });
    task.swap_cache_add({ page: page(what === 'for swap' ? PFN : PFN + 9), entry: '0x7' });
    task.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1025, map: 0 });
    task.unmap_one_ret({ ret: 1 });
    if (what === 'a swap fault comes') {
      app.swap_in({ mm: PARENT, addr: at(0), pte: '0x7fffffffffb880a', flags: '0x1255' });
      app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
      app.swap_in_ret({ ret: '0x0' });
    }
    unpin(app, PFN);
    end();
    return trace.check('6.12');
  };

  it.each(['for swap', 'a swap fault comes'] as const)('%s', async (what) => {
    expect((await unmapped(what)).said).toEqual(['warning pinned-page-unmapped-for-swap']);
  });

  it('that never enters the swap cache and does not come back is not due to reclaim: failing memory is unmapped too', async () => {
    expect((await unmapped('memory fails')).said).toEqual([]);
  });
});

describe('a pinned page of hugetlb', () => {
  const hugetlb = () => {
    const made = process();
    const { app } = made;
    const fresh = (pfn: number) => {
      app.fault({ mm: PARENT, addr: at(512), flags: '0x1255' });
      app.new_hugetlb({ page: page(pfn), mm: PARENT, addr: at(512) });
    };
    fresh(HUGE);
    app.fault({ mm: PARENT, addr: at(512), flags: '0x1255' });
    app.wp_hugetlb({ mm: PARENT, addr: at(512) });
    pin(app, 512, HUGE, { flags: LONGTERM });
    return { ...made, fresh };
  };

  it('is replaced without a line of its unmapping, which hugetlb does in a function of its own: undecided', async () => {
    const { trace, app, fresh, end } = hugetlb();
    fresh(HUGE + 512);
    unpin(app, HUGE);
    end();
    const { said, verdict } = await trace.check('6.12');
    expect(said).toEqual(['note pinned-page-replaced']);
    expect(verdict).toBe('could-not-be-checked');
  });

  it.each([
    ['another page', HUGE + 512, ['error pinned-page-migrated']],
    ['itself, since it failed', HUGE, []],
  ])('is migrated, and maps %s', async (_, to, said) => {
    const { trace, app, end } = hugetlb();
    const kcompactd = trace.task('kcompactd0', 43, 1);
    kcompactd.migrate_one({ page: page(HUGE), mm: PARENT, addr: at(512), ref: 1025 });
    kcompactd.migrate_one_ret({ ret: 1 });
    kcompactd.migrate_in({ page: page(to), mm: PARENT, addr: at(512) });
    unpin(app, HUGE);
    end();
    expect((await trace.check('6.12')).said).toEqual(said);
  });
});

describe('a write fault on a page that fork has shared and somebody pins', () => {
  it.each([
    [true, 'violated'],
    // do_wp_page() keeps it only where nobody has a reference
    [false, 'could-not-be-checked'],
  ])('with the line of the new page: %s', async (line, verdict) => {
    const { trace, app, end } = process();
    pin(app, 0, PFN);
    fork(app, 500);
    wpFault(app, PARENT, 0, PFN);
    if (line) app.new_anon({ page: page(0x2100), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret: '0x0' });
    unpin(app, PFN);
    exit(trace.task('chi', 501), CHILD, 501);
    end();
    expect((await trace.check('7.2')).verdict).toBe(verdict);
  });

  it('is not of a page that fork copied after it had split a PMD', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN, 9);
    pin(app, 0, PFN);
    app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(512), vmflags: '0x100073' });
    app.fork_pmd({ dst: CHILD, src: PARENT, addr: at(0), pmd: '0x80000000020000e7' });
    app.thp_split_pmd({ mm: PARENT, addr: at(0), pmd: '0x80000000020000e7', freeze: 0 });
    app.fork_pmd_ret({ ret: -11 });
    app.new_anon({ page: page(0x3000), mm: CHILD, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.fork_vma_ret({ ret: 0 });
    app.sched_process_fork('comm=app pid=500 child_comm=app child_pid=501');
    wpFault(app, PARENT, 0, PFN);
    app.wp_fault_ret({ ret: '0x0' });
    exit(trace.task('app', 501), CHILD, 501);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).verdict).toBe('clean');
  });
});

describe('a page of a file, held by FOLL_GET without I/O', () => {
  it.each([
    ['reclaim', 'note pinned-page-replaced'],
    ['nothing', 'warning pinned-page-replaced'],
  ])('is replaced after %s unmapped it', async (by, said) => {
    const { trace, app, end } = process();
    const map = (pfn: number) => {
      app.fault({ mm: PARENT, addr: at(1), flags: '0x1254' });
      app.file_map({ mm: PARENT, addr: at(1), page: page(pfn), cow: '0x0' });
    };
    map(0x3000);
    pin(app, 1, 0x3000, { api: 'gup_fast', caller: 'some_driver_get+0x90/0x300 [foo]' });
    if (by === 'reclaim') {
      const kswapd = trace.task('kswapd0', 40, 1);
      kswapd.unmap_one({ page: page(0x3000), mm: PARENT, addr: at(1), ref: 2, map: 0 });
      kswapd.unmap_one_ret({ ret: 1 });
    }
    map(0x3001);
    end();
    expect((await trace.check('6.12')).said).toEqual([said]);
  });
});

describe('a page that another process keeps, held by FOLL_GET whose end is not recorded', () => {
  it.each([
    ['is a warning where allocations are recorded: the pipe may have been read', true, 'warning foreign-pin-reuse'],
    ['may have been allocated anew where they are not', false, 'note foreign-pin-reuse'],
  ])('%s', async (_what, allocations, told) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const child = trace.task('app', 501, 1);
    if (allocations) touch(app, PARENT, 9, PFN + 9);
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    pin(app, 0, PFN, { api: 'gup_fast', flags: 0 });
    app.pipe_add({ pipe: '0xffff888300000000', page: page(PFN), off: 0, len: 4096 });
    fork(app, 500);
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    wpFault(child, CHILD, 0, PFN);
    child.move_anon({ page: page(PFN), mm: CHILD });
    child.wp_fault_ret({ ret: '0x0' });
    exit(child, CHILD, 501);
    exit(app, PARENT, 500);
    expect((await trace.check('6.1')).said).toContain(told);
  });
});
