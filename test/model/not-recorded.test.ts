// Why: a trace may lack a whole kind of event. What that event would have shown can still be seen to be missing: a page
// that was unmapped for migration and is not mapped again, a pinned page that comes back from swap or appears elsewhere.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import {
  at,
  CHILD,
  copy,
  exit,
  fork,
  PARENT,
  page,
  pin,
  ro,
  swapIn,
  swapOut,
  Trace,
  touch,
  unpin,
  type Writer,
  wpFault,
} from './synthetic.ts';

const PFN = 0x2000;
const TO = 0x4000;
const HUGE = 0x1e000;
const PIPE = '0xffff888300000000';

/** What the trace says as recorded, and without the lines of some events. */
async function asRecorded(trace: Trace, kernel: string, without: readonly string[]) {
  const kept = new Trace();
  kept.lines.push(...trace.lines.filter((line) => !without.some((event) => line.includes(`: ${event}: `))));
  const { verdict, said, undecided } = await kept.check(kernel);
  return { verdict, said: said.filter((one) => !one.startsWith('note')), undecided: undecided.join() };
}

/** A process whose write faults keep their page, in one other place. */
function process() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 90, PFN + 90);
  wpFault(app, PARENT, 90, PFN + 90);
  app.move_anon({ page: page(PFN + 90), mm: PARENT });
  app.wp_fault_ret({ ret: '0x0' });
  return { trace, app };
}

/** A child puts a page that it shares with its parent into a pipe. */
function inPipe() {
  const { trace, app } = process();
  const chi = trace.task('chi', 501, 1);
  touch(app, PARENT, 0, PFN);
  fork(app, 500);
  chi.fault({ mm: CHILD, addr: at(90), flags: '0x1254' });
  pin(chi, 0, PFN, { api: 'gup_fast', flags: 0 });
  chi.pipe_add({ pipe: PIPE, page: page(PFN), off: 0, len: 4096 });
  return { trace, app, chi };
}

/** A write of the parent keeps the page. */
function keptBy(app: Writer): void {
  wpFault(app, PARENT, 0, PFN);
  app.move_anon({ page: page(PFN), mm: PARENT });
  app.wp_fault_ret({ ret: '0x0' });
}

describe('what is mapped after a migration', () => {
  const migrated = (to: number) => {
    const { trace, app } = process();
    const other = trace.task('kcompactd0', 43);
    touch(app, PARENT, 0, PFN, 2);
    pin(app, 3, PFN + 3, { head: PFN, flags: 0x101 });
    other.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 5 });
    other.migrate_one_ret({ ret: 1 });
    other.migrate_in({ page: page(to), mm: PARENT, addr: at(0) });
    for (let i = 0; i < 4; i++)
      other.anon_rmap({ folio: page(to), page: page(to + i), nr: 1, mm: PARENT, addr: at(i), rflags: '0x1' });
    unpin(app, PFN + 3, PFN);
    exit(app, PARENT, 500);
    return trace;
  };

  it('is the other page', async () => {
    expect((await asRecorded(migrated(TO), '6.12', [])).said).toEqual(['error pinned-page-migrated']);
  });

  it('... or, where the kernel gave up, the same one', async () => {
    expect(await asRecorded(migrated(PFN), '6.12', [])).toEqual({ verdict: 'clean', said: [], undecided: '' });
  });

  it.each([
    ['while migration maps it again', 'migrate_in'],
    ['after the process has unmapped its address', 'zap'],
  ])('has not vanished if its pin ends %s', async (_, before) => {
    const { trace, app } = process();
    const other = trace.task('kcompactd0', 43);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0, api: 'gup_fast' });
    other.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3 });
    other.migrate_one_ret({ ret: 1 });
    if (before === 'zap') app.zap({ mm: PARENT, start: at(0), end: at(1) });
    else other.migrate_in({ page: page(PFN), mm: PARENT, addr: at(0) });
    trace.task('reader', 600, 1).pipe_release({ pipe: PIPE, page: page(PFN) });
    if (before !== 'zap')
      other.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    exit(app, PARENT, 500);
    expect(await asRecorded(trace, '6.12', [])).toEqual({ verdict: 'clean', said: [], undecided: '' });
  });

  it('is not known where no reverse mapping is recorded', async () => {
    const { verdict, said, undecided } = await asRecorded(migrated(TO), '6.12', ['anon_rmap']);
    expect({ verdict, said }).toEqual({ verdict: 'could-not-be-checked', said: [] });
    expect(undecided).toContain('no line shows what was mapped back');
  });
});

