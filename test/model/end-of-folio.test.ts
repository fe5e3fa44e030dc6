// Why: how many pages a folio has, the line of its first mapping shows. Later they may be folios of their own, because it was
// split, or because its memory was freed: an event of one of them is about that one alone.
import { describe, expect, it } from 'vitest';
import {
  at,
  background,
  CHILD,
  exit,
  fork,
  PARENT,
  page,
  pin,
  swapOut,
  Trace,
  touch,
  unpin,
  type Writer,
} from './synthetic.ts';

const HEAD = 0x2000;
const TO = 0x4000;
const PINNED = 5;
const LONGTERM = 0x101;

/** Migration maps a page, of a folio of its own, where `from` was. */
function migrated(t: Writer, vpn: number, from: number, to: number): void {
  t.migrate_one({ page: page(from), mm: PARENT, addr: at(vpn), ref: 3 });
  t.migrate_one_ret({ ret: 1 });
  mappedBack(t, vpn, to);
}

function mappedBack(t: Writer, vpn: number, pfn: number): void {
  t.migrate_in({ page: page(pfn), mm: PARENT, addr: at(vpn) });
  t.anon_rmap({ folio: page(pfn), page: page(pfn), nr: 1, mm: PARENT, addr: at(vpn), rflags: '0x1' });
}

function start() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  background(app, 2000);
  const end = async () => {
    unpin(app, HEAD + PINNED);
    exit(app, PARENT, 500);
    const { said, undecided } = await trace.check('6.12');
    return [...said, ...undecided];
  };
  return { trace, app, kswapd, end };
}

describe.each([
  ['order 4', 4],
  ['PMD size', 9],
])('a folio of %s that was split', (_name, order) => {
  const split = () => {
    const made = start();
    touch(made.app, PARENT, 0, HEAD, order);
    made.kswapd.migrate_one({ page: page(HEAD), mm: PARENT, addr: at(0), ref: 2 });
    made.kswapd.migrate_one_ret({ ret: 1 });
    for (let i = 0; i < 2 ** order; i++) mappedBack(made.kswapd, i, HEAD + i);
    return made;
  };

  it('its first page is reclaimed: another one stays where it is pinned', async () => {
    const { app, kswapd, end } = split();
    pin(app, PINNED, HEAD + PINNED, { flags: LONGTERM });
    swapOut(kswapd, 0, HEAD);
    expect(await end()).toEqual([]);
  });

  it('... or migrated', async () => {
    const { app, kswapd, end } = split();
    pin(app, PINNED, HEAD + PINNED, { flags: LONGTERM });
    migrated(kswapd, 0, HEAD, TO);
    expect(await end()).toEqual([]);
  });

  it('... or reclaimed from a child, too, which has another page of it in a pipe', async () => {
    const { trace, app, kswapd, end } = split();
    pin(app, PINNED, HEAD + PINNED, { flags: LONGTERM });
    fork(app, 500);
    const child = trace.task('chi', 501, 1);
    swapOut(kswapd, 0, HEAD);
    kswapd.unmap_one({ page: page(HEAD), mm: CHILD, addr: at(0), ref: 3, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
    child.fault({ mm: CHILD, addr: at(40), flags: '0x1254' });
    pin(child, 4, HEAD + 4, { api: 'gup_fast', flags: 0 });
    exit(child, CHILD, 501);
    expect((await end()).join()).not.toContain('pin-of-unmapped-page');
  });
});

it('a grab shows that the pinned page is a folio of its own', async () => {
  const { app, kswapd, end } = start();
  touch(app, PARENT, 0, HEAD, 4);
  pin(app, PINNED, HEAD + PINNED, { flags: LONGTERM });
  swapOut(kswapd, 0, HEAD);
  expect(await end()).toEqual([]);
});

describe('pages of a freed folio are used again', () => {
  const again = async (maps: (made: ReturnType<typeof start>, vpn: number, pfn: number) => void) => {
    const made = start();
    const { app, kswapd, end } = made;
    touch(app, PARENT, 512, HEAD, 9);
    app.zap({ mm: PARENT, start: at(512), end: at(1024) });
    maps(made, 0, HEAD);
    maps(made, PINNED, HEAD + PINNED);
    // the whole folio, as its line showed it
    app.pin_fast({ start: at(PINNED), nr: 1, flags: '0x101', pages: '0xffff888200000000' });
    app.grab_fast({ page: page(HEAD + PINNED), refs: 1, flags: '0x80101', ref: 1 });
    app.pin_fast_ret({ ret: 1 });
    swapOut(kswapd, 0, HEAD);
    return end();
  };

  it('by migration', async () => {
    const maps = ({ app, kswapd }: ReturnType<typeof start>, vpn: number, pfn: number) => {
      touch(app, PARENT, vpn, pfn + 0x8000);
      migrated(kswapd, vpn, pfn + 0x8000, pfn);
    };
    expect(await again(maps)).toEqual([]);
  });

  it('by swap-ins', async () => {
    const maps = ({ app, kswapd }: ReturnType<typeof start>, vpn: number, pfn: number) => {
      touch(app, PARENT, vpn, pfn + 0x8000);
      swapOut(kswapd, vpn, pfn + 0x8000);
      app.fault({ mm: PARENT, addr: at(vpn), flags: '0x1254' });
      app.swap_in({ mm: PARENT, addr: at(vpn), pte: '0x7fffffffffff00a', flags: '0x1254' });
      app.swap_cache_add({ page: page(pfn), entry: '0x7' });
      app.anon_rmap({ folio: page(pfn), page: page(pfn), nr: 1, mm: PARENT, addr: at(vpn), rflags: '0x1' });
      app.swap_in_ret({ ret: '0x0' });
    };
    expect(await again(maps)).toEqual([]);
  });

  it('by first touches', async () => {
    expect(await again(({ app }, vpn, pfn) => touch(app, PARENT, vpn, pfn))).toEqual([]);
  });
});

it('the copy of a migrated folio has its size', async () => {
  const { app, kswapd, end } = start();
  touch(app, PARENT, 0, TO, 4);
  kswapd.migrate_one({ page: page(TO), mm: PARENT, addr: at(0), ref: 17 });
  kswapd.migrate_one_ret({ ret: 1 });
  kswapd.migrate_in({ page: page(HEAD), mm: PARENT, addr: at(0) });
  kswapd.anon_rmap({ folio: page(HEAD), page: page(HEAD), nr: 16, mm: PARENT, addr: at(0), rflags: '0x1' });
  pin(app, PINNED, HEAD + PINNED, { flags: LONGTERM, head: HEAD });
  swapOut(kswapd, 0, HEAD);
  expect(await end()).toContain('warning pinned-page-unmapped-for-swap');
});
