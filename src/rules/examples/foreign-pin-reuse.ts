import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: a child keeps a huge page in a pipe (vmsplice), unmaps it, and the parent writes to it
scn-338     [001] ....    44.399846: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffdc00410c0000 mm=0xffffa0d681062640 addr=0x7f17bbe00000 compound=1
scn-338     [001] ....    44.422550: fork_vma: (copy_page_range+0x0/0x1280) dst=0xffffa0d6c8207740 src=0xffffa0d681062640 start=0x7f17bbe00000 end=0x7f17bc000000 vmflags=0x28100073
scn-338     [001] d...    44.422729: fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0
scn-338     [001] ....    44.423022: sched_process_fork: comm=scn pid=338 child_comm=scn child_pid=339
scn-339     [001] ....    44.423865: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7f17bbe00000 nr=1 flags=0x0 pages=0xffffaca3c0717e88 caller=iov_iter_get_pages+0xd4/0x350
scn-339     [001] d...    44.423895: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffdc00410c0000 refs=1 flags=0x4 ref=2
scn-339     [001] d...    44.423899: grab_fast_ret: (internal_get_user_pages_fast+0xb03/0xde0 <- try_grab_compound_head) head=0xffffdc00410c0000
scn-339     [001] d...    44.423908: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
scn-339     [001] ....    44.423915: pipe_add: (add_to_pipe+0x0/0xe0) pipe=0xffffa0d682a0e3c0 page=0xffffdc00410c0000 off=0 len=64
scn-339     [001] ....    44.424522: zap: (unmap_page_range+0x0/0xd60) mm=0xffffa0d6c8207740 start=0x7f17bbe00000 end=0x7f17bc000000
scn-338     [001] ....    44.424864: wp_pmd: (do_huge_pmd_wp_page+0x0/0x390) mm=0xffffa0d681062640 addr=0x7f17bbe00000 pmd=0x80000000430008e5 flags=0x255
scn-338     [001] d...    44.425063: wp_pmd_ret: (handle_mm_fault+0xdb1/0x1c00 <- do_huge_pmd_wp_page) ret=0x8
scn-339     [001] ....    44.425615: pipe_release: (page_cache_pipe_buf_release+0x0/0x70) pipe=0xffffa0d682a0e3c0 page=0xffffdc00410c0000
`,
  silent: `\
# 6.12: the same with a small page; the write fault finds it not exclusive and copies
scn-197     [001] ...1.    15.931434: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff4e941d40100 mm=0xffff8d1a8110b700 addr=0x7f2da50d4000 head=0 order=0 rflags=0x1
scn-197     [001] .....    15.934108: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff8d1a81108b00 src=0xffff8d1a8110b700 start=0x7f2da50d4000 end=0x7f2da50d8000 vmflags=0x48100073
scn-197     [001] .....    15.934127: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
scn-197     [001] .....    15.934298: sched_process_fork: comm=scn pid=197 child_comm=scn child_pid=198
scn-198     [001] .....    15.935332: gup_fast: (get_user_pages_fast+0x4/0x50) start=0x7f2da50d4000 nr=1 flags=0x0 pages=0xffffcf4b40b8fc78 caller=__iov_iter_get_pages_alloc+0x298/0x830
scn-198     [001] d....    15.935822: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xfffff4e941d40100 refs=1 flags=0x2 ref=2
scn-198     [001] d....    15.935837: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xfffff4e941d40100
scn-198     [001] .....    15.936110: gup_fast_ret: (__iov_iter_get_pages_alloc+0x298/0x830 <- get_user_pages_fast) ret=1
scn-198     [001] .....    15.937631: zap: (unmap_page_range+0x4/0x1420) mm=0xffff8d1a81108b00 start=0x7f2da50d4000 end=0x7f2da50d8000
scn-197     [001] ...1.    15.937949: wp_fault: (do_wp_page+0x0/0xcd0) mm=0xffff8d1a8110b700 addr=0x7f2da50d4000 pte=0x8400000075004825 flags=0x1a55
scn-197     [001] ...1.    15.937982: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff4e941d42400 mm=0xffff8d1a8110b700 addr=0x7f2da50d4000 head=0 order=0 rflags=0x1
scn-197     [001] .....    15.937993: wp_fault_ret: (__handle_mm_fault+0xaa7/0xf70 <- do_wp_page) ret=0x0
scn-198     [001] .....    15.938650: pipe_release: (page_cache_pipe_buf_release+0x4/0xa0) pipe=0xffff8d1a802029c0 page=0xfffff4e941d40100
`,
};
