// Why: a page that two processes hold is given back by somebody who shows neither. Which of the pins is over is not known
// before both are, and until then nothing is claimed.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;

/** Parent and child hold the page they share; the parent's next write copies it. */
function shared() {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const chi = trace.task('chi', 501, 1);
  const worker = trace.task('kworker/1:1', 33, 1);
  touch(par, PARENT, 0, PFN);
  fork(par, 500);
  chi.fault({ mm: CHILD, addr: at(1), flags: '0x1254' });
  pin(par, 0, PFN, { flags: 0 });
  pin(chi, 0, PFN, { flags: 0 });
  const unpin = (t = worker) => t.unpin({ page: page(PFN) });
  const write = () => copy(par, PARENT, 0, PFN, PFN + 0x100);
  const end = () => {
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
  };
  return { trace, par, chi, unpin, write, end };
}

describe('two processes hold a page', () => {
  it('one release by a third: whose it was is not known', async () => {
    const { trace, unpin, write, end } = shared();
    unpin();
    write();
    end();
    const { verdict, findings } = await trace.check('7.2');
    expect(verdict).toBe('could-not-be-checked');
    expect(findings.filter((f) => f.severity !== 'note')).toEqual([]);
  });

  it('two releases by a third: nobody holds it', async () => {
    const { trace, unpin, write, end } = shared();
    unpin();
    unpin();
    write();
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('the copy came first: the pin was held', async () => {
    const { trace, unpin, write, end } = shared();
    write();
    unpin();
    unpin();
    end();
    const { findings } = await trace.check('7.2');
    expect(findings.length).toBeGreaterThan(0);
  });

  it('each by its taker', async () => {
    const { trace, par, chi, unpin, write, end } = shared();
    unpin(par);
    write();
    unpin(chi);
    end();
    const { said } = await trace.check('7.2');
    expect(said.filter((s) => !s.startsWith('note'))).toEqual([]);
  });
});

it('of a pin for writing and one for reading, no line tells which is left: it is that of one of them', async () => {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 0, PFN);
  pin(par, 0, PFN, { flags: 0x101 });
  pin(par, 0, PFN, { flags: 0x100 });
  trace.task('kworker/1:1', 33, 1).unpin({ page: page(PFN) });
  fork(par, 500);
  copy(par, PARENT, 0, PFN, PFN + 0x100);
  trace.task('kworker/1:1', 33, 1).unpin({ page: page(PFN) });
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(par, PARENT, 500);
  const { verdict, findings } = await trace.check('6.12');
  expect(verdict).toBe('violated');
  const copies = findings.filter(({ rule }) => rule === 'fork-share-then-cow');
  expect(copies.map(({ severity, confidence }) => `${severity} ${confidence}`)).toEqual(
    Array(2).fill('warning medium'),
  );
});

// io_coalesce_buffer()
it('of two buffers over the same pages of a folio one is over: the other one is not', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN, 4);
  for (let ring = 0; ring < 2; ring++) {
    app.pin_fast({
      start: at(0),
      nr: 16,
      flags: '0x101',
      pages: '0xffff888200000000',
      caller: 'io_pin_pages+0x90/0x150',
    });
    app.grab_fast({ page: page(PFN), refs: 16, flags: '0x80101', ref: 1 });
    app.grab_fast_ret({ head: page(PFN) });
    app.pin_fast_ret({ ret: 16 });
    app.unpin_folio({ page: page(PFN), n: 15 });
  }
  app.unpin_folio({ page: page(PFN), n: 1 });
  fork(app, 500);
  copy(app, PARENT, 5, PFN + 5, PFN + 0x100);
  app.unpin_folio({ page: page(PFN), n: 1 });
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  expect((await trace.check('7.2')).said).toContain('warning fork-share-then-cow');
});

it('of two pages of a folio one is released, and both are migrated: one was pinned', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kcompactd = trace.task('kcompactd0', 43, 1);
  const TO = 0x4000;
  touch(app, PARENT, 0, PFN, 4);
  for (const i of [3, 9]) pin(app, i, PFN + i, { flags: 0x101, head: PFN, caller: 'ib_umem_get+0x1a0/0x3c0' });
  app.unpin_folio({ page: page(PFN), n: 1 });
  kcompactd.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 17 });
  kcompactd.migrate_one_ret({ ret: 1 });
  kcompactd.migrate_in({ page: page(TO), mm: PARENT, addr: at(0) });
  kcompactd.anon_rmap({ folio: page(TO), page: page(TO), nr: 16, mm: PARENT, addr: at(0), rflags: '0x1' });
  app.unpin_folio({ page: page(PFN), n: 1 });
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toContain('warning pinned-page-migrated');
});

describe.each([
  ['5.10', 'reused'],
  ['5.10', 'copied'],
])('on %s, of two pins of other processes one is given back, and the page is %s', (kernel, outcome) => {
  it('is not clean, although both are over in the end', async () => {
    const { trace, par, chi, unpin, write } = shared();
    unpin();
    if (outcome === 'copied') write();
    else {
      wpFault(par, PARENT, 0, PFN);
      par.move_anon({ page: page(PFN), mm: PARENT });
      par.wp_fault_ret({ ret: '0x800' });
    }
    unpin();
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    const { verdict, undecided } = await trace.check(kernel);
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided).toContain('no line tells whether a pin of these findings was among those released before');
  });
});

describe('a reference of which only the function inside the call is recorded', () => {
  it.each([
    ['FOLL_GET: it may have been for an instant', '0x1', '0x3', 'note'],
    ['FOLL_PIN: whoever took it keeps it', '0x80001', '0x80001', 'warning'],
  ])('%s', async (_what, flags, grabbed, severity) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    touch(par, PARENT, 0, PFN);
    par.gup_slow({ mm: PARENT, start: at(0), nr: 1, flags, pages: '0xffff888200000000' });
    par.follow_pte({ addr: at(0), flags });
    par.grab_slow({ page: page(PFN), refs: 1, flags: grabbed, ref: 1 });
    par.grab_slow_ret({ ret: 0 });
    par.follow_pte_ret({ page: page(PFN) });
    par.gup_slow_ret({ ret: 1 });
    fork(par, 500);
    copy(par, PARENT, 0, PFN, PFN + 0x100);
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings.map((f) => `${f.severity} ${f.rule}`)).toContain(`${severity} fork-share-then-cow`);
  });
});

it('releases of a folio by a third, between which more of it is pinned: all of them are over', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const worker = trace.task('kworker/1:1', 33, 1);
  touch(app, PARENT, 0, PFN, 2);
  pin(app, 0, PFN, { head: PFN });
  pin(app, 1, PFN + 1, { head: PFN });
  unpin(worker, PFN);
  pin(app, 2, PFN + 2, { head: PFN });
  unpin(worker, PFN);
  unpin(worker, PFN);
  exit(app, PARENT, 500);
  const other = trace.task('other', 502);
  touch(other, CHILD, 0, PFN, 2);
  copy(other, CHILD, 9, PFN + 0x10, PFN + 0x20);
  exit(other, CHILD, 502);
  expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
});
