import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 6.12: fork copies a page early; the recording began after the pin was taken
        scn-274     [001] .....    25.530250: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff8c7ec0ffbc80 src=0xffff8c7ec0ffc780 start=0x7fa35ced3000 end=0x7fa35d6d7000 vmflags=0x48100073
        scn-274     [001] ...2.    25.530443: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108fdc0 mm=0xffff8c7ec0ffbc80 addr=0x7fa35d6d3000 head=0 order=0 rflags=0x1
        scn-274     [001] .....    25.530520: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
        scn-274     [001] .....    25.546337: gup_fast: (get_user_pages_fast+0x4/0x50) start=0x7fa35d6d2000 nr=1 flags=0x1 pages=0xffffd21e40bcfa38
        scn-274     [001] ...1.    25.546359: gup_lockless: (gup_fast_fallback+0x0/0xe00) start=0x7fa35d6d2000 nr=1 flags=0x3 pages=0xffffd21e40bcfa38
        scn-274     [001] d....    25.546393: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xfffff997c108fc00 refs=1 flags=0x3 ref=1
        scn-274     [001] d....    25.546403: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xfffff997c108fc00
        scn-274     [001] .....    25.546435: gup_lockless_ret: ([unknown/kretprobe'd] <- gup_fast_fallback) ret=1
        scn-274     [001] .....    25.546437: gup_fast_ret: (get_futex_key+0xaa/0x2d0 <- get_user_pages_fast) ret=1
kworker/1:2-70      [001] d.h1.    26.194695: bio_end: (bio_endio+0x4/0x1e0) bio=0xffffd21e40befa88 status=0
        scn-275     [000] .....    26.199777: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffffd21e40befa88 dirty=1 bflags=0x1 p0=0xfffff997c108a600 vcnt=1
        scn-275     [000] .....    26.199813: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xfffff997c108a600 n=1
        scn-275     [000] .....    26.199821: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff997c108a600 refs=1 flags=0x80000
`,
  silent: `\
# 6.12: the recording shows the pin
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
