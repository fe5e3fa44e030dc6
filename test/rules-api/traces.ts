// The trace that the tests of rules share: a task faults, pins a page FOLL_LONGTERM, forks.
const FAULT =
  'scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255';
const PIN = [
  'scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348',
  'scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1',
  'scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1',
];
const UNPIN = [
  'scn-196 [001] ..... 8.080614: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010cc040 n=1',
  'scn-196 [001] ..... 8.080622: put_folio: (gup_put_folio+0x0/0xa0) page=0xffffef6b010cc040 refs=1 flags=0x80000',
];
const FORK =
  'scn-196 [001] ..... 8.090012: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff88e4413fee00 src=0xffff88e44106c200 start=0x7f08d439b000 end=0x7f08d439c000 vmflags=0x8100073';

export const lines = { FAULT, PIN, UNPIN, FORK };
/** Line 5 is the fork. */
export const pinThenFork = [FAULT, ...PIN, FORK].join('\n');
export const releasedThenFork = [FAULT, ...PIN, ...UNPIN, FORK].join('\n');
export const pinOnly = [FAULT, ...PIN].join('\n');
