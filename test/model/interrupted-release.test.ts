// Why: an interrupt that ends I/O inside of a release prints its lines between the line of the function and those of the
// functions it calls. Without irq-info nothing but their pages tells them apart.
import { expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const READ = 0x2005;
const BIO = '0xffff888400000000';
const put = (pfn: number) => ({ page: page(pfn), refs: 1, flags: '0x80000' });

it.each([
  ['unpin_user_page()', 1],
  ['unpin_user_folio()', 1],
  ['unpin_user_pages()', 3],
])('%s, interrupted by the end of a bio: gup_put_folio() behind it is the one that was begun before', async (by, n) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app);
  const all = [...Array(n).keys()];
  for (const i of all) touch(app, PARENT, i, PFN + i);
  touch(app, PARENT, 5, READ);
  app.pin_fast({ start: at(0), nr: n, flags: '0x1', pages: '0xffff888200000000' });
  for (const i of all) {
    app.grab_fast({ page: page(PFN + i), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(PFN + i) });
  }
  app.pin_fast_ret({ ret: n });
  pin(app, 5, READ);
  app.bio_add({ bio: BIO, page: page(READ), len: 4096, off: 0 });
  app.bio_submit({ bio: BIO, opf: '0x800', sector: '0x10', size: 4096, vcnt: 1, p0: page(READ), l0: 4096, o0: 0 });
  if (by === 'unpin_user_page()') app.unpin({ page: page(PFN) });
  else if (by === 'unpin_user_folio()') app.unpin_folio({ page: page(PFN), n: 1 });
  else app.unpin_pages({ n, p0: page(PFN), p1: page(PFN + 1), p2: page(PFN + 2), p3: '0x0' });
  app.bio_end({ bio: BIO, status: 0 });
  app.bio_release({ bio: BIO, dirty: 0, bflags: '0x0', p0: page(READ), vcnt: 1 });
  app.unpin_folio({ page: page(READ), n: 1 });
  app.put_folio(put(READ));
  for (const i of all) app.put_folio(put(PFN + i));
  fork(app, 500);
  copy(app, PARENT, 0, PFN, 0x3000);
  copy(app, PARENT, 5, READ, 0x3005);
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [] });
});
