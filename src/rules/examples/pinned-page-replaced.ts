import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 5.10: the swap-in brings another page than the one that was swapped out and is still held
   scn-157     [001] ....    20.366200: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 compound=0
   scn-158     [001] ....    20.378319: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffffa08d01063300 addr=0x7f02b2790ce8 flags=0x255
   scn-158     [000] ....    20.385025: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f02b2792000 nr=1 flags=0x1 pages=0xffffaecec0557ce8
   scn-158     [000] d...    20.385053: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff334c1fedf40 refs=1 flags=0x5 ref=1
   scn-158     [000] d...    20.385066: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c1fedf40
   scn-158     [000] d...    20.385083: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
   scn-158     [000] ....    20.385090: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffaecec0557d28 page=0xfffff334c1fedf40 len=512 off=0
   scn-158     [000] ....    20.385104: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffaecec0557d28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffff334c1fedf40 l0=512 o0=0
   scn-157     [001] ....    20.539734: swap_cache_add: (add_to_swap_cache+0x0/0x350) page=0xfffff334c1fedf40 entry=0x1
   scn-157     [001] ....    20.539985: unmap_one: (try_to_unmap_one+0x0/0xd20) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 ref=4 map=0
   scn-157     [001] d...    20.540368: unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1
   scn-157     [001] ....    20.546210: swap_in: (do_swap_page+0x0/0x880) mm=0xffffa08d01063300 addr=0x7f02b2792000 pte=0x7fffffffffffc02 flags=0x254
   scn-157     [001] ....    20.546504: anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xfffff334c1fec340 mm=0xffffa08d01063300 addr=0x7f02b2792000 rflags=0x0
   scn-157     [001] d...    20.546698: swap_in_ret: (handle_mm_fault+0xd91/0x1c00 <- do_swap_page) ret=0x0
<idle>-0       [000] d.h.    21.193594: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec0557d28 status=0
   scn-158     [000] ....    21.193779: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec0557d28 dirty=1 bflags=0x280 p0=0xfffff334c1fedf40 vcnt=1
`,
  silent: `\
# synthetic: the swap-in finds the page in the swap cache
   scn-157     [001] ....    20.366200: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 compound=0
   scn-158     [001] ....    20.378319: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffffa08d01063300 addr=0x7f02b2790ce8 flags=0x255
   scn-158     [000] ....    20.385025: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f02b2792000 nr=1 flags=0x1 pages=0xffffaecec0557ce8
   scn-158     [000] d...    20.385053: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff334c1fedf40 refs=1 flags=0x5 ref=1
   scn-158     [000] d...    20.385066: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c1fedf40
   scn-158     [000] d...    20.385083: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
   scn-158     [000] ....    20.385090: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffaecec0557d28 page=0xfffff334c1fedf40 len=512 off=0
   scn-158     [000] ....    20.385104: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffaecec0557d28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffff334c1fedf40 l0=512 o0=0
   scn-157     [001] ....    20.539734: swap_cache_add: (add_to_swap_cache+0x0/0x350) page=0xfffff334c1fedf40 entry=0x1
   scn-157     [001] ....    20.539985: unmap_one: (try_to_unmap_one+0x0/0xd20) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 ref=4 map=0
   scn-157     [001] d...    20.540368: unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1
   scn-157     [001] ....    20.546210: swap_in: (do_swap_page+0x0/0x880) mm=0xffffa08d01063300 addr=0x7f02b2792000 pte=0x7fffffffffffc02 flags=0x254
   scn-157     [001] ....    20.546504: anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xfffff334c1fedf40 mm=0xffffa08d01063300 addr=0x7f02b2792000 rflags=0x0
   scn-157     [001] d...    20.546698: swap_in_ret: (handle_mm_fault+0xd91/0x1c00 <- do_swap_page) ret=0x0
<idle>-0       [000] d.h.    21.193594: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec0557d28 status=0
   scn-158     [000] ....    21.193779: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec0557d28 dirty=1 bflags=0x280 p0=0xfffff334c1fedf40 vcnt=1
`,
};