describe('a pinned page', () => {
  it('that comes back from swap was unmapped by reclaim, also where that is not recorded', async () => {
    const { trace, app } = process();
    const kswapd = trace.task('kswapd0', 40);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0x101 });
    swapOut(kswapd, 0, PFN);
    swapIn(app, 0, PFN, true, true);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await asRecorded(trace, '6.12', [])).said).toEqual(['warning pinned-page-unmapped-for-swap']);
    for (const event of ['unmap_one', 'unmap_one_ret']) {
      const { verdict, undecided } = await asRecorded(trace, '6.12', [event]);
      expect(verdict).toBe('could-not-be-checked');
      expect(undecided).toContain('1 pinned page was swapped in');
    }
  });

  it('that the process has unmapped itself is not the one that is swapped in where it was', async () => {
    const { trace, app } = process();
    const kswapd = trace.task('kswapd0', 40);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0x101 });
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    touch(app, PARENT, 0, TO);
    swapOut(kswapd, 0, TO);
    swapIn(app, 0, TO, true, true);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    const { undecided } = await asRecorded(trace, '6.12', []);
    expect(undecided).not.toContain('swapped in');
  });

  it('that appears at another address was moved there, also where that is not recorded', async () => {
    const { trace, app } = process();
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0x101 });
    app.mremap({ mm: PARENT, old: at(0), new: at(40), len: '0x1000' });
    fork(app, 500, 60);
    copy(app, PARENT, 40, PFN, TO);
    unpin(app, PFN);
    exit(trace.task('chi', 501), CHILD, 501);
    exit(app, PARENT, 500);
    expect((await asRecorded(trace, '6.12', [])).said).toEqual(['error fork-share-then-cow']);
    const { verdict, undecided } = await asRecorded(trace, '6.12', ['mremap']);
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided).toContain('appeared at another address');
  });
});

describe('fork', () => {
  it('makes relatives of processes: without it a page of both may be shared on purpose', async () => {
    const { trace, app: par } = process();
    const chi = trace.task('chi', 501);
    par.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(512) });
    fork(par, 500, 1024);
    chi.fault({ mm: CHILD, addr: at(90), flags: '0x1254' });
    pin(chi, 512, HUGE, { api: 'gup_fast', flags: 0 });
    chi.pipe_add({ pipe: PIPE, page: page(HUGE), off: 0, len: 4096 });
    chi.zap({ mm: CHILD, start: at(512), end: at(1024) });
    par.fault({ mm: PARENT, addr: at(512), flags: '0x1255' });
    par.wp_hugetlb({ mm: PARENT, addr: at(512) });
    chi.pipe_release({ pipe: PIPE, page: page(HUGE) });
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    expect((await asRecorded(trace, '6.12', [])).said).toEqual(['error foreign-pin-reuse']);
    const { verdict, undecided } = await asRecorded(trace, '6.12', ['fork_vma', 'fork_vma_ret']);
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided).toContain('no fork is recorded');
  });

  it('that fails leaves an address space to no task, which only its end shows', async () => {
    const { trace, app } = process();
    touch(app, PARENT, 0, PFN);
    fork(app, 500, 16);
    pin(app, 90, PFN + 90);
    unpin(app, PFN + 90);
    exit(trace.task('chi', 501), CHILD, 501);
    exit(app, PARENT, 500);
    expect((await asRecorded(trace, '6.12', [])).verdict).toBe('clean');
    const { verdict, undecided } = await asRecorded(trace, '6.12', ['mm_exit']);
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided).toContain('no end of an address space is recorded');
  });
});

