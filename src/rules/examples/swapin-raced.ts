import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.1: two threads fault on one swap entry that skips the swap cache, and each maps a page of its own
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    38.801315: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
kswapd0-40  [000] .....    38.801345: swap_cache_add: (add_to_swap_cache+0x4/0x200) page=0xfffffb5501269840 entry=0x7
kswapd0-40  [000] .....    38.801375: unmap_one: (try_to_unmap_one+0x4/0x1000) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 ref=3 map=0
kswapd0-40  [000] .....    38.801405: unmap_one_ret: (rmap_walk_anon+0x1a/0x200 <- try_to_unmap_one) ret=1
rig-240     [001] .....    38.801435: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-241     [000] .....    38.801465: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-240     [001] .....    38.801495: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269880 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801525: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
rig-241     [000] .....    38.801555: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb55012698c0 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-241     [000] .....    38.801585: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
`,
  silent: `\
# synthetic: the second thread finds the entry changed and gives its page up
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    38.801315: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
kswapd0-40  [000] .....    38.801345: swap_cache_add: (add_to_swap_cache+0x4/0x200) page=0xfffffb5501269840 entry=0x7
kswapd0-40  [000] .....    38.801375: unmap_one: (try_to_unmap_one+0x4/0x1000) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 ref=3 map=0
kswapd0-40  [000] .....    38.801405: unmap_one_ret: (rmap_walk_anon+0x1a/0x200 <- try_to_unmap_one) ret=1
rig-240     [001] .....    38.801435: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-241     [000] .....    38.801465: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-240     [001] .....    38.801495: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269880 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801525: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
rig-241     [000] .....    38.801555: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
`,
};
