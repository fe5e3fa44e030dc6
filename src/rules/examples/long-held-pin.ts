import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: a driver keeps a page for nine seconds without FOLL_LONGTERM
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    47.801280: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    47.801285: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
`,
  silent: `\
# synthetic: the same with FOLL_LONGTERM
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80101 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    47.801280: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    47.801285: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
`,
};
