// Why: I/O into a fixed buffer has the vectors of the whole buffer, and the block layer splits a bio that is too large for the
// device. Data are said to be lost only where the lines show that they were for this page, and on their way.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';
const SPLIT = '0xffff888400000200';
const AGAIN = '0xffff888400000400';

/** What is found about the copy of a page, and whether it says that the read into it was lost. */
const told = async (trace: Trace, kernel: string) => {
  const { findings } = await trace.check(kernel);
  const copied = findings.filter(({ rule }) => rule === 'fork-share-then-cow');
  return copied.map(({ pin, severity, message }) => ({
    at: pin.address,
    severity,
    lost: message.includes('bytes went to'),
  }));
};

describe('a read into a fixed buffer of a huge page', () => {
  /** Two of its 16 pages are copied while a page is read. */
  function fixed(submitted: Readonly<Record<string, number>>): Trace {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN, 4);
    app.pin_fast({
      start: at(0),
      nr: 16,
      flags: '0x101',
      pages: '0xffff888200000000',
      caller: 'io_pin_pages+0x90/0x150',
    });
    app.grab_fast({ page: page(PFN), refs: 16, flags: '0x80101', ref: 1 });
    app.grab_fast_ret({ head: page(PFN) });
    app.pin_fast_ret({ ret: 16 });
    app.bio_submit({
      bio: BIO,
      opf: '0x0',
      bflags: '0x2',
      size: 4096,
      vcnt: 1,
      p0: page(PFN),
      l0: 65536,
      o0: 0,
      ...submitted,
    });
    fork(app, 500);
    copy(app, PARENT, 0, PFN, 0x3000);
    copy(app, PARENT, 8, PFN + 8, 0x3008);
    trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio: BIO, status: 0 });
    app.unpin_folio({ page: page(PFN), n: 16 });
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(app, PARENT, 500);
    return trace;
  }

  it('goes to the page at which it begins', async () => {
    expect(await told(fixed({ done: 8 * 4096 }), '6.12')).toEqual([
      { at: at(0), severity: 'error', lost: false },
      { at: at(8), severity: 'error', lost: true },
    ]);
  });

  it('goes to all of them', async () => {
    expect((await told(fixed({ done: 0, size: 65536 }), '6.12')).map(({ lost }) => lost)).toEqual([true, true]);
  });

  it('goes to one of them, if nothing shows where it begins', async () => {
    expect((await told(fixed({}), '6.12')).map(({ lost }) => lost)).toEqual([false, false]);
  });
});

describe('a read that is split', () => {
  /** @param before, after what ends before and after the page is copied */
  async function split(before: readonly End[], after: readonly End[]) {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    touch(app, PARENT, 1, PFN + 2);
    app.gup_fast({
      start: at(0),
      nr: 2,
      flags: '0x1',
      pages: '0xffff888200000000',
      caller: 'iov_iter_get_pages+0x128/0xce0',
    });
    for (const pfn of [PFN, PFN + 2]) {
      app.grab_fast({ page: page(pfn), refs: 1, flags: '0x3', ref: 1 });
      app.grab_fast_ret({ head: page(pfn) });
    }
    app.gup_fast_ret({ ret: 2 });
    for (const pfn of [PFN, PFN + 2]) app.bio_add({ bio: BIO, page: page(pfn), len: 4096, off: 0 });
    app.bio_submit({ bio: BIO, opf: '0x0', bflags: '0x0', size: 8192, vcnt: 2, p0: page(PFN), l0: 4096, o0: 0 });
    const irq = trace.task('<idle>', 0, 1, 'd.h1.');
    const end = ([bio, left, parent]: End) => irq.bio_end({ bio, status: 0, left, parent });
    before.forEach(end);
    fork(app, 500);
    copy(app, PARENT, 0, PFN, 0x3000);
    after.forEach(end);
    app.bio_release({ bio: BIO, dirty: 1, bflags: '0x0', p0: page(PFN), vcnt: 2 });
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(app, PARENT, 500);
    return told(trace, '5.15');
  }
  type End = readonly [bio: string, left: number, parent: string];
  const DIO = '0xffff888500000000';
  const rest: End = [BIO, 2, DIO];
  const part: End = [SPLIT, 1, BIO];
  const lost = [{ at: at(0), severity: 'error', lost: true }];
  const notShown = [{ at: at(0), severity: 'warning', lost: false }];
  const kept = notShown;

  it('is over with the last of its parts', async () => {
    expect(await split([rest, part], [])).toEqual(kept);
    expect(await split([part, [BIO, 1, DIO]], [])).toEqual(kept);
  });

  it('is under way until then', async () => {
    expect(await split([], [rest, part])).toEqual(lost);
    expect(await split([], [part, [BIO, 1, DIO]])).toEqual(lost);
  });

  it('may be over for this page with the first', async () => {
    expect(await split([rest], [part])).toEqual(notShown);
    expect(await split([part], [[BIO, 1, DIO]])).toEqual(notShown);
  });

  it('is over with a part of a part', async () => {
    const parts: End[] = [
      [SPLIT, 2, BIO],
      [AGAIN, 1, SPLIT],
    ];
    expect(await split([rest, ...parts], [])).toEqual(kept);
  });
});
