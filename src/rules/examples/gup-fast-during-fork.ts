import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: a lockless FOLL_PIN grab sticks while another CPU is in copy_page_range()
scn-274     [001] ...1.    25.352726: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108a600 mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d3000 head=0 order=8 rflags=0x1
scn-275     [001] .....    25.363387: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d1ce8 flags=0x1255
scn-274     [001] .....    25.367700: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff8c7ec0ffbc80 src=0xffff8c7ec0ffc780 start=0x7fa35ced3000 end=0x7fa35d6d7000 vmflags=0x48100073
scn-275     [000] .....    25.367756: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7fa35d6d3000 nr=1 flags=0x1 pages=0xffffd21e40befa48
scn-275     [000] d....    25.367804: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xfffff997c108a600 refs=1 flags=0x80001 ref=1
scn-275     [000] d....    25.367822: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xfffff997c108a600
scn-275     [000] .....    25.367858: pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=1
scn-274     [001] .....    25.367990: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
scn-275     [000] .....    26.199777: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffffd21e40befa88 dirty=1 bflags=0x1 p0=0xfffff997c108a600 vcnt=1
scn-275     [000] .....    26.199813: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xfffff997c108a600 n=1
scn-275     [000] .....    26.199821: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff997c108a600 refs=1 flags=0x80000
`,
  silent: `\
# synthetic: the same; write_protect_seq tells, the grab is undone and repeated on the slow path
scn-274     [001] ...1.    25.352726: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108a600 mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d3000 head=0 order=8 rflags=0x1
scn-275     [001] .....    25.363387: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d1ce8 flags=0x1255
scn-274     [001] .....    25.367700: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff8c7ec0ffbc80 src=0xffff8c7ec0ffc780 start=0x7fa35ced3000 end=0x7fa35d6d7000 vmflags=0x48100073
scn-275     [000] .....    25.367756: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7fa35d6d3000 nr=1 flags=0x1 pages=0xffffd21e40befa48
scn-275     [000] ...1.    25.367773: gup_lockless: (gup_fast_fallback+0x0/0xe00) start=0x7fa35d6d3000 nr=1 flags=0x80001 pages=0xffffd21e40befa48
scn-275     [000] d....    25.367804: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xfffff997c108a600 refs=1 flags=0x80001 ref=1
scn-275     [000] d....    25.367822: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xfffff997c108a600
scn-275     [000] d....    25.367830: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff997c108a600 refs=1 flags=0x80001
scn-274     [001] ...2.    25.367900: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c108fdc0 mm=0xffff8c7ec0ffbc80 addr=0x7fa35d6d3000 head=0 order=0 rflags=0x1
scn-274     [001] .....    25.367990: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
scn-275     [000] .....    25.368010: gup_slow: (__get_user_pages+0x4/0x1580) mm=0xffff8c7ec0ffc780 start=0x7fa35d6d3000 nr=1 flags=0x290001 pages=0xffffd21e40befa48
scn-275     [000] .....    25.368020: follow_pte: (follow_page_pte+0x4/0x5d0) mm=0xffff8c7ec0ffc780 addr=0x7fa35d6d3000 flags=0x290001
scn-275     [000] ...1.    25.368030: grab_slow: (try_grab_folio+0x4/0x90) page=0xfffff997c108a600 refs=1 flags=0x290001 ref=1
scn-275     [000] .....    25.368040: follow_pte_ret: (__get_user_pages+0x448/0x1580 <- follow_page_pte) page=0xfffff997c108a600
scn-275     [000] .....    25.368050: gup_slow_ret: (__gup_longterm_locked+0xd9/0xbb0 <- __get_user_pages) ret=1
scn-275     [000] .....    25.368060: gup_lockless_ret: ([unknown/kretprobe'd] <- gup_fast_fallback) ret=1
scn-275     [000] .....    25.368070: pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=1
scn-275     [000] .....    26.199777: bio_release: (__bio_release_pages+0x4/0x280) bio=0xffffd21e40befa88 dirty=1 bflags=0x1 p0=0xfffff997c108a600 vcnt=1
scn-275     [000] .....    26.199813: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xfffff997c108a600 n=1
scn-275     [000] .....    26.199821: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff997c108a600 refs=1 flags=0x80000
`,
};
