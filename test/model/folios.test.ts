// Why: one event of reclaim or migration is about a folio, which may be one page or many, mapped here in whole or in part.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, ro, Trace, touch, unpin, wpFault } from './synthetic.ts';

const HEAD = 0x2000;
const TO = 0x4000;

describe.each([2, 4, 8])('a folio of order %i', (order) => {
  const pages = 2 ** order;
  const last = pages - 1;

  it('is unmapped for swap in one call: the pin on its last page is reported', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kswapd = trace.task('kswapd0', 40, 1);
    touch(app, PARENT, 0, HEAD, order);
    pin(app, last, HEAD + last, { head: HEAD });
    kswapd.swap_cache_add({ page: page(HEAD), entry: '0x7' });
    kswapd.unmap_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: pages + 1, map: last });
    kswapd.unmap_one_ret({ ret: 1 });
    unpin(app, HEAD + last, HEAD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['warning pinned-page-unmapped-for-swap']);
  });

  it('is mapped back after migration with a line for each page: the page that is mapped is named', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kcompactd = trace.task('kcompactd0', 43, 1);
    touch(app, PARENT, 0, HEAD, order);
    pin(app, last, HEAD + last, { head: HEAD });
    kcompactd.migrate_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: pages + 1 });
    kcompactd.migrate_one_ret({ ret: 1 });
    kcompactd.migrate_in({ page: page(TO), mm: PARENT, addr: at(0) });
    for (let i = 0; i < pages; i++)
      kcompactd.anon_rmap({ folio: page(TO), page: page(TO + i), nr: 1, mm: PARENT, addr: at(i), rflags: '0x1' });
    unpin(app, HEAD + last, HEAD);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings).toMatchObject([{ rule: 'pinned-page-migrated', severity: 'error' }]);
    expect(findings[0].mapping).toMatchObject({ page: page(TO + last) });
  });

  it('... or with one line for all of them', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kcompactd = trace.task('kcompactd0', 43, 1);
    touch(app, PARENT, 0, HEAD, order);
    pin(app, last, HEAD + last, { head: HEAD });
    kcompactd.migrate_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: pages + 1 });
    kcompactd.migrate_one_ret({ ret: 1 });
    kcompactd.migrate_in({ page: page(TO), mm: PARENT, addr: at(0) });
    kcompactd.anon_rmap({ folio: page(TO), page: page(TO), nr: pages, mm: PARENT, addr: at(0), rflags: '0x1' });
    unpin(app, HEAD + last, HEAD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['error pinned-page-migrated']);
  });

  it.each([
    ['folio first', (i: number) => ({ folio: page(HEAD), page: page(HEAD + i) })],
    ['page first', (i: number) => ({ page: page(HEAD + i), folio: page(HEAD) })],
  ])('comes back from swap page by page (%s): nothing contradicts, and the pin is coherent', async (_, names) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kswapd = trace.task('kswapd0', 40, 1);
    app.mm_exit({ mm: CHILD, vmemmap: page(0) });
    touch(app, PARENT, 0, HEAD, order);
    kswapd.swap_cache_add({ page: page(HEAD), entry: '0x7' });
    kswapd.unmap_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: pages + 1, map: last });
    kswapd.unmap_one_ret({ ret: 1 });
    app.swap_in({ mm: PARENT, addr: at(last), pte: '0x7fffffffffb8802', flags: '0x1254' });
    app.anon_rmap({ ...names(last), nr: 1, mm: PARENT, addr: at(last), rflags: '0x0' });
    app.swap_in_ret({ ret: '0x0' });
    wpFault(app, PARENT, last, HEAD + last);
    app.move_anon({ page: page(HEAD), mm: PARENT });
    app.wp_fault_ret({ ret: '0x0' });
    pin(app, last, HEAD + last, { head: HEAD });
    unpin(app, HEAD + last, HEAD);
    exit(app, PARENT, 500);
    expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('is copied early as a whole when one of its pages is pinned, wherever they are mapped', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, HEAD, order);
    app.mremap(`mm=${PARENT} old=${at(pages / 2)} new=0x30000000 len=0x${((pages / 2) * 4096).toString(16)}`);
    pin(app, 0, HEAD, { flags: 0x101 });
    app.fork_vma({ dst: CHILD, src: PARENT, start: '0x30000000', end: '0x30800000', vmflags: '0x100073' });
    app.new_anon({ page: page(TO), mm: CHILD, addr: '0x30000000', head: 0, order: 0, rflags: '0x1' });
    app.fork_vma_ret({ ret: 0 });
    unpin(app, HEAD);
    exit(app, CHILD, 501);
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual([]);
  });
});

