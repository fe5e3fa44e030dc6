// Why: the copy that has taken the place of a pinned page may be shared by fork, too, and be reused when the child has left
// it. That a write fault does not copy it says nothing of the pin, which holds the other page.
import { expect, it } from 'vitest';
import { CHILD, copy, exit, family, fork, PARENT, page, pin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const COPY = 0x3000;

it('a copy of a pinned page is shared and reused while the pin is held: nothing is missing', async () => {
  const { trace, par, chi } = family(PFN);
  pin(par, 0, PFN, { api: 'gup_fast', flags: 0 });
  const bio = '0xffff888300000000';
  par.bio_add({ bio, page: page(PFN), len: 4096, off: 0 });
  par.bio_submit({ bio, opf: '0x1', size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
  copy(par, PARENT, 0, PFN, COPY);
  exit(chi, CHILD, 501);
  fork(par, 500);
  copy(trace.task('chi', 501, 1), CHILD, 0, COPY, 0x4000);
  wpFault(par, PARENT, 0, COPY);
  par.wp_fault_ret({ ret: '0x8' });
  par.bio_end({ bio, status: 0 });
  par.bio_release({ bio, dirty: 0, p0: page(PFN), vcnt: 1 });
  exit(par, PARENT, 500);
  const { undecided } = await trace.check('5.10');
  expect(undecided.join()).not.toContain('contradict');
});
