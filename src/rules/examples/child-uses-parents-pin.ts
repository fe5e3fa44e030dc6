import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: a child submits I/O through the io_uring ring of its parent
   scn-222     [001] ...1.    10.225192: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b010d6bc0 mm=0xffff88e44106b180 addr=0x7fa88634e000 head=0 order=8 rflags=0x1
   scn-222     [001] .....    10.227771: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7fa88634e000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
   scn-222     [001] d....    10.227820: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010d6bc0 refs=1 flags=0x80101 ref=1
   scn-222     [001] d....    10.227830: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b010d6bc0
   scn-222     [001] .....    10.227857: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
   scn-222     [001] .....    10.261418: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff88e482658000 src=0xffff88e44106b180 start=0x7fa88634e000 end=0x7fa886352000 vmflags=0x48100073
   scn-222     [001] ...2.    10.261524: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b010d5bc0 mm=0xffff88e482658000 addr=0x7fa88634e000 head=0 order=0 rflags=0x1
   scn-222     [001] .....    10.261582: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
   scn-222     [001] .....    10.261869: sched_process_fork: comm=scn pid=222 child_comm=scn child_pid=223
   scn-223     [000] .....    10.270110: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e482658000 addr=0x7fa88634e000 flags=0x1254
   scn-223     [000] .....    10.270310: bio_submit: (submit_bio+0x4/0xe0) bio=0xffff88e4c1a2e300 opf=0x800 bflags=0x1 sector=0 size=512 vcnt=1 p0=0xffffef6b010d6bc0 l0=512 o0=0
<idle>-0       [000] d.h1.    10.290220: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff88e4c1a2e300 status=0
   scn-222     [001] .....    10.298677: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010d6bc0 n=1
`,
  silent: `\
# synthetic: the same I/O, submitted by the parent
   scn-222     [001] ...1.    10.225192: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b010d6bc0 mm=0xffff88e44106b180 addr=0x7fa88634e000 head=0 order=8 rflags=0x1
   scn-222     [001] .....    10.227771: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7fa88634e000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
   scn-222     [001] d....    10.227820: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010d6bc0 refs=1 flags=0x80101 ref=1
   scn-222     [001] d....    10.227830: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b010d6bc0
   scn-222     [001] .....    10.227857: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
   scn-222     [001] .....    10.261418: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff88e482658000 src=0xffff88e44106b180 start=0x7fa88634e000 end=0x7fa886352000 vmflags=0x48100073
   scn-222     [001] ...2.    10.261524: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b010d5bc0 mm=0xffff88e482658000 addr=0x7fa88634e000 head=0 order=0 rflags=0x1
   scn-222     [001] .....    10.261582: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
   scn-222     [001] .....    10.261869: sched_process_fork: comm=scn pid=222 child_comm=scn child_pid=223
   scn-223     [000] .....    10.270110: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e482658000 addr=0x7fa88634e000 flags=0x1254
   scn-222     [001] .....    10.270310: bio_submit: (submit_bio+0x4/0xe0) bio=0xffff88e4c1a2e300 opf=0x800 bflags=0x1 sector=0 size=512 vcnt=1 p0=0xffffef6b010d6bc0 l0=512 o0=0
<idle>-0       [000] d.h1.    10.290220: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff88e4c1a2e300 status=0
   scn-222     [001] .....    10.298677: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010d6bc0 n=1
`,
};