it('a neighbour that is no page of the folio is not unmapped with it', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  touch(app, PARENT, 0, HEAD, 2);
  touch(app, PARENT, 4, HEAD + 4);
  pin(app, 4, HEAD + 4);
  kswapd.swap_cache_add({ page: page(HEAD), entry: '0x7' });
  kswapd.unmap_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: 5, map: 3 });
  kswapd.unmap_one_ret({ ret: 1 });
  unpin(app, HEAD + 4);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual([]);
});

it('a page of the folio that was copied away before is not unmapped with it', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  touch(app, PARENT, 0, HEAD, 2);
  copy(app, PARENT, 2, HEAD + 2, TO);
  pin(app, 2, TO);
  kswapd.swap_cache_add({ page: page(HEAD), entry: '0x7' });
  kswapd.unmap_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: 5, map: 3 });
  kswapd.unmap_one_ret({ ret: 1 });
  unpin(app, TO);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual([]);
});

describe('a PMD that two threads write to', () => {
  it('is no contradiction to the second, which was slow and found it split', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const slow = trace.task('app', 502, 1);
    touch(app, PARENT, 0, HEAD, 9);
    fork(app, 500, 512);
    slow.fault({ mm: PARENT, addr: at(7), flags: '0x1255' });
    app.wp_pmd({ mm: PARENT, addr: at(7), pmd: ro(HEAD), flags: '0x1255' });
    app.thp_split_pmd({ mm: PARENT, addr: at(0), pmd: ro(HEAD), freeze: 0 });
    app.wp_pmd_ret({ ret: '0x800' });
    copy(app, PARENT, 7, HEAD + 7, TO);
    pin(app, 7, TO);
    slow.wp_pmd({ mm: PARENT, addr: at(7), pmd: ro(HEAD), flags: '0x1255' });
    slow.wp_pmd_ret({ ret: '0x0' });
    unpin(app, TO);
    exit(trace.task('app', 501), CHILD, 501);
    exit(app, PARENT, 500);
    expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });
});

