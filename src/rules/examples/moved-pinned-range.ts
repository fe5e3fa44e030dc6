import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 7.2: mremap of a registered io_uring buffer
scn-372     [001] ...1.    37.403090: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffff0f9c10dad80 mm=0xffff8a03c1078e00 addr=0x7f1732afd000 head=0 order=0 rflags=0x1
scn-372     [001] .....    37.405991: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1732afd000 nr=1 flags=0x101 pages=0xffff8a04000a8708
scn-372     [001] d....    37.406083: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffff0f9c10dad80 refs=1 flags=0x80101 ref=1
scn-372     [001] d....    37.406092: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffff0f9c10dad80
scn-372     [001] .....    37.406134: pin_fast_ret: (io_pin_pages+0x9a/0x150 <- pin_user_pages_fast) ret=1
scn-372     [001] .....    37.439323: mremap: (move_page_tables+0x4/0x1130) mm=0xffff8a03c1078e00 old=0x7f1732afd000 new=0x7f1732a00000 len=0x4000
scn-372     [001] .....    37.474570: unpin_folio: (unpin_user_folio+0x4/0x80) page=0xfffff0f9c10dad80 n=1
`,
  silent: `\
# synthetic: the buffer is unregistered first
scn-372     [001] ...1.    37.403090: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffff0f9c10dad80 mm=0xffff8a03c1078e00 addr=0x7f1732afd000 head=0 order=0 rflags=0x1
scn-372     [001] .....    37.405991: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1732afd000 nr=1 flags=0x101 pages=0xffff8a04000a8708
scn-372     [001] d....    37.406083: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffff0f9c10dad80 refs=1 flags=0x80101 ref=1
scn-372     [001] d....    37.406092: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffff0f9c10dad80
scn-372     [001] .....    37.406134: pin_fast_ret: (io_pin_pages+0x9a/0x150 <- pin_user_pages_fast) ret=1
scn-372     [001] .....    37.434570: unpin_folio: (unpin_user_folio+0x4/0x80) page=0xfffff0f9c10dad80 n=1
scn-372     [001] .....    37.439323: mremap: (move_page_tables+0x4/0x1130) mm=0xffff8a03c1078e00 old=0x7f1732afd000 new=0x7f1732a00000 len=0x4000
`,
};
