import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: the device gets a page that the address does not map
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    38.801315: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
rig-240     [001] .....    38.801345: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x8400000041e12825 flags=0x1a55
rig-240     [001] .....    38.801375: move_anon: (folio_move_anon_rmap+0x0/0x20) page=0xfffffb5501269840 mm=0xffff8d19c142db00
rig-240     [001] .....    38.801405: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
rig-240     [001] .....    38.801435: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801465: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269880
`,
  silent: `\
# synthetic: the page that the address maps
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80001 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: unpin: (unpin_user_page+0x4/0x90) page=0xfffffb5501269840
rig-240     [001] .....    38.801315: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
rig-240     [001] .....    38.801345: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x8400000041e12825 flags=0x1a55
rig-240     [001] .....    38.801375: move_anon: (folio_move_anon_rmap+0x0/0x20) page=0xfffffb5501269840 mm=0xffff8d19c142db00
rig-240     [001] .....    38.801405: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
rig-240     [001] .....    38.801435: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801465: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
`,
};
