// Why: reclaim leaves no entry of a file's page. What maps one there again may have no line (finish_fault() is inlined in some
// kernels, filemap_map_pages() has none), so that the page which a pin shows there contradicts nothing.
import { expect, it } from 'vitest';
import { at, exit, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const NEXT = 0x3000;

/** The page at page 0 is unmapped by reclaim, and a pin finds `found` there. */
async function pinned(found: number, kind: 'unknown' | 'anonymous', cached = false) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 9, PFN + 9);
  // so that rmap lines of anonymous pages are known to be recorded
  app.anon_rmap({ folio: page(PFN + 9), page: page(PFN + 9), nr: 1, mm: PARENT, addr: at(9), rflags: '0x1' });
  if (kind === 'anonymous') touch(app, PARENT, 0, PFN);
  const kswapd = trace.task('kswapd0', 40, 1);
  kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
  kswapd.unmap_one_ret({ ret: 1 });
  if (cached) kswapd.swap_cache_add({ page: page(PFN), entry: '0x7' });
  trace.sleep(10_000);
  app.fault({ mm: PARENT, addr: at(3), flags: '0x1254' });
  pin(app, 0, found, { flags: 0 });
  unpin(app, found);
  exit(app, PARENT, 500);
  const { said, undecided } = await trace.check('6.12');
  return { said, contradicts: undecided.join().includes('contradicts') };
}

it.each([
  ['another page', NEXT, false],
  ['the same page, of shmem, which was written out meanwhile', PFN, true],
])('a page of no known kind is unmapped, and a pin finds %s', async (_, found, cached) => {
  expect(await pinned(found, 'unknown', cached)).toEqual({ said: [], contradicts: false });
});

it('an anonymous page is not found again without a line that maps it', async () => {
  expect((await pinned(PFN, 'anonymous', true)).contradicts).toBe(true);
});