describe('a new task of which nothing shows whether it shares the address space of its parent', () => {
  const PINNED = 'address space of 1 pin is not known';
  /** The parent writes to the page that its child has pinned: it keeps the page if `leaks`, else it gets a copy. */
  const child = ({ flags, leaks = true }: { flags?: number; leaks?: boolean } = {}) => {
    const { trace, app } = process();
    const other = trace.task('chi', 501, 1);
    touch(app, PARENT, 0, PFN);
    if (flags !== undefined) app.task_newtask(`pid=501 comm=app clone_flags=${flags.toString(16)} oom_score_adj=0`);
    app.sched_process_fork('comm=app pid=500 child_comm=chi child_pid=501');
    pin(other, 0, PFN, { flags: leaks ? 0 : 1 });
    wpFault(app, PARENT, 0, PFN);
    if (leaks) app.move_anon({ page: page(PFN), mm: PARENT });
    else app.new_anon({ page: page(TO), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret: '0x0' });
    return { trace, app, other };
  };
  const ended = async ({ trace, app, other }: ReturnType<typeof child>) => {
    unpin(other, PFN);
    exit(app, PARENT, 500);
    return asRecorded(trace, '6.12', []);
  };

  it.each([
    ['neither its clone flags nor copies are recorded', undefined],
    ['it is a process, whose copies are not recorded', 0x1200011],
  ])('keeps nothing from being a leak where %s', async (_, flags) => {
    const { verdict, said, undecided } = await ended(child(flags === undefined ? {} : { flags }));
    expect([verdict, said]).toEqual(['could-not-be-checked', []]);
    expect(undecided).toContain(PINNED);
  });

  it('is not certain to be the one whose pin lost its page', async () => {
    const { verdict, said } = await ended(child({ leaks: false }));
    expect([verdict, said]).toEqual(['could-not-be-checked', []]);
  });

  it('of which sched_process_fork() too is not recorded', async () => {
    const all = child();
    all.trace.lines.splice(0, Infinity, ...all.trace.lines.filter((line) => !line.includes('sched_process_fork')));
    expect((await ended(all)).verdict).toBe('could-not-be-checked');
  });

  it.each([
    ['its clone flags say so', (all: ReturnType<typeof child>) => all, 0x3d0f00],
    [
      'it faults there',
      (all: ReturnType<typeof child>) => {
        all.other.wp_fault({ mm: PARENT, addr: at(90), pte: '0x8000000000000025', flags: '0x1255' });
        all.other.wp_fault_ret({ ret: '0x10' });
        return all;
      },
      undefined,
    ],
    [
      'a later fork shows that copies are recorded',
      (all: ReturnType<typeof child>) => {
        fork(all.app, 501);
        all.trace.task('chi', 502).mm_exit({ mm: CHILD, vmemmap: page(0) });
        return all;
      },
      undefined,
    ],
  ])('is a thread where %s', async (_, shown, flags) => {
    const all = shown(child(flags === undefined ? {} : { flags }));
    expect((await ended(all)).undecided).not.toContain(PINNED);
  });
});

