// Why: a page with a reference of one process may be written by another for four reasons: it leaks, both share it on
// purpose, the reference has ended without a line, or the page has been freed and came back as another's.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const HUGE = 0x1e000;
const REBORN = 0x2090;
const PIPE = '0xffff888300000000';
const OTHER_PIPE = '0xffff888300001000';

/** A parent that has touched two pages and shown that reuse has lines, and its child with the pages it shares. */
function family() {
  const trace = new Trace();
  const parent = trace.task('par', 500);
  touch(parent, PARENT, 0, PFN);
  touch(parent, PARENT, 5, PFN + 5);
  wpFault(parent, PARENT, 5, PFN + 5);
  parent.wp_fault_ret({ ret: '0x0' });
  const child = trace.task('chi', 501, 1);
  const born = () => {
    fork(parent, 500);
    child.fault({ mm: CHILD, addr: at(40), flags: '0x1254' });
  };
  const end = (childToo = true) => {
    if (childToo) exit(child, CHILD, 501);
    exit(parent, PARENT, 500);
  };
  return { trace, parent, child, born, end };
}

function vmsplice(task: ReturnType<Trace['task']>, vpn: number, pfn: number, head = pfn): void {
  pin(task, vpn, pfn, { api: 'gup_fast', flags: 0, caller: '__iov_iter_get_pages_alloc+0x298/0x830', head });
  task.pipe_add({ pipe: PIPE, page: page(pfn), off: 0, len: 4096 });
}

function reuse(task: ReturnType<Trace['task']>, vpn: number, pfn: number): void {
  wpFault(task, PARENT, vpn, pfn);
  task.move_anon({ page: page(pfn), mm: PARENT });
  task.wp_fault_ret({ ret: '0x0' });
}

describe('a page that was spliced into a pipe', () => {
  const pipes = (...releases: string[]) => {
    const { trace, parent, child, born, end } = family();
    born();
    vmsplice(child, 0, PFN);
    child.zap({ mm: CHILD, start: at(0), end: at(1) });
    for (const what of releases)
      if (what === 'reuse') reuse(parent, 0, PFN);
      else parent.pipe_release({ pipe: what, page: page(PFN) });
    end();
    return trace.check('6.1');
  };

  it('leaks to its pipe', async () => {
    expect((await pipes('reuse', PIPE)).said).toContain('error foreign-pin-reuse');
  });

  it('... not after another pipe, where splice() had moved it, has released it', async () => {
    expect((await pipes(OTHER_PIPE, 'reuse')).verdict).toBe('clean');
  });

  it('... and between the releases of two pipes, after tee(), it is not known whether it does', async () => {
    for (const both of [
      [OTHER_PIPE, 'reuse', PIPE],
      [PIPE, 'reuse', OTHER_PIPE],
    ])
      expect((await pipes(...both)).undecided.join()).toContain('in a pipe more often than lines show (tee()');
    expect((await pipes(PIPE, OTHER_PIPE, 'reuse')).verdict).toBe('clean');
  });

  it('is not kept by a bio that writes it to a file', async () => {
    const { trace, parent, child, born, end } = family();
    vmsplice(parent, 0, PFN);
    const bio = '0xffff888400000000';
    const t = trace.task('par', 500);
    t.bio_submit({ bio, opf: '0x1', bflags: '0x0', sector: 8, size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
    trace.task('<idle>', 0, 1, '..s1.').bio_end({ bio, status: 0 });
    parent.pipe_release({ pipe: PIPE, page: page(PFN) });
    born();
    copy(parent, PARENT, 0, PFN, PFN + 64);
    end();
    expect(child).toBeDefined();
    expect((await trace.check('6.12')).verdict).toBe('clean');
  });
});

describe('a hugetlb page', () => {
  const huge = async (vmflags: string, flags: string, known: boolean) => {
    const { trace, parent, child, end } = family();
    if (known) parent.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(512) });
    parent.fork_vma({ dst: CHILD, src: PARENT, start: at(512), end: at(1024), vmflags });
    parent.fork_vma_ret({ ret: 0 });
    parent.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
    child.fault({ mm: CHILD, addr: at(512), flags: '0x1254' });
    pin(child, 512, HUGE, { flags: 0x101 });
    child.zap({ mm: CHILD, start: at(512), end: at(1024) });
    pin(parent, 512, HUGE, { flags: 0x101 });
    unpin(parent, HUGE);
    parent.fault({ mm: PARENT, addr: at(512), flags });
    parent.wp_hugetlb({ mm: PARENT, addr: at(512) });
    parent.fault({ mm: PARENT, addr: at(8), flags: '0x1255' });
    unpin(child, HUGE);
    end();
    return trace.check('6.12');
  };

  it('of a private mapping leaks', async () => {
    expect((await huge('0x400073', '0x1255', true)).said).toContain('error foreign-pin-reuse');
  });

  it('... of a shared mapping does not: hugetlb_wp() makes its entry writable too', async () => {
    expect((await huge('0x4000fb', '0x1255', false)).said.filter((s) => !s.startsWith('note'))).toEqual([]);
  });

  it('... and stays read-only where the fault only makes it exclusive (FAULT_FLAG_UNSHARE)', async () => {
    expect((await huge('0x400073', '0x1654', true)).said.filter((s) => !s.startsWith('note'))).toEqual([]);
  });
});

