// Why: reclaim, migration (up to v5.12) and memory failure unmap a page by the same function. That the page was swapped
// out and in again before it was pinned says nothing about a later unmapping.
import { expect, it } from 'vitest';
import { at, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const RECLAIM = 'warning pinned-page-unmapped-for-swap';
const UNCLEAR = /whether for swap again/;

function swapIn(app: Writer): void {
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
  app.swap_in({ mm: PARENT, addr: at(0), pte: '0x7fffffffffff40a', flags: '0x1a55' });
  app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
  app.swap_in_ret({ ret: '0x0' });
}

const unmap = (by: Writer) => {
  by.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
  by.unmap_one_ret({ ret: 1 });
};

it.each<[string, string, (by: Writer, app: Writer) => void, string[], boolean]>([
  [
    'by reclaim, which adds it to the swap cache again',
    '6.12',
    (by) => {
      by.swap_cache_add({ page: page(PFN), entry: '0x6' });
      unmap(by);
    },
    [RECLAIM],
    false,
  ],
  [
    'for swap, as the next fault shows',
    '6.12',
    (by, app) => {
      unmap(by);
      swapIn(app);
    },
    [RECLAIM],
    false,
  ],
  ['by reclaim or memory failure', '6.12', unmap, [], true],
  [
    'by migration, which gives up',
    '5.10',
    (by) => {
      unmap(by);
      by.migrate_map({ new: page(0x3000), old: page(PFN), extra: 0 });
      by.migrate_map_ret({ ret: -11 });
      by.migrate_in({ page: page(PFN), mm: PARENT, addr: at(0) });
      by.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
    },
    [],
    false,
  ],
])('a pinned page that was swapped once is unmapped %s', async (_, kernel, then, said, unclear) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const by = trace.task('kthread', 40, 1);
  touch(app, PARENT, 0, PFN);
  by.swap_cache_add({ page: page(PFN), entry: '0x5' });
  unmap(by);
  swapIn(app);
  pin(app, 0, PFN, { flags: 0x101 });
  then(by, app);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const result = await trace.check(kernel);
  expect(result.said).toEqual(said);
  expect(result.undecided.some((why) => UNCLEAR.test(why))).toBe(unclear);
});
