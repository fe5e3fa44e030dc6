// Why: what the threads on linux-mm say may go wrong, each with the neighbours in which nothing did.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;
const MARKED = '0x7fffffffffb880a';
const BARE = '0x7fffffffffb8802';
/** arm64 keeps the type where x86-64 has the mark, and the offset as it is. */
const ARM64 = '0x00000000000b880a';

const swapOut = (trace: Trace, pfn = PFN) => {
  const kswapd = trace.task('kswapd0', 40, 1);
  kswapd.swap_cache_add({ page: page(pfn), entry: '0x7' });
  kswapd.unmap_one({ page: page(pfn), mm: PARENT, addr: at(0), ref: 3, map: 0 });
  kswapd.unmap_one_ret({ ret: 1 });
};

describe('a swap entry with the exclusive mark', () => {
  it.each([
    ['comes back shared under a write reference', MARKED, '0x0', true, ['warning exclusive-mark-lost']],
    ['comes back shared, held by nobody', MARKED, '0x0', false, ['note exclusive-mark-lost']],
    ['comes back exclusive', MARKED, '0x1', true, []],
    ['had none', BARE, '0x0', true, []],
    ['of another architecture is not read as one', ARM64, '0x0', true, []],
  ])('%s', async (_, pte, rflags, held, said) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    if (held) pin(app, 0, PFN);
    swapOut(trace);
    app.swap_in({ mm: PARENT, addr: at(0), pte, flags: '0x1254' });
    app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags });
    app.swap_in_ret({ ret: '0x0' });
    if (held) unpin(app, PFN);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings.filter((f) => f.rule === 'exclusive-mark-lost').map((f) => `${f.severity} ${f.rule}`)).toEqual(
      said,
    );
  });
});

describe('a swap entry whose exclusive mark a first fault saw, which was to be tried again', () => {
  it.each([
    ['is without it in the second fault', 'nothing', ['warning exclusive-mark-lost']],
    ['is without it after a fork, which shares the page', 'fork', []],
  ])('%s', async (_, between, said) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN);
    swapOut(trace);
    app.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1254' });
    app.swap_in_ret({ ret: '0x400' });
    if (between === 'fork') fork(app, 500);
    app.swap_in({ mm: PARENT, addr: at(0), pte: BARE, flags: '0x1274' });
    app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
    app.swap_in_ret({ ret: '0x0' });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings.filter((f) => f.rule === 'exclusive-mark-lost').map((f) => `${f.severity} ${f.rule}`)).toEqual(
      said,
    );
  });
});

describe('two threads that fault on one swap entry', () => {
  it.each([
    ['map the same page of the swap cache, one after the other', PFN, PFN, []],
    ['map a page each', NEW, NEW + 1, ['warning swapin-raced']],
  ])('%s', async (_, first, second, said) => {
    const trace = new Trace();
    const one = trace.task('app', 500);
    const two = trace.task('app', 501, 1);
    touch(one, PARENT, 0, PFN);
    swapOut(trace);
    for (const t of [one, two]) t.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1254' });
    one.anon_rmap({ folio: page(first), page: page(first), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    two.anon_rmap({ folio: page(second), page: page(second), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    for (const t of [one, two]) t.swap_in_ret({ ret: '0x0' });
    exit(one, PARENT, 500);
    expect((await trace.check('6.1')).said).toEqual(said);
  });
});

describe('a swap-in that is slow, while another thread swaps the page in, writes, and it is swapped out again', () => {
  const MAPPED = ['another page', 'the page of the other, from the swap cache'] as const;
  const slow = ({ what = MAPPED[0] as (typeof MAPPED)[number], allocated = true, order = 0 } = {}) => {
    const trace = new Trace();
    const one = trace.task('app', 500);
    const two = trace.task('app', 501, 1);
    touch(one, PARENT, 0, PFN);
    swapOut(trace);
    one.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1254' });
    if (allocated) one.mm_page_alloc(`page=${page(NEW + 64)} pfn=0x${(NEW + 64).toString(16)} order=${order}`);
    two.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1255' });
    two.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    two.swap_in_ret({ ret: '0x0' });
    swapOut(trace, NEW);
    const mapped = what === MAPPED[0] ? NEW + 64 : NEW;
    one.anon_rmap({ folio: page(mapped), page: page(mapped), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    one.swap_in_ret({ ret: '0x0' });
    exit(one, PARENT, 500);
    return trace;
  };

  it.each([
    ['5.15', 'warning'],
    ['6.1', 'warning'],
    ['6.6', 'warning'],
    ['6.12', 'note'],
    ['7.2', 'note'],
  ])('maps what it read before: on %s a %s', async (kernel, severity) => {
    const { findings } = await slow().check(kernel);
    expect(findings.map((f) => `${f.severity} ${f.confidence} ${f.rule}`)).toEqual([`${severity} medium swapin-raced`]);
  });

  it('where no line says when it had its page, it may have read later: a note', async () => {
    expect((await slow({ allocated: false }).check('6.1')).said).toEqual(['note swapin-raced']);
  });

  it('finds the page of the other in the swap cache: nothing is wrong', async () => {
    expect((await slow({ what: MAPPED[1] }).check('6.1')).said).toEqual([]);
  });

  it('maps it in a fault of its own, which began later: nothing is wrong', async () => {
    const trace = slow();
    const [begin] = trace.lines.filter((line) => line.includes('swap_in: '));
    const others = trace.lines.filter((line) => line !== begin && !line.includes('mm_page_alloc'));
    const last = others.findLastIndex((line) => line.includes('anon_rmap'));
    const later = new Trace();
    const time = (line: string) => line.match(/\d+\.\d{6}/)?.[0] ?? '';
    later.lines.push(...others.slice(0, last), begin.replace(time(begin), time(others[last])), ...others.slice(last));
    expect((await later.check('6.1')).said).toEqual([]);
  });
});

describe('how long a page is held', () => {
  const later = (trace: Trace, seconds: number) => trace.sleep(seconds * 1_000_000);
  it.each([
    ['a driver, without FOLL_LONGTERM', 9, 0x1, ['note long-held-pin']],
    ['a driver, with FOLL_LONGTERM', 9, 0x101, []],
    ['a driver, for a moment', 1, 0x1, []],
  ])('%s', async (_, seconds, flags, said) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags });
    later(trace, seconds);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(said);
  });

  it('a pipe, by FOLL_GET', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { api: 'gup_fast', flags: 0 });
    app.pipe_add({ pipe: '0xffff888300000000', page: page(PFN), off: 0, len: 4096 });
    later(trace, 9);
    app.pipe_release({ pipe: '0xffff888300000000', page: page(PFN) });
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(['note long-held-pin']);
  });

  it('a bio that has not ended is slow I/O', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const bio = '0xffff888400000000';
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN);
    app.bio_add({ bio, page: page(PFN), len: 4096, off: 0 });
    app.bio_submit({ bio, sector: '0x10', size: 4096, opf: '0x8800', p0: page(PFN), l0: 4096, o0: 0, vcnt: 1 });
    later(trace, 9);
    app.bio_end({ bio, status: 0 });
    app.bio_release({ bio, dirty: 0, bflags: '0x0', p0: page(PFN), vcnt: 1 });
    app.put_folio({ page: page(PFN), refs: 1, flags: '0x80000' });
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual([]);
  });
});

