// Why: a direct write into a new block of a file submits the zero page for the rest of the block, by iomap_dio_zero(). Up to
// v6.2 the bio releases it as if GUP had pinned it.
import { expect, it } from 'vitest';
import { background, exit, PARENT, page, pin, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const ZERO = 0x1234;
const BIO = '0xffff888300000000';
const REST = '0xffff888300001000';

/** 512 bytes are written, then `rest` more in another bio, which is released. */
async function written({ rest = 3584, off = 0, opf = '0x8801', between = false } = {}) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app, 600, 0x5000);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { api: 'gup_fast', flags: 0 });
  app.bio_add({ bio: BIO, page: page(PFN), len: 512, off: 0 });
  app.bio_submit({ bio: BIO, opf, size: 512, done: 0, vcnt: 1, p0: page(PFN), l0: 512, o0: 0 });
  if (between) touch(app, PARENT, 1, PFN + 1);
  app.bio_submit({ bio: REST, opf, size: rest, done: 0, vcnt: 1, p0: page(ZERO), l0: rest, o0: off });
  for (const [bio, pfn] of [
    [BIO, PFN],
    [REST, ZERO],
  ] as const) {
    app.bio_end({ bio, status: 0 });
    app.bio_release({ bio, dirty: 0, p0: page(pfn), vcnt: 1 });
  }
  exit(app, PARENT, 500);
  return (await trace.check('6.1')).undecided.filter((said) => said.includes('release'));
}

it('the rest of a block is zeros, and nobody has pinned those', async () => {
  expect(await written()).toEqual([]);
});

it.each([
  ['a whole page', { rest: 4096 }],
  ['less than sectors', { rest: 100 }],
  ['the end of a page', { rest: 512, off: 3584 }],
  ['read', { opf: '0x0' }],
  ['submitted later', { between: true }],
])('%s is not the rest of a block: somebody has pinned it', async (_, how) => {
  expect(await written(how)).toEqual([expect.stringContaining('1 release of pins')]);
});
