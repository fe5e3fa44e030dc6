// Why: GUP returns the page that is mapped. A call that finds another one than an earlier pin or line shows that the
// address has changed; steps of a call without the call, and a call that cannot have lasted until here, that lines are
// missing.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import { at, CHILD, exit, fork, PARENT, page, pin, ro, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const OTHER = 0x3000;
const BUSY = 0x3500;

/** A process that pins and releases one other page first, so that such lines are recorded. */
function begun() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 90, BUSY);
  app.wp_fault({ mm: PARENT, addr: at(90), pte: ro(BUSY), flags: '0x1a55' });
  app.move_anon({ page: page(BUSY), mm: PARENT });
  app.wp_fault_ret({ ret: '0x0' });
  pin(app, 90, BUSY);
  unpin(app, BUSY);
  touch(app, PARENT, 0, PFN);
  return { trace, app };
}

const CONTRADICTS = /page table entr(?:y|ies) that contradicts? what was seen/;

describe('another page than before', () => {
  it('of a second pin, while the first is held', async () => {
    const { trace, app } = begun();
    app.zap({ mm: PARENT, start: at(40), end: at(41) });
    pin(app, 0, PFN);
    pin(app, 0, OTHER);
    unpin(app, OTHER);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    const { findings, undecided, verdict } = await trace.check('6.12');
    expect(findings).toMatchObject([
      { severity: 'warning', confidence: 'medium', pin: { page: page(PFN) }, mapping: { pfn: '0x3000' } },
    ]);
    expect(verdict).toBe('violated');
    expect(undecided.join()).toMatch(CONTRADICTS);
  });

  it.each<[string, (t: ReturnType<typeof begun>) => void]>([
    [
      'of a pin',
      ({ app }) => {
        pin(app, 0, OTHER);
        unpin(app, OTHER);
      },
    ],
    [
      'of a pin, the page before it',
      ({ app }) => {
        pin(app, 0, PFN - 1);
        unpin(app, PFN - 1);
      },
    ],
    [
      'of a pinned page whose migration succeeds',
      ({ trace, app }) => {
        const kswapd = trace.task('kswapd0', 40);
        pin(app, 0, PFN);
        kswapd.migrate_map({ new: page(OTHER), old: page(PFN), extra: 0 });
        kswapd.migrate_map_ret({ ret: 0 });
        unpin(app, PFN);
      },
    ],
  ])('%s', async (_, then) => {
    const all = begun();
    then(all);
    exit(all.app, PARENT, 500);
    const { findings, undecided, verdict } = await all.trace.check('6.12');
    expect({ findings, verdict }).toEqual({ findings: [], verdict: 'could-not-be-checked' });
    expect(undecided.join()).toMatch(CONTRADICTS);
  });

  it('not of a migration that fails', async () => {
    const { trace, app } = begun();
    const kswapd = trace.task('kswapd0', 40);
    pin(app, 0, PFN);
    kswapd.migrate_map({ new: page(OTHER), old: page(PFN), extra: 0 });
    kswapd.migrate_map_ret({ ret: -11 });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).verdict).toBe('clean');
  });
});

