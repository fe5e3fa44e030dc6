// Why: fs/direct-io.c pins a page again for itself and for each bio, without a line, and the releases have lines: three
// of them for one pin of GUP. The page is pinned until its bio is over.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';
const OTHER = '0xffff888400000200';

/** A read of some pages by do_direct_IO(), up to submit_bio(); `size` bytes of a page are in one bio. */
function reads(pages: number, size = 4096) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  for (let i = 0; i < pages; i++) touch(app, PARENT, i, PFN + i);
  app.pin_fast({
    start: at(0),
    nr: pages,
    flags: '0x1',
    pages: '0xffff888200000000',
    caller: 'iov_iter_extract_pages+0x128/0xce0',
  });
  for (let i = 0; i < pages; i++) {
    app.grab_fast({ page: page(PFN + i), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(PFN + i) });
  }
  app.pin_fast_ret({ ret: pages });
  const unpin = (pfn: number) => {
    app.unpin({ page: page(pfn) });
    app.put_folio({ page: page(pfn), refs: 1, flags: '0x80000' });
  };
  const submit = (bio: string, pfn: number, len: number, off = 0) =>
    app.bio_submit({ bio, opf: '0x0', bflags: '0x1', sector: 8, size: len, vcnt: 1, p0: page(pfn), l0: len, o0: off });
  const over = (bio: string, pfns: readonly number[]) => {
    trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio, status: 0 });
    app.bio_release({ bio, dirty: 1, bflags: '0x1', p0: page(pfns[0]), vcnt: pfns.length });
    for (const pfn of pfns) unpin(pfn);
  };
  const end = () => {
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };
  const part = () => {
    fork(app, 500);
    copy(app, PARENT, 0, PFN, PFN + 0x100);
  };
  const fill = (bio: string, pfn: number, off = 0) => {
    app.bio_add({ bio, page: page(pfn), len: size, off });
    unpin(pfn);
  };
  return { trace, app, unpin, submit, over, end, part, fill };
}

/** Two pages in one bio: each is put into it when the next one is at hand. */
function twoPages() {
  const io = reads(2);
  io.unpin(PFN);
  io.fill(BIO, PFN);
  io.unpin(PFN + 1);
  io.fill(BIO, PFN + 1);
  io.submit(BIO, PFN, 8192);
  return io;
}

/** One page of which two parts are at different places of the disk. */
function twoParts() {
  const io = reads(1, 2048);
  io.fill(BIO, PFN);
  io.unpin(PFN);
  io.submit(BIO, PFN, 2048);
  io.fill(OTHER, PFN, 2048);
  io.submit(OTHER, PFN, 2048, 2048);
  return io;
}

const inFlight = (said: readonly string[]) => said.filter((s) => s === 'error fork-share-then-cow');

describe('a read by fs/direct-io.c', () => {
  it('is over with its bio, and no release is one too many', async () => {
    const io = twoPages();
    io.over(BIO, [PFN, PFN + 1]);
    io.part();
    expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('pins its pages until then', async () => {
    const io = twoPages();
    io.part();
    io.over(BIO, [PFN, PFN + 1]);
    const { findings, said } = await io.end();
    expect(inFlight(said)).toHaveLength(1);
    expect(findings.find(({ rule }) => rule === 'fork-share-then-cow')).toMatchObject({
      confidence: 'certain',
      harm: ['lost-dma-write'],
    });
  });

  it('of two parts of a page ends with the second bio', async () => {
    const io = twoParts();
    io.over(BIO, [PFN]);
    io.over(OTHER, [PFN]);
    io.part();
    expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it.each([[[BIO, OTHER]], [[OTHER, BIO]]])('... and not with the first', async ([first, second]) => {
    const io = twoParts();
    io.over(first, [PFN]);
    io.part();
    io.over(second, [PFN]);
    expect(inFlight((await io.end()).said)).toHaveLength(1);
  });

  it('that fails before there is a bio releases its pages', async () => {
    const io = reads(1);
    io.unpin(PFN);
    io.part();
    expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });
});

it('a page that was released before and is written by another bio is not pinned by it', async () => {
  const io = reads(1);
  io.unpin(PFN);
  // writeback of a page of a file, by the same task
  io.app.bio_add({ bio: BIO, page: page(PFN), len: 4096, off: 0 });
  io.submit(BIO, PFN, 4096);
  io.part();
  expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
});

it('of a page that was not pinned, a release is still one too many', async () => {
  const io = reads(1);
  io.unpin(PFN);
  io.unpin(PFN);
  const { undecided } = await io.end();
  expect(undecided).toContainEqual(expect.stringContaining('1 release of pins whose start is not in the trace'));
});

// bio_for_each_folio_all() visits bi_vcnt vectors: of a read that was refused for its alignment, none
it('a bio without vectors releases nothing, whatever its first vector held before', async () => {
  const io = reads(1);
  io.unpin(PFN);
  io.app.bio_release({ bio: BIO, dirty: 0, bflags: '0x1', p0: page(PFN + 9), vcnt: 0 });
  io.part();
  expect(await io.end()).toMatchObject({ verdict: 'clean', undecided: [] });
});

describe('a page that continues the one before it in memory', () => {
  /** It is merged, so that only the first has a line. */
  function neighbours() {
    const io = reads(2);
    io.unpin(PFN);
    io.fill(BIO, PFN);
    io.unpin(PFN + 1);
    // the page it was at, behind the merge
    io.unpin(PFN + 1);
    io.submit(BIO, PFN, 8192);
    return io;
  }
  const partSecond = ({ app }: ReturnType<typeof reads>) => {
    fork(app, 500);
    copy(app, PARENT, 1, PFN + 1, PFN + 0x100);
  };

  it('is over with the bio', async () => {
    const io = neighbours();
    io.over(BIO, [PFN, PFN + 1]);
    partSecond(io);
    expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('is pinned until then', async () => {
    const io = neighbours();
    partSecond(io);
    io.over(BIO, [PFN, PFN + 1]);
    expect(inFlight((await io.end()).said)).toHaveLength(1);
  });
});

// dio_zero_block(): a write begins or ends inside a new block of the file
describe.each(['before', 'behind'])('the zero page %s the pages of the user', (where) => {
  const ZERO = 0x1234;
  /** @param zeroed it is in the bio; otherwise it is only given back */
  function padded(zeroed = true) {
    const io = reads(1);
    const zero = () => {
      if (zeroed) io.app.bio_add({ bio: BIO, page: page(ZERO), len: 512, off: 0 });
      io.unpin(ZERO);
    };
    if (where === 'before') zero();
    io.unpin(PFN);
    io.fill(BIO, PFN);
    if (where === 'behind') zero();
    io.submit(BIO, where === 'before' ? ZERO : PFN, 4608);
    return io;
  }
  const all = where === 'before' ? [ZERO, PFN] : [PFN, ZERO];

  it('is pinned by nobody', async () => {
    const io = padded();
    io.over(BIO, all);
    io.part();
    expect(await io.end()).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('... and the others are', async () => {
    const io = padded();
    io.part();
    io.over(BIO, all);
    expect(inFlight((await io.end()).said)).toHaveLength(1);
  });

  it('... and if it is given back once more, something was pinned', async () => {
    const io = padded();
    io.unpin(ZERO);
    io.over(BIO, all);
    io.part();
    expect((await io.end()).undecided).toContainEqual(expect.stringContaining('1 release of pins'));
  });

  it('... or if no bio has it', async () => {
    const io = padded(false);
    io.over(BIO, [PFN]);
    io.part();
    expect((await io.end()).undecided).toContainEqual(expect.stringContaining('1 release of pins'));
  });
});