describe('a hugetlb page that fork shares, in a pipe of the child that writes to it', () => {
  const written = async (show: 'hugetlb_wp()' | 'nothing') => {
    const { trace, parent, child, end } = family();
    parent.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(512) });
    parent.fork_vma({ dst: CHILD, src: PARENT, start: at(512), end: at(1024), vmflags: '0x400073' });
    parent.fork_vma_ret({ ret: 0 });
    parent.sched_process_fork('comm=par pid=500 child_comm=chi child_pid=501');
    vmsplice(child, 515, HUGE + 3, HUGE);
    child.fault({ mm: CHILD, addr: at(512), flags: '0x1255' });
    if (show === 'hugetlb_wp()') {
      child.wp_hugetlb({ mm: CHILD, addr: at(512) });
      child.new_hugetlb({ page: page(HUGE + 512), mm: CHILD, addr: at(512) });
    }
    child.pipe_release({ pipe: PIPE, page: page(HUGE + 3) });
    end();
    const { said, undecided } = await trace.check('6.12');
    return { said, of: undecided.filter((reason) => reason.includes('shared with another process')) };
  };

  it('is decided by hugetlb_wp(), not by do_huge_pmd_wp_page()', async () => {
    expect(await written('hugetlb_wp()')).toEqual({ said: ['note stale-read-pin'], of: [] });
    expect((await written('nothing')).of.join()).toContain('(hugetlb_wp)');
  });
});

describe('a hugetlb page of three processes, one of which has it only in a pipe', () => {
  const OTHER = '0xffff888100003000';
  const written = async (how: 'another line' | 'moved' | 'third exits', mapped: boolean) => {
    const { trace, parent, child, end } = family();
    const third = trace.task('chi', 502, 1);
    parent.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(512) });
    for (const [dst, pid] of [
      [CHILD, 501],
      [OTHER, 502],
    ]) {
      parent.fork_vma({ dst, src: PARENT, start: at(512), end: at(1024), vmflags: '0x400073' });
      parent.fork_vma_ret({ ret: 0 });
      parent.sched_process_fork(`comm=par pid=500 child_comm=chi child_pid=${pid}`);
    }
    vmsplice(child, 512, HUGE);
    child.zap({ mm: CHILD, start: at(512), end: at(1024) });
    if (!mapped) third.zap({ mm: OTHER, start: at(512), end: at(1024) });
    parent.fault({ mm: PARENT, addr: at(512), flags: '0x1255' });
    parent.wp_hugetlb({ mm: PARENT, addr: at(512) });
    if (how === 'moved') parent.move_anon({ page: page(HUGE), mm: PARENT });
    if (how === 'third exits') exit(third, OTHER, 502);
    parent.fault({ mm: PARENT, addr: at(8), flags: '0x1255' });
    child.pipe_release({ pipe: PIPE, page: page(HUGE) });
    if (how !== 'third exits') exit(third, OTHER, 502);
    end();
    return trace.check('6.12');
  };

  it('leaks when the third has unmapped it', async () => {
    expect((await written('another line', false)).said).toContain('error foreign-pin-reuse');
  });

  it('is copied while the third maps it, or the fault fails: undecided where no line shows which', async () => {
    const { verdict, said, undecided } = await written('another line', true);
    expect({ verdict, said }).toEqual({ verdict: 'could-not-be-checked', said: ['note user-unmapped-pinned-range'] });
    expect(undecided.join()).toContain('no line shows whether the page was copied');
  });

  it('... also where the third exits before the next line of the task: hugetlb_wp() has looked at the mapcount', async () => {
    const { verdict, said } = await written('third exits', true);
    expect({ verdict, said }).toEqual({ verdict: 'could-not-be-checked', said: ['note user-unmapped-pinned-range'] });
  });

  it('... and leaks where the page was taken from the third (unmap_ref_private()) and kept', async () => {
    expect((await written('moved', true)).said).toContain('error foreign-pin-reuse');
  });

  it('that its own process pins is not moved away by a write fault that keeps it', async () => {
    const { trace, parent, end } = family();
    parent.new_hugetlb({ page: page(HUGE), mm: PARENT, addr: at(512) });
    pin(parent, 512, HUGE, { flags: 0x101 });
    parent.fault({ mm: PARENT, addr: at(512), flags: '0x1255' });
    parent.wp_hugetlb({ mm: PARENT, addr: at(512) });
    parent.move_anon({ page: page(HUGE), mm: PARENT });
    parent.fault({ mm: PARENT, addr: at(8), flags: '0x1255' });
    unpin(parent, HUGE);
    end(false);
    expect((await trace.check('6.12')).said).toEqual([]);
  });
});