describe('one line of a fault is missing', () => {
  const GET = { api: 'gup_fast', flags: 1 } as const;
  const BIO = '0xffff888400000000';
  /** A direct read over a fork: the parent's write fault copies the page, or, after its child has read, keeps it. */
  const forked = (ret: string) => {
    const { trace, app } = process();
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, GET);
    app.bio_submit({ bio: BIO, p0: page(PFN), size: 4096, opf: '0x0', sector: 8, l0: 4096, o0: 0, vcnt: 1 });
    fork(app, 500);
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    wpFault(app, PARENT, 0, PFN);
    app.new_anon({ page: page(TO), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret });
    app.bio_end({ bio: BIO, status: 0 });
    app.bio_release({ bio: BIO, dirty: 1, bflags: '0x100', p0: page(PFN), vcnt: 1 });
    exit(trace.task('chi', 501), CHILD, 501);
    exit(app, PARENT, 500);
    return trace;
  };

  it.each([
    ['5.15', '0x8'],
    ['6.1', '0x8'],
    ['6.12', '0x0'],
  ])('that of the copy: the return does not show that the page was kept, on %s', async (kernel, ret) => {
    const trace = forked(ret);
    expect((await asRecorded(trace, kernel, [])).said).toEqual(['error fork-share-then-cow']);
    trace.lines.splice(
      trace.lines.findIndex((line) => line.includes(page(TO))),
      1,
    );
    expect((await asRecorded(trace, kernel, [])).verdict).toBe('could-not-be-checked');
  });

  /** A child has the page in a pipe and unmaps it, the parent writes. */
  const leak = (without: string) => {
    const { trace, app, chi } = inPipe();
    chi.zap({ mm: CHILD, start: at(0), end: at(16) });
    keptBy(app);
    app.fault({ mm: PARENT, addr: at(91), flags: '0x1254' });
    chi.pipe_release({ pipe: PIPE, page: page(PFN) });
    exit(chi, CHILD, 501);
    exit(app, PARENT, 500);
    for (const name of without.split(' ').filter(Boolean))
      trace.lines.splice(trace.lines.map((line) => line.includes(` ${name}: `)).lastIndexOf(true), 1);
    return trace;
  };

  it('that of the return: the task is in no write fault when it faults again', async () => {
    const LEAK = ['error foreign-pin-reuse'];
    expect((await asRecorded(leak(''), '6.12', [])).said).toEqual(LEAK);
    expect((await asRecorded(leak('wp_fault_ret'), '6.12', [])).said).toEqual(LEAK);
    const { verdict, said, undecided } = await asRecorded(leak('wp_fault_ret move_anon'), '6.12', []);
    expect([verdict, said]).toEqual(['could-not-be-checked', []]);
    expect(undecided).toContain('whether the page was copied');
  });

  /** ... and nothing more. */
  const lastWords = (without: string) => {
    const trace = leak(without);
    const behind = trace.lines.findIndex((line) => line.includes(`addr=${at(91)}`));
    const [released] = trace.lines.slice(behind).filter((line) => line.includes(' pipe_release: '));
    trace.lines.splice(behind, trace.lines.length, released);
    return trace;
  };

  it('that of the return, and the task does nothing more: the page is kept where a line says so', async () => {
    expect((await asRecorded(lastWords(''), '6.12', [])).said).toEqual(['error foreign-pin-reuse']);
    expect((await asRecorded(lastWords('wp_fault_ret'), '6.12', [])).said).toEqual(['error foreign-pin-reuse']);
    const { undecided } = await asRecorded(lastWords('wp_fault_ret move_anon'), '6.12', []);
    expect(undecided).toContain('whether the page was copied');
  });
});

describe('KSM merges a pinned page', () => {
  const merged = () => {
    const { trace, app } = process();
    const ksmd = trace.task('ksmd', 45, 1);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: 0x101 });
    ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: page(TO) });
    ksmd.clear_flush({ mm: PARENT, addr: at(0), pte: '0x8000000002000025' });
    ksmd.anon_rmap({ folio: page(TO), page: page(TO), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
    ksmd.ksm_merge_ret({ ret: 0 });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return trace;
  };

  it.each([[[]], [['anon_rmap']], [['anon_rmap', 'clear_flush']]])('recorded without %j', async (without) => {
    const { verdict, said } = await asRecorded(merged(), '6.12', without);
    expect([verdict, said]).toEqual(['violated', ['error pinned-page-ksm-merged']]);
  });

  it('recorded without anything that shows how the merge ended', async () => {
    const { verdict, said } = await asRecorded(merged(), '6.12', ['anon_rmap', 'ksm_merge_ret']);
    expect([verdict, said]).toEqual(['could-not-be-checked', []]);
  });

  it('or makes it the page that others map: it stays', async () => {
    const trace = merged();
    trace.lines.forEach((line, i) => {
      trace.lines[i] = line.replace(`kpage=${page(TO)}`, `kpage=${page(PFN)}`);
    });
    expect((await asRecorded(trace, '6.12', ['anon_rmap', 'clear_flush'])).verdict).toBe('clean');
  });
});

it('a collapse that succeeded over a pinned page, of which no line shows the new page, is not clean', async () => {
  const { trace, app } = process();
  const daemon = trace.task('khugepaged', 46, 1);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: 0x101 });
  daemon.collapse({ mm: PARENT, addr: at(0) });
  daemon.new_anon({ page: page(HUGE), mm: PARENT, addr: at(0), head: 1, order: 9, rflags: '0x1' });
  daemon.collapse_ret({ ret: 1 });
  unpin(app, PFN);
  exit(app, PARENT, 500);
  expect((await asRecorded(trace, '6.12', [])).said).toEqual(['error pinned-page-collapsed']);
  trace.lines.splice(
    trace.lines.findIndex((line) => line.includes(page(HUGE))),
    1,
  );
  expect((await asRecorded(trace, '6.12', [])).verdict).toBe('could-not-be-checked');
});

