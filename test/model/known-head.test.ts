// Why: a release names the folio (unpin_user_folio(), gup_put_folio()), and the line of a GUP call the page. Where nobody
// records what it grabbed (try_grab_folio_fast()), the first mapping of the folio has shown which of it the page is.
import { expect, it } from 'vitest';
import { at, copy, exit, PARENT, page, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x4000;

it('a pin of a page of a large folio, whose grab no line shows, ends with the folio', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 900, 0x900);
  copy(app, PARENT, 900, 0x900, 0x901);
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  touch(app, PARENT, 0, PFN, 4);
  app.pin_fast({ start: at(5), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
  app.pin_pages({ start: at(5), nr: 1, flags: '0x80001', ret: 1, p0: page(PFN + 5), p1: '0x0', p2: '0x0', p3: '0x0' });
  app.pin_fast_ret({ ret: 1 });
  unpin(app, PFN);
  app.zap({ mm: PARENT, start: at(5), end: at(6) });
  touch(app, PARENT, 5, NEW);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual([]);
});
