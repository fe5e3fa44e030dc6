// Why: a claim rests on what shows it. Each of these has a neighbour that differs in one line and is right the other way.
import { describe, expect, it } from 'vitest';
import {
  at,
  CHILD,
  copy,
  exit,
  family,
  fork,
  PARENT,
  page,
  pin,
  reuse,
  ro,
  Trace,
  touch,
  unpin,
  wpFault,
} from './synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;

/** A page shared by fork, in a pipe of the child's, which has unmapped it: whoever writes next decides who reads what. */
function piped() {
  const { trace, par, chi } = family(OLD);
  pin(chi, 0, OLD, { api: 'gup_fast', flags: 0 });
  chi.pipe_add({ pipe: '0xffff888300000000', page: page(OLD), off: 0, len: 4096 });
  chi.zap({ mm: CHILD, start: at(0), end: at(1) });
  const end = () => {
    chi.pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
  };
  return { trace, par, chi, thread: trace.task('par', 502, 1), end };
}

describe('a write fault that returns without a copy', () => {
  it('lost the race against another thread, which copied: nothing was reused', async () => {
    const { trace, par, thread, end } = piped();
    wpFault(par, PARENT, 0, OLD);
    wpFault(thread, PARENT, 0, OLD);
    par.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    par.wp_fault_ret({ ret: '0x0' });
    thread.wp_fault_ret({ ret: '0x0' });
    end();
    expect((await trace.check('7.2')).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('... and went as far as wp_page_copy(): it is no copy whose page is missing either', async () => {
    const { trace, par, thread, end } = piped();
    for (const t of [par, thread]) {
      wpFault(t, PARENT, 0, OLD);
      t.wp_copy({ mm: PARENT, addr: at(0), page: page(OLD) });
    }
    par.clear_flush({ mm: PARENT, addr: at(0), pte: ro(OLD) });
    par.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    par.wp_fault_ret({ ret: '0x8' });
    pin(par, 0, NEW);
    thread.wp_fault_ret({ ret: '0x0' });
    unpin(par, NEW);
    end();
    expect((await trace.check('6.1')).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('lost it on a PMD, which the other thread split: nothing was reused', async () => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const chi = trace.task('chi', 501, 1);
    const thread = trace.task('par', 502, 1);
    touch(par, PARENT, 0, OLD, 9);
    fork(par, 500, 512);
    pin(chi, 0, OLD, { api: 'gup_fast', flags: 0 });
    chi.pipe_add({ pipe: '0xffff888300000000', page: page(OLD), off: 0, len: 4096 });
    chi.zap({ mm: CHILD, start: at(0), end: at(512) });
    for (const t of [par, thread]) t.wp_pmd({ mm: PARENT, addr: at(0), pmd: ro(OLD), flags: '0x255' });
    par.wp_pmd_ret({ ret: '0x800' });
    copy(par, PARENT, 0, OLD, NEW);
    thread.wp_pmd_ret({ ret: '0x0' });
    chi.pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('kept the page, as folio_move_anon_rmap() says: the leak', async () => {
    const { trace, par, end } = piped();
    reuse(par, PARENT, 0, OLD);
    end();
    expect((await trace.check('7.2')).said).toContain('error foreign-pin-reuse');
  });

  it('kept the page, as VM_FAULT_WRITE says: the leak', async () => {
    const { trace, par, end } = piped();
    wpFault(par, PARENT, 0, OLD);
    par.wp_fault_ret({ ret: '0x8' });
    end();
    expect((await trace.check('6.1')).said).toContain('error foreign-pin-reuse');
  });

  it('without any line that says so: a warning at most', async () => {
    const { trace, par, end } = piped();
    wpFault(par, PARENT, 0, OLD);
    par.wp_fault_ret({ ret: '0x0' });
    end();
    expect((await trace.check('7.2')).said).toContain('warning foreign-pin-reuse');
  });
});

describe('a page that is shared on purpose', () => {
  it.each([
    ['mapped by finish_fault()', true],
    ['mapped by fault-around, which leaves no line', false],
  ])('%s is written in one process while a relative writes it by O_DIRECT', async (_, shown) => {
    const trace = new Trace();
    const par = trace.task('srv', 500);
    const chi = trace.task('srv', 501, 1);
    touch(par, PARENT, 5, 0x1000);
    fork(par, 500);
    chi.fault({ mm: CHILD, addr: at(100), flags: '0x1254' });
    if (shown)
      for (const [t, mm] of [
        [par, PARENT],
        [chi, CHILD],
      ] as const)
        t.file_map({ mm, addr: at(100), page: page(OLD), cow: '0x0' });
    pin(chi, 100, OLD, { flags: 0 });
    wpFault(par, PARENT, 100, OLD);
    par.wp_reuse({ mm: PARENT, addr: at(100), page: page(OLD) });
    par.wp_fault_ret({ ret: '0x0' });
    unpin(chi, OLD);
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual([]);
  });

  it.each([
    [true, []],
    [false, ['warning pinned-page-unmapped-for-swap']],
  ])('may be unmapped by reclaim under a pin (a file: %s)', async (file, said) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kswapd = trace.task('kswapd0', 40, 1);
    if (file) app.file_map({ mm: PARENT, addr: at(0), page: page(OLD), cow: '0x0' });
    else touch(app, PARENT, 0, OLD);
    pin(app, 0, OLD, { flags: 0x101 });
    if (!file) kswapd.swap_cache_add({ page: page(OLD), entry: '0x7' });
    kswapd.unmap_one({ page: page(OLD), mm: PARENT, addr: at(0), ref: 1026, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    kswapd.fault({ mm: CHILD, addr: '0x20000000', flags: '0x1255' });
    unpin(app, OLD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(said);
  });

  it('of unknown kind, unmapped by reclaim under a pin: no claim', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kswapd = trace.task('kswapd0', 40, 1);
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    pin(app, 0, OLD, { flags: 0x101 });
    kswapd.unmap_one({ page: page(OLD), mm: PARENT, addr: at(0), ref: 1026, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    unpin(app, OLD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual([]);
  });
});

describe('what took the write permission away', () => {
  /** A FOLL_GET write reference under I/O; `between` it and the copy something happens. */
  async function causeOf(kernel: string, between: (par: ReturnType<Trace['task']>) => void) {
    const trace = new Trace();
    const par = trace.task('par', 500);
    touch(par, PARENT, 0, OLD);
    pin(par, 0, OLD, { api: 'gup_fast' });
    par.bio_add({ bio: '0xffff888400000000', page: page(OLD), len: 4096, off: 0 });
    par.bio_submit({
      bio: '0xffff888400000000',
      sector: '0x10',
      size: 4096,
      opf: '0x8800',
      p0: page(OLD),
      l0: 4096,
      o0: 0,
      vcnt: 1,
    });
    between(par);
    copy(par, PARENT, 0, OLD, NEW);
    par.bio_end({ bio: '0xffff888400000000', status: 0 });
    par.bio_release({ bio: '0xffff888400000000', dirty: 0, bflags: '0x0', p0: page(OLD), vcnt: 1 });
    exit(par, PARENT, 500);
    const { findings } = await trace.check(kernel);
    return findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
  }
  const protect = (cp: string) => ({ mm: PARENT, start: at(0), end: at(16), prot: '0x25', cp });

  it('fork, not the NUMA hinting after it', async () => {
    expect(
      await causeOf('6.1', (par) => {
        fork(par, 500);
        par.numa_prot({ mm: PARENT, start: at(0), end: at(16) });
      }),
    ).toEqual(['fork-share-then-cow']);
  });

  it('fork, not an mprotect() after it that restores access', async () => {
    expect(
      await causeOf('6.1', (par) => {
        fork(par, 500);
        par.cprot(protect('0x1'));
      }),
    ).toEqual(['fork-share-then-cow']);
  });

  it('fork, not the protection before it, which alone would not make the kernel copy', async () => {
    expect(
      await causeOf('6.1', (par) => {
        par.cprot(protect('0x4'));
        fork(par, 500);
      }),
    ).toEqual(['fork-share-then-cow']);
  });

  it('NUMA hinting alone does not explain a copy', async () => {
    expect(await causeOf('6.1', (par) => par.cprot(protect('0x2')))).toEqual(['cow-under-write-pin']);
  });

  it('the first mprotect() of two: 5.10', async () => {
    expect(
      await causeOf('5.10', (par) => {
        par.cprot(protect('0x0'));
        par.cprot(protect('0x0'));
      }),
    ).toEqual(['wrprotect-then-cow']);
  });
});

describe('a page that was freed and came back as another', () => {
  /** The child of a fork holds its own page by an ownerless reference and is gone. */
  function left() {
    const trace = new Trace();
    const par = trace.task('srv', 500);
    const chi = trace.task('srv', 501, 1);
    touch(par, PARENT, 0, OLD);
    touch(par, PARENT, 5, OLD + 5);
    fork(par, 500);
    copy(chi, CHILD, 0, OLD, NEW);
    pin(chi, 0, NEW, { api: 'gup_fast', flags: 0 });
    exit(chi, CHILD, 501);
    return { trace, par };
  }
  const reused = (par: ReturnType<Trace['task']>, vpn: number) => {
    wpFault(par, PARENT, vpn, NEW);
    par.move_anon({ page: page(NEW), mm: PARENT });
    par.wp_fault_ret({ ret: '0x0' });
    exit(par, PARENT, 500);
  };

  it('by a swap-in into a new page (v6.11 and later)', async () => {
    const { trace, par } = left();
    const kswapd = trace.task('kswapd0', 40, 1);
    kswapd.swap_cache_add({ page: page(OLD + 5), entry: '0x7' });
    kswapd.unmap_one({ page: page(OLD + 5), mm: PARENT, addr: at(5), ref: 2, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    par.swap_in({ mm: PARENT, addr: at(5), pte: '0x7fffffffffb880a', flags: '0x1255' });
    par.new_anon({ page: page(NEW), mm: PARENT, addr: at(5), head: 0, order: 0, rflags: '0x1' });
    par.swap_in_ret({ ret: '0x0' });
    reused(par, 5);
    expect((await trace.check('6.12')).said).toEqual([]);
  });

  it('as the allocator says', async () => {
    const { trace, par } = left();
    par.mm_page_free(`page=00000000dead pfn=0x${NEW.toString(16)} order=0`);
    par.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(7), rflags: '0x0' });
    reused(par, 7);
    expect((await trace.check('6.12')).said).toEqual([]);
  });

  it('as the count of its references says', async () => {
    for (const [count, ret] of [
      [0, 1],
      [1, 0],
    ]) {
      const { trace, par } = left();
      par.page_ref_mod_and_test(
        `pfn=0x${NEW.toString(16)} flags=uptodate|lru count=${count} mapcount=0 mapping=ffff9a44203040a1 mt=1 val=-1 ret=${ret}`,
      );
      par.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(7), rflags: '0x0' });
      reused(par, 7);
      const { said } = await trace.check('6.12');
      if (ret === 1) expect(said).toEqual([]);
      else expect(said).not.toEqual([]);
    }
  });

  it('as a page of a file', async () => {
    const { trace, par } = left();
    par.file_map({ mm: PARENT, addr: at(100), page: page(NEW), cow: '0x0' });
    exit(par, PARENT, 500);
    const { said, undecided } = await trace.check('6.12');
    expect(said).toEqual([]);
    expect(undecided).not.toContain('no release was recorded for 1 pin');
  });
});

describe('UFFDIO_MOVE', () => {
  it.each([true, false])(
    'takes a page that FOLL_GET holds to another address (ptep_clear_flush() shown: %s)',
    async (shown) => {
      const trace = new Trace();
      const app = trace.task('app', 500);
      touch(app, PARENT, 0, OLD);
      wpFault(app, PARENT, 0, OLD);
      app.move_anon({ page: page(OLD), mm: PARENT });
      app.wp_fault_ret({ ret: '0x0' });
      pin(app, 0, OLD, { api: 'gup_fast', caller: 'drv_map+0x10/0x80' });
      if (shown) app.clear_flush({ mm: PARENT, addr: at(0), pte: ro(OLD) });
      app.move_anon({ page: page(OLD), mm: PARENT });
      touch(app, PARENT, 0, NEW);
      exit(app, PARENT, 500);
      expect((await trace.check('6.12')).said).toEqual(['note user-unmapped-pinned-range']);
    },
  );

  /** folio_move_anon_rmap() of a huge page, a page of which FOLL_GET holds; then another is mapped there. */
  const ofHuge = (inFault: boolean) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 600, 0x6000);
    copy(app, PARENT, 600, 0x6000, 0x6001);
    touch(app, PARENT, 0, OLD, 9);
    pin(app, 5, OLD + 5, { api: 'gup_fast', caller: 'drv_map+0x10/0x80', head: OLD });
    if (inFault) app.fault({ mm: PARENT, addr: at(5), flags: '0x1255' });
    app.move_anon({ page: page(OLD), mm: PARENT });
    touch(app, PARENT, 0, NEW, 9);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('takes a huge page as a whole', async () => {
    expect((await ofHuge(false)).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('... but just behind handle_mm_fault() it may be do_huge_pmd_wp_page(), which is not recorded', async () => {
    expect((await ofHuge(true)).said).not.toContain('note user-unmapped-pinned-range');
  });
});

describe('entries that are not accessible and still name their page', () => {
  it.each([
    ['NUMA hinting', '0x2'],
    ['userfaultfd RWP (v7.3)', '0x10'],
    ['... resolved', '0x20'],
  ])('%s: no drift', async (_, cp) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, OLD);
    pin(app, 0, OLD, { flags: 0x101 });
    app.cprot({ mm: PARENT, start: at(0), end: at(1), cp, prot: '0x25' });
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    wpFault(app, PARENT, 0, OLD);
    app.wp_fault_ret({ ret: '0x0' });
    unpin(app, OLD);
    exit(app, PARENT, 500);
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('a marker found by a fault is no page: guard and poison', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, OLD);
    pin(app, 0, OLD, { flags: 0x101 });
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    app.swap_in({ mm: PARENT, addr: at(0), pte: '0x07fffffffffff800', flags: '0x1255' });
    app.swap_in_ret({ ret: '0x40' });
    unpin(app, OLD);
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(['note user-unmapped-pinned-range']);
  });
});

describe('a longterm pin that is held when the trace ends', () => {
  it.each([
    ['with its page in place', false, 'clean'],
    ['over a range that was unmapped', true, 'could-not-be-checked'],
  ])('%s: %s', async (_, unmapped, verdict) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, OLD);
    wpFault(app, PARENT, 0, OLD);
    app.move_anon({ page: page(OLD), mm: PARENT });
    app.wp_fault_ret({ ret: '0x0' });
    pin(app, 0, OLD, { flags: 0x101 });
    if (unmapped) app.zap({ mm: PARENT, start: at(0), end: at(1) });
    expect((await trace.check('7.2')).verdict).toBe(verdict);
  });
});

describe('hugetlb_wp() whose probe looked for its arguments in the wrong place', () => {
  it('is where the fault around it is: the leak is reported', async () => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const chi = trace.task('chi', 501, 1);
    par.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    par.new_hugetlb(`page=${page(OLD)} mm=${PARENT} addr=${at(0)}`);
    fork(par, 500, 512);
    chi.fault({ mm: CHILD, addr: '0x20000000', flags: '0x1255' });
    pin(chi, 0, OLD, { api: 'gup_fast', flags: 0 });
    chi.pipe_add({ pipe: '0xffff888300000000', page: page(OLD), off: 0, len: 4096 });
    chi.zap({ mm: CHILD, start: at(0), end: at(512) });
    par.fault({ mm: PARENT, addr: at(3), flags: '0x1255' });
    par.wp_hugetlb('mm=0x0 addr=0x0');
    par.move_anon({ page: page(OLD), mm: PARENT });
    chi.pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    expect((await trace.check('6.12')).said).toContain('error foreign-pin-reuse');
  });
});

it('an entry that shows another page is a step, in words too', async () => {
  const trace = new Trace();
  const parent = trace.task('par', 100);
  for (const vpn of [0, 1]) touch(parent, PARENT, vpn, 0x100 + vpn);
  wpFault(parent, PARENT, 1, 0x101);
  parent.wp_fault_ret({ ret: '0x0' });
  pin(parent, 0, 0x100, { flags: 0 });
  wpFault(parent, PARENT, 0, 0x222);
  parent.wp_fault_ret({ ret: '0x0' });
  unpin(parent, 0x100);
  const { findings } = await trace.check('6.12');
  const steps = findings.flatMap(({ evidence }) => evidence.map(({ role, what }) => `${role}: ${what}`));
  expect(steps).toContain('observed: pfn 0x222 is mapped');
});
