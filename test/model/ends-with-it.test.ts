// Why: what is remembered by address or by page ends, or moves, with what it says something about: an address that mapped
// hugetlb maps a file now, a page that was swapped is one of shmem now, an entry was moved by mremap().
import { describe, expect, it } from 'vitest';
import { at, background, CHILD, exit, fork, PARENT, page, pin, reuse, swapIn, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const COPY = 0x20100;
const HUGE = 0x1e000;

function begin() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 60, 1);
  background(app, 1200, PFN + 9);
  return { trace, app, kswapd };
}

function fileMap(task: ReturnType<Trace['task']>, vpn: number, pfn: number) {
  task.fault({ mm: PARENT, addr: at(vpn), flags: '0x1255' });
  task.file_map({ mm: PARENT, addr: at(vpn), page: page(pfn), cow: '0x0' });
}

function migrates(task: ReturnType<Trace['task']>, vpn: number, from: number, to: number) {
  task.migrate_one({ page: page(from), mm: PARENT, addr: at(vpn), ref: 2 });
  task.migrate_one_ret({ ret: 1 });
  task.migrate_map({ new: page(to), old: page(from), extra: 1 });
  task.migrate_map_ret({ ret: 0 });
  task.migrate_in({ page: page(to), mm: PARENT, addr: at(vpn) });
}

const LONGTERM = { flags: 0x101 };

describe('an address that has mapped hugetlb', () => {
  it.each([true, false])(
    'maps single pages of a file once a line shows one (munmap() has one: %s)',
    async (unmapped) => {
      const { trace, app, kswapd } = begin();
      app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
      app.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(0) });
      if (unmapped) app.unmap_vmas({ mm: PARENT, start: at(0), end: at(512) });
      fileMap(app, 3, PFN + 3);
      fileMap(app, 4, PFN + 0x5c);
      pin(app, 4, PFN + 0x5c, LONGTERM);
      migrates(kswapd, 3, PFN + 3, COPY);
      app.unpin_folio({ page: page(PFN + 0x5c), n: 1 });
      exit(app, PARENT, 500);
      expect((await trace.check('6.12')).findings).toEqual([]);
    },
  );

  it('maps it elsewhere after mremap()', async () => {
    const { trace, app, kswapd } = begin();
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    app.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(0) });
    pin(app, 0, HUGE, LONGTERM);
    app.mremap({ mm: PARENT, old: at(0), new: at(512), len: '0x200000' });
    migrates(kswapd, 512, HUGE, HUGE + 0x2000);
    app.unpin_folio({ page: page(HUGE), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toContain('error pinned-page-migrated');
  });
});

describe('a page of a file', () => {
  it('is no page of swap, even if it was read through the swap cache', async () => {
    const { trace, app, kswapd } = begin();
    app.swap_cache_add({ page: page(PFN), entry: '0x7' });
    fileMap(app, 0, PFN);
    pin(app, 0, PFN, LONGTERM);
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x8' });
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1027, map: 1 });
    kswapd.unmap_one_ret({ ret: 1 });
    fileMap(app, 0, PFN);
    app.unpin_folio({ page: page(PFN), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).findings).toEqual([]);
  });

  it.each([
    ['drifts if migration maps its copy', COPY, ['error pinned-page-migrated']],
    ['does not if it is mapped back', PFN, []],
  ])('%s', async (_, to, said) => {
    const { trace, app, kswapd } = begin();
    fileMap(app, 0, PFN);
    pin(app, 0, PFN, LONGTERM);
    migrates(kswapd, 0, PFN, to);
    app.unpin_folio({ page: page(PFN), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(said);
  });
});

describe('the rest of a large folio of a file', () => {
  it.each(['swap', 'migration'])('may be unmapped with its first page, by %s', async (by) => {
    const { trace, app, kswapd } = begin();
    for (const i of [0, 3]) fileMap(app, i, PFN + i);
    if (by === 'migration') migrates(kswapd, 0, PFN, COPY);
    else {
      kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 18, map: 16 });
      kswapd.unmap_one_ret({ ret: 1 });
    }
    // a fault has mapped it again around its address, without a line
    pin(app, 3, COPY + 3);
    app.unpin_folio({ page: page(COPY + 3), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided.join()).not.toMatch(/lines are missing/);
  });
});

