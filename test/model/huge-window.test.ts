// Why: the line of __split_huge_pmd() comes before it has the lock of the page table, and so does the one of an unmapping
// that splits a PMD, or empties it. Until then others get pages by the PMD, and write to what it maps.
import { describe, expect, it } from 'vitest';
import { at, copy, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const HUGE_ZERO = 0x1a00;
const ZERO = 0x1a2b;
const NEW = 0x4000;
const HIGH = 0x8000000000000000n;

const hex = (n: bigint): string => `0x${n.toString(16)}`;
/** Of a huge page, read-only. */
const pmd = (pfn: number): string => hex(HIGH + (BigInt(pfn) << 12n) + 0xa5n);
/** The small zero page is special. */
const zero = hex(HIGH + (BigInt(ZERO) << 12n) + 0x225n);

/** Three threads, and all that a complete trace shows. */
function start() {
  const trace = new Trace();
  const [app, second, third] = [500, 502, 503].map((pid, cpu) => trace.task('app', pid, cpu));
  for (const t of [app, second, third]) t.fault({ mm: PARENT, addr: at(5000), flags: '0x1254' });
  touch(app, PARENT, 900, 0x900);
  copy(app, PARENT, 900, 0x900, 0x901);
  app.anon_rmap({ folio: page(0x905), page: page(0x905), nr: 1, mm: PARENT, addr: at(905), rflags: '0x1' });
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  return { trace, app, second, third };
}

async function ends({ trace, app }: ReturnType<typeof start>) {
  exit(app, PARENT, 500);
  const { said, undecided } = await trace.check('6.12');
  return { said, isTorn: undecided.join().includes('contradict') };
}

const slowly = (t: Writer, vpn: number, pfn: number, ends = true, flags = '0x290000') => {
  t.gup_slow({ mm: PARENT, start: at(vpn), nr: 1, flags, pages: '0xffff888200000000' });
  t.grab_slow({ page: page(pfn), refs: 1, flags, ref: 1 });
  if (ends) t.gup_slow_ret({ ret: 1 });
};

describe('the huge zero page is split', () => {
  const splits = async (pins: 'before' | 'after') => {
    const made = start();
    const { app, second } = made;
    app.fault({ mm: PARENT, addr: at(5), flags: '0x1254' });
    app.thp_fault({ mm: PARENT, addr: at(5) });
    if (pins === 'before') slowly(second, 5, HUGE_ZERO, false);
    app.fault({ mm: PARENT, addr: at(7), flags: '0x1255' });
    app.wp_pmd({ mm: PARENT, addr: at(7), pmd: pmd(HUGE_ZERO), flags: '0x1255' });
    app.thp_split_pmd({ mm: PARENT, addr: at(7), pmd: pmd(HUGE_ZERO), freeze: 0 });
    if (pins === 'after') slowly(second, 5, HUGE_ZERO);
    app.clear_flush_pmd({ mm: PARENT, addr: at(0), pmd: pmd(HUGE_ZERO) });
    if (pins === 'before') second.gup_slow_ret({ ret: 1 });
    app.wp_pmd_ret({ ret: '0x800' });
    app.fault({ mm: PARENT, addr: at(5), flags: '0x1255' });
    app.wp_fault({ mm: PARENT, addr: at(5), pte: zero, flags: '0x1a55' });
    app.new_anon({ page: page(NEW), mm: PARENT, addr: at(5), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret: '0x0' });
    second.unpin({ page: page(HUGE_ZERO + 5) });
    return ends(made);
  };

  it.each(['before', 'after'] as const)(
    'what GUP has got by the PMD %s that line is then the small one',
    async (when) => {
      expect((await splits(when)).isTorn).toBe(false);
    },
  );
});

it('a write fault that finds the PMD being split need not have kept the page', async () => {
  const made = start();
  const { app, second, third, trace } = made;
  const other = trace.task('other', 700, 1);
  touch(app, PARENT, 0, PFN, 9);
  app.fork_vma({ dst: '0xffff888100002000', src: PARENT, start: at(0), end: at(512), vmflags: '0x100073' });
  app.fork_pmd({ dst: '0xffff888100002000', src: PARENT, addr: at(0), pmd: pmd(PFN) });
  app.fork_pmd_ret({ ret: 0 });
  app.fork_vma_ret({ ret: 0 });
  app.sched_process_fork('comm=app pid=500 child_comm=other child_pid=700');
  other.fault({ mm: '0xffff888100002000', addr: at(5000), flags: '0x1254' });
  pin(other, 5, PFN + 5, { api: 'gup_fast', flags: 0, head: PFN });
  second.thp_split_pmd({ mm: PARENT, addr: at(3), pmd: pmd(PFN), freeze: 0 });
  third.fault({ mm: PARENT, addr: at(7), flags: '0x1255' });
  third.wp_pmd({ mm: PARENT, addr: at(7), pmd: pmd(PFN), flags: '0x1255' });
  second.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 512, mm: PARENT, addr: at(0), rflags: '0x0' });
  third.wp_pmd_ret({ ret: '0x0' });
  other.pipe_release({ page: page(PFN + 5), pipe: '0xffff888200000000' });
  exit(other, '0xffff888100002000', 700);
  expect((await ends(made)).said).toEqual([]);
});