describe('the end of a reference in a pipe', () => {
  /** The pipe is read before the page is written. */
  const drained = () => {
    const { trace, app, chi } = inPipe();
    chi.pipe_release({ pipe: PIPE, page: page(PFN) });
    chi.zap({ mm: CHILD, start: at(0), end: at(16) });
    keptBy(app);
    exit(chi, CHILD, 501);
    exit(app, PARENT, 500);
    return trace;
  };

  it('is known', async () => {
    expect(await asRecorded(drained(), '6.1', [])).toMatchObject({ said: [] });
  });

  it('is not recorded: no error', async () => {
    expect((await asRecorded(drained(), '6.1', ['pipe_release'])).said).toEqual(['warning foreign-pin-reuse']);
  });

  it('may be a line that could not be read: no error', async () => {
    const trace = drained();
    const i = trace.lines.findIndex((line) => line.includes(' pipe_release: '));
    trace.lines[i] = trace.lines[i].replace(/ pipe_release: .*/, ' pipe_rel');
    const { findings } = await check({ name: 'trace', text: trace.text }, { kernel: '6.1' });
    expect(findings.find(({ rule }) => rule === 'foreign-pin-reuse')?.severity).toBe('warning');
  });
});

describe('what must have happened in between', () => {
  it('a page that KSM shares is not kept by a fault that unshares it: its copy is missing', async () => {
    const { trace, app } = process();
    const ksmd = trace.task('ksmd', 45);
    touch(app, PARENT, 0, PFN);
    ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: page(TO) });
    ksmd.anon_rmap({ folio: page(TO), page: page(TO), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
    ksmd.ksm_merge_ret({ ret: 0 });
    pin(app, 0, TO, { flags: 0 });
    app.wp_fault({ mm: PARENT, addr: at(0), pte: ro(TO), flags: '0x480' });
    app.new_anon({ page: page(PFN + 9), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    app.wp_fault_ret({ ret: '0x0' });
    unpin(app, TO);
    exit(app, PARENT, 500);
    const whole = await asRecorded(trace, '6.12', []);
    expect(whole.said).toEqual(['error ro-longterm-pin-without-unshare']);
    const copied = trace.lines.findIndex((line) => line.includes(page(PFN + 9)));
    trace.lines.splice(copied, 1);
    expect((await asRecorded(trace, '6.12', [])).verdict).toBe('could-not-be-checked');
  });

  it('an mm that fork has just made was not there before, whatever an older one at its pointer pins', async () => {
    const { trace, app } = process();
    const other = trace.task('other', 600, 1);
    other.mm_exit({ mm: '0xffff888100008000', vmemmap: page(0) });
    touch(app, PARENT, 0, PFN);
    fork(app, 500);
    const child = trace.task('app', 501, 1);
    touch(child, CHILD, 40, TO);
    pin(child, 40, TO, { api: 'gup_fast' });
    child.bio_add({ bio: PIPE, page: page(TO), len: 4096, off: 0 });
    child.bio_submit({ bio: PIPE, p0: page(TO), size: 4096, opf: '0x0' });
    child.sched_process_exit('comm=app pid=501 prio=120');
    // no line of exit_mmap()
    const mm = '0xffff888100009000';
    touch(other, mm, 60, TO + 60);
    other.fork_vma({ dst: CHILD, src: mm, start: at(0), end: at(64), vmflags: '0x100073' });
    other.fork_vma_ret({ ret: 0 });
    other.sched_process_fork('comm=other pid=600 child_comm=other child_pid=601');
    const next = trace.task('other', 601, 1);
    touch(next, CHILD, 40, TO + 40);
    app.bio_end({ bio: PIPE, status: 0 });
    exit(next, CHILD, 601);
    exit(other, mm, 600);
    exit(app, PARENT, 500);
    const { verdict, said, undecided } = await asRecorded(trace, '6.12', []);
    expect({ verdict, said }).toEqual({ verdict: 'could-not-be-checked', said: [] });
    expect(undecided).toContain('exit_mmap');
  });
});
