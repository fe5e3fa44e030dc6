// Why: a bio that ends with an error delivered nothing, and its caller knows: no harm is done to the data of a page that
// was replaced meanwhile. The same page may be read into again, and that one may succeed.
import { expect, it } from 'vitest';
import { copy, exit, fork, PARENT, page, pin, Trace, touch } from '../model/synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;
const BIO = '0xffff888400000000';
const AGAIN = '0xffff888400001000';

/** A read or a write by a device, or several into one page, which end as given after fork and a copy of the page. */
async function ended(opf: number, ...statuses: number[]) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, OLD);
  pin(app, 0, OLD, { api: 'gup_fast', flags: opf === 0 ? 1 : 0 });
  const bios = [BIO, AGAIN].slice(0, statuses.length);
  for (const bio of bios) {
    app.bio_add({ bio, page: page(OLD), len: 4096, off: 0 });
    if (opf === 0) app.bio_submit({ bio, p0: page(OLD), size: 4096, opf, sector: 8, l0: 4096, o0: 0, vcnt: 1 });
  }
  fork(app, 500);
  copy(app, PARENT, 0, OLD, NEW);
  for (const bio of bios)
    if (opf !== 0) app.bio_submit({ bio, p0: page(OLD), size: 4096, opf, sector: 8, l0: 4096, o0: 0, vcnt: 1 });
  const idle = trace.task('<idle>', 0, 1, '..s1.');
  for (const [i, status] of statuses.entries()) idle.bio_end({ bio: bios[i], status });
  for (const bio of bios) idle.bio_release({ bio, dirty: 1, bflags: '0x100', p0: page(OLD), vcnt: 1 });
  exit(app, PARENT, 500);
  const { findings } = await trace.check('5.10');
  return findings.map(({ severity, rule, harm }) => `${severity} ${rule}: ${harm.join(', ') || 'no harm'}`);
}

it('a read that failed wrote nothing', async () => {
  expect(await ended(0, 0)).toEqual(['error fork-share-then-cow: lost-dma-write']);
  expect(await ended(0, 10)).toEqual(['warning fork-share-then-cow: no harm']);
});

it('... but another into the same page did', async () => {
  expect(await ended(0, 10, 0)).toEqual(['error fork-share-then-cow: lost-dma-write']);
});

it('a write that failed sent nothing', async () => {
  expect(await ended(1, 0)).toEqual(['note fork-share-then-cow: stale-device-read']);
  expect(await ended(1, 10)).toEqual(['note fork-share-then-cow: no harm']);
});
