// Why: where the lines of a pin are missing, the read of the device still shows that somebody held the page.
import { describe, expect, it } from 'vitest';
import {
  at,
  background,
  copy,
  exit,
  fork,
  PARENT,
  page,
  pin,
  swapIn,
  swapOut,
  Trace,
  touch,
  unpin,
} from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';

/** A pin that nothing happens to, and a bio for a page that no line has pinned. */
function reading(op = 0) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const irq = trace.task('<idle>', 0, 1, 'd.h1.');
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 4, PFN + 4);
  pin(app, 4, PFN + 4);
  unpin(app, PFN + 4);
  background(app);
  const submits = (pfn = PFN) => {
    app.bio_add({ bio: BIO, page: page(pfn), len: 512, off: 0 });
    app.bio_submit({
      bio: BIO,
      opf: `0x${op}`,
      bflags: '0x1',
      sector: 8,
      size: 512,
      vcnt: 1,
      p0: page(pfn),
      l0: 512,
      o0: 0,
    });
  };
  const ends = () => irq.bio_end({ bio: BIO, status: 0 });
  const checks = async () => {
    exit(app, PARENT, 500);
    const { verdict, undecided } = await trace.check('5.10');
    return [verdict, ...undecided];
  };
  return { app, submits, ends, checks };
}

const SAID = ['could-not-be-checked', expect.stringContaining('no line shows who pinned it')];

describe('a device reads into a page that no line has pinned', () => {
  it('fork, and the process writes: the read may be lost', async () => {
    const { app, submits, ends, checks } = reading();
    submits();
    fork(app, 500);
    copy(app, PARENT, 0, PFN, PFN + 8);
    ends();
    expect(await checks()).toEqual(SAID);
  });

  it('it is over before the process writes: nothing is lost', async () => {
    const { app, submits, ends, checks } = reading();
    submits();
    ends();
    fork(app, 500);
    copy(app, PARENT, 0, PFN, PFN + 8);
    expect(await checks()).toEqual(['clean']);
  });

  it('a write does not need the page to stay', async () => {
    const { app, submits, ends, checks } = reading(1);
    submits();
    fork(app, 500);
    copy(app, PARENT, 0, PFN, PFN + 8);
    ends();
    expect(await checks()).toEqual(['clean']);
  });

  it('the process unmaps the page', async () => {
    const { app, submits, ends, checks } = reading();
    submits();
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    ends();
    expect(await checks()).toEqual(SAID);
  });

  it('a swap-in reads its page before it is mapped', async () => {
    const { app, submits, ends, checks } = reading();
    swapOut(app, 0, PFN);
    app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    app.swap_cache_add({ page: page(PFN + 9), entry: '0x7' });
    submits(PFN + 9);
    ends();
    swapIn(app, 0, PFN + 9, true, true);
    fork(app, 500);
    copy(app, PARENT, 0, PFN + 9, PFN + 8);
    expect(await checks()).toEqual(['clean']);
  });

  it('the page is in other use before the line of the end, which is missing', async () => {
    const { app, submits, checks } = reading();
    submits(PFN + 6);
    touch(app, PARENT, 6, PFN + 6);
    app.zap({ mm: PARENT, start: at(6), end: at(7) });
    expect(await checks()).toEqual(['clean']);
  });

  it('reclaim has unmapped its folio before, and it is in other use', async () => {
    const { app, submits, ends, checks } = reading();
    touch(app, PARENT, 16, PFN + 16, 2);
    app.swap_cache_add({ page: page(PFN + 16), entry: '0x70' });
    app.unmap_one({ page: page(PFN + 16), mm: PARENT, addr: at(16), ref: 5, map: 0 });
    app.unmap_one_ret({ ret: 1 });
    submits(PFN + 18);
    swapIn(app, 18, PFN + 30, true, true);
    ends();
    expect(await checks()).toEqual(['clean']);
  });

  it('... but not where it was reclaimed after the read had begun', async () => {
    const { app, submits, ends, checks } = reading();
    touch(app, PARENT, 16, PFN + 16, 2);
    submits(PFN + 18);
    app.swap_cache_add({ page: page(PFN + 16), entry: '0x70' });
    app.unmap_one({ page: page(PFN + 16), mm: PARENT, addr: at(16), ref: 5, map: 0 });
    app.unmap_one_ret({ ret: 1 });
    swapIn(app, 18, PFN + 30, true, true);
    ends();
    expect(await checks()).toEqual(SAID);
  });
});
