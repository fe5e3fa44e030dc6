// Why: unpin_user_pages() prints four pages of its array. What is known of the others follows from the calls that filled it,
// and from the lines of the functions inside, each of which may give back several pages of one folio.
import { describe, expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;

describe('pages that a line does not show', () => {
  const N = 16;
  function many(n = N) {
    const trace = new Trace();
    const par = trace.task('par', 500);
    for (let i = 0; i < n; i++) touch(par, PARENT, i, PFN + i);
    par.pin_fast({ start: at(0), nr: n, flags: '0x1', pages: '0xffff888200000000' });
    for (let i = 0; i < n; i++) {
      par.grab_fast({ page: page(PFN + i), refs: 1, flags: '0x80001', ref: 1 });
      par.grab_fast_ret({ head: page(PFN + i) });
    }
    par.pin_fast_ret({ ret: n });
    const end = () => {
      exit(trace.task('chi', 501, 1), CHILD, 501);
      exit(par, PARENT, 500);
    };
    return { trace, par, end };
  }
  const shown = (pfns: number[]) => Object.fromEntries(pfns.map((pfn, i) => [`p${i}`, page(pfn)]));
  const from = (first: number) => [0, 1, 2, 3].map((i) => PFN + first + i);

  it('the rest of an array follows the four pages that are shown', async () => {
    const { trace, par, end } = many();
    par.unpin_dirty({ n: 8, dirty: 1, ...shown(from(8)) });
    fork(par, 500);
    copy(par, PARENT, 13, PFN + 13, PFN + 0x100);
    par.unpin_dirty({ n: 8, dirty: 1, ...shown(from(0)) });
    end();
    const { verdict, said } = await trace.check('7.2');
    expect(verdict).toBe('clean');
    expect(said.filter((s) => !s.startsWith('note pinned-page-shared-by-fork'))).toEqual([]);
  });

  it('its first pages are held meanwhile', async () => {
    const { trace, par, end } = many();
    par.unpin_dirty({ n: 8, dirty: 1, ...shown(from(8)) });
    fork(par, 500);
    copy(par, PARENT, 6, PFN + 6, PFN + 0x100);
    par.unpin_dirty({ n: 8, dirty: 1, ...shown(from(0)) });
    end();
    expect((await trace.check('7.2')).said).toContain('error fork-share-then-cow');
  });

  it('in no order of the call, none of the others is certain', async () => {
    const { trace, par, end } = many();
    par.unpin_dirty({ n: 8, dirty: 1, ...shown([PFN + 15, PFN + 2, PFN + 9, PFN + 4]) });
    fork(par, 500);
    copy(par, PARENT, 6, PFN + 6, PFN + 0x100);
    end();
    const { verdict, findings } = await trace.check('7.2');
    expect(verdict).toBe('could-not-be-checked');
    expect(findings.every((f) => f.severity === 'note')).toBe(true);
  });

  it('the functions inside name them', async () => {
    const { trace, par, end } = many();
    const order = [15, 2, 9, 4, 6, 7, 8, 1];
    par.unpin_dirty({ n: 8, dirty: 1, ...shown(order.slice(0, 4).map((i) => PFN + i)) });
    for (const i of order) par.put_folio({ page: page(PFN + i), refs: 1, flags: '0x80000' });
    fork(par, 500);
    copy(par, PARENT, 6, PFN + 6, PFN + 0x100);
    copy(par, PARENT, 5, PFN + 5, PFN + 0x101);
    end();
    const { findings } = await trace.check('7.2');
    expect(findings.filter((f) => f.severity === 'error').map((f) => f.pin.address)).toEqual([at(5)]);
  });

  it('two releases with the same count are two', async () => {
    const { trace, par, end } = many(8);
    par.unpin_dirty({ n: 4, dirty: 1, ...shown(from(0)) });
    par.unpin_pages({ n: 4, ...shown(from(4)) });
    fork(par, 500);
    copy(par, PARENT, 1, PFN + 1, PFN + 0x100);
    copy(par, PARENT, 5, PFN + 5, PFN + 0x101);
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });
});

describe('an array of pages that two calls have filled', () => {
  /** @param second where the second call puts its four pages @param n pages that are released, of which four are shown */
  const array = (second: string, n: number) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    for (let i = 0; i < 8; i++) touch(par, PARENT, i, PFN + i);
    for (const [first, pages] of [
      [0, '0xffff888200000000'],
      [4, second],
    ] as const) {
      par.pin_fast({
        start: at(first),
        nr: 4,
        flags: '0x101',
        pages,
        caller: 'i915_gem_userptr_submit_init+0x1a0/0x3c0',
      });
      for (let i = first; i < first + 4; i++) {
        par.grab_fast({ page: page(PFN + i), refs: 1, flags: '0x80101', ref: 1 });
        par.grab_fast_ret({ head: page(PFN + i) });
      }
      par.pin_fast_ret({ ret: 4 });
    }
    par.unpin_pages({ n, p0: page(PFN), p1: page(PFN + 1), p2: page(PFN + 2), p3: page(PFN + 3) });
    par.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(8), vmflags: '0x100073' });
    par.fork_vma_ret({ ret: 0 });
    par.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
    copy(par, PARENT, 6, PFN + 6, PFN + 64);
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
    return trace.check('6.12');
  };

  it('goes on where the first has ended', async () => {
    expect((await array('0xffff888200000020', 8)).verdict).toBe('clean');
  });

  it('... and if that is not known, none of the others is held for certain', async () => {
    const { said, undecided } = await array('0xffff888900000000', 8);
    expect(said.filter((s) => s.startsWith('error'))).toEqual([]);
    expect(undecided.join()).toContain('4 pages were released that no line names');
  });

  it('... but one that is not longer than the first call leaves the second alone', async () => {
    expect((await array('0xffff888900000000', 4)).said).toContain('error fork-share-then-cow');
  });
});

