// Why: fork has to restore a device-exclusive entry before it copies it; the child's own restore is the proof that it did not.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, ro, Trace, touch } from './synthetic.ts';

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

  it.each(['was never made (-EBUSY)', 'is unmapped before'])(
    '... but where it %s, nothing has to be restored',
    async (how) => {
      const { trace, par, set, fork, end } = exclusive();
      if (how === 'is unmapped before') {
        set(PARENT);
        par.zap({ mm: PARENT, start: at(0), end: at(1) });
      } else {
        const gpu = trace.task('gpu', 900, 1);
        gpu.dev_excl({ mm: PARENT, addr: at(0), owner: OWNER });
        gpu.dev_excl_ret({ page: '0xfffffffffffffff0' });
      }
      fork(0);
      end();
      expect((await trace.check('7.2')).undecided.join()).not.toContain('device-exclusive');
    },
  );

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

describe('make_device_exclusive_range(), up to v6.14', () => {
  function ranged() {
    const base = exclusive();
    const gpu = base.trace.task('gpu', 900, 1);
    touch(base.par, PARENT, 1, PFN + 1);
    const one = (mm: string, vpn: number, isMapped = true, isTold = false) => {
      gpu.dev_one({ page: page(PFN + vpn), mm, addr: at(vpn) });
      if (isTold) gpu.mmun_start({ mm, start: at(vpn), end: at(vpn + 1), event: 7, owner: OWNER });
      if (isMapped) gpu.clear_flush({ mm, addr: at(vpn), pte: ro(PFN + vpn) });
      if (isTold) gpu.mmun_end({ mm, start: at(vpn), end: at(vpn + 1) });
    };
    const range = (inside: () => void, gup = () => {}) => {
      gpu.dev_range({ mm: PARENT, start: at(0), end: at(2), owner: OWNER });
      gpu.gup_remote({
        mm: PARENT,
        start: at(0),
        nr: 2,
        flags: '0x201',
        caller: 'make_device_exclusive_range+0x90/0x120',
      });
      gup();
      for (const vpn of [0, 1]) gpu.grab_slow({ page: page(PFN + vpn), refs: 1, flags: '0x205', ref: 2 });
      gpu.gup_remote_ret({ ret: 2 });
      inside();
      gpu.dev_range_ret({ ret: 2 });
    };
    const pin = () => {
      base.par.pin_fast({ start: at(0), nr: 2, flags: '0x101', pages: '0xffff888200000000' });
      for (const vpn of [0, 1]) {
        base.par.grab_fast({ page: page(PFN + vpn), refs: 1, flags: '0x40101', ref: 1 });
        base.par.grab_fast_ret({ head: page(PFN + vpn) });
      }
      base.par.pin_fast_ret({ ret: 2 });
    };
    const unpin = () => {
      for (const vpn of [0, 1]) base.par.unpin({ page: page(PFN + vpn) });
    };
    return { ...base, one, range, pin, unpin, gpu };
  }

  it('a page that was not locked is counted by the return and stays mapped', async () => {
    const { trace, one, range, pin, unpin, end } = ranged();
    pin();
    range(() => one(PARENT, 1, true, true));
    unpin();
    end();
    const { findings, said } = await trace.check('6.1');
    expect(said).toEqual(['note pin-under-device-exclusive']);
    expect(findings[0].pin.address).toBe(at(1));
  });

  it('a mapping without the page is passed by', async () => {
    const { trace, one, range, chi, fork, restore, par, end } = ranged();
    fork(0);
    copy(chi, CHILD, 0, PFN, PFN + 9);
    range(() => {
      one(CHILD, 0, false);
      one(PARENT, 0);
    });
    restore(par, PARENT);
    end();
    expect(await trace.check('6.1')).toMatchObject({
      said: [],
      undecided: ['no page was pinned during the recording'],
    });
  });

  it('fork copied an entry of the range: error', async () => {
    const { trace, one, range, chi, fork, restore, end } = ranged();
    range(() => one(PARENT, 0));
    fork(0);
    restore(chi, CHILD);
    end();
    expect((await trace.check('6.1')).said).toEqual(['error device-exclusive-copied-by-fork']);
  });

  it.each([
    ['in the next attempt', true, ['warning device-exclusive-livelock']],
    ['by the CPU', false, []],
  ])('entries that are restored %s', async (_, isAttempt, expected) => {
    const { trace, par, gpu, one, range, restore, end } = ranged();
    for (let i = 0; i < 6; i++) {
      range(
        () => one(PARENT, 0),
        () => {
          if (isAttempt && i > 0) restore(gpu, PARENT);
        },
      );
      if (!isAttempt) restore(par, PARENT);
    }
    end();
    expect((await trace.check('6.1')).said).toEqual(expected);
  });

  it.each(['page_make_device_exclusive_one', 'ptep_clear_flush'])(
    'without %s() it is not known what the device got',
    async (fn) => {
      const { trace, one, range, pin, unpin, end } = ranged();
      pin();
      range(() => one(PARENT, 1));
      unpin();
      end();
      const kept = trace.lines.filter((line) => !line.includes(`(${fn}+`));
      trace.lines.splice(0, trace.lines.length, ...kept);
      const { verdict, undecided } = await trace.check('6.1');
      expect(verdict).toBe('could-not-be-checked');
      expect(undecided.join()).toContain('page_make_device_exclusive_one()');
    },
  );

  it.each(['mm', 'addr'])('... nor without %s= of ptep_clear_flush()', async (field) => {
    const { trace, one, range, pin, unpin, end } = ranged();
    pin();
    range(() => one(PARENT, 1));
    unpin();
    end();
    const without = (line: string) =>
      line.includes('clear_flush:') ? line.replace(new RegExp(` ${field}=\\S+`), '') : line;
    trace.lines.splice(0, trace.lines.length, ...trace.lines.map(without));
    const { verdict, undecided } = await trace.check('6.1');
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided.join()).toContain(`lacks ${field}=`);
  });
});
