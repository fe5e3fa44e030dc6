import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: a long-term write pin (0x100) of a file that tracks dirty pages is refused with -EFAULT
scn-457     [001] .....    39.492543: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106cd00 addr=0x7f7b25610000 flags=0x1255
scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
scn-457     [001] ...1.    39.497665: gup_lockless: (gup_fast_fallback+0x0/0xe00) start=0x7f7b25610000 nr=1 flags=0x80101 pages=0xffff88e4bfdc0348
scn-457     [001] .....    39.497699: gup_slow: (__get_user_pages+0x4/0x1580) mm=0xffff88e44106cd00 start=0x7f7b25610000 nr=1 flags=0x290101 pages=0xffff88e4bfdc0348
scn-457     [001] .....    39.497720: gup_slow_ret: (__gup_longterm_locked+0xd9/0xbb0 <- __get_user_pages) ret=-14
scn-457     [001] .....    39.497739: gup_lockless_ret: ([unknown/kretprobe'd] <- gup_fast_fallback) ret=-14
scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=-14
`,
  silent: `\
# synthetic: the same for a moment only: without FOLL_LONGTERM the file does not mind
scn-457     [001] .....    39.492543: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106cd00 addr=0x7f7b25610000 flags=0x1255
scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x1 pages=0xffff88e4bfdc0348
scn-457     [001] ...1.    39.497665: gup_lockless: (gup_fast_fallback+0x0/0xe00) start=0x7f7b25610000 nr=1 flags=0x80001 pages=0xffff88e4bfdc0348
scn-457     [001] d....    39.497699: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b01049000 refs=1 flags=0x80001 ref=1
scn-457     [001] d....    39.497709: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b01049000
scn-457     [001] .....    39.497739: gup_lockless_ret: ([unknown/kretprobe'd] <- gup_fast_fallback) ret=1
scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
scn-457     [001] .....    40.788940: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b01049000 n=1
`,
};