describe('a call of which lines are missing', () => {
  it.each<[string, (t: ReturnType<typeof begun>) => void, RegExp]>([
    [
      'its entry: the pages',
      ({ app }) =>
        app.pin_pages({
          start: at(0),
          nr: 1,
          flags: '0x80101',
          ret: 1,
          p0: page(PFN),
          p1: '0x0',
          p2: '0x0',
          p3: '0x0',
        }),
      /return without its call/,
    ],
    [
      'its entry and return: a reference of GUP-fast',
      ({ app }) => {
        app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80101', ref: 1 });
        app.grab_fast_ret({ head: page(PFN) });
      },
      /return without its call/,
    ],
    [
      'its entry and return: a walk',
      ({ app }) => {
        app.follow_pte({ mm: PARENT, addr: at(0), flags: '0x80101' });
        app.grab_slow({ page: page(PFN), refs: 1, flags: '0x80101', ref: 1 });
        app.follow_pte_ret({ page: page(PFN) });
      },
      /return without its call/,
    ],
    [
      'its return, and it has ended',
      ({ app }) => {
        app.pin_fast({ start: at(0), nr: 1, flags: '0x101', pages: '0xffff888200000000' });
        fork(app, 500);
      },
      /call without its return/,
    ],
  ])('%s', async (_, then, missing) => {
    const all = begun();
    then(all);
    exit(all.app, PARENT, 500);
    const { undecided, verdict } = await all.trace.check('6.12');
    expect(verdict).toBe('could-not-be-checked');
    expect(undecided.join()).toMatch(missing);
  });

  it('is not missing of what takes references itself', async () => {
    const { trace, app } = begun();
    // follow_page() of KSM, memfd_pin_folios()
    app.grab_slow({ page: page(PFN), refs: 1, flags: '0x2', ref: 1 });
    app.grab_slow({ page: page(OTHER), refs: 1, flags: '0x80000', ref: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided).toEqual([]);
  });

  it('is not missing of one that reclaims memory of another process', async () => {
    const { trace, app } = begun();
    app.pin_fast({ start: at(1), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    app.fault({ mm: PARENT, addr: at(1), flags: '0x1255' });
    app.zap({ mm: CHILD, start: at(70), end: at(71) });
    app.new_anon({ page: page(OTHER), mm: PARENT, addr: at(1), head: 0, order: 0, rflags: '0x1' });
    app.grab_fast({ page: page(OTHER), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(OTHER) });
    app.pin_fast_ret({ ret: 1 });
    unpin(app, OTHER);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided).toEqual([]);
  });

  it('is not missing of pages that are shown behind its return', async () => {
    const { trace, app } = begun();
    app.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(PFN) });
    app.pin_fast_ret({ ret: 1 });
    app.pin_pages({ start: at(0), nr: 1, flags: '0x80001', ret: 1, p0: page(PFN), p1: '0x0', p2: '0x0', p3: '0x0' });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided).toEqual([]);
  });
});

it.each<[string, (t: ReturnType<typeof begun>) => void]>([
  [
    'vmsplice() puts into a pipe',
    ({ app }) => {
      app.pipe_add({ pipe: '0xffff888300000000', page: page(PFN), off: 0, len: 64 });
      app.pipe_release({ pipe: '0xffff888300000000', page: page(PFN) });
    },
  ],
  ['direct I/O has read into', ({ app }) => app.bio_checkdirty({ bio: '0xffff888400000000', p0: page(PFN), vcnt: 1 })],
])('a page that %s was pinned', async (_, then) => {
  const all = begun();
  then(all);
  exit(all.app, PARENT, 500);
  const { undecided, verdict } = await all.trace.check('6.12');
  expect(verdict).toBe('could-not-be-checked');
  expect(undecided.join()).toMatch(/1 release of pins? whose start is not in the trace/);
});

it('a page of FUSE in a pipe is not pinned', async () => {
  const { trace, app } = begun();
  app.pipe_add({ pipe: '0xffff888300000000', page: page(OTHER), off: 0, len: 64 });
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).undecided).toEqual([]);
});

it.each([
  ['x86-64', '0x7e', '# pindrift-machine: x86_64\n'],
  ['arm64', '0xb4', '# pindrift-machine: aarch64\n'],
  ['arm64, a small tag, at the end of the page', '0x2a', '# pindrift-machine: aarch64\n'],
])('a tag of an address that a call is given is no part of it: %s', async (_, tag, head) => {
  const { trace, app } = begun();
  pin(app, 0, PFN);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const tagged = trace.text.replaceAll(
    /start=0x(1\w{7}) nr/g,
    (_all, address) => `start=${tag}${address.padStart(14, '0').replace(/000$/, 'ff8')} nr`,
  );
  expect(tagged).not.toBe(trace.text);
  const [with_, without] = await Promise.all(
    [tagged, trace.text].map(async (text) => {
      const { rules, verdict } = await check({ name: 'the trace of the test', text: head + text }, { kernel: '6.12' });
      return { verdict, missing: rules.map(({ id, missing }) => [id, missing]) };
    }),
  );
  expect(with_).toEqual(without);
});

describe('a page that was swapped out', () => {
  /** @param us between the unmapping and the pin */
  const pinnedAfter = async (us: number) => {
    const { trace, app } = begun();
    const kswapd = trace.task('kswapd0', 40, 1);
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    trace.sleep(us);
    app.anon_rmap({ folio: page(BUSY), page: page(BUSY), nr: 1, mm: PARENT, addr: at(90), rflags: '0x1' });
    pin(app, 0, PFN);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return (await trace.check('6.12')).undecided.join();
  };

  it('... is not there for GUP-fast: its swap-in is missing', async () => {
    expect(await pinnedAfter(10_000)).toMatch(CONTRADICTS);
  });

  it('... while GUP-fast was about to take it, as far as the clocks of two CPUs tell', async () => {
    // the lines are 100 us apart
    expect(await pinnedAfter(-195)).not.toMatch(CONTRADICTS);
  });
});