describe('a page of an ended process that comes back as a page of its relative', () => {
  const reborn = (how: 'read in' | 'moved there') => {
    const { trace, parent, child, born, end } = family();
    born();
    copy(child, CHILD, 0, PFN, REBORN);
    vmsplice(child, 0, REBORN);
    exit(child, CHILD, 501);
    const worker = trace.task('kcompactd0', 43, 1);
    const rmap = { folio: page(REBORN), page: page(REBORN), nr: 1, mm: PARENT, addr: at(5) };
    if (how === 'read in') {
      worker.swap_cache_add({ page: page(PFN + 5), entry: '0x7' });
      worker.unmap_one({ page: page(PFN + 5), mm: PARENT, addr: at(5), ref: 2, map: 0 });
      worker.unmap_one_ret({ ret: 1 });
      parent.swap_in({ mm: PARENT, addr: at(5), pte: '0x7fffffffffb880a', flags: '0x1255' });
      // readahead: the page of the fault and a neighbour
      parent.swap_cache_add({ page: page(REBORN), entry: '0x7' });
      parent.swap_cache_add({ page: page(REBORN + 1), entry: '0x8' });
      parent.anon_rmap({ ...rmap, rflags: '0x1' });
      parent.swap_in_ret({ ret: '0x0' });
    } else {
      worker.migrate_one({ page: page(PFN + 5), mm: PARENT, addr: at(5), ref: 2 });
      worker.migrate_one_ret({ ret: 1 });
      worker.migrate_in({ page: page(REBORN), mm: PARENT, addr: at(5) });
      worker.anon_rmap({ ...rmap, rflags: '0x0' });
      reuse(parent, 5, REBORN);
    }
    end(false);
    return trace.check('6.6');
  };

  for (const how of ['read in', 'moved there'] as const)
    it(`${how}: the reference is not held any more`, async () => {
      expect((await reborn(how)).said.filter((s) => !s.startsWith('note'))).toEqual([]);
    });
});

it('a READ bio shows that its buffer is written, whatever the flags of the call say', async () => {
  const { trace, parent, born, end } = family();
  pin(parent, 0, PFN, { api: 'gup_fast', flags: 0 });
  const bio = '0xffff888400000000';
  parent.bio_submit({ bio, opf: '0x0', bflags: '0x0', sector: 8, size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
  born();
  copy(parent, PARENT, 0, PFN, PFN + 64);
  parent.bio_end({ bio, status: 0 });
  parent.bio_release({ bio, dirty: 1, bflags: '0x0', p0: page(PFN), vcnt: 1 });
  end();
  expect((await trace.check('6.1')).said).toContain('error fork-share-then-cow');
});

it('references that nobody owns are not followed', async () => {
  const callers = [
    '__kvm_faultin_pfn+0x8c/0x1a0',
    'gfn_to_page_many_atomic+0x8c/0x110 [kvm]',
    'do_get_mempolicy+0x1a3/0x430',
  ];
  for (const caller of [...callers, 'perf_virt_to_phys+0x120/0x160', '__copy_remote_vm_str+0x6f/0x2a0']) {
    const { trace, parent, born, end } = family();
    pin(parent, 0, PFN, { api: 'gup_fast', flags: 0, caller });
    born();
    copy(parent, PARENT, 0, PFN, PFN + 64);
    pin(parent, 0, PFN + 64);
    unpin(parent, PFN + 64);
    end();
    expect((await trace.check('6.12')).verdict).toBe('clean');
  }
});