describe('the huge zero page', () => {
  it.each([true, false])('becomes small zero pages when it is written to (thp_split_pmd shown: %s)', async (shown) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    app.mm_exit({ mm: CHILD, vmemmap: page(0) });
    touch(app, PARENT, 600, HEAD);
    app.wp_pmd({ mm: PARENT, addr: at(0), pmd: ro(0x8800), flags: '0x1255' });
    if (shown) app.thp_split_pmd({ mm: PARENT, addr: at(0), pmd: ro(0x8800), freeze: 0 });
    app.wp_pmd_ret({ ret: '0x800' });
    copy(app, PARENT, 0, 0x6553a, TO);
    copy(app, PARENT, 1, 0x6553a, TO + 1);
    pin(app, 600, HEAD);
    unpin(app, HEAD);
    exit(app, PARENT, 500);
    expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('... also if only process_vm_readv() has shown it', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    app.mm_exit({ mm: CHILD, vmemmap: page(0) });
    app.pin_remote({ mm: PARENT, start: at(0), nr: 2, flags: '0x0', pages: '0xffff888200000000' });
    app.gup_slow({ mm: PARENT, start: at(0), nr: 2, flags: '0x2d0000', pages: '0xffff888200000000' });
    app.fault({ mm: PARENT, addr: at(0), flags: '0x94' });
    app.thp_fault({ mm: PARENT, addr: at(0) });
    app.grab_slow({ page: page(0x8800), refs: 1, flags: '0x2d0000', ref: 1 });
    app.grab_slow({ page: page(0x8800), refs: 1, flags: '0x2d0000', ref: 2 });
    app.gup_slow_ret({ ret: 2 });
    app.pin_remote_ret({ ret: 2 });
    app.put_folio({ page: page(0x8800), refs: 2, flags: '0x80000' });
    app.wp_pmd({ mm: PARENT, addr: at(0), pmd: ro(0x8800), flags: '0x1255' });
    app.thp_split_pmd({ mm: PARENT, addr: at(0), pmd: ro(0x8800), freeze: 0 });
    app.wp_pmd_ret({ ret: '0x800' });
    copy(app, PARENT, 0, 0x6553a, TO);
    copy(app, PARENT, 1, 0x6553a, TO + 1);
    exit(app, PARENT, 500);
    const { said, undecided } = await trace.check('6.12');
    expect(said).toEqual([]);
    expect(undecided.filter((reason) => reason.includes('contradict'))).toEqual([]);
  });

  it('a huge anonymous page keeps its pages when it is split', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, HEAD, 9);
    pin(app, 7, HEAD + 7, { head: HEAD });
    fork(app, 500, 512);
    app.wp_pmd({ mm: PARENT, addr: at(7), pmd: ro(HEAD), flags: '0x1255' });
    app.thp_split_pmd({ mm: PARENT, addr: at(0), pmd: ro(HEAD), freeze: 0 });
    app.wp_pmd_ret({ ret: '0x800' });
    copy(app, PARENT, 7, HEAD + 7, TO);
    unpin(app, HEAD + 7, HEAD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).findings).toMatchObject([{ rule: 'fork-share-then-cow', severity: 'error' }]);
  });

  const FIRST = 16;
  const LAST = 32;
  it.each([
    ['munmap', `mm=${PARENT} start=${at(FIRST)} end=${at(LAST)}`, 'zap'],
    ['mremap', `mm=${PARENT} old=${at(FIRST)} new=0x30000000 len=0x10000`, 'mremap'],
  ])('split inside %s, it does not come back to where it was taken away', async (_call, fields, event) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    // the zero page's place is known
    app.mm_exit({ mm: CHILD, vmemmap: page(0) });
    touch(app, PARENT, 0, HEAD, 9);
    pin(app, 7, HEAD + 7, { head: HEAD });
    app[event](fields);
    app.thp_split_pmd({ mm: PARENT, addr: at(FIRST), pmd: ro(HEAD), freeze: 0 });
    app.anon_rmap({ folio: page(HEAD), page: page(HEAD), nr: 512, mm: PARENT, addr: at(0), rflags: '0x1' });
    // read first, which maps the zero page without a line, then written
    app.fault({ mm: PARENT, addr: at(FIRST), flags: '0x1254' });
    app.fault({ mm: PARENT, addr: at(FIRST), flags: '0x1255' });
    copy(app, PARENT, FIRST, 0x6553a, TO);
    unpin(app, HEAD + 7, HEAD);
    exit(app, PARENT, 500);
    expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });
});

/** One call for pages that it grabs one by one: what the release names, and whether the first write drifts. */
async function grabbed(event: 'grab_fast' | 'grab_slow', heads: readonly number[]) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 16, 0x6000);
  copy(app, PARENT, 16, 0x6000, 0x6001);
  app.pin_fast({ start: at(0), nr: heads.length, flags: '0x0', pages: '0xffff888200000000' });
  if (event === 'grab_slow') app.gup_slow({ start: at(0), nr: heads.length, flags: '0x80000' });
  for (const pfn of heads) {
    app[event]({ page: page(pfn), refs: 1, flags: '0x80000', ref: 1 });
    if (event === 'grab_fast') app.grab_fast_ret({ head: page(pfn) });
  }
  if (event === 'grab_slow') app.gup_slow_ret({ ret: heads.length });
  app.pin_fast_ret({ ret: heads.length });
  copy(app, PARENT, 1, HEAD + (event === 'grab_slow' ? 1 : 0), TO);
  for (const pfn of heads) unpin(app, pfn);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).findings.map(({ rule, pin: { address, page: named } }) => [rule, address, named]);
}

describe('one page that a call grabs again and again', () => {
  const found = (pfn: number) => [['ro-longterm-pin-on-nonanon-private', at(1), page(pfn)]];

  it('is mapped at several addresses, where it is grabbed by PTEs: the zero page', async () => {
    expect(await grabbed('grab_fast', [HEAD, HEAD, HEAD])).toEqual(found(HEAD));
  });

  it('is the head of a huge one, where the page tables are walked', async () => {
    expect(await grabbed('grab_slow', [HEAD, HEAD, HEAD])).toMatchObject([[expect.anything(), at(1), page(HEAD + 1)]]);
  });
});
