// Why: a pin belongs to the address space that it was taken through, and most GUP calls do not name it.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const TO = 0x4000;
const OTHER = '0xffff888100003000';

/** A process, and another; a task of whose creation no line is there pins a page of the first, which is then copied or not. */
function pinnedBy(name: string, info: string, isCopied: boolean, prepare?: (oth: Writer) => void) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const oth = trace.task('oth', 700, 1);
  touch(app, PARENT, 90, PFN + 90);
  touch(oth, OTHER, 90, PFN + 91);
  copy(app, PARENT, 90, PFN + 90, PFN + 92);
  touch(app, PARENT, 0, PFN);
  prepare?.(oth);
  const task = trace.task(name, 510, 1, info);
  pin(task, 0, PFN, { flags: 0x101 });
  if (isCopied) {
    app.cprot({ mm: PARENT, start: at(0), end: at(16), prot: '0x25', cp: '0x0' });
    app.cprot({ mm: PARENT, start: at(0), end: at(16), prot: '0x8000000000000027', cp: '0x0' });
    copy(app, PARENT, 0, PFN, TO);
  }
  unpin(task, PFN);
  exit(oth, OTHER, 700);
  exit(app, PARENT, 500);
  return trace;
}

const NOTHING_KNOWN = ['could-not-be-checked', []];

describe('an io_uring worker shares the address space of the task in its name', () => {
  it.each(['iou-wrk-500', 'iou-sqp-500'])('%s', async (name) => {
    expect((await pinnedBy(name, '.....', false).check('6.12')).verdict).toBe('clean');
    const { findings, said } = await pinnedBy(name, '.....', true).check('6.12');
    expect(said).toEqual(['error wrprotect-then-cow']);
    expect(findings[0].pin).toMatchObject({ pid: 510, tgid: 500 });
  });

  it.each(['iou-wrk-501', 'iou-wrk-', 'iou-wrk-50x', 'iou-wrk-50000000000', 'worker'])(
    '%s tells nothing',
    async (name) => {
      const { verdict, said } = await pinnedBy(name, '.....', true).check('6.12');
      expect([verdict, said]).toEqual(NOTHING_KNOWN);
    },
  );

  it('... where GUP-fast takes a huge leaf by its head', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN, 9);
    const worker = trace.task('iou-wrk-500', 510, 1);
    worker.pin_fast({ start: at(7), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    worker.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    worker.grab_fast_ret({ head: page(PFN) });
    worker.pin_fast_ret({ ret: 1 });
    unpin(worker, PFN + 7);
    exit(app, PARENT, 500);
    const { said, undecided } = await trace.check('6.12');
    expect(said).toEqual([]);
    expect(undecided.join()).not.toContain('address space');
  });

  it('not where that maps another page at the address', async () => {
    const there = (oth: Writer) => touch(oth, OTHER, 0, PFN + 7);
    const { verdict, said } = await pinnedBy('iou-wrk-700', '.....', true, there).check('6.12');
    expect([verdict, said]).toEqual(NOTHING_KNOWN);
  });

  it('created during the recording, which only task_newtask shows: another task had the pid before', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const former = trace.task('bash', 510, 1);
    touch(former, CHILD, 0, PFN + 8);
    touch(app, PARENT, 0, PFN);
    app.task_newtask('pid=510 comm=app clone_flags=10900 oom_score_adj=0');
    const worker = trace.task('kworker', 510, 1);
    pin(worker, 0, PFN, { flags: 0x101 });
    copy(app, PARENT, 0, PFN, TO);
    unpin(worker, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).findings[0]).toMatchObject({ pin: { mm: PARENT, tgid: 500 } });
  });
});

it('a thread shares that of the process which its lines name (record-tgid)', async () => {
  const trace = pinnedBy('app', '.....', true);
  trace.lines.forEach((line, i) => {
    trace.lines[i] = line.replace(
      /-(\d+) \[/,
      (_, pid) => `-${pid.padEnd(7)} (${(pid === '510' ? '500' : pid).padStart(7)}) [`,
    );
  });
  expect((await trace.check('6.12')).said).toEqual(['error wrprotect-then-cow']);
});
