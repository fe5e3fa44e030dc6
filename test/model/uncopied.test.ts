// Why: copy_page_range() is called for mappings that it does not copy, because faults of the child will fill them, and it may
// fail: its line alone shows neither that the child maps a page nor that it shares one.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const NEXT = 0x3000;

describe('a mapping of a file, whose page is reclaimed and read again, by another page', () => {
  const used = (t: Writer, pfn: number) => {
    pin(t, 0, pfn);
    unpin(t, pfn);
  };
  const forked = async (vmflags: string, anon = false) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const child = trace.task('app', 501, 1);
    const kswapd = trace.task('kswapd0', 40, 1);
    if (anon) touch(app, PARENT, 0, PFN);
    else app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    used(app, PFN);
    app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags });
    app.fork_vma_ret({ ret: 0 });
    app.sched_process_fork('comm=app pid=500 child_comm=app child_pid=501');
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    child.fault({ mm: CHILD, addr: at(0), flags: '0x1254' });
    used(child, NEXT);
    exit(child, CHILD, 501);
    exit(app, PARENT, 500);
    return (await trace.check('6.12')).undecided.filter((reason) => reason.includes('contradict'));
  };

  it.each([
    ['shared', '0xfb'],
    ['private, of which no page was written', '0x75'],
  ])('%s: the child has none before its own fault', async (_name, vmflags) => {
    expect(await forked(vmflags)).toEqual([]);
  });

  it('is copied where its page is anonymous, or userfaultfd protects it', async () => {
    expect(await forked('0x75', true)).toHaveLength(1);
    expect(await forked('0x10fb')).toHaveLength(1);
  });
});

it.each([
  [-12, []],
  [0, ['note pinned-page-shared-by-fork']],
])('a fork that returns %i after it found a pinned page', async (ret, said) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 9, PFN + 9);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: 0x101 });
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(1), vmflags: '0x100073' });
  app.fork_vma_ret({ ret });
  if (ret === 0) app.sched_process_fork('comm=app pid=500 child_comm=app child_pid=501');
  app.mm_exit({ mm: CHILD, vmemmap: page(0) });
  unpin(app, PFN);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual(said);
});
