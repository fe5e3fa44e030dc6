// Why: a page that two processes hold is given back by somebody who shows neither. Which of the pins is over is not known
// before both are, and until then nothing is claimed.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

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
