import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: a driver asks for two pages, gets one, and does not ask for the other
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=2 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    39.201130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6857000 flags=0x1255
`,
  silent: `\
# synthetic: it goes on from where the call stopped
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=2 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6853000 flags=0x1255
rig-240     [001] .....    38.801340: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269880 mm=0xffff8d19c142db00 addr=0x7f1ea6853000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801370: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6853000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801400: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269880 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801430: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269880
rig-240     [001] .....    38.801460: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    39.201460: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501269840 p1=0x0 p2=0x0 p3=0x0
rig-240     [001] .....    39.201465: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
rig-240     [001] .....    39.201495: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501269880 p1=0x0 p2=0x0 p3=0x0
rig-240     [001] .....    39.201500: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269880 refs=1 flags=0x80000
`,
};
