// Why: a gigantic page of hugetlb has many PMDs, and its lines name only where it begins.
import { describe, expect, it } from 'vitest';
import { at, BUFFER, CHILD, copy, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const GIGANTIC = 512 * 512;
/** Page number, as in at(), of the first address that is aligned to 1 GB. */
const START = GIGANTIC - BUFFER / 4096;
const OLD = 0x40000;
const NEW = 0x80000;
const IN = 700;
const BIO = '0xffff888400000000';
const PIPE = '0xffff888300000000';

const UNDECIDED = ['could-not-be-checked', []];

/** Without the lines that have a text in them. */
async function answer(trace: Trace, without?: string) {
  const kept = new Trace();
  kept.lines.push(...trace.lines.filter((line) => without === undefined || !line.includes(without)));
  const { verdict, said } = await kept.check('6.12');
  return [verdict, said.filter((one) => !one.startsWith('note'))];
}

function processes(pages: number[]) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  copy(app, PARENT, 0, PFN, PFN + 2);
  for (const pfn of pages) app.new_hugetlb({ page: page(pfn), mm: PARENT, addr: at(START + pfn - OLD) });
  return { trace, app, chi: trace.task('chi', 501, 1) };
}

function fork(app: Writer, chi: Writer): void {
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(START + GIGANTIC), vmflags: '0x100073' });
  app.fork_vma_ret({ ret: 0 });
  app.sched_process_fork('comm=app pid=500 child_comm=chi child_pid=501');
  touch(chi, CHILD, 1, PFN + 1);
}

/** The parent writes to page IN; up to v6.9 hugetlb_wp() is given that address, later that of the huge page. */
function write(app: Writer, address: number): void {
  app.fault({ mm: PARENT, addr: at(START + IN), flags: '0x255' });
  app.wp_hugetlb({ mm: PARENT, addr: at(address) });
}

function finish({ trace, app, chi }: ReturnType<typeof processes>): Trace {
  exit(chi, CHILD, 501);
  exit(app, PARENT, 500);
  return trace;
}

describe.each([START, START + IN])('a write fault on a gigantic page, at 0x%x', (address) => {
  const copied = () => {
    const all = processes([OLD]);
    const { trace, app, chi } = all;
    pin(app, START + IN, OLD + IN, { api: 'gup_fast', head: OLD });
    app.bio_add({ bio: BIO, page: page(OLD + IN), len: 4096, off: 0 });
    app.bio_submit({ bio: BIO, p0: page(OLD + IN), size: 4096, opf: '0x0', sector: 8, l0: 4096, o0: 0, vcnt: 1 });
    fork(app, chi);
    write(app, address);
    app.new_hugetlb({ page: page(NEW), mm: PARENT, addr: at(START) });
    app.fault({ mm: PARENT, addr: at(1), flags: '0x254' });
    trace.task('<idle>', 0, 1, '..s1.').bio_end({ bio: BIO, status: 0 });
    app.bio_release({ bio: BIO, dirty: 1, bflags: '0x100', p0: page(OLD + IN), vcnt: 1 });
    return finish(all);
  };

  it('copies it under a pin in its second PMD', async () => {
    expect(await answer(copied())).toEqual(['violated', ['error fork-share-then-cow']]);
  });

  it('... of which no line shows in what folio it is: undecided', async () => {
    expect(await answer(copied(), 'grab_fast_ret')).toEqual(UNDECIDED);
  });

  const leaked = () => {
    const all = processes([OLD]);
    const { app, chi } = all;
    fork(app, chi);
    pin(chi, START + IN, OLD + IN, { api: 'gup_fast', flags: 0, head: OLD });
    chi.pipe_add({ pipe: PIPE, page: page(OLD + IN), off: 0, len: 4096 });
    chi.zap({ mm: CHILD, start: at(START), end: at(START + GIGANTIC) });
    write(app, address);
    app.move_anon({ page: page(OLD), mm: PARENT });
    app.fault({ mm: PARENT, addr: at(1), flags: '0x254' });
    chi.pipe_release({ pipe: PIPE, page: page(OLD + IN) });
    return finish(all);
  };

  it('keeps it, and a child has its second PMD in a pipe', async () => {
    expect(await answer(leaked())).toEqual(['violated', ['error foreign-pin-reuse']]);
    expect(await answer(leaked(), 'grab_fast_ret')).toEqual(UNDECIDED);
  });
});

describe('fork, of a pin in the second PMD of a gigantic page', () => {
  const forked = (copies: boolean) => {
    const all = processes([OLD]);
    const { trace, app, chi } = all;
    pin(app, START + IN, OLD + IN, { flags: 0x101, head: OLD });
    app.fork_vma({ dst: CHILD, src: PARENT, start: at(START), end: at(START + GIGANTIC), vmflags: '0x400073' });
    if (copies) app.new_hugetlb({ page: page(NEW), mm: CHILD, addr: at(START) });
    app.fork_vma_ret({ ret: 0 });
    app.sched_process_fork('comm=app pid=500 child_comm=chi child_pid=501');
    touch(chi, CHILD, 1, PFN + 1);
    app.fault({ mm: PARENT, addr: at(1), flags: '0x254' });
    unpin(app, OLD + IN, OLD);
    finish(all);
    return trace;
  };

  it('copies the page at once for the child: nothing is shared', async () => {
    const { verdict, said } = await forked(true).check('6.12');
    expect([verdict, said]).toEqual(['clean', []]);
  });

  it('... or does not', async () => {
    expect((await forked(false).check('6.12')).said).toEqual(['note pinned-page-shared-by-fork']);
  });
});

