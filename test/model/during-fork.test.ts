// Why: GUP-fast and fork meet on two CPUs. What the one has grabbed before the other takes write_protect_seq looks
// pinned to it and is copied early; what is grabbed after that is given back.
import { expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;

type What =
  | 'stuck'
  | 'lost'
  | 'its own'
  | 'copied early'
  | 'given back'
  | 'over'
  | 'over, copied'
  | 'grabs not recorded';

function during(what: What) {
  const trace = new Trace();
  const forker = trace.task('par', 500);
  const pinner = trace.task('par', 502, 1);
  touch(forker, PARENT, 0, PFN);
  forker.sched_process_fork('comm=par pid=500 child_comm=par child_pid=502');
  touch(pinner, PARENT, 9, PFN + 9);
  wpFault(pinner, PARENT, 9, PFN + 9);
  pinner.wp_fault_ret({ ret: '0x0' });
  forker.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
  if (what.startsWith('over')) forker.mmun_start({ mm: PARENT, start: at(0), end: at(1), event: 3, owner: '0x0' });
  // farther apart than the clocks of two CPUs may be
  trace.sleep(1000);
  const early = () =>
    forker.new_anon({ page: page(PFN + 64), mm: CHILD, addr: at(0), head: 0, order: 0, rflags: '0x1' });
  const call = { start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' };
  if (what === 'given back') {
    pinner.pin_fast(call);
    pinner.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    pinner.grab_fast_ret({ head: page(PFN) });
    early();
    pinner.put_folio({ page: page(PFN), refs: 1, flags: '0x80001' });
    pinner.gup_slow({ mm: PARENT, ...call, flags: '0x290001' });
    pinner.follow_pte({ mm: PARENT, addr: at(0), flags: '0x290001' });
    pinner.grab_slow({ page: page(PFN), refs: 1, flags: '0x290001', ref: 1 });
    pinner.follow_pte_ret({ page: page(PFN) });
    pinner.gup_slow_ret({ ret: 1 });
    pinner.pin_fast_ret({ ret: 1 });
  } else if (what === 'grabs not recorded') {
    pinner.pin_fast(call);
    pinner.pin_fast_ret({ ret: 1 });
  } else {
    if (what === 'lost') trace.lines.push('CPU:0 [LOST 40 EVENTS]');
    pin(what === 'its own' ? forker : pinner, 0, PFN);
    if (what === 'over' || what === 'over, copied') unpin(pinner, PFN);
    if (what === 'copied early' || what === 'over, copied') early();
  }
  forker.fork_vma_ret({ ret: 0 });
  forker.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
  if (what !== 'over' && what !== 'over, copied') unpin(pinner, PFN);
  pinner.sched_process_exit('comm=par pid=502 prio=120');
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(forker, PARENT, 500);
  return trace.check('6.12');
}

it('a reference that stays while its page is shared is reported', async () => {
  expect((await during('stuck')).said).toContain('note gup-fast-during-fork');
});

it('... not if the end of the fork may be lost, nor in the task that forks', async () => {
  expect((await during('lost')).said).toEqual([]);
  expect((await during('its own')).said).toEqual([]);
});

it('... not if fork has seen it', async () => {
  expect((await during('copied early')).verdict).toBe('clean');
  expect((await during('copied early')).said).toEqual([]);
});

it('... nor if GUP-fast drops it, which explains why fork copied the page', async () => {
  expect((await during('given back')).verdict).toBe('clean');
  expect((await during('given back')).said).toEqual([]);
});

it('... nor if it is released while fork waits for the notifiers, or makes the copy that it has decided on', async () => {
  for (const what of ['over', 'over, copied'] as const)
    expect(await during(what), what).toMatchObject({ verdict: 'clean', said: [] });
});

it('... and without the lines of grabs nothing is clean', async () => {
  expect(await during('grabs not recorded')).toMatchObject({ verdict: 'could-not-be-checked', said: [] });
});

it('a page taken for writing was not shared yet: a fork under way shares it, and the next write parts from it', async () => {
  const answer = async (api: 'gup_fast' | 'pin_fast', flags: number) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const thread = trace.task('par', 502, 1);
    touch(par, PARENT, 0, PFN);
    touch(thread, PARENT, 9, PFN + 9);
    par.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
    pin(thread, 0, PFN, { api, flags });
    par.fork_vma_ret({ ret: 0 });
    par.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
    copy(par, PARENT, 0, PFN, PFN + 64);
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
    return (await trace.check('6.1')).findings.map(({ rule, evidence }) => [rule, evidence.map(({ role }) => role)[0]]);
  };
  expect(await answer('gup_fast', 1)).toContainEqual(['fork-share-then-cow', 'fork']);
  expect(await answer('gup_fast', 0)).not.toContainEqual(['fork-share-then-cow', 'fork']);
});

it('a page that migration replaces before fork comes to its entry is copied as it is then', async () => {
  const trace = new Trace();
  const app = trace.task('par', 500);
  const kernel = trace.task('kcompactd0', 43, 1);
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 4, PFN + 4);
  background(app);
  pin(app, 4, PFN + 4);
  unpin(app, PFN + 4);
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
  kernel.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
  kernel.migrate_one_ret({ ret: 1 });
  kernel.migrate_in({ page: page(PFN + 64), mm: PARENT, addr: at(0) });
  kernel.anon_rmap({ folio: page(PFN + 64), page: page(PFN + 64), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
  app.fork_vma_ret({ ret: 0 });
  app.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
  const child = trace.task('chi', 501, 1);
  child.fault({ mm: CHILD, addr: at(0), flags: '0x1255' });
  copy(child, CHILD, 0, PFN + 64, PFN + 65);
  exit(child, CHILD, 501);
  exit(app, PARENT, 500);
  const { undecided, verdict } = await trace.check('6.12');
  expect([verdict, ...undecided]).toEqual(['clean']);
});

it.each([
  ['looks pinned until gup_put_folio(), also if unpin_user_page() has begun before', 'unpin', []],
  ['... and not behind it', 'both', ['note spurious-early-copy']],
])('a page %s', async (_, before, said) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const worker = trace.task('kworker/u4:1', 33, 1);
  background(app);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN);
  worker.unpin({ page: page(PFN) });
  const put = () => worker.put_folio({ page: page(PFN), refs: 1, flags: '0x80000' });
  if (before === 'both') put();
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
  app.new_anon({ page: page(PFN + 64), mm: CHILD, addr: at(0), head: 0, order: 0, rflags: '0x1' });
  if (before === 'unpin') put();
  app.fork_vma_ret({ ret: 0 });
  app.sched_process_fork('comm=app pid=500 child_comm=chi child_pid=501');
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual(said);
});
