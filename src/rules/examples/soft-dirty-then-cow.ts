import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: clear_refs while a pipe holds the page (vmsplice, FOLL_GET); the next write copies
scn-294     [001] ....    32.492149: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff992140311dc0 addr=0x7fda378a3000 flags=0x255
scn-294     [001] ....    32.492565: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fda378a4000 nr=1 flags=0x0 pages=0xffffa5c4c0667e88 caller=iov_iter_get_pages+0xd4/0x350
scn-294     [001] d...    32.492599: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff94441fe8780 refs=1 flags=0x4 ref=1
scn-294     [001] d...    32.492612: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff94441fe8780
scn-294     [001] d...    32.492629: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
scn-294     [001] ....    32.492637: pipe_add: (add_to_pipe+0x0/0xe0) pipe=0xffff99217feb2f00 page=0xfffff94441fe8780 off=0 len=64
scn-294     [001] ....    32.495872: softdirty: (clear_refs_pte_range+0x0/0x550) mm=0xffff992140311dc0 start=0x7fda378a4000 end=0x7fda378a8000
scn-294     [001] ....    32.496317: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff992140311dc0 addr=0x7fda378a4000 pte=0x800000007fa1e065 flags=0x255
scn-294     [001] ....    32.496385: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff94441028900 mm=0xffff992140311dc0 addr=0x7fda378a4000 compound=0
scn-294     [001] d...    32.496406: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
scn-294     [001] ....    32.496626: pipe_release: (page_cache_pipe_buf_release+0x0/0x70) pipe=0xffff99217feb2f00 page=0xfffff94441fe8780
`,
  silent: `\
# 6.1: FOLL_PIN; clear_refs leaves pinned pages writable (v5.11), so there is no write fault
scn-377     [001] ...1.    41.560009: new_anon: (page_add_new_anon_rmap+0x0/0x120) page=0xfffff706810de640 mm=0xffff8ed3fe954d80 addr=0x7f36f366d000 head=0 order=136
scn-377     [001] .....    41.561456: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f36f366d000 nr=1 flags=0x1 pages=0xffff8ed3c0afa190 caller=pl_ioctl+0x1d2/0x2d0 [pinlab]
scn-377     [001] d....    41.561491: grab_fast: (try_grab_folio+0x0/0x370) page=0xfffff706810de640 refs=1 flags=0x40001 ref=1
scn-377     [001] d....    41.561503: grab_fast_ret: (internal_get_user_pages_fast+0x637/0x13e0 <- try_grab_folio) head=0xfffff706810de640
scn-377     [001] .....    41.561520: pin_fast_ret: (pl_ioctl+0x1d2/0x2d0 [pinlab] <- pin_user_pages_fast) ret=1
scn-377     [001] .....    41.562972: softdirty: (clear_refs_pte_range+0x0/0x530) mm=0xffff8ed3fe954d80 start=0x7f36f366d000 end=0x7f36f3671000
scn-377     [001] .....    41.563726: unpin_dirty: (unpin_user_pages_dirty_lock+0x0/0x170) n=1 dirty=1 p0=0xfffff706810de640 p1=0x1 p2=0x61746d79736b5f5f p3=0x62
scn-377     [001] .....    41.563738: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff706810de640 refs=1 flags=0x40000
`,
};
