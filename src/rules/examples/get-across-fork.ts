import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 6.1: fork while an O_DIRECT read (FOLL_GET) is under way
   scn-275     [001] ...1.    36.999660: new_anon: (page_add_new_anon_rmap+0x0/0x120) page=0xfffffb65010e7b40 mm=0xffff8a72c08a4480 addr=0x7f3504494000 head=0 order=136
   scn-276     [001] .....    37.009848: fault: (handle_mm_fault+0x0/0x2d0) mm=0xffff8a72c08a4480 addr=0x7f3504492ce8 flags=0x255
   scn-276     [000] .....    37.010752: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f3504494000 nr=1 flags=0x1 pages=0xffffcba800c3f9d8
   scn-276     [000] d....    37.010782: grab_fast: (try_grab_folio+0x0/0x370) page=0xfffffb65010e7b40 refs=1 flags=0x5 ref=1
   scn-276     [000] d....    37.010794: grab_fast_ret: (internal_get_user_pages_fast+0x637/0x13e0 <- try_grab_folio) head=0xfffffb65010e7b40
   scn-276     [000] .....    37.010813: gup_fast_ret: (__iov_iter_get_pages_alloc+0xe9/0x7a0 <- get_user_pages_fast) ret=1
   scn-276     [000] .....    37.010823: bio_add: (__bio_try_merge_page+0x0/0x140) bio=0xffffcba800c3fa18 page=0xfffffb65010e7b40 len=512 off=0
   scn-276     [000] .....    37.010836: bio_submit: (submit_bio+0x0/0xa0) bio=0xffffcba800c3fa18 opf=0x800 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffffb65010e7b40 l0=512 o0=0
   scn-275     [001] .....    37.166143: fork_vma: (copy_page_range+0x0/0x1400) dst=0xffff8a72c08a4000 src=0xffff8a72c08a4480 start=0x7f3504494000 end=0x7f3504498000 vmflags=0x48100073
   scn-275     [001] .....    37.166147: fork_vma_ret: (dup_mmap+0x438/0x610 <- copy_page_range) ret=0
<idle>-0       [000] d.h2.    37.834255: bio_end: (bio_endio+0x0/0x150) bio=0xffffcba800c3fa18 status=0
   scn-276     [000] .....    37.834462: bio_release: (__bio_release_pages+0x0/0x2c0) bio=0xffffcba800c3fa18 dirty=1 bflags=0x100 p0=0xfffffb65010e7b40 vcnt=1
`,
  silent: `\
# 6.12: O_DIRECT takes FOLL_PIN (v6.5); fork sees it and copies early
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
