import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: fork while an O_DIRECT read (FOLL_GET) is under way; then the parent writes
   scn-210     [001] ....    30.661720: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffffa08d40344cc0 addr=0x7fdd2c59ece8 flags=0x255
   scn-210     [000] ....    30.665377: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fdd2c5a0000 nr=1 flags=0x1 pages=0xffffaecec05c7ce8
   scn-210     [000] d...    30.665406: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff334c1248780 refs=1 flags=0x5 ref=1
   scn-210     [000] d...    30.665419: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c1248780
   scn-210     [000] d...    30.665436: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
   scn-210     [000] ....    30.665444: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffaecec05c7d28 page=0xfffff334c1248780 len=512 off=0
   scn-210     [000] ....    30.665458: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffaecec05c7d28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffff334c1248780 l0=512 o0=0
   scn-209     [001] ....    30.813461: fork_vma: (copy_page_range+0x0/0x1280) dst=0xffffa08d40344880 src=0xffffa08d40344cc0 start=0x7fdd2c5a0000 end=0x7fdd2c5a4000 vmflags=0x48100073
   scn-209     [001] d...    30.813463: fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0
   scn-209     [001] ....    30.819558: wp_fault: (do_wp_page+0x0/0x470) mm=0xffffa08d40344cc0 addr=0x7fdd2c5a0000 pte=0x800000004921e865 flags=0x255
   scn-209     [001] ....    30.819571: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c11fac00 mm=0xffffa08d40344cc0 addr=0x7fdd2c5a0000 compound=0
   scn-209     [001] d...    30.819574: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
<idle>-0       [000] d.h.    31.497738: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec05c7d28 status=0
   scn-210     [000] ....    31.497925: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec05c7d28 dirty=1 bflags=0x280 p0=0xfffff334c1248780 vcnt=1
`,
  silent: `\
# 6.12: O_DIRECT takes FOLL_PIN, so fork copies the page early, for the child
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
