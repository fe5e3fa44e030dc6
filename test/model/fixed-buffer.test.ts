// Why: a fixed buffer of io_uring and a direct read of the same thread group may hold the same page at the same address. What
// a worker gives back is not the bio's, which releases its own pages, and says so.
import { expect, it } from 'vitest';
import { exit, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';

it('a worker gives back the fixed buffer while the bio of another pin is over, but not released', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const thread = trace.task('app', 502, 1);
  app.sched_process_fork('comm=app pid=500 child_comm=app child_pid=502');
  touch(app, PARENT, 0, PFN);
  touch(thread, PARENT, 9, PFN + 9);
  pin(app, 0, PFN, { caller: 'iov_iter_extract_pages+0x1/0x2' });
  app.bio_add({ bio: BIO, page: page(PFN), len: 4096, off: 0 });
  const io = { opf: '0x0', bflags: '0x1', sector: 8, size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 };
  app.bio_submit({ bio: BIO, ...io });
  pin(thread, 0, PFN, { flags: 0x101, caller: 'io_pin_pages+0x1/0x2' });
  trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio: BIO, status: 0 });
  unpin(trace.task('kworker/u8:1', 70, 2), PFN);
  app.bio_release({ bio: BIO, dirty: 1, bflags: '0x1', p0: page(PFN), vcnt: 1 });
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { said, undecided } = await trace.check('6.12');
  expect(said).toEqual([]);
  expect(undecided.join()).not.toContain('no release was recorded');
});