describe('a FOLL_PIN in a pipe', () => {
  it('is released by put_page()', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0 });
    app.pipe_add({ pipe: '0xffff888300000000', page: page(PFN), off: 0, len: 4096 });
    app.pipe_release({ pipe: '0xffff888300000000', page: page(PFN) });
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(['note unbalanced-release']);
  });
});

describe('fewer pages than asked for', () => {
  it.each([
    ['and nothing more', [], ['note short-pin']],
    ['and the rest after that', [1], []],
    ['and what was got goes back', [], [], true],
  ])('%s', async (_, more, said, back = false) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    touch(app, PARENT, 1, PFN + 1);
    app.pin_fast({ start: at(0), nr: 2, flags: '0x1', pages: '0xffff888200000000' });
    app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(PFN) });
    app.pin_fast_ret({ ret: 1 });
    for (const i of more) {
      pin(app, i, PFN + i);
      unpin(app, PFN + i);
    }
    if (back || more.length > 0) unpin(app, PFN);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('7.2');
    expect(findings.filter((f) => f.rule === 'short-pin').map((f) => `${f.severity} ${f.rule}`)).toEqual(said);
  });
});

describe('a longterm pin whose pages must be migrated first', () => {
  it.each([
    [2, []],
    [12, ['note longterm-pin-refused']],
  ])('%i rounds over the same address', async (rounds, said) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    app.pin_fast({ start: at(0), nr: 1, flags: '0x101', pages: '0xffff888200000000' });
    for (let i = 0; i < rounds; i++) {
      app.gup_slow({ mm: PARENT, start: at(0), nr: 1, flags: '0x290101', pages: '0xffff888200000000' });
      app.follow_pte({ mm: PARENT, addr: at(0), flags: '0x290101' });
      app.grab_slow({ page: page(PFN), refs: 1, flags: '0x290101', ref: 1 });
      app.follow_pte_ret({ page: page(PFN) });
      app.gup_slow_ret({ ret: 1 });
      if (i < rounds - 1) app.put_folio({ page: page(PFN), refs: 1, flags: '0x80000' });
    }
    app.pin_fast_ret({ ret: 1 });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(said);
  });
});

describe('a PROT_NONE entry', () => {
  it('is refused by GUP-fast and followed by the slow path: nothing is wrong', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    wpFault(app, PARENT, 0, PFN);
    app.move_anon({ page: page(PFN), mm: PARENT });
    app.wp_fault_ret({ ret: '0x0' });
    app.numa_prot({ mm: PARENT, start: at(0), end: at(16) });
    app.pin_fast({ start: at(0), nr: 1, flags: '0x101', pages: '0xffff888200000000' });
    app.gup_slow({ mm: PARENT, start: at(0), nr: 1, flags: '0x290101', pages: '0xffff888200000000' });
    app.follow_pte({ mm: PARENT, addr: at(0), flags: '0x290101' });
    app.grab_slow({ page: page(PFN), refs: 1, flags: '0x290101', ref: 1 });
    app.follow_pte_ret({ page: page(PFN) });
    app.gup_slow_ret({ ret: 1 });
    app.pin_fast_ret({ ret: 1 });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });
});