describe('a device-exclusive entry', () => {
  it.each([
    ['is copied by fork', false],
    ['is restored', true],
  ])('%s where mremap() has moved it', async (_, restored) => {
    const { trace, app } = begin();
    for (const i of [0, 1]) {
      touch(app, PARENT, i, PFN + i);
      app.dev_excl({ mm: PARENT, addr: at(i), owner: '0xffff888111111110' });
      app.dev_excl_ret({ page: page(PFN + i) });
    }
    app.mremap({ mm: PARENT, old: at(0), new: at(8), len: '0x2000' });
    app.fork_vma({ dst: CHILD, src: PARENT, start: at(8), end: at(10), vmflags: '0x100073' });
    for (const i of restored ? [0, 1] : [0]) app.dev_restore({ mm: PARENT, page: page(PFN + i), addr: at(8 + i) });
    app.fork_vma_ret({ ret: 0 });
    exit(app, PARENT, 500);
    const said = (await trace.check('7.2')).said.filter((s) => s.includes('device-exclusive-copied'));
    expect(said).toEqual(restored ? [] : ['warning device-exclusive-copied-by-fork']);
  });
});

describe('a page that was mapped before the trace', () => {
  it('is unmapped with its folio, whose head GUP has shown', async () => {
    const { trace, app, kswapd } = begin();
    pin(app, 3, PFN + 3, { ...LONGTERM, head: PFN });
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1050, map: 16 });
    kswapd.unmap_one_ret({ ret: 1 });
    app.unpin_folio({ page: page(PFN + 3), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['warning pinned-page-unmapped-for-swap']);
  });

  it('was anonymous and unmapped for swap if a swap fault maps it again', async () => {
    const { trace, app, kswapd } = begin();
    pin(app, 0, PFN, LONGTERM);
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1026, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    swapIn(app, 0, PFN, true, true);
    app.unpin_folio({ page: page(PFN), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['warning pinned-page-unmapped-for-swap']);
  });

  it('may be of a file: what migration maps in its place has no line then', async () => {
    const { trace, app, kswapd } = begin();
    pin(app, 0, PFN, LONGTERM);
    migrates(kswapd, 0, PFN, COPY);
    app.unpin_folio({ page: page(PFN), n: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided.join()).toMatch(/unmapped for migration/);
  });

  it('may be the hugetlb page that a child has pinned at this address', async () => {
    const { trace, app } = begin();
    app.fault({ mm: PARENT, addr: at(1024), flags: '0x1255' });
    app.new_hugetlb({ page: page(HUGE + 512), mm: PARENT, addr: at(1024) });
    fork(app, 500, 512);
    const child = trace.task('chi', 501, 1);
    child.fault({ mm: CHILD, addr: at(1200), flags: '0x1254' });
    pin(child, 0, HUGE, { api: 'gup_fast', flags: 0, caller: '__iov_iter_get_pages_alloc+0x2/0x8' });
    child.pipe_add({ pipe: '0xffff888300000000', page: page(HUGE), off: 0, len: 4096 });
    child.zap({ mm: CHILD, start: at(0), end: at(512) });
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    app.wp_hugetlb({ mm: PARENT, addr: at(0) });
    app.fault({ mm: PARENT, addr: at(1201), flags: '0x1255' });
    child.pipe_release({ pipe: '0xffff888300000000', page: page(HUGE) });
    exit(child, CHILD, 501);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided.join()).toMatch(/that another process maps too/);
  });

  const copied = async (flags: number, before: 'fork' | 'soft-dirty' | 'mprotect' | 'nothing', kernel = '6.12') => {
    const { trace, app } = begin();
    reuse(app, PARENT, 1201, PFN + 20);
    pin(app, 0, PFN, { flags });
    if (before === 'fork') fork(app, 500);
    if (before === 'soft-dirty') app.soft_dirty({ mm: PARENT, start: at(0), end: at(16) });
    if (before === 'mprotect')
      app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
    app.wp_fault({ mm: PARENT, addr: at(0), pte: `0x${(0x25 + PFN * 4096).toString(16)}`, flags: '0x1a55' });
    app.new_anon({ page: page(COPY), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret: '0x0' });
    app.unpin_folio({ page: page(PFN), n: 1 });
    exit(app, PARENT, 500);
    return trace.check(kernel);
  };

  it('is anonymous or not: a long pin for reading loses it neither way', async () => {
    expect((await copied(0x100, 'fork', '6.1')).said).toEqual(['note fork-share-then-cow']);
    expect((await copied(0, 'fork')).said).toEqual(['note fork-share-then-cow']);
    expect((await copied(0, 'soft-dirty')).said).toEqual(['note soft-dirty-then-cow']);
  });

  it.each([
    ['fork', 'fork-share-then-cow'],
    ['soft-dirty', 'soft-dirty-then-cow'],
    ['mprotect', 'wrprotect-then-cow'],
  ] as const)('... after %s', async (before, rule) => {
    expect((await copied(0x100, before)).said).toEqual([`error ${rule}`]);
  });

  it('is not called non-anonymous because no line maps it', async () => {
    const { findings } = await copied(0x100, 'nothing');
    expect(findings.map(({ message }) => message).join()).toMatch(/not anonymous or shared by a fork before the trace/);
  });
});
