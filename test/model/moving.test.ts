// Why: a mremap() that fails moves the entries back by the function that moved them (move_vma(), mm/mremap.c), and where
// it could move only a part, only that part. The process has moved nothing then.
import { describe, expect, it } from 'vitest';
import { at, background, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const AWAY = 0x1000;

/** What is said of a pin of the last of four pages, after the lines of a mremap(). */
async function moved(...lines: readonly (readonly ['mremap' | 'zap' | 'fault', number, number, number?])[]) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  for (let i = 0; i < 4; i++) touch(app, PARENT, i, PFN + 2 * i);
  app.zap({ mm: PARENT, start: at(8), end: at(9) });
  pin(app, 3, PFN + 6, { flags: 0x101 });
  for (const [event, a, b, n = 4] of lines) {
    if (event === 'mremap') app.mremap({ mm: PARENT, old: at(a), new: at(b), len: n * 4096 });
    else if (event === 'zap') app.zap({ mm: PARENT, start: at(a), end: at(b) });
    else app.fault({ mm: PARENT, addr: at(a), flags: '0x255' });
  }
  wpFault(app, PARENT, 3, PFN + 6);
  app.wp_fault_ret({ ret: '0x0' });
  unpin(app, PFN + 6);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).said;
}

const MOVED = ['note moved-pinned-range'];
const there = ['mremap', 0, AWAY] as const;

describe('mremap() of a pinned range', () => {
  it('moved it', async () => {
    expect(await moved(there, ['zap', 0, 4])).toEqual(MOVED);
  });

  it.each([4, 3, 1, 0])('failed, and moved %i of 4 pages back: they are where they were', async (back) => {
    expect(await moved(there, ['mremap', AWAY, 0, back], ['zap', AWAY, AWAY + 4])).toEqual([]);
  });

  it('moved it, and another call moved it back: two moves', async () => {
    expect(await moved(there, ['zap', 0, 4], ['mremap', AWAY, 0], ['zap', AWAY, AWAY + 4])).toEqual([
      ...MOVED,
      ...MOVED,
    ]);
    expect(await moved(there, ['fault', 4, 0], ['mremap', AWAY, 0])).toEqual([...MOVED, ...MOVED]);
  });

  it('moved it: what a write then copies is at the new address', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { api: 'gup_fast' });
    app.mremap({ mm: PARENT, old: at(0), new: at(AWAY), len: 4096 });
    fork(app, 500, AWAY + 1);
    copy(app, PARENT, AWAY, PFN, 0x3000);
    exit(app, PARENT, 500);
    const { findings } = await trace.check('5.10');
    const drift = findings.find(({ mapping }) => mapping !== undefined);
    expect(drift?.pin.address).toBe(at(0));
    expect(drift?.mapping).toEqual({ pfn: '0x3000', page: expect.any(String), address: at(AWAY) });
    expect(drift?.evidence.map(({ role }) => role)).toContain('move');
  });

  it('moved another page onto a pinned address', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    touch(app, PARENT, AWAY, 0x5000);
    pin(app, 0, PFN, { flags: 0x101 });
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    app.mremap({ mm: PARENT, old: at(AWAY), new: at(0), len: 4096 });
    wpFault(app, PARENT, 0, 0x5000);
    app.wp_fault_ret({ ret: '0x0' });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    const [finding] = (await trace.check('6.12')).findings;
    expect(finding?.message).toBe(
      'the process itself unmapped the pinned page pfn 0x2000; the address now maps pfn 0x5000',
    );
  });

  it('failed, and was tried again with success', async () => {
    const failed = [there, ['mremap', AWAY, 0]] as const;
    expect(await moved(...failed, there, ['zap', 0, 4])).toEqual(MOVED);
  });

  it('comes to an entry after migration: what that has mapped is moved', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const kernel = trace.task('kcompactd0', 43, 1);
    touch(app, PARENT, 0, PFN);
    background(app);
    app.mremap({ mm: PARENT, old: at(0), new: at(AWAY), len: 4096 });
    kernel.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    kernel.migrate_one_ret({ ret: 1 });
    kernel.migrate_in({ page: page(PFN + 64), mm: PARENT, addr: at(0) });
    const where = { mm: PARENT, addr: at(0) };
    kernel.anon_rmap({ folio: page(PFN + 64), page: page(PFN + 64), nr: 1, ...where, rflags: '0x1' });
    pin(app, AWAY, PFN + 64);
    unpin(app, PFN + 64);
    exit(app, PARENT, 500);
    const { undecided, verdict } = await trace.check('6.12');
    expect([verdict, ...undecided]).toEqual(['clean']);
  });
});
