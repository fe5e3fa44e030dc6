// Why: the line of a function comes at its entry. A page that GUP-fast gets through an entry which the function is about to
// change, it got before: the change happened to a pinned page, although its line comes first.
import { describe, expect, it } from 'vitest';
import {
  at,
  copy,
  exit,
  PARENT,
  page,
  pin,
  reuse,
  swapIn,
  swapOut,
  Trace,
  touch,
  unpin,
  type Writer,
} from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;
const ZERO = 0x1;
const ELSEWHERE = '0xffff888100009000';

/** Two threads of a process and another task; releases and write faults are recorded. */
function start() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const thread = trace.task('app', 502, 1);
  const other = trace.task('criu', 700, 1);
  touch(app, PARENT, 9, PFN + 9);
  copy(app, PARENT, 9, PFN + 9, NEW + 9);
  touch(thread, PARENT, 10, PFN + 10);
  pin(app, 9, NEW + 9);
  unpin(app, NEW + 9);
  swapOut(trace.task('kswapd0', 40, 1), 10, PFN + 10);
  swapIn(thread, 10, PFN + 10, true, true);
  other.fault({ mm: ELSEWHERE, addr: at(0), flags: '0x1255' });
  touch(app, PARENT, 0, PFN);
  return { trace, app, thread, other };
}

async function ends({ trace, app }: ReturnType<typeof start>, kernel: string) {
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings } = await trace.check(kernel);
  return findings.map(({ confidence, rule, severity }) => `${severity} ${confidence} ${rule}`);
}

const zap = (t: Writer): void => t.zap({ mm: PARENT, start: at(0), end: at(4) });

describe('an unmapping that has begun, and then a pin', () => {
  const unmapped = async (between: (made: ReturnType<typeof start>) => void) => {
    const made = start();
    zap(made.thread);
    between(made);
    pin(made.app, 0, PFN);
    touch(made.app, PARENT, 0, NEW);
    return ends(made, '6.12');
  };

  it('leaves nothing there: a read maps the zero page, and a write copies that', async () => {
    const made = start();
    zap(made.thread);
    pin(made.app, 0, PFN);
    made.app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    made.app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    copy(made.app, PARENT, 0, ZERO, NEW);
    unpin(made.app, PFN);
    exit(made.app, PARENT, 500);
    const { said, undecided } = await made.trace.check('6.12');
    expect(said).toEqual(['note user-unmapped-pinned-range']);
    expect(undecided.join()).not.toContain('contradict');
  });

  it('... also where another thread reads there before the call returns', async () => {
    const made = start();
    const reader = made.trace.task('app', 503, 2);
    zap(made.thread);
    made.app.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    made.app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    made.app.grab_fast_ret({ head: page(PFN) });
    reader.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    made.app.pin_fast_ret({ ret: 1 });
    pin(reader, 0, ZERO, { flags: 0 });
    unpin(reader, ZERO);
    unpin(made.app, PFN);
    exit(made.app, PARENT, 500);
    const { undecided } = await made.trace.check('6.12');
    expect(undecided.join()).not.toContain('contradict');
  });

  it('... also where another thread has faulted at another address of the range', async () => {
    const made = start();
    const reader = made.trace.task('app', 503, 2);
    zap(made.thread);
    reader.fault({ mm: PARENT, addr: at(2), flags: '0x1254' });
    pin(made.app, 0, PFN);
    made.app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    made.app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    copy(made.app, PARENT, 0, ZERO, NEW);
    unpin(made.app, PFN);
    exit(made.app, PARENT, 500);
    const { undecided } = await made.trace.check('6.12');
    expect(undecided.join()).not.toContain('contradict');
  });

  it('the page was pinned before it was unmapped', async () => {
    expect(await unmapped(() => {})).toEqual(['note certain user-unmapped-pinned-range']);
  });

  it('... also where another page is mapped there before the call returns', async () => {
    const made = start();
    zap(made.thread);
    made.app.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    made.app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
    made.app.grab_fast_ret({ head: page(PFN) });
    touch(made.thread, PARENT, 0, NEW);
    made.app.pin_fast_ret({ ret: 1 });
    expect(await ends(made, '6.12')).toEqual(['note certain user-unmapped-pinned-range']);
  });

  it('... not where the range was unmapped already', async () => {
    expect(await unmapped(({ thread }) => touch(thread, PARENT, 11, PFN + 11))).toEqual([
      'warning medium pinned-page-replaced',
    ]);
  });

  it('... and what a fault has mapped since, it may have come to later', async () => {
    const user = ['note certain user-unmapped-pinned-range'];
    expect(await unmapped(({ app }) => app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' }))).toEqual(user);
    expect(await unmapped(({ app }) => touch(app, PARENT, 0, PFN))).toEqual(user);
  });

  it('... of which nothing is known then', async () => {
    const made = start();
    zap(made.thread);
    touch(made.app, PARENT, 0, NEW);
    made.thread.fault({ mm: PARENT, addr: at(12), flags: '0x1255' });
    made.app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    pin(made.app, 0, ZERO, { flags: 0, api: 'gup_fast' });
    made.app.pipe_release({ page: page(ZERO), pipe: '0xffff888200000000' });
    exit(made.app, PARENT, 500);
    expect((await made.trace.check('6.12')).undecided.join()).not.toContain('contradicts');
  });

  it('... nor is what the reverse mapping shows there meanwhile a change', async () => {
    const made = start();
    const { app, thread, trace } = made;
    const kcompactd = trace.task('kcompactd0', 41, 2);
    pin(thread, 0, PFN, { flags: 0x101 });
    app.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    app.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1025 });
    kcompactd.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 2050 });
    zap(thread);
    kcompactd.clear_flush({ mm: PARENT, addr: at(0), pte: '0x8000000002000867' });
    kcompactd.migrate_one_ret({ ret: 0 });
    thread.fault({ mm: PARENT, addr: at(12), flags: '0x1255' });
    app.grab_fast_ret({ head: page(PFN) });
    app.pin_fast_ret({ ret: 1 });
    unpin(app, PFN);
    expect(new Set(await ends(made, '6.12'))).toEqual(new Set(['note certain user-unmapped-pinned-range']));
  });

  it('a copy that has begun is mapped before it takes anything: it takes the copy', async () => {
    const made = start();
    const { app, thread } = made;
    pin(app, 0, PFN);
    thread.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
    thread.wp_fault({ mm: PARENT, addr: at(0), pte: '0x8000000002000025', flags: '0x1a55' });
    thread.clear_flush({ mm: PARENT, addr: at(0), pte: '0x8000000002000025' });
    zap(app);
    thread.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    thread.wp_fault_ret({ ret: '0x0' });
    expect(await ends(made, '6.12')).toEqual(['error certain cow-under-write-pin']);
  });

  it('... nor where events are missing, and its end may be one of them', async () => {
    const [only] = await unmapped(({ trace }) => trace.lines.push('CPU:1 [LOST 40 EVENTS]'));
    expect(only).toContain('pinned-page-replaced');
  });
});

