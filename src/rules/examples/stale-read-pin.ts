import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: vmsplice takes a page for reading that is shared with a child; the next write copies
scn-312     [001] ....    39.958471: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdc00411d0800 mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 compound=0
scn-312     [001] ....    39.960449: fork_vma: (copy_page_range+0x0/0x1280) dst=0xffffa0d6c8205dc0 src=0xffffa0d6c8207b80 start=0x7f2369bbe000 end=0x7f2369bc2000 vmflags=0x48100073
scn-312     [001] d...    39.960470: fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0
scn-312     [001] ....    39.961724: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f2369bbe000 nr=1 flags=0x0 pages=0xffffaca3c06c7e88 caller=iov_iter_get_pages+0xd4/0x350
scn-312     [001] d...    39.961751: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffdc00411d0800 refs=1 flags=0x4 ref=2
scn-312     [001] d...    39.961756: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffdc00411d0800
scn-312     [001] d...    39.961765: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
scn-312     [001] ....    39.961773: pipe_add: (add_to_pipe+0x0/0xe0) pipe=0xffffa0d6ffd50540 page=0xffffdc00411d0800 off=0 len=64
scn-312     [001] ....    39.962577: wp_fault: (do_wp_page+0x0/0x470) mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 pte=0x8000000047420865 flags=0x255
scn-312     [001] ....    39.962595: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdc00411d0f00 mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 compound=0
scn-312     [001] d...    39.962600: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
scn-312     [001] ....    39.962686: pipe_release: (page_cache_pipe_buf_release+0x0/0x70) pipe=0xffffa0d6ffd50540 page=0xffffdc00411d0800
`,
  silent: `\
# synthetic: the reader is done before the write
scn-312     [001] ....    39.958471: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdc00411d0800 mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 compound=0
scn-312     [001] ....    39.960449: fork_vma: (copy_page_range+0x0/0x1280) dst=0xffffa0d6c8205dc0 src=0xffffa0d6c8207b80 start=0x7f2369bbe000 end=0x7f2369bc2000 vmflags=0x48100073
scn-312     [001] d...    39.960470: fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0
scn-312     [001] ....    39.961724: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f2369bbe000 nr=1 flags=0x0 pages=0xffffaca3c06c7e88 caller=iov_iter_get_pages+0xd4/0x350
scn-312     [001] d...    39.961751: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffdc00411d0800 refs=1 flags=0x4 ref=2
scn-312     [001] d...    39.961756: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffdc00411d0800
scn-312     [001] d...    39.961765: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
scn-312     [001] ....    39.961773: pipe_add: (add_to_pipe+0x0/0xe0) pipe=0xffffa0d6ffd50540 page=0xffffdc00411d0800 off=0 len=64
scn-312     [001] ....    39.962186: pipe_release: (page_cache_pipe_buf_release+0x0/0x70) pipe=0xffffa0d6ffd50540 page=0xffffdc00411d0800
scn-312     [001] ....    39.962577: wp_fault: (do_wp_page+0x0/0x470) mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 pte=0x8000000047420865 flags=0x255
scn-312     [001] ....    39.962595: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdc00411d0f00 mm=0xffffa0d6c8207b80 addr=0x7f2369bbe000 compound=0
scn-312     [001] d...    39.962600: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
`,
};
