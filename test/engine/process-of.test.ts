// Why: a debugger or a worker may pin memory of another process. A finding is about that one's memory.
import { expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { STORY } from '../commands/run.ts';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch } from '../model/synthetic.ts';

const PFN = 0x2000;

/** A task pins a page of app[500] by pin_user_pages_remote(); then fork shares it, and a write copies it. */
async function pinnedBy(comm: string, pid: number, mm: string) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const other = trace.task(comm, pid, 1);
  touch(app, PARENT, 0, PFN);
  if (comm !== 'app') touch(other, mm, 8, 0x7000);
  other.pin_remote({ mm: PARENT, start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
  other.gup_slow({ mm: PARENT, start: at(0), nr: 1, flags: '0x90001', pages: '0xffff888200000000' });
  other.follow_pte({ mm: PARENT, addr: at(0), flags: '0x90001' });
  other.grab_slow({ page: page(PFN), refs: 1, flags: '0x90001', ref: 1 });
  other.follow_pte_ret({ page: page(PFN) });
  other.gup_slow_ret({ ret: 1 });
  other.pin_remote_ret({ ret: 1 });
  fork(app, 500, 16);
  copy(app, PARENT, 0, PFN, 0x3000);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).findings.find(({ rule }) => rule === 'fork-share-then-cow');
}

it('pages that another process pinned', async () => {
  const finding = await pinnedBy('gdb', 700, '0xffff888100009000');
  expect(finding?.pin).toMatchObject({ comm: 'gdb', pid: 700 });
  expect(finding?.process).toMatchObject({ comm: 'app', pid: 500 });
  // since v6.10 the slow path grabs by try_grab_folio(), and the lockless one by try_grab_folio_fast()
  expect(finding?.evidence.find(({ role }) => role === 'grab')?.fn).toBe('try_grab_folio');
});

it('pages that a process pinned itself, or a task of which no line shows where it runs', async () => {
  expect((await pinnedBy('app', 500, PARENT))?.process).toBeUndefined();
  expect((await pinnedBy('vcpu', 501, PARENT))?.process).toBeUndefined();
});

it('pages that a thread pinned for its own process, which has ended since', async () => {
  const [finding] = (await check([STORY])).findings;
  expect(finding?.pin).toMatchObject({ pid: 158, tgid: 157 });
  expect(finding?.process).toBeUndefined();
});

it.each([
  ['vhost-500', 777],
  ['io_wqe_worker-0', 88],
  ['iou-wrk-500', 777],
])('pages that %s pinned for a process', async (comm, pid) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const worker = trace.task(comm, pid, 1);
  touch(app, PARENT, 0, PFN);
  fork(app, 500, 16);
  exit(trace.task('chi', 501, 1), CHILD, 501);
  copy(app, PARENT, 0, PFN, 0x2100);
  pin(worker, 0, 0x2100, { api: 'gup_fast' });
  fork(app, 500, 16);
  copy(app, PARENT, 0, 0x2100, 0x3000);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.1');
  const finding = findings.find(({ rule }) => rule === 'fork-share-then-cow');
  expect(finding?.pin).toMatchObject({ comm, pid });
  expect(finding?.process).toMatchObject({ comm: 'app', pid: 500 });
});

it('pages of a process that has ended, in whose memory a kernel thread was seen last', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const khugepaged = trace.task('khugepaged', 36, 1);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { api: 'gup_fast' });
  khugepaged.fault({ mm: PARENT, addr: at(8), flags: '0x254' });
  fork(app, 500, 16);
  copy(app, PARENT, 0, PFN, 0x3000);
  app.sched_process_exit('comm=app pid=500 prio=120');
  exit(trace.task('chi', 501, 1), CHILD, 501);
  const { findings } = await trace.check('6.1');
  expect(findings.find(({ rule }) => rule === 'fork-share-then-cow')?.process).toBeUndefined();
});
