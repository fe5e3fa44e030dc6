import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: the swap entry is marked exclusive, the page comes back shared, under a read from the disk
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: gup_fast: (get_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x3 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: gup_fast_ret: (take+0x218/0x300 [pinrig] <- get_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: bio_add: (__bio_add_page+0x4/0x60) bio=0xffff8d1980001000 page=0xfffffb5501269840 len=4096 off=0
rig-240     [001] .....    38.801340: bio_submit: (submit_bio+0x4/0x100) bio=0xffff8d1980001000 opf=0x8800 sector=16 size=4096 vcnt=1 p0=0xfffffb5501269840 l0=4096 o0=0
kswapd0-40  [000] .....    38.801370: swap_cache_add: (add_to_swap_cache+0x4/0x200) page=0xfffffb5501269840 entry=0x7
kswapd0-40  [000] .....    38.801400: unmap_one: (try_to_unmap_one+0x4/0x1000) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 ref=3 map=0
kswapd0-40  [000] .....    38.801430: unmap_one_ret: (rmap_walk_anon+0x1a/0x200 <- try_to_unmap_one) ret=1
rig-240     [001] .....    38.801460: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-240     [001] .....    38.801490: anon_rmap: (folio_add_anon_rmap_ptes+0x0/0x1d0) folio=0xfffffb5501269840 page=0xfffffb5501269840 nr=1 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 rflags=0x0
rig-240     [001] .....    38.801520: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
rig-240     [001] .....    38.801550: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff8d1980001000 status=0
rig-240     [001] .....    38.801580: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffff8d1980001000 dirty=0 bflags=0x0 p0=0xfffffb5501269840 vcnt=1
`,
  silent: `\
# synthetic: the same, and the page comes back exclusive
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801190: gup_fast: (get_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x1 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x3 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: gup_fast_ret: (take+0x218/0x300 [pinrig] <- get_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: bio_add: (__bio_add_page+0x4/0x60) bio=0xffff8d1980001000 page=0xfffffb5501269840 len=4096 off=0
rig-240     [001] .....    38.801340: bio_submit: (submit_bio+0x4/0x100) bio=0xffff8d1980001000 opf=0x8800 sector=16 size=4096 vcnt=1 p0=0xfffffb5501269840 l0=4096 o0=0
kswapd0-40  [000] .....    38.801370: swap_cache_add: (add_to_swap_cache+0x4/0x200) page=0xfffffb5501269840 entry=0x7
kswapd0-40  [000] .....    38.801400: unmap_one: (try_to_unmap_one+0x4/0x1000) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 ref=3 map=0
kswapd0-40  [000] .....    38.801430: unmap_one_ret: (rmap_walk_anon+0x1a/0x200 <- try_to_unmap_one) ret=1
rig-240     [001] .....    38.801460: swap_in: (do_swap_page+0x4/0x1000) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 pte=0x7fffffffffb880a flags=0x1254
rig-240     [001] .....    38.801490: anon_rmap: (folio_add_anon_rmap_ptes+0x0/0x1d0) folio=0xfffffb5501269840 page=0xfffffb5501269840 nr=1 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 rflags=0x1
rig-240     [001] .....    38.801520: swap_in_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_swap_page) ret=0x0
rig-240     [001] .....    38.801550: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff8d1980001000 status=0
rig-240     [001] .....    38.801580: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffff8d1980001000 dirty=0 bflags=0x0 p0=0xfffffb5501269840 vcnt=1
`,
};