describe('a protection that has begun, and then a pin for writing', () => {
  const PROTECTS: Readonly<Record<string, (made: ReturnType<typeof start>) => void>> = {
    'soft-dirty-then-cow': ({ other }) => other.softdirty({ mm: PARENT, start: at(0), end: at(4) }),
    'wrprotect-then-cow': ({ thread }) => thread.uffd_wp({ mm: PARENT, start: at(0), len: '0x4000', enable: 1 }),
  };
  const written = async (begins: (made: ReturnType<typeof start>) => void, flags = 1) => {
    const made = start();
    begins(made);
    pin(made.app, 0, PFN, { flags, api: 'gup_fast' });
    copy(made.app, PARENT, 0, PFN, NEW);
    return ends(made, '5.10');
  };

  it.each(Object.entries(PROTECTS))('the page was pinned through a writable entry: %s', async (rule, begins) => {
    expect((await written(begins)).join()).toContain(rule);
    expect((await written((made) => [begins(made), reuse(made.app, PARENT, 0, PFN)])).join()).not.toContain(rule);
  });

  it('mprotect() is one, unless it may make the entry writable', async () => {
    const protects =
      (cp: string) =>
      ({ thread }: ReturnType<typeof start>) =>
        thread.cprot({ mm: PARENT, start: at(0), end: at(4), cp, prot: '0x8000000000000025' });
    expect((await written(protects('0x0'))).join()).toContain('wrprotect-then-cow');
    expect((await written(protects('0x1'))).join()).not.toContain('wrprotect-then-cow');
  });
});

describe('try_to_unmap_one() takes a page away', () => {
  const swapped = async (when: 'inside' | 'around its return') => {
    const made = start();
    const { app, trace } = made;
    const kswapd = trace.task('kswapd0', 40, 1);
    kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    app.gup_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
    app.grab_fast({ page: page(PFN), refs: 1, flags: '0x5', ref: 1 });
    app.grab_fast_ret({ head: page(PFN) });
    if (when === 'inside') app.gup_fast_ret({ ret: 1 });
    kswapd.unmap_one_ret({ ret: 1 });
    const unmapped = trace.lines.length;
    if (when !== 'inside') app.gup_fast_ret({ ret: 1 });
    swapIn(app, 0, PFN, false, false);
    copy(app, PARENT, 0, PFN, NEW);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('5.10');
    const lines = findings[0].evidence.filter(({ role }) => role === 'unmap').map(({ line }) => line);
    return { rules: findings.map(({ rule }) => rule), shows: lines.length === 1 && lines[0] === unmapped };
  };

  it.each(['inside', 'around its return'] as const)('after a pin %s of it: its return shows that', async (when) => {
    expect(await swapped(when)).toEqual({ rules: ['swapin-cow-under-pin'], shows: true });
  });
});

describe('move_page_tables() has begun, and then a page is pinned at the old place', () => {
  const moved = () => {
    const made = start();
    made.thread.mremap({ mm: PARENT, old: at(0), new: at(32), len: '0x1000' });
    pin(made.app, 0, PFN, { flags: 0x101 });
    return made;
  };

  it('it has moved since', async () => {
    expect(await ends(moved(), '6.12')).toEqual(['note certain moved-pinned-range']);
  });

  it('... and what becomes of the old place does not matter', async () => {
    const made = moved();
    touch(made.app, PARENT, 0, NEW);
    expect(await ends(made, '6.12')).toEqual(['note certain moved-pinned-range']);
  });

  it('... but what becomes of the new one', async () => {
    const made = moved();
    copy(made.app, PARENT, 32, PFN, NEW);
    unpin(made.app, PFN);
    exit(made.app, PARENT, 500);
    const { findings } = await made.trace.check('6.12');
    const { mapping } = findings.find(({ rule }) => rule === 'cow-under-write-pin') ?? {};
    expect(mapping).toMatchObject({ address: at(32), pfn: '0x3000' });
  });
});
