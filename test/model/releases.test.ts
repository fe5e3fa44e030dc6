// Why: a page is given back where the first line says so, whoever runs there and whatever stands between that line and
// its echo; each release once. What a line does not show is not made up.
import { describe, expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';
const only = (pfn: number) => ({ p0: page(pfn), p1: '0x0', p2: '0x0', p3: '0x0' });

/** Ways to give one page back: the lines, outermost first. */
const FLAVOURS: Record<string, ((t: Writer) => void)[]> = {
  unpin_user_page: [(t) => t.unpin({ page: page(PFN) })],
  'unpin_user_page, put': [(t) => t.unpin({ page: page(PFN) }), put],
  unpin_user_folio: [(t) => t.unpin_folio({ page: page(PFN), n: 1 })],
  'unpin_user_folio, put': [(t) => t.unpin_folio({ page: page(PFN), n: 1 }), put],
  unpin_user_pages: [(t) => t.unpin_pages({ n: 1, ...only(PFN) })],
  'unpin_user_pages, page, put': [
    (t) => t.unpin_pages({ n: 1, ...only(PFN) }),
    (t) => t.unpin({ page: page(PFN) }),
    put,
  ],
  'dirty_lock, pages, put': [
    (t) => t.unpin_dirty({ n: 1, dirty: 0, ...only(PFN) }),
    (t) => t.unpin_pages({ n: 1, ...only(PFN) }),
    put,
  ],
  'dirty_lock, put': [(t) => t.unpin_dirty({ n: 1, dirty: 1, ...only(PFN) }), put],
  'range, put': [(t) => t.unpin_range({ page: page(PFN), n: 1, dirty: 1 }), put],
  'only the innermost': [put],
};

function put(t: Writer): void {
  t.put_folio({ page: page(PFN), refs: 1, flags: '0x80000' });
}

function start(pins = 1) {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 0, PFN);
  for (let i = 0; i < pins; i++) pin(par, 0, PFN);
  const end = () => {
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
  };
  const part = () => {
    fork(par, 500);
    copy(par, PARENT, 0, PFN, PFN + 0x100);
  };
  /** shows that releases are recorded */
  const another = () => {
    touch(par, PARENT, 8, PFN + 0x200);
    pin(par, 8, PFN + 0x200);
    par.unpin({ page: page(PFN + 0x200) });
    par.put_folio({ page: page(PFN + 0x200), refs: 1, flags: '0x80000' });
  };
  return { trace, par, end, part, another };
}

const RELEASERS: Record<string, (trace: Trace) => Writer> = {
  'its taker': (trace) => trace.task('par', 500),
  'a worker': (trace) => trace.task('kworker/1:1', 33, 1),
  'a softirq on an idle CPU': (trace) => trace.task('<idle>', 0, 1, '..s1.'),
  'a hardirq on an idle CPU': (trace) => trace.task('<idle>', 0, 1, 'd.h1.'),
};

