// Why: a mremap() that fails moves the entries back by the function that moved them (move_vma(), mm/mremap.c), and where
// it could move only a part, only that part. The process has moved nothing then.
import { describe, expect, it } from 'vitest';
import { at, exit, PARENT, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

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

  it('failed, and was tried again with success', async () => {
    const failed = [there, ['mremap', AWAY, 0]] as const;
    expect(await moved(...failed, there, ['zap', 0, 4])).toEqual(MOVED);
  });
});
