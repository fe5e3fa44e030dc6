// Why: a longterm call that has to migrate one page gives back all it has grabbed, and begins again
// (check_and_migrate_movable_pages()). What it gives back is its own, whoever else pins the same pages.
import { describe, expect, it } from 'vitest';
import {
  at,
  background,
  CHILD,
  copy,
  exit,
  fork,
  PARENT,
  page,
  pin,
  Trace,
  touch,
  unpin,
  type Writer,
} from './synthetic.ts';

const HEAD = 0x2000;
const FLAGS = '0x290101';
type Grabs = 'of the head, for one and for the rest' | 'of the head, for each page that the walk names';

/** Pages 0 to 3 of a folio are pinned in two rounds; page 2 is pinned before, and may be copied afterwards. */
async function retried(grabs: Grabs, { isHeld = true, isCopied = true } = {}) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app, 600, 0x5000);
  touch(app, PARENT, 0, HEAD, grabs.includes('rest') ? 9 : 2);
  if (isHeld) pin(app, 2, HEAD + 2, { head: HEAD, flags: 0x101 });
  const call = { mm: PARENT, start: at(0), nr: 4, pages: '0xffff888200000000' };
  app.pin_remote({ ...call, flags: '0x101' });
  const give = (t: Writer) => {
    t.unpin_pages({ n: 4, ...Object.fromEntries([0, 1, 2, 3].map((i) => [`p${i}`, page(HEAD + i)] as const)) });
    t.put_folio({ page: page(HEAD), refs: 4, flags: '0x80000' });
  };
  for (const round of [1, 2]) {
    app.gup_slow({ ...call, flags: FLAGS });
    for (let i = 0; i < (grabs.includes('rest') ? 1 : 4); i++) {
      app.follow_pte({ mm: PARENT, addr: at(i), flags: FLAGS });
      app.grab_slow({ page: page(HEAD), refs: 1, flags: FLAGS, ref: 1 });
      app.follow_pte_ret({ page: page(HEAD + i) });
    }
    if (grabs.includes('rest')) app.grab_slow({ page: page(HEAD), refs: 3, flags: FLAGS, ref: 2 });
    app.gup_slow_ret({ ret: 4 });
    if (round === 1) give(app);
  }
  app.pin_remote_ret({ ret: 4 });
  give(app);
  if (isCopied) {
    fork(app, 500);
    copy(app, PARENT, 2, HEAD + 2, 0x3000);
    exit(trace.task('chi', 501, 1), CHILD, 501);
  }
  if (isHeld) unpin(app, HEAD + 2, HEAD);
  exit(app, PARENT, 500);
  const { verdict, said } = await trace.check('6.12');
  return [verdict, ...said.filter((one) => !one.startsWith('note'))];
}

describe.each<[Grabs]>([['of the head, for one and for the rest'], ['of the head, for each page that the walk names']])(
  'grabs %s',
  (grabs) => {
    it('are given back, not the pin of another', async () => {
      expect(await retried(grabs)).toEqual(['violated', 'error fork-share-then-cow']);
      expect(await retried(grabs, { isCopied: false })).toEqual(['clean']);
    });

    it('leave nothing missing', async () => {
      expect(await retried(grabs, { isHeld: false, isCopied: false })).toEqual(['clean']);
    });
  },
);

it('gup_put_folio() of a folio gives back the newest of its grabs, also where the first is of the same page', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app, 600, 0x5000);
  touch(app, PARENT, 0, HEAD, 2);
  app.pin_fast({ start: at(0), nr: 4, flags: '0x1', pages: '0xffff888200000000' });
  for (let i = 0; i < 4; i++) {
    app.grab_fast({ page: page(HEAD + i), refs: 1, flags: '0x80001', ref: 1 });
    app.grab_fast_ret({ head: page(HEAD) });
  }
  app.put_folio({ page: page(HEAD), refs: 1, flags: '0x80001' });
  app.gup_slow({ mm: PARENT, start: at(3), nr: 1, flags: '0x290001', pages: '0xffff888200000018' });
  app.follow_pte({ mm: PARENT, addr: at(3), flags: '0x290001' });
  app.grab_slow({ page: page(HEAD), refs: 1, flags: '0x290001', ref: 1 });
  app.follow_pte_ret({ page: page(HEAD + 3) });
  app.gup_slow_ret({ ret: 1 });
  app.pin_fast_ret({ ret: 4 });
  for (let i = 0; i < 4; i++) unpin(app, HEAD + i, HEAD);
  exit(app, PARENT, 500);
  expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
});