describe.each(Object.entries(FLAVOURS))('%s', (_name, lines) => {
  it.each(Object.entries(RELEASERS))('by %s before the fork: the copy takes nothing from anybody', async (_who, by) => {
    const { trace, end, part } = start();
    for (const line of lines) line(by(trace));
    part();
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it.each(Object.entries(RELEASERS))('by %s after the copy: the pin was held', async (_who, by) => {
    const { trace, end, part } = start();
    part();
    for (const line of lines) line(by(trace));
    end();
    expect((await trace.check('7.2')).said).toContain('error fork-share-then-cow');
  });

  it('once, of a page that was pinned twice: one is left', async () => {
    const { trace, end, part } = start(2);
    for (const line of lines) line(trace.task('kworker/1:1', 33, 1));
    part();
    end();
    expect((await trace.check('7.2')).said).toContain('error fork-share-then-cow');
  });

  it('twice, of a page that was pinned twice: none is left', async () => {
    const { trace, end, part } = start(2);
    for (const line of [...lines, ...lines]) line(trace.task('kworker/1:1', 33, 1));
    part();
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('fork and copy between the line and its echo change nothing', async () => {
    const { trace, end, part } = start();
    const worker = trace.task('kworker/1:1', 33, 1);
    lines[0](worker);
    part();
    for (const line of lines.slice(1)) line(worker);
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('in a softirq inside a GUP call of a task: not of that call', async () => {
    const { trace, par, end, part } = start();
    const irq = trace.task('par', 500, 0, '..s1.');
    touch(par, PARENT, 8, PFN + 0x200);
    par.pin_fast({ start: at(8), nr: 1, flags: '0x1', pages: '0xffff888200000100' });
    for (const line of lines) line(irq);
    par.grab_fast({ page: page(PFN + 0x200), refs: 1, flags: '0x80001', ref: 1 });
    par.grab_fast_ret({ head: page(PFN + 0x200) });
    par.pin_fast_ret({ ret: 1 });
    par.unpin({ page: page(PFN + 0x200) });
    par.put_folio({ page: page(PFN + 0x200), refs: 1, flags: '0x80000' });
    part();
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('an interrupt with a release of its own between the line and its echo', async () => {
    const { trace, par, end, part } = start();
    touch(par, PARENT, 8, PFN + 0x200);
    pin(par, 8, PFN + 0x200);
    lines[0](par);
    const irq = trace.task('par', 500, 0, 'd.h1.');
    irq.unpin_folio({ page: page(PFN + 0x200), n: 1 });
    irq.put_folio({ page: page(PFN + 0x200), refs: 1, flags: '0x80000' });
    for (const line of lines.slice(1)) line(par);
    part();
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it('the page is freed and pinned by another process before the releaser does anything else', async () => {
    const { trace, par, end, another } = start();
    const worker = trace.task('kworker/1:1', 33, 1);
    for (const line of lines) line(worker);
    another();
    const other = trace.task('other', 600);
    const OTHER = '0xffff888100003000';
    par.zap({ mm: PARENT, start: at(0), end: at(1) });
    touch(other, OTHER, 0x100, PFN);
    pin(other, 0x100, PFN, { flags: 0x101 });
    worker.fault({ mm: '0xffff888100009000', addr: '0x30000000', flags: '0x1255' });
    other.fork_vma({ dst: '0xffff888100004000', src: OTHER, start: at(0x100), end: at(0x101), vmflags: '0x100073' });
    other.fork_vma_ret({ ret: 0 });
    other.sched_process_fork('comm=other pid=600 child_comm=other child_pid=601');
    copy(other, OTHER, 0x100, PFN, PFN + 0x300);
    end();
    expect((await trace.check('7.2')).said).toContain('error fork-share-then-cow');
  });
});

describe('block I/O', () => {
  it.each([
    ['softirq on an idle CPU', '<idle>', 0, '..s1.'],
    ['hardirq inside the task', 'par', 500, 'd.h1.'],
    ['a worker', 'kworker/1:1', 33, '.....'],
  ])('its end in %s gives the pages back there', async (_who, comm, pid, info) => {
    const { trace, par, end, part } = start();
    par.bio_add({ bio: BIO, page: page(PFN), len: 4096, off: 0 });
    par.bio_submit({ bio: BIO, sector: '0x10', size: 4096, opf: '0x8800', p0: page(PFN), l0: 4096, o0: 0, vcnt: 1 });
    const by = trace.task(comm, pid, 1, info);
    by.bio_end({ bio: BIO, status: 0 });
    by.bio_release({ bio: BIO, dirty: 0, bflags: '0x0', p0: page(PFN), vcnt: 1 });
    part();
    by.unpin_folio({ page: page(PFN), n: 1 });
    by.put_folio({ page: page(PFN), refs: 1, flags: '0x80000' });
    end();
    expect(await trace.check('7.2')).toMatchObject({ verdict: 'clean', said: [] });
  });

  it.each([
    ['FOLL_GET', 'gup_fast'],
    ['FOLL_PIN', 'pin_fast'],
  ] as const)('of a process that has ended meanwhile is over with its bio (%s)', async (_kind, api) => {
    const { trace, par, another } = start(0);
    pin(par, 0, PFN, { api });
    par.bio_submit({ bio: BIO, opf: '0x0', sector: 8, size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
    another();
    copy(par, PARENT, 9, PFN + 0x300, PFN + 0x301);
    exit(par, PARENT, 500);
    const irq = trace.task('<idle>', 0, 1, 'd.h1.');
    irq.bio_end({ bio: BIO, status: 0 });
    irq.bio_release({ bio: BIO, dirty: 0, bflags: '0x0', p0: page(PFN), vcnt: 1 });
    if (api === 'pin_fast') irq.unpin_folio({ page: page(PFN), n: 1 });
    expect(await trace.check('6.1')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('that shows only in the reuse of the bio is a missing line, not a leak', async () => {
    const { trace, par, end, another } = start();
    const read = { bio: BIO, sector: '0x10', size: 4096, opf: '0x8800', l0: 4096, o0: 0, vcnt: 1 };
    par.bio_submit({ ...read, p0: page(PFN) });
    touch(par, PARENT, 1, PFN + 1);
    pin(par, 1, PFN + 1);
    par.bio_submit({ ...read, p0: page(PFN + 1) });
    par.bio_end({ bio: BIO, status: 0 });
    par.bio_release({ bio: BIO, dirty: 0, bflags: '0x0', p0: page(PFN + 1), vcnt: 1 });
    another();
    end();
    const { said, undecided } = await trace.check('7.2');
    expect(said).toEqual([]);
    expect(undecided).toContainEqual(expect.stringContaining('the end of the I/O on 1 pinned page was not recorded'));
  });
});

// __bio_release_pages() gives the pages of each folio back at once (v6.12 and later)
describe.each([
  ['unpin_user_folio, put', true],
  ['unpin_user_folio', false],
])('a bio of several pages of two folios: %s', (_lines, puts) => {
  const FOLIOS = [0x4000, 0x5000];

  async function read(first: number, copied: 'in flight' | 'afterwards') {
    const trace = new Trace();
    const par = trace.task('par', 500);
    FOLIOS.forEach((head, k) => {
      touch(par, PARENT, k * 16, head, 4);
    });
    par.pin_fast({ start: at(first), nr: 32 - first, flags: '0x1', pages: '0xffff888200000000' });
    for (const [k, head] of FOLIOS.entries()) {
      for (let i = k === 0 ? first : 0; i < 16; i++) {
        par.grab_fast({ page: page(head + i), refs: 1, flags: '0x80001', ref: 1 });
        par.grab_fast_ret({ head: page(head) });
      }
    }
    par.pin_fast_ret({ ret: 32 - first });
    par.bio_add({ bio: BIO, page: page(FOLIOS[0] + first), len: (16 - first) * 4096, off: 0 });
    par.bio_add({ bio: BIO, page: page(FOLIOS[1]), len: 65536, off: 0 });
    par.bio_submit({
      bio: BIO,
      sector: 8,
      size: (32 - first) * 4096,
      opf: '0x8800',
      p0: page(FOLIOS[0]),
      l0: 1,
      o0: 0,
    });
    const part = () => {
      fork(par, 500, 32);
      copy(par, PARENT, 20, FOLIOS[1] + 4, PFN);
    };
    if (copied === 'in flight') part();
    trace.task('<idle>', 0, 1, 'd.h1.').bio_end({ bio: BIO, status: 0 });
    par.bio_release({ bio: BIO, dirty: 0, bflags: '0x1', p0: page(FOLIOS[0]), vcnt: 2 });
    for (const [k, head] of FOLIOS.entries()) {
      const n = k === 0 ? 16 - first : 16;
      par.unpin_folio({ page: page(head), n });
      if (puts) par.put_folio({ page: page(head), refs: n, flags: '0x80000' });
    }
    if (copied === 'afterwards') part();
    exit(trace.task('chi', 501, 1), CHILD, 501);
    exit(par, PARENT, 500);
    return trace.check('7.2');
  }

  it.each([0, 3, 14])('from page %i of the first on: each line repeats the same release', async (first) => {
    expect(await read(first, 'afterwards')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('and until then they are pinned', async () => {
    const { said } = await read(0, 'in flight');
    expect(said.filter((s) => s.startsWith('error'))).toEqual(['error fork-share-then-cow']);
  });
});

it('of as many pages as an error has: the kernel warns, and nothing is given back', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN);
  app.unpin_pages({ n: -14, ...only(PFN) });
  fork(app, 500);
  copy(app, PARENT, 0, PFN, PFN + 1);
  app.unpin_pages({ n: 1, ...only(PFN) });
  put(app);
  exit(app, PARENT, 500);
  const { said, undecided } = await trace.check('6.12');
  expect(said).toEqual(['error fork-share-then-cow']);
  expect(undecided.join()).not.toMatch(/no kernel prints/);
});

const ofReleases = (undecided: string[]) => undecided.filter((reason) => /releases? /.test(reason));

// io_coalesce_buffer(), io_uring/rsrc.c: a registered buffer within one folio keeps one of its references
describe('buffers of one folio', () => {
  const HEAD = 0x4000;
  const buffers = 3;

  function registered() {
    const trace = new Trace();
    const par = trace.task('par', 500);
    for (let b = 0; b < buffers; b++) {
      par.pin_fast({ start: at(b * 32), nr: 32, flags: '0x101', pages: '0xffff888200000000' });
      par.grab_fast({ page: page(HEAD + b * 32), refs: 32, flags: '0x80101', ref: 1 });
      par.grab_fast_ret({ head: page(HEAD) });
      par.pin_fast_ret({ ret: 32 });
      par.unpin_folio({ page: page(HEAD), n: 31 });
    }
    return { trace, par };
  }

  it('each of which has a page of it until the last release', async () => {
    const { trace, par } = registered();
    exit(par, PARENT, 500);
    const worker = trace.task('kworker/1:1', 33, 1);
    for (let b = 0; b < buffers; b++) worker.unpin_folio({ page: page(HEAD), n: 1 });
    expect(ofReleases((await trace.check('7.2')).undecided)).toEqual([]);
  });

  it('one of which is still there', async () => {
    const { trace, par } = registered();
    for (let b = 1; b < buffers; b++) par.unpin_folio({ page: page(HEAD), n: 1 });
    exit(par, PARENT, 500);
    const { undecided } = await trace.check('7.2');
    expect(ofReleases(undecided)).toEqual([expect.stringMatching(/no release was recorded for .* pins/)]);
  });
});

it('thousands of releases without another event of the task are each released once', async () => {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const pages = 300;
  for (let i = 0; i < pages; i++) touch(par, PARENT, i, PFN + i);
  for (let round = 0; round < 16; round++) {
    par.pin_fast({ start: at(0), nr: pages, flags: '0x1', pages: '0xffff888200000000' });
    par.pin_fast_ret({ ret: pages });
    par.bio_submit({ bio: BIO, opf: '0x0', bflags: '0x1', sector: 0, size: pages * 4096, vcnt: pages, p0: page(PFN) });
    const irq = trace.task('iou-sqp-500', 501, 1, 'd.h1.');
    irq.bio_end({ bio: BIO, status: 0 });
    irq.bio_release({ bio: BIO, dirty: 0, bflags: '0x101', p0: page(PFN), vcnt: pages });
    for (let i = 0; i < pages; i++) irq.unpin_folio({ page: page(PFN + i), n: 1 });
  }
  expect(ofReleases((await trace.check('7.2')).undecided)).toEqual([]);
});
