// Why: several pages of one large folio are pinned by one call, and some of them are given back. The lines name these
// pages, and they are over: only io_uring keeps using a folio by one reference. Where a line names the folio and not the
// page, or nothing shows who took it, none of its pages is held for certain.
import { describe, expect, it } from 'vitest';
import { at, exit, PARENT, page, Trace, touch, type Writer, wpFault } from './synthetic.ts';

const HEAD = 0x2000;
const RDMA = 'ib_umem_get+0x1a0/0x3c0';
/** Its name is not recorded (kptr_restrict, no symbols). */
const NOBODY = '0xffffffff8123abcd';
const IO_URING = 'io_pin_pages+0x90/0x150';
/** The first page of it that is given back; the eight pages from there on are. */
const FIRST = 8;

const array = (first: number) =>
  Object.fromEntries([0, 1, 2, 3].map((i) => [`p${i}`, page(HEAD + first + i)] as const));

const GIVE_BACK: Record<string, (t: Writer) => void> = {
  unpin_user_page: (t) => {
    for (let i = 0; i < 8; i++) t.unpin({ page: page(HEAD + FIRST + i) });
  },
  'unpin_user_page, put': (t) => {
    for (let i = 0; i < 8; i++) {
      t.unpin({ page: page(HEAD + FIRST + i) });
      t.put_folio({ page: page(HEAD), refs: 1, flags: '0x80000' });
    }
  },
  unpin_user_page_range_dirty_lock: (t) => t.unpin_range({ page: page(HEAD + FIRST), n: 8, dirty: 1 }),
  'range, put': (t) => {
    t.unpin_range({ page: page(HEAD + FIRST), n: 8, dirty: 1 });
    t.put_folio({ page: page(HEAD), refs: 8, flags: '0x80000' });
  },
  unpin_user_pages_dirty_lock: (t) => t.unpin_dirty({ n: 8, dirty: 1, ...array(FIRST) }),
  unpin_user_pages: (t) => t.unpin_pages({ n: 8, ...array(FIRST) }),
  'unpin_user_pages, put': (t) => {
    t.unpin_pages({ n: 8, ...array(FIRST) });
    t.put_folio({ page: page(HEAD), refs: 8, flags: '0x80000' });
  },
  unpin_user_folio: (t) => t.unpin_folio({ page: page(HEAD), n: 8 }),
  gup_put_folio: (t) => t.put_folio({ page: page(HEAD), refs: 8, flags: '0x80000' }),
};
const BY_FOLIO = ['unpin_user_folio', 'gup_put_folio'];
const BY_ARRAY = ['unpin_user_pages', 'unpin_user_pages, put'];
const BY_PAGE = Object.keys(GIVE_BACK).filter((way) => !BY_FOLIO.includes(way) && !BY_ARRAY.includes(way));

/** One call pins 16 pages of a folio, eight are given back, and one of the 16 is copied. */
function copied(way: string, vpn: number, caller: string) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, HEAD, 4);
  app.pin_fast({
    start: at(0),
    nr: 16,
    flags: '0x101',
    pages: '0xffff888200000000',
    caller,
  });
  app.grab_fast({ page: page(HEAD), refs: 16, flags: '0x80101', ref: 1 });
  app.grab_fast_ret({ head: page(HEAD) });
  app.pin_fast_ret({ ret: 16 });
  GIVE_BACK[way](app);
  app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
  app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
  wpFault(app, PARENT, vpn, HEAD + vpn);
  app.new_anon({ page: page(0x3000), mm: PARENT, addr: at(vpn), head: 0, order: 0, rflags: '0x1' });
  app.wp_fault_ret({ ret: '0x0' });
  app.unpin_range({ page: page(HEAD), n: 8, dirty: 1 });
  exit(app, PARENT, 500);
  return trace.check('6.12');
}

const drifts = (findings: readonly { severity: string; confidence: string }[]) =>
  findings.filter(({ severity }) => severity !== 'note').map(({ confidence }) => confidence);

describe('half of a folio is released, page by page', () => {
  it.each([...BY_PAGE, ...BY_ARRAY])('%s: a page of that half is not pinned', async (way) => {
    expect(await copied(way, FIRST + 5, RDMA)).toMatchObject({ verdict: 'clean', said: [] });
  });

  it.each([...BY_PAGE, ...BY_ARRAY])('%s: a page of the other half is', async (way) => {
    expect(drifts((await copied(way, 5, RDMA)).findings)).toEqual(['certain']);
  });

  it.each(BY_PAGE)('%s: no matter who took it', async (way) => {
    for (const caller of [IO_URING, NOBODY])
      expect(drifts((await copied(way, FIRST + 5, caller)).findings)).toEqual([]);
  });

  it.each(BY_ARRAY)('%s: io_uring keeps using it', async (way) => {
    expect(drifts((await copied(way, FIRST + 5, IO_URING)).findings)).toEqual(['certain']);
  });

  it.each(BY_ARRAY)('%s: where nothing shows who took it, that is not known', async (way) => {
    const { verdict, findings } = await copied(way, FIRST + 5, NOBODY);
    expect(verdict).toBe('could-not-be-checked');
    expect(drifts(findings)).toEqual([]);
  });
});

describe('half of a folio is released, by its folio', () => {
  it.each(BY_FOLIO)('%s: none of its pages is held for certain', async (way) => {
    for (const vpn of [5, FIRST + 5]) {
      const { verdict, findings } = await copied(way, vpn, RDMA);
      expect(verdict).toBe('could-not-be-checked');
      expect(drifts(findings)).toEqual([]);
    }
  });

  it.each(BY_FOLIO)('%s: io_uring keeps using all of it', async (way) => {
    for (const vpn of [5, FIRST + 5]) expect(drifts((await copied(way, vpn, IO_URING)).findings)).toEqual(['certain']);
  });
});
