// Why: reclaim and migration walk a folio once for each VMA that maps a part of it. In a VMA that begins inside the folio
// the walk begins at the VMA (vma_address(), mm/internal.h), so the page there is not the head that the line names.
import { describe, expect, it } from 'vitest';
import {
  at,
  background,
  exit,
  PARENT,
  page,
  pin,
  swapIn,
  Trace,
  touch,
  unpin,
  type Writer,
  wpFault,
} from './synthetic.ts';

const HEAD = 0x2000;
const NEW = 0x3000;
const PAGES = 16;
/** The first page of the folio that the second VMA maps, and the one that is pinned. */
const [SECOND, PINNED] = [8, 12];
const MOVED = 0x10000;

/** First address, first page of the folio, number of pages. */
type Part = readonly [vpn: number, first: number, pages: number];

const VMAS: Record<string, readonly Part[]> = {
  'one VMA': [[0, 0, PAGES]],
  'its second half moved': [
    [0, 0, SECOND],
    [MOVED, SECOND, SECOND],
  ],
  'two VMAs side by side': [
    [0, 0, SECOND],
    [SECOND, SECOND, SECOND],
  ],
  'its first half unmapped': [[SECOND, SECOND, SECOND]],
  'the first page of the moved half unmapped': [
    [0, 0, SECOND],
    [MOVED + 1, SECOND + 1, SECOND - 1],
  ],
};

function pinned(vmas: string) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, HEAD, 4);
  pin(app, PINNED, HEAD + PINNED, { flags: 0x101, caller: 'io_pin_pages+0x90/0x150', head: HEAD });
  const last = (VMAS[vmas] as Part[]).at(-1) as Part;
  if (last[0] >= MOVED)
    app.mremap({ mm: PARENT, old: at(SECOND), new: at(MOVED), len: `0x${(SECOND * 4096).toString(16)}` });
  if (vmas.startsWith('its first half')) app.zap({ mm: PARENT, start: at(0), end: at(SECOND) });
  if (vmas.startsWith('the first page')) app.zap({ mm: PARENT, start: at(MOVED), end: at(MOVED + 1) });
  return { trace, app };
}

/** The walk of a VMA begins at the VMA, even where nothing is mapped there any more. */
const beginOf = ([vpn]: Part) => at(vpn === MOVED + 1 ? MOVED : vpn);

function walk(t: Writer, line: 'unmap_one' | 'migrate_one', part: Part, ret = 1) {
  t[line]({ page: page(HEAD), mm: PARENT, addr: beginOf(part), ref: 17, map: 0 });
  t[`${line}_ret`]({ ret });
}

async function checked(trace: Trace, app: Writer) {
  unpin(app, HEAD + PINNED, HEAD);
  exit(app, PARENT, 500);
  const { said, verdict } = await trace.check('6.12');
  return { verdict, said: said.filter((what) => !what.includes('moved-pinned-range')) };
}

const said = async (trace: Trace, app: Writer) => (await checked(trace, app)).said;

describe.each(Object.keys(VMAS))('A folio in %s', (vmas) => {
  it('is migrated', async () => {
    const { app, trace } = pinned(vmas);
    const kernel = trace.task('kcompactd0', 43, 1);
    for (const part of VMAS[vmas] as Part[]) walk(kernel, 'migrate_one', part);
    for (const part of VMAS[vmas] as Part[]) {
      const [vpn, first, pages] = part;
      kernel.migrate_in({ page: page(NEW), mm: PARENT, addr: beginOf(part) });
      for (let i = 0; i < pages; i++)
        kernel.anon_rmap({
          folio: page(NEW),
          page: page(NEW + first + i),
          nr: 1,
          mm: PARENT,
          addr: at(vpn + i),
          rflags: '0x1',
        });
    }
    expect(await said(trace, app)).toEqual(['error pinned-page-migrated']);
  });

  it('is unmapped for swap', async () => {
    const { app, trace } = pinned(vmas);
    const kernel = trace.task('kswapd0', 40, 1);
    kernel.swap_cache_add({ page: page(HEAD), entry: '0x100' });
    for (const part of VMAS[vmas] as Part[]) walk(kernel, 'unmap_one', part);
    expect(await said(trace, app)).toEqual(['warning pinned-page-unmapped-for-swap']);
  });
});

it('A folio is swapped in again before its unmapper is seen again: it was unmapped for swap', async () => {
  const { app, trace } = pinned('one VMA');
  walk(trace.task('kswapd0', 40, 1), 'unmap_one', (VMAS['one VMA'] as Part[])[0]);
  swapIn(app, PINNED, HEAD + PINNED, true, true);
  expect(await said(trace, app)).toEqual(['warning pinned-page-unmapped-for-swap']);
});

describe('A folio in two VMAs side by side, of which the second keeps its part', () => {
  const [first, second] = VMAS['two VMAs side by side'] as Part[];

  it('is unmapped for swap: the pinned page was not', async () => {
    const { app, trace } = pinned('two VMAs side by side');
    background(app, MOVED, 0x4000);
    const kernel = trace.task('kswapd0', 40, 1);
    kernel.swap_cache_add({ page: page(HEAD), entry: '0x100' });
    walk(kernel, 'unmap_one', first);
    walk(kernel, 'unmap_one', second, 0);
    wpFault(app, PARENT, PINNED, HEAD + PINNED);
    app.wp_fault_ret({ ret: '0x0' });
    expect(await checked(trace, app)).toEqual({ verdict: 'clean', said: [] });
  });

  it('... nor by migration, which maps back what it had unmapped', async () => {
    const { app, trace } = pinned('two VMAs side by side');
    background(app, MOVED, 0x4000);
    const kernel = trace.task('kcompactd0', 43, 1);
    walk(kernel, 'migrate_one', first);
    walk(kernel, 'migrate_one', second, 0);
    kernel.migrate_in({ page: page(HEAD), mm: PARENT, addr: at(0) });
    for (let i = 0; i < SECOND; i++) {
      const where = { mm: PARENT, addr: at(i) };
      kernel.anon_rmap({ folio: page(HEAD), page: page(HEAD + i), nr: 1, ...where, rflags: '0x1' });
    }
    expect(await checked(trace, app)).toEqual({ verdict: 'clean', said: [] });
  });
});