describe('MADV_DONTNEED, and a split that maps the pages again before it has come to them', () => {
  const zapped = async (back: boolean) => {
    const made = start();
    const { app, second, third } = made;
    touch(app, PARENT, 0, PFN, 9);
    second.zap({ mm: PARENT, start: at(0), end: at(512) });
    app.thp_split_pmd({ mm: PARENT, addr: at(3), pmd: pmd(PFN), freeze: 0 });
    app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 512, mm: PARENT, addr: at(0), rflags: '0x1' });
    if (back) second.fault({ mm: PARENT, addr: at(2000), flags: '0x1254' });
    third.fault({ mm: PARENT, addr: at(5), flags: '0x1254' });
    slowly(third, 5, ZERO);
    third.unpin({ page: page(ZERO) });
    return ends(made);
  };

  it('the unmapping may have taken them all, when its task goes on', async () => {
    expect((await zapped(true)).isTorn).toBe(false);
  });

  it('... or one, where another task faults', async () => {
    expect((await zapped(false)).isTorn).toBe(false);
  });
});

describe('a page that MADV_DONTNEED takes from under GUP', () => {
  it('is not copied by the write that replaces the zero page there', async () => {
    const made = start();
    const { app, second, third } = made;
    touch(app, PARENT, 0, PFN);
    app.zap({ mm: PARENT, start: at(0), end: at(4) });
    slowly(second, 0, PFN, false, '0x290001');
    third.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    pin(third, 0, ZERO, { flags: 0 });
    unpin(third, ZERO);
    second.gup_slow_ret({ ret: 1 });
    third.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    third.wp_fault({ mm: PARENT, addr: at(0), pte: zero, flags: '0x1a55' });
    third.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    third.wp_fault_ret({ ret: '0x0' });
    unpin(second, PFN);
    expect((await ends(made)).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('is not there for a later GUP call, though the fault that mapped it came after that line', async () => {
    const made = start();
    const { app, second, third } = made;
    app.zap({ mm: PARENT, start: at(0), end: at(4) });
    touch(second, PARENT, 0, PFN);
    slowly(second, 0, PFN, false, '0x290001');
    app.fault({ mm: PARENT, addr: at(2000), flags: '0x1254' });
    second.gup_slow_ret({ ret: 1 });
    third.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    slowly(third, 0, ZERO);
    third.unpin({ page: page(ZERO) });
    unpin(second, PFN);
    expect((await ends(made)).isTorn).toBe(false);
  });
});

it('a huge page is unmapped for migration as a whole, and GUP that has got a page of it has raced with that', async () => {
  const made = start();
  const { app, second, trace } = made;
  const kcompactd = trace.task('kcompactd0', 41, 3);
  touch(app, PARENT, 0, PFN, 9);
  second.gup_fast({ start: at(5), nr: 1, flags: '0x0', pages: '0xffff888200000000' });
  second.grab_fast({ page: page(PFN + 5), refs: 1, flags: '0x2', ref: 0 });
  second.grab_fast_ret({ head: page(PFN) });
  kcompactd.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3 });
  kcompactd.migrate_one_ret({ ret: 1 });
  second.gup_fast_ret({ ret: 1 });
  kcompactd.migrate_in({ page: page(PFN), mm: PARENT, addr: at(0) });
  kcompactd.anon_rmap_pmd({ folio: page(PFN), page: page(PFN), mm: PARENT, addr: at(0), rflags: '0x1' });
  second.pipe_release({ page: page(PFN + 5), pipe: '0xffff888200000000' });
  expect((await ends(made)).isTorn).toBe(false);
});

it('an unmapping in the middle of a huge page takes it from GUP, although 511 pages are mapped again', async () => {
  const made = start();
  const { app, second } = made;
  touch(app, PARENT, 0, PFN, 9);
  second.pin_fast({ start: at(5), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
  second.grab_fast({ page: page(PFN + 5), refs: 1, flags: '0x80001', ref: 0 });
  second.grab_fast_ret({ head: page(PFN) });
  app.zap({ mm: PARENT, start: at(5), end: at(6) });
  app.thp_split_pmd({ mm: PARENT, addr: at(5), pmd: pmd(PFN), freeze: 0 });
  app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 512, mm: PARENT, addr: at(0), rflags: '0x1' });
  for (let vpn = 2000; vpn < 2004; vpn++) touch(app, PARENT, vpn, NEW + vpn);
  second.pin_fast_ret({ ret: 1 });
  touch(app, PARENT, 5, NEW);
  unpin(second, PFN + 5, PFN);
  expect((await ends(made)).said).toEqual(['note user-unmapped-pinned-range']);
});

it('reclaim that comes to a page under an unmapping has found it, if that is swapped in again', async () => {
  const made = start();
  const { app, second, third, trace } = made;
  const kswapd = trace.task('kswapd0', 40, 3);
  app.zap({ mm: PARENT, start: at(0), end: at(4) });
  touch(second, PARENT, 0, PFN);
  pin(second, 0, PFN, { flags: 0x101 });
  app.fault({ mm: PARENT, addr: at(2000), flags: '0x1254' });
  kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
  kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
  kswapd.unmap_one_ret({ ret: 1 });
  third.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
  third.swap_in({ mm: PARENT, addr: at(0), pte: '0x7fffffffffff00a', flags: '0x1254' });
  third.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
  third.swap_in_ret({ ret: '0x0' });
  unpin(second, PFN);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).undecided.join()).not.toContain('no unmapping for swap is recorded');
});
