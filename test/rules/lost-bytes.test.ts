// Why: a bio has many pages, and the page that was replaced got only its part of what was read.
import { expect, it } from 'vitest';
import { copy, exit, fork, PARENT, page, pin, Trace, touch } from '../model/synthetic.ts';

const OLD = 0x2000;
const BIO = '0xffff888400000000';

/** What is said of the first of some pages that one bio reads into. */
async function read(pages: number) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  for (let i = 0; i < pages; i++) {
    touch(app, PARENT, i, OLD + 2 * i);
    pin(app, i, OLD + 2 * i, { api: 'gup_fast' });
    app.bio_add({ bio: BIO, page: page(OLD + 2 * i), len: 4096, off: 0 });
  }
  const size = pages * 4096;
  app.bio_submit({ bio: BIO, p0: page(OLD), size, opf: 0, sector: 8, l0: 4096, o0: 0, vcnt: pages });
  fork(app, 500);
  copy(app, PARENT, 0, OLD, 0x3000);
  const idle = trace.task('<idle>', 0, 1, '..s1.');
  idle.bio_end({ bio: BIO, status: 0 });
  idle.bio_release({ bio: BIO, dirty: 1, bflags: '0x100', p0: page(OLD), vcnt: pages });
  exit(app, PARENT, 500);
  const { findings } = await trace.check('5.10');
  return findings.filter(({ harm }) => harm.length > 0).map(({ message }) => message.split('; ')[2]);
}

it('the bytes of a bio are those of its only page, or of all of its pages', async () => {
  expect(await read(1)).toEqual(["the read's 4096 bytes went to pfn 0x2000"]);
  expect(await read(2)).toEqual(["the page's part of the read's 8192 bytes went to pfn 0x2000"]);
});
