import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 5.10: move_pages() moves a page under an O_DIRECT read (FOLL_GET); the kernel sees the extra reference and gives up
        scn-311     [001] ....    39.950607: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 compound=0
        scn-312     [001] ....    39.954417: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff8a19ffe0c880 addr=0x7fe427a62ce8 flags=0x255
        scn-312     [000] ....    39.954972: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fe427a64000 nr=1 flags=0x1 pages=0xffffb5f2006afce8 caller=iov_iter_get_pages+0xd4/0x350
        scn-312     [000] d...    39.955007: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffdb64819783c0 refs=1 flags=0x5 ref=1
        scn-312     [000] d...    39.955020: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffdb64819783c0
        scn-312     [000] d...    39.955036: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
        scn-312     [000] ....    39.955044: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffb5f2006afd28 page=0xffffdb64819783c0 len=512 off=0
        scn-312     [000] ....    39.955058: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffb5f2006afd28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xffffdb64819783c0 l0=512 o0=0
        scn-311     [001] ....    40.106245: unmap_one: (try_to_unmap_one+0x0/0xd20) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 ref=3 map=0
        scn-311     [001] d...    40.106310: unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1
        scn-311     [001] ....    40.106323: migrate_map: (migrate_page_move_mapping+0x0/0x610) new=0xffffdb64800e7180 old=0xffffdb64819783c0 extra=0
        scn-311     [001] d...    40.106328: migrate_map_ret: (migrate_page+0x34/0x70 <- migrate_page_move_mapping) ret=0
        scn-311     [001] ....    40.106337: migrate_in: (remove_migration_pte+0x0/0x340) page=0xffffdb64800e7180 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000
        scn-311     [001] ....    40.106348: anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xffffdb64800e7180 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 rflags=0x0
kworker/0:1-15      [000] d.h.    40.758269: bio_end: (bio_endio+0x0/0x110) bio=0xffffb5f2006afd28 status=0
        scn-312     [000] ....    40.758493: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffb5f2006afd28 dirty=1 bflags=0x280 p0=0xffffdb64819783c0 vcnt=1
`,
  silent: `\
# 5.10: migrate_page_move_mapping() refuses with -EAGAIN, and the old page is mapped again
        scn-311     [001] ....    39.950607: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 compound=0
        scn-312     [001] ....    39.954417: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff8a19ffe0c880 addr=0x7fe427a62ce8 flags=0x255
        scn-312     [000] ....    39.954972: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fe427a64000 nr=1 flags=0x1 pages=0xffffb5f2006afce8 caller=iov_iter_get_pages+0xd4/0x350
        scn-312     [000] d...    39.955007: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffdb64819783c0 refs=1 flags=0x5 ref=1
        scn-312     [000] d...    39.955020: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffdb64819783c0
        scn-312     [000] d...    39.955036: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
        scn-312     [000] ....    39.955044: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffb5f2006afd28 page=0xffffdb64819783c0 len=512 off=0
        scn-312     [000] ....    39.955058: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffb5f2006afd28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xffffdb64819783c0 l0=512 o0=0
        scn-311     [001] ....    40.106245: unmap_one: (try_to_unmap_one+0x0/0xd20) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 ref=3 map=0
        scn-311     [001] d...    40.106310: unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1
        scn-311     [001] ....    40.106323: migrate_map: (migrate_page_move_mapping+0x0/0x610) new=0xffffdb64800e7180 old=0xffffdb64819783c0 extra=0
        scn-311     [001] d...    40.106328: migrate_map_ret: (migrate_page+0x34/0x70 <- migrate_page_move_mapping) ret=-11
        scn-311     [001] ....    40.106337: migrate_in: (remove_migration_pte+0x0/0x340) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000
        scn-311     [001] ....    40.106348: anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xffffdb64819783c0 mm=0xffff8a19ffe0c880 addr=0x7fe427a64000 rflags=0x0
kworker/0:1-15      [000] d.h.    40.758269: bio_end: (bio_endio+0x0/0x110) bio=0xffffb5f2006afd28 status=0
        scn-312     [000] ....    40.758493: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffb5f2006afd28 dirty=1 bflags=0x280 p0=0xffffdb64819783c0 vcnt=1
`,
};
