// Why: fork has to restore a device-exclusive entry before it copies it; the child's own restore is the proof that it did not.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const OWNER = '0xffff888500000000';

function exclusive() {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const chi = trace.task('chi', 501, 1);
  const gpu = trace.task('gpu', 900, 1);
  touch(par, PARENT, 0, PFN);
  const set = (mm: string) => {
    gpu.dev_excl({ mm, addr: at(0), owner: OWNER });
    gpu.dev_excl_ret({ page: page(PFN) });
  };
  const restore = (t: typeof par, mm: string) => t.dev_restore({ mm, page: page(PFN), addr: at(0) });
  const fork = (ret: number, inside = () => {}) => {
    par.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
    inside();
    par.fork_vma_ret({ ret });
    par.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
  };
  const end = () => {
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
  };
  return { trace, par, chi, set, restore, fork, end };
}

describe('fork over a device-exclusive entry', () => {
  it('the child restores an entry that only fork can have given it: error', async () => {
    const { trace, chi, set, restore, fork, end } = exclusive();
    set(PARENT);
    fork(0);
    restore(chi, CHILD);
    end();
    expect((await trace.check('7.2')).said).toEqual(['error device-exclusive-copied-by-fork']);
  });

  it('no restore is shown, though restores are recorded: warning', async () => {
    const { trace, par, set, restore, fork, end } = exclusive();
    set(PARENT);
    fork(0);
    restore(par, PARENT);
    end();
    expect((await trace.check('7.2')).said).toEqual(['warning device-exclusive-copied-by-fork']);
  });

  it('restores are not recorded at all: nothing can be said', async () => {
    const { trace, set, fork, end } = exclusive();
    set(PARENT);
    fork(0);
    end();
    const { said, verdict, undecided } = await trace.check('7.2');
    expect({ said, verdict }).toEqual({ said: [], verdict: 'could-not-be-checked' });
    expect(undecided.join()).toContain('restore_exclusive_pte() is not recorded');
  });

  it('the entry is restored first: right, and the child maps the page', async () => {
    const { trace, par, chi, set, restore, fork, end } = exclusive();
    set(PARENT);
    fork(0, () => restore(par, PARENT));
    copy(chi, CHILD, 0, PFN, PFN + 1);
    end();
    expect(await trace.check('7.2')).toMatchObject({ said: [] });
  });

  it('fork gives up (-EBUSY: the page is locked)', async () => {
    const { trace, par, set, restore, fork, end } = exclusive();
    set(PARENT);
    fork(-12);
    restore(par, PARENT);
    end();
    expect((await trace.check('7.2')).said).toEqual([]);
  });

  it("a device sets an entry in the child's own mm, which the child restores", async () => {
    const { trace, par, chi, set, restore, fork, end } = exclusive();
    set(PARENT);
    fork(0, () => restore(par, PARENT));
    set(CHILD);
    restore(chi, CHILD);
    end();
    expect((await trace.check('7.2')).said).toEqual([]);
  });
});
