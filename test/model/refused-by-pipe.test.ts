// Why: where add_to_pipe() is inlined, which pages of a vmsplice() are in the pipe is shown only by what the task releases
// right behind GUP: add_to_pipe() refused that page, those before it are in the pipe, those behind it were put.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, fork, PARENT, page, reuse, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const PAGES = [0, 1, 2, 3];
const PIPE = '0xffff888300000000';

/** A child splices four pages that it shares with its parent into a pipe, and unmaps them. */
function story(refused: number | undefined, behind: 'at once' | 'later') {
  const trace = new Trace();
  const parent = trace.task('par', 500);
  const child = trace.task('chi', 501, 1);
  const reader = trace.task('rea', 502);
  for (const i of [...PAGES, 9]) touch(parent, PARENT, i, PFN + i);
  reuse(parent, PARENT, 9, PFN + 9);
  fork(parent, 500);
  child.fault({ mm: CHILD, addr: at(40), flags: '0x1254' });
  child.gup_fast({
    start: at(0),
    nr: 4,
    flags: '0x0',
    pages: '0xffff888200000000',
    caller: '__iov_iter_get_pages_alloc+0x2/0x8',
  });
  for (const i of PAGES) {
    child.grab_fast({ page: page(PFN + i), refs: 1, flags: '0x2', ref: 1 });
    child.grab_fast_ret({ head: page(PFN + i) });
  }
  child.gup_fast_ret({ ret: 4 });
  if (behind === 'later') child.fault({ mm: CHILD, addr: at(41), flags: '0x1254' });
  const release = (task: typeof child, i: number) => task.pipe_release({ pipe: PIPE, page: page(PFN + i) });
  if (refused !== undefined) release(child, refused);
  child.zap({ mm: CHILD, start: at(0), end: at(4) });
  return { trace, parent, release: (i: number) => release(reader, i), end };

  async function end() {
    exit(child, CHILD, 501);
    exit(parent, PARENT, 500);
    const { verdict, findings } = await trace.check('6.1');
    return [verdict, ...findings.filter(({ rule }) => rule === 'foreign-pin-reuse').map(({ pin }) => pin.pfn)];
  }
}

describe('pages that add_to_pipe() has refused', () => {
  it('are not in the pipe: neither that one nor those behind it', async () => {
    const { parent, release, end } = story(2, 'at once');
    reuse(parent, PARENT, 2, PFN + 2);
    reuse(parent, PARENT, 3, PFN + 3);
    release(0);
    release(1);
    expect(await end()).toEqual(['clean']);
  });

  it('leave those before them in it', async () => {
    const { parent, release, end } = story(2, 'at once');
    reuse(parent, PARENT, 1, PFN + 1);
    release(0);
    release(1);
    expect(await end()).toEqual(['violated', '0x2001']);
  });

  it('were only read by their task if it did something else before', async () => {
    const { parent, release, end } = story(0, 'later');
    reuse(parent, PARENT, 3, PFN + 3);
    for (const i of [1, 2, 3]) release(i);
    expect(await end()).toEqual(['violated', '0x2003']);
  });

  it('are not known to be refused if another task finds the rest in the pipe', async () => {
    const { parent, release, end } = story(0, 'at once');
    reuse(parent, PARENT, 3, PFN + 3);
    for (const i of [1, 2, 3]) release(i);
    expect(await end()).toEqual(['could-not-be-checked']);
  });
});