it('two huge pages side by side are two: one is copied, the other pinned', async () => {
  const all = processes([OLD, OLD + 512]);
  const { app, chi } = all;
  pin(app, START + IN, OLD + IN, { head: OLD + 512, flags: 0x101 });
  fork(app, chi);
  app.fault({ mm: PARENT, addr: at(START), flags: '0x255' });
  app.wp_hugetlb({ mm: PARENT, addr: at(START) });
  app.new_hugetlb({ page: page(NEW), mm: PARENT, addr: at(START) });
  app.fault({ mm: PARENT, addr: at(1), flags: '0x254' });
  unpin(app, OLD + IN, OLD + 512);
  expect(await answer(finish(all))).toEqual(['clean', []]);
});

it('a huge page that begins at an odd PMD is no larger than that: a page behind it is another', async () => {
  const all = processes([OLD + 512]);
  const { app, chi } = all;
  touch(app, PARENT, START + 1027, OLD + 1027);
  pin(app, START + 1027, OLD + 1027, { flags: 0x101 });
  fork(app, chi);
  app.fault({ mm: PARENT, addr: at(START + 512), flags: '0x255' });
  app.wp_hugetlb({ mm: PARENT, addr: at(START + 512) });
  app.new_hugetlb({ page: page(NEW), mm: PARENT, addr: at(START + 512) });
  app.fault({ mm: PARENT, addr: at(1), flags: '0x254' });
  unpin(app, OLD + 1027);
  expect(await answer(finish(all))).toEqual(['clean', []]);
});

describe('migration of a pinned page of hugetlb', () => {
  const migrated = (to: number, by = 'migrate_one') => {
    const all = processes([OLD]);
    const { trace, app } = all;
    const other = trace.task('kcompactd0', 43);
    pin(app, START + 9, OLD + 9, { head: OLD, flags: 0x101 });
    other[by]({ page: page(OLD), mm: PARENT, addr: at(START), ref: 5 });
    other[`${by}_ret`]({ ret: 1 });
    other.migrate_in({ page: page(to), mm: PARENT, addr: at(START) });
    pin(app, START + 9, to + 9, { head: to, flags: 0x101 });
    unpin(app, to + 9, to);
    unpin(app, OLD + 9, OLD);
    exit(app, PARENT, 500);
    return trace;
  };

  it('is reported, and if the kernel gave up there is nothing to report', async () => {
    expect(await answer(migrated(NEW))).toEqual(['violated', ['error pinned-page-migrated']]);
    expect(await answer(migrated(OLD))).toEqual(['clean', []]);
  });

  it('up to v5.12 by the function that also unmaps for swap', async () => {
    expect(await answer(migrated(NEW, 'unmap_one'))).toEqual(['violated', ['error pinned-page-migrated']]);
    expect(await answer(migrated(OLD, 'unmap_one'))).toEqual(['clean', []]);
  });

  it.each(['migrate_in', 'migrate_one: ', 'migrate_one_ret', 'migrate_one'])('without %s: undecided', async (line) => {
    expect(await answer(migrated(NEW), line)).toEqual(UNDECIDED);
  });
});

describe('VFIO pins a gigantic page of which only the head is named, 512 pages at a time', () => {
  /** @param mapped whether its mapping was recorded */
  const vfio = (mapped: boolean, given: number, drifts: boolean) => {
    const all = processes(mapped ? [OLD] : []);
    const { app, chi } = all;
    for (let from = 0; from < 2 * 512; from += 512) {
      const call = { mm: PARENT, start: at(START + from), nr: 512, pages: '0xffff888200000000' };
      app.pin_remote({ ...call, flags: '0x101' });
      app.gup_slow({ ...call, flags: '0xd0101' });
      app.grab_slow({ page: page(OLD), refs: 1, flags: '0xd0101', ref: 1 });
      app.grab_slow({ page: page(OLD), refs: 511, flags: '0xd0101', ref: 1 });
      app.gup_slow_ret({ ret: 512 });
      app.pin_remote_ret({ ret: 512 });
    }
    if (given > 0) app.unpin_range({ page: page(OLD), n: given });
    if (drifts) {
      fork(app, chi);
      write(app, START);
      app.new_hugetlb({ page: page(NEW), mm: PARENT, addr: at(START) });
    }
    if (given < 1024) app.unpin_range({ page: page(OLD + given), n: 1024 - given });
    return finish(all);
  };

  it('and releases all of it', async () => {
    expect(await answer(vfio(true, 1024, false))).toEqual(['clean', []]);
    const { findings } = await vfio(false, 1024, false).check('6.12');
    expect(findings).toEqual([]);
  });

  it('and releases half of it before the page is replaced', async () => {
    const { findings } = await vfio(true, 512, true).check('6.12');
    const drifts = findings.filter(({ rule }) => rule === 'fork-share-then-cow');
    expect(drifts).toHaveLength(512);
    expect(drifts[0].pin).toMatchObject({ address: at(START + 512), pfn: `0x${(OLD + 512).toString(16)}` });
  });
});
