// Why: from v6.5 to v6.10 the slow path takes a reference for the first page of a huge leaf (try_grab_page()), and the
// others by the same page (try_grab_folio()): they are for the pages behind it.
import { describe, expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, fork, PARENT, page, Trace, touch } from './synthetic.ts';

const HEAD = 0x2000;
const FIRST = 5;

/** Pages from FIRST on of a THP, pinned by the slow path and released by one line; `walked`: with the lines of the walk. */
async function pinned(pages: number, walked: boolean, part = false) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app, 600, 0x5000);
  touch(app, PARENT, 0, HEAD, 9);
  const asked = { start: at(FIRST), nr: pages, pages: '0xffff888200000000' };
  app.gup_slow({ mm: PARENT, ...asked, flags: '0x80101' });
  if (walked) app.follow_pte({ mm: PARENT, addr: at(FIRST), flags: '0x80101' });
  app.grab_slow({ page: page(HEAD + FIRST), flags: '0x80101', ref: 1 });
  if (walked) app.follow_pte_ret({ page: page(HEAD + FIRST) });
  app.grab_fast({ page: page(HEAD + FIRST), refs: pages - 1, flags: '0x80101', ref: 1024 });
  app.grab_fast_ret({ head: page(HEAD) });
  app.gup_slow_ret({ ret: pages });
  if (part) {
    fork(app, 500, 32);
    copy(app, PARENT, FIRST + pages - 1, HEAD + FIRST + pages - 1, 0x3000);
  }
  const shown = Object.fromEntries([0, 1, 2, 3].map((i) => [`p${i}`, page(HEAD + FIRST + i)] as const));
  app.unpin_dirty({ n: pages, dirty: 1, ...shown });
  app.put_folio({ page: page(HEAD), refs: pages, flags: '0x80000' });
  if (part) exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  const names: readonly [string, string][] = [
    ['(try_grab_folio+', '(try_grab_page+'],
    ['try_grab_folio_fast', 'try_grab_folio'],
  ];
  for (const [now, then] of names)
    trace.lines.splice(0, Infinity, ...trace.lines.map((line) => line.replace(now, then)));
  return trace.check('6.6');
}

describe.each([
  [16, true],
  [16, false],
  [2, true],
  [2, false],
])('%d pages of a huge leaf, pinned from its middle (walk recorded: %s)', (pages, walked) => {
  it('are the pages from there on, and all are released', async () => {
    expect(await pinned(pages, walked)).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('part from the addresses they are at', async () => {
    const { findings } = await pinned(pages, walked, true);
    const [error] = findings.filter(({ severity }) => severity === 'error');
    const last = FIRST + pages - 1;
    expect(error).toMatchObject({
      rule: 'fork-share-then-cow',
      pin: { address: at(last), pfn: `0x${(HEAD + last).toString(16)}` },
    });
  });
});