describe('device-exclusive entries and notifier windows', () => {
  const window = { mm: PARENT, start: at(0), end: at(1) };
  const restored = { mm: PARENT, page: page(PFN), addr: at(0) };
  function device() {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const gpu = trace.task('gpu', 900, 1);
    touch(app, PARENT, 0, PFN);
    gpu.mmun_start({ ...window, event: 7, owner: '0x0' });
    gpu.mmun_end(window);
    const set = (inside: boolean) => {
      gpu.dev_excl({ mm: PARENT, addr: at(0), owner: '0xffff888500000000' });
      if (inside) gpu.mmun_start({ ...window, event: 7, owner: '0xffff888500000000' });
      if (inside) gpu.mmun_end(window);
      gpu.dev_excl_ret({ page: page(PFN) });
    };
    return { trace, app, gpu, set };
  }

  it.each([
    [true, true, 0],
    [false, true, 1],
    [true, false, 1],
  ])('set inside: %s, restored inside: %s', async (setInside, restoredInside, notes) => {
    const { trace, app, set } = device();
    set(setInside);
    if (restoredInside) app.mmun_start({ ...window, event: 1, owner: '0x0' });
    app.dev_restore(restored);
    if (restoredInside) app.mmun_end(window);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('7.2');
    expect(findings.filter((f) => f.rule === 'notifier-window')).toHaveLength(notes);
  });

  it('a window that another task has open over the page', async () => {
    const { trace, app, set } = device();
    app.mmun_start({ ...window, event: 0, owner: '0x0' });
    set(true);
    app.mmun_end(window);
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(['note notifier-window']);
  });

  it('a window that nobody closes', async () => {
    const { trace, app, gpu } = device();
    app.mmun_start({ ...window, event: 0, owner: '0x0' });
    trace.sleep(2_000_000);
    gpu.mmun_start({ mm: CHILD, start: at(0), end: at(1), event: 0, owner: '0x0' });
    gpu.mmun_end({ mm: CHILD, start: at(0), end: at(1) });
    exit(app, PARENT, 500);
    expect((await trace.check('7.2')).said).toEqual(['note notifier-window']);
  });
});

describe('a FOLL_GET reference without I/O, on the page that a slower swap-in loses', () => {
  const slow = (when: 'read before' | 'read after' | 'allocated before' | 'through the swap cache' | 'nothing') => {
    const trace = new Trace();
    const one = trace.task('app', 500);
    const two = trace.task('app', 501, 1);
    touch(one, PARENT, 0, PFN);
    swapOut(trace);
    const mine = page(NEW + 64);
    const read = () =>
      one.bio_submit({
        bio: '0xffff888400000000',
        opf: '0x0',
        bflags: '0x0',
        sector: 8,
        size: 4096,
        vcnt: 1,
        p0: mine,
        l0: 4096,
        o0: 0,
      });
    one.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1254' });
    if (when === 'read before') read();
    if (when === 'allocated before') one.mm_page_alloc(`page=${mine} pfn=0x${(NEW + 64).toString(16)} order=0`);
    two.swap_in({ mm: PARENT, addr: at(0), pte: MARKED, flags: '0x1255' });
    two.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    two.swap_in_ret({ ret: '0x0' });
    pin(two, 0, NEW, { api: 'gup_fast', caller: 'some_driver_get+0x90/0x300 [foo]' });
    swapOut(trace, NEW);
    if (when === 'read after') read();
    if (when === 'through the swap cache') one.swap_cache_add({ page: mine, entry: '0x7' });
    one.anon_rmap({ folio: mine, page: mine, nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    one.swap_in_ret({ ret: '0x0' });
    exit(one, PARENT, 500);
    return trace;
  };

  it.each([
    // the slower asked nobody who holds the page: the reference need not have been over
    ['read before', '6.6', ['warning pinned-page-replaced', 'warning swapin-raced']],
    ['allocated before', '6.1', ['warning pinned-page-replaced', 'warning swapin-raced']],
    // v6.8 lets no two faults read one slot,
    ['read before', '6.12', ['warning pinned-page-replaced', 'warning swapin-raced']],
    // and who has its page waits until the slot is its own
    ['allocated before', '6.12', ['note pinned-page-replaced', 'note swapin-raced']],
    // it may have begun to read when the page of the other was gone, and that goes only when nobody holds it
    ['read after', '6.6', ['note pinned-page-replaced', 'note swapin-raced']],
    ['nothing', '6.1', ['note pinned-page-replaced', 'note swapin-raced']],
    // what it put into the swap cache it put there when the page of the other was not there any more
    ['through the swap cache', '6.6', ['note pinned-page-replaced']],
  ] as const)('%s the other was swapped out again, on %s', async (when, kernel, said) => {
    expect((await slow(when).check(kernel)).said.sort()).toEqual([...said].sort());
  });
});
