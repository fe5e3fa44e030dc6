import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: an O_DIRECT read ends after its page was copied away: the data never arrive (harm of swapin-cow-under-pin)
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
   scn-157     [001] ....    20.546772: wp_fault: (do_wp_page+0x0/0x470) mm=0xffffa08d01063300 addr=0x7f02b2792000 pte=0x800000007fb7d825 flags=0x255
   scn-157     [001] ....    20.546834: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1feda80 mm=0xffffa08d01063300 addr=0x7f02b2792000 compound=0
   scn-157     [001] d...    20.546850: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
<idle>-0       [000] d.h.    21.193594: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec0557d28 status=0
   scn-158     [000] ....    21.193779: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec0557d28 dirty=1 bflags=0x280 p0=0xfffff334c1fedf40 vcnt=1
`,
  silent: `\
# 6.12: the page stayed (FOLL_PIN), fork copied it for the child: the data arrive
        scn-274     [001] ...1.    25.352726: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108a600 mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d3000 head=0 order=8 rflags=0x1
        scn-275     [001] .....    25.363387: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d1ce8 flags=0x1255
        scn-275     [000] .....    25.367756: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7fa35d6d3000 nr=1 flags=0x1 pages=0xffffd21e40befa48
        scn-275     [000] d....    25.367804: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xfffff997c108a600 refs=1 flags=0x80001 ref=1
        scn-275     [000] d....    25.367822: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xfffff997c108a600
        scn-275     [000] .....    25.367858: pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=1
        scn-275     [000] .....    25.367871: bio_add: (__bio_add_page+0x4/0x50) bio=0xffffd21e40befa88 page=0xfffff997c108a600 len=512 off=0
        scn-275     [000] .....    25.367882: bio_submit: (submit_bio+0x4/0xe0) bio=0xffffd21e40befa88 opf=0x800 bflags=0x1 sector=0 size=512 vcnt=1 p0=0xfffff997c108a600 l0=512 o0=0
        scn-274     [001] .....    25.530250: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff8c7ec0ffbc80 src=0xffff8c7ec0ffc780 start=0x7fa35ced3000 end=0x7fa35d6d7000 vmflags=0x48100073
        scn-274     [001] ...2.    25.530443: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108fdc0 mm=0xffff8c7ec0ffbc80 addr=0x7fa35d6d3000 head=0 order=0 rflags=0x1
        scn-274     [001] .....    25.530520: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
kworker/1:2-70      [001] d.h1.    26.194695: bio_end: (bio_endio+0x4/0x1e0) bio=0xffffd21e40befa88 status=0
        scn-275     [000] .....    26.199777: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffffd21e40befa88 dirty=1 bflags=0x1 p0=0xfffff997c108a600 vcnt=1
        scn-275     [000] .....    26.199813: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xfffff997c108a600 n=1
        scn-275     [000] .....    26.199821: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff997c108a600 refs=1 flags=0x80000
`,
};
