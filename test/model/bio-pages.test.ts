// Why: few pages of a bio have a line. One that continues the last vector is merged into it without one, and since v7.0
// only the first vector is shown. All of them are pinned until the bio is over.
import { describe, expect, it } from 'vitest';
import { at, background, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';
const OTHER = '0xffff888400000200';

/** A segment of a read: number of pages, and where they are. */
type Segment = readonly [vpn: number, pages: number, pfn?: number];

interface Setup {
  kernel: string;
  /** the pages are of one folio */
  thp?: boolean;
  api?: 'pin_fast' | 'gup_fast';
}

class Read {
  readonly trace = new Trace();
  readonly app = this.trace.task('app', 500);
  readonly #setup: Setup;
  readonly #api: 'pin_fast' | 'gup_fast';

  constructor(setup: Setup, pages: readonly number[] = [PFN, PFN + 1, PFN + 2, PFN + 3]) {
    this.#setup = setup;
    this.#api = setup.api ?? 'pin_fast';
    if (setup.thp === true) touch(this.app, PARENT, 0, PFN, 9);
    else for (const [i, pfn] of pages.entries()) touch(this.app, PARENT, i, pfn);
  }

  pins([vpn, pages, pfn = PFN + vpn]: Segment): void {
    const { app } = this;
    const caller = 'iov_iter_extract_pages+0x128/0xce0';
    app[this.#api]({ start: at(vpn), nr: pages, flags: '0x1', pages: '0xffff888200000000', caller });
    const flags = this.#api === 'pin_fast' ? '0x80001' : '0x3';
    if (this.#setup.thp === true) {
      app.grab_fast({ page: page(pfn), refs: pages, flags, ref: 1 });
      app.grab_fast_ret({ head: page(PFN) });
    } else
      for (let i = 0; i < pages; i++) {
        app.grab_fast({ page: page(pfn + i), refs: 1, flags, ref: 1 });
        app.grab_fast_ret({ head: page(pfn + i) });
      }
    app[`${this.#api}_ret`]({ ret: pages });
  }

  adds(pfn: number, len: number, off = 0, bio = BIO): void {
    this.app.bio_add({ bio, page: page(pfn), len, off });
  }

  submits(
    { size, vcnt = 1, p0 = PFN, l0 = size, o0 = 0, op = 0 }: Partial<Record<string, number>> & { size: number },
    bio = BIO,
  ): void {
    this.app.bio_submit({ bio, opf: `0x${op}`, bflags: '0x1', sector: 8, size, vcnt, p0: page(p0), l0, o0 });
  }

  ends(bio = BIO): void {
    this.trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio, status: 0 });
  }

  /** @param given references given back, by the page that is named */
  releases(given: readonly (readonly [pfn: number, refs: number])[], bio = BIO): void {
    this.app.bio_release({ bio, dirty: 1, bflags: '0x1', p0: page(PFN), vcnt: 1 });
    if (this.#api === 'pin_fast') for (const [pfn, refs] of given) this.unpins(pfn, refs);
  }

  unpins(pfn: number, refs: number): void {
    this.app.unpin_folio({ page: page(pfn), n: refs });
    this.app.put_folio({ page: page(pfn), refs, flags: '0x80000' });
  }

  parts(vpn: number, old = PFN + vpn): void {
    fork(this.app, 500, 512);
    copy(this.app, PARENT, vpn, old, PFN + 0x1000);
  }

  checks() {
    exit(this.app, PARENT, 500);
    return this.trace.check(this.#setup.kernel);
  }
}

const CLEAN = { verdict: 'clean', said: [], undecided: [] };
const drift = async (read: Read) => (await read.checks()).findings.find(({ rule }) => rule === 'fork-share-then-cow');

/** One call for two neighbours; the second is merged. */
function merged(setup: Partial<Setup> = {}, op = 0): Read {
  const read = new Read({ kernel: '6.12', ...setup });
  read.pins([0, 2]);
  read.adds(PFN, 4096);
  read.submits({ size: 8192, op });
  return read;
}

/** Two calls for neighbours in a huge page. */
function twoCalls(): Read {
  const read = new Read({ kernel: '6.12', thp: true });
  read.pins([0, 8]);
  read.adds(PFN, 8 * 4096);
  read.pins([8, 8]);
  read.submits({ size: 16 * 4096 });
  return read;
}

/** Three segments that meet inside pages 3 and 5 of a huge page; 4 to 6 are merged. */
function within(): Read {
  const read = new Read({ kernel: '6.12', thp: true });
  read.pins([3, 1]);
  read.adds(PFN, 2048, 3 * 4096);
  read.pins([3, 3]);
  read.unpins(PFN, 1);
  read.pins([5, 2]);
  read.unpins(PFN, 1);
  read.submits({ size: 4 * 4096, o0: 3 * 4096 });
  return read;
}

/** Segments of v7.0: part of page 0, and the rest of it with page 1, which is no neighbour. */
function twice(): Read {
  const read = new Read({ kernel: '7.2' }, [PFN, PFN + 8]);
  read.pins([0, 1]);
  read.app.pin_fast({
    start: at(0),
    nr: 2,
    flags: '0x1',
    pages: '0xffff888200000000',
    caller: 'iov_iter_extract_pages+0x128/0xce0',
  });
  for (const pfn of [PFN, PFN + 8]) {
    read.app.grab_fast({ page: page(pfn), refs: 1, flags: '0x80001', ref: 1 });
    read.app.grab_fast_ret({ head: page(pfn) });
  }
  read.app.pin_fast_ret({ ret: 2 });
  read.submits({ size: 7680, vcnt: 3, l0: 512 });
  return read;
}

describe('a page that is merged into the vector of its neighbour', () => {
  const both = [
    [PFN, 1],
    [PFN + 1, 1],
  ] as const;

  it('is over with the bio', async () => {
    const read = merged();
    read.ends();
    read.parts(1);
    read.releases(both);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: [] });
  });

  it('is read into until then', async () => {
    const read = merged();
    read.parts(1);
    read.ends();
    read.releases(both);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
  });

  it('is not written by the device if the bio is a write', async () => {
    const read = merged({}, 1);
    read.parts(1);
    read.ends();
    read.releases(both);
    expect(await drift(read)).toMatchObject({ harm: [] });
  });

  it('is released by the bio where nothing else shows its release', async () => {
    const read = merged({ kernel: '6.1', api: 'gup_fast' });
    read.ends();
    read.releases([]);
    read.parts(1);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('has a line if it is no neighbour, and the next one of its own is merged again', async () => {
    const read = new Read({ kernel: '6.12' }, [PFN, PFN + 1, PFN + 8, PFN + 9]);
    read.pins([0, 2]);
    read.pins([2, 2, PFN + 8]);
    read.adds(PFN, 4096);
    read.adds(PFN + 8, 4096);
    read.submits({ size: 4 * 4096, vcnt: 2, l0: 8192 });
    read.ends();
    read.releases([PFN, PFN + 1, PFN + 8, PFN + 9].map((pfn) => [pfn, 1] as const));
    fork(read.app, 500);
    for (const [vpn, pfn] of [PFN, PFN + 1, PFN + 8, PFN + 9].entries())
      copy(read.app, PARENT, vpn, pfn, PFN + 99 + vpn);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('is not in a bio that is as long as its lines', async () => {
    const read = new Read({ kernel: '6.12' });
    read.pins([0, 2]);
    read.adds(PFN, 4096);
    read.submits({ size: 4096 });
    read.ends();
    read.releases([[PFN, 1]]);
    read.parts(1);
    read.unpins(PFN + 1, 1);
    expect(await drift(read)).toMatchObject({ harm: ['lost-dma-write'] });
  });
});

describe('a huge page that several calls pin for one bio', () => {
  it('is released at once', async () => {
    const read = twoCalls();
    read.ends();
    read.releases([[PFN, 16]]);
    read.parts(9);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('is read into until the end of the bio', async () => {
    const read = twoCalls();
    read.parts(9);
    read.ends();
    read.releases([[PFN, 16]]);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
  });

  it('has one pin for a page in which two segments meet', async () => {
    const read = within();
    read.ends();
    read.releases([[PFN, 4]]);
    read.parts(4);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it.each([3, 4, 5, 6])('... and no other has been given back', async (vpn) => {
    const read = within();
    read.parts(vpn);
    read.ends();
    read.releases([[PFN, 4]]);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
  });
});

describe('a bio whose pages have no lines', () => {
  const all = [
    [PFN, 1],
    [PFN, 1],
    [PFN + 8, 1],
  ] as const;

  it('has all that its task has pinned, and a page as often', async () => {
    const read = twice();
    read.ends();
    read.releases(all);
    read.parts(1, PFN + 8);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('... until it is over', async () => {
    const read = twice();
    read.parts(1, PFN + 8);
    read.ends();
    read.releases(all);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
  });
});

describe('a reference on a page of which two bios have a part', () => {
  /** fs/direct-io.c up to v6.4 takes another one for each bio, without a line. */
  function halves(): Read {
    const read = new Read({ kernel: '5.15', api: 'gup_fast' });
    read.pins([0, 1]);
    for (const [bio, off] of [
      [BIO, 0],
      [OTHER, 2048],
    ] as const) {
      read.adds(PFN, 2048, off, bio);
      read.submits({ size: 2048, o0: off }, bio);
    }
    return read;
  }
  const over = (read: Read, bio: string) => {
    read.ends(bio);
    read.releases([], bio);
  };

  it.each([
    [BIO, OTHER],
    [OTHER, BIO],
  ])('is held until both are over', async (first, second) => {
    const read = halves();
    over(read, first);
    read.parts(0);
    over(read, second);
    expect(await drift(read)).toMatchObject({ harm: ['lost-dma-write'] });
  });

  it('... and no longer', async () => {
    const read = halves();
    over(read, BIO);
    over(read, OTHER);
    read.parts(0);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('is not of the bio that had no room for the page', async () => {
    const read = new Read({ kernel: '5.15', api: 'gup_fast' });
    read.pins([0, 2]);
    read.adds(PFN, 4096);
    read.adds(PFN + 1, 4096);
    read.submits({ size: 4096 });
    read.adds(PFN + 1, 4096, 0, OTHER);
    read.submits({ size: 4096, p0: PFN + 1 }, OTHER);
    over(read, OTHER);
    read.parts(1);
    over(read, BIO);
    const { lines } = read.trace;
    for (const [i, line] of lines.entries()) lines[i] = line.replace('__bio_add_page', '__bio_try_merge_page');
    const { findings } = await read.checks();
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});

describe('a page that another bio has, too', () => {
  /** The flusher writes a page of a file back while the read into it is under way. */
  function flushed(): Read {
    const read = new Read({ kernel: '6.12' });
    background(read.app, 9, 0x2109);
    read.pins([0, 1]);
    read.adds(PFN, 4096);
    read.submits({ size: 4096 });
    const flusher = read.trace.task('kworker/u8:1', 60, 1);
    flusher.bio_add({ bio: OTHER, page: page(PFN), len: 4096, off: 0 });
    flusher.bio_submit({
      bio: OTHER,
      opf: '0x1',
      bflags: '0x0',
      sector: 8,
      size: 4096,
      vcnt: 1,
      p0: page(PFN),
      l0: 4096,
      o0: 0,
    });
    return read;
  }

  it('is pinned by the first alone', async () => {
    const read = flushed();
    read.ends();
    read.releases([[PFN, 1]]);
    read.ends(OTHER);
    expect(await read.checks()).toMatchObject(CLEAN);
  });

  it('... until its end', async () => {
    const read = flushed();
    read.ends(OTHER);
    read.parts(0);
    read.ends();
    read.releases([[PFN, 1]]);
    expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
  });
});

it('a page that its task writes back first, and reads into then, is read into', async () => {
  const read = new Read({ kernel: '6.12' });
  background(read.app, 9, 0x2109);
  read.pins([0, 1]);
  for (const op of [1, 0]) {
    read.adds(PFN, 4096);
    read.submits({ size: 4096, op });
    if (op === 1) read.ends();
  }
  read.parts(0);
  read.ends();
  read.releases([[PFN, 1]]);
  expect(await drift(read)).toMatchObject({ confidence: 'certain', harm: ['lost-dma-write'] });
});

// perf and a buffer that was read before keep what a record of the same place had in its fields
it.each([
  ['a flush', { opf: '0x40801', size: 0 }],
  ['a discard', { opf: '0x803', size: 1843200 }],
  ['zeroes', { opf: '0x809', size: 65536 }],
])('%s has no pages, whatever its line shows', async (_name, fields) => {
  const read = new Read({ kernel: '6.12' });
  background(read.app, 9, 0x2109);
  read.pins([0, 1]);
  read.adds(PFN, 4096);
  read.submits({ size: 4096 });
  const journal = read.trace.task('jbd2/vda1-8', 60, 1);
  journal.bio_submit({ bio: OTHER, bflags: '0x0', sector: 0, vcnt: 0, p0: page(PFN), l0: 4096, o0: 0, ...fields });
  read.ends();
  read.releases([[PFN, 1]]);
  read.ends(OTHER);
  expect(await read.checks()).toMatchObject(CLEAN);
});