/** A call that is cut short after three small pages, one that takes the five behind them, of a folio, and their release. */
describe('an array whose fourth page is the first of a folio', () => {
  const HEAD = 0x3000;
  const FILLED = [0, 1, 2].map((i) => PFN + 2 * i);
  const array = async (shown: readonly number[], { part, inner = true }: { part?: number; inner?: boolean } = {}) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    background(app, 14, 0x5000);
    for (const [i, pfn] of FILLED.entries()) touch(app, PARENT, i, pfn);
    touch(app, PARENT, 3, HEAD, 4);
    const take = (first: number, nr: number, pages: string, pfns: readonly number[], folio?: number) => {
      app.pin_fast({
        start: at(first),
        nr,
        flags: '0x101',
        pages,
        caller: 'xe_hmm_userptr_populate_range+0x128/0xce0',
      });
      for (const pfn of pfns) {
        app.grab_fast({ page: page(pfn), refs: 1, flags: '0x80101', ref: 1 });
        app.grab_fast_ret({ head: page(folio ?? pfn) });
      }
      app.pin_fast_ret({ ret: pfns.length });
    };
    take(0, 8, '0xffff888200000000', FILLED);
    take(
      3,
      5,
      '0xffff888200000018',
      [0, 1, 2, 3, 4].map((i) => HEAD + i),
      HEAD,
    );
    if (part !== undefined) {
      fork(app, 500);
      copy(app, PARENT, part, HEAD + part - 3, 0x4000);
    }
    app.unpin_pages({ n: 8, ...Object.fromEntries(shown.map((pfn, i) => [`p${i}`, page(pfn)])) });
    for (const pfn of inner ? shown : [])
      app.put_folio({ page: page(pfn), refs: pfn === HEAD ? 5 : 1, flags: '0x80000' });
    if (part !== undefined) exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('goes on behind it', async () => {
    expect(await array([...FILLED, HEAD])).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('... also if no line of a function inside is recorded', async () => {
    expect(await array([...FILLED, HEAD], { inner: false })).toMatchObject({
      verdict: 'clean',
      said: [],
      undecided: [],
    });
  });

  it('... in whatever order the driver has put its pages', async () => {
    const [a, b, c] = FILLED;
    expect(await array([c, HEAD, a, b])).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('... and each was held until then', async () => {
    expect((await array([...FILLED, HEAD], { part: 6 })).said).toContain('error fork-share-then-cow');
  });
});
