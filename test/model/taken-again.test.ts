// Why: put_page() leaves no line, so a FOLL_GET reference without an owner may be over. That its task calls GUP at the
// address again does not show it: asynchronous I/O and pipes keep a reference while the task goes on.
import { expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, fork, PARENT, pin, Trace, touch, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const FUSE = '__iov_iter_get_pages_alloc+0xe9/0x7a0';

async function parted(between: (t: Writer) => void) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { api: 'gup_fast', caller: FUSE });
  between(app);
  fork(app, 500);
  copy(app, PARENT, 0, PFN, 0x3000);
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  const { verdict, findings } = await trace.check('6.1');
  return [
    verdict,
    ...findings.map(({ rule, severity, evidence }) => {
      return `${severity} ${rule} ${evidence.find(({ role }) => role === 'pin')?.line}`;
    }),
  ];
}

it('a reference for I/O is not over because its task calls a futex in the same page', async () => {
  const alone = await parted(() => {});
  expect(alone).toEqual(['violated', 'warning fork-share-then-cow 3']);
  for (const caller of ['get_futex_key+0xaa/0x2d0', 'hva_to_pfn+0x1/0x2', 'drv_map_user+0x1/0x2 [drv]'])
    expect(await parted((app) => pin(app, 0, PFN, { api: 'gup_fast', flags: 0, caller }))).toEqual(
      expect.arrayContaining(alone),
    );
});

it('... and may be over if the same function takes the page again: then the newer one is certain', async () => {
  expect(await parted((app) => pin(app, 0, PFN, { api: 'gup_fast', caller: FUSE }))).toEqual([
    'violated',
    'note fork-share-then-cow 3',
    'warning fork-share-then-cow 7',
  ]);
});

it('... of which only the last two are kept, however often', async () => {
  const [, ...findings] = await parted((app) => {
    for (let i = 0; i < 200; i++) pin(app, 0, PFN, { api: 'gup_fast', caller: FUSE });
  });
  expect(findings).toEqual(['note fork-share-then-cow 799', 'warning fork-share-then-cow 803']);
});

it('... and that its end is not recorded hides nothing while its page stays where it was', async () => {
  const verdict = async (after: (t: Writer) => void, isShared = false) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    background(app);
    touch(app, PARENT, 0, PFN);
    if (isShared) fork(app, 500);
    pin(app, 0, PFN, { api: 'gup_fast', flags: 0, caller: FUSE });
    after(app);
    if (isShared) exit(trace.task('chi', 501, 1), CHILD, 501);
    return (await trace.check('6.1')).verdict;
  };
  expect(await verdict(() => {})).toBe('clean');
  expect(await verdict((app) => exit(app, PARENT, 500))).toBe('clean');
  const zap = (app: Writer) => app.zap({ mm: PARENT, start: at(0), end: at(1) });
  expect(await verdict(zap)).toBe('clean');
  expect(await verdict((app) => [zap(app), touch(app, PARENT, 0, 0x7000)])).toBe('clean');
  // by another process
  expect(await verdict(() => {}, true)).toBe('could-not-be-checked');
});
