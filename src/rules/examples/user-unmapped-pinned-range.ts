import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: MADV_DONTNEED on a buffer that an O_DIRECT read still fills, then a touch
   scn-421     [001] ....    70.764161: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c103bd80 mm=0xffffa08d01063740 addr=0x7fa5be60a000 compound=0
   scn-422     [001] ....    70.771800: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffffa08d01063740 addr=0x7fa5be608ce8 flags=0x255
   scn-422     [000] ....    70.773163: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fa5be60a000 nr=1 flags=0x1 pages=0xffffaecec07c7ce8
   scn-422     [000] d...    70.773191: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff334c103bd80 refs=1 flags=0x5 ref=1
   scn-422     [000] d...    70.773203: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c103bd80
   scn-422     [000] d...    70.773221: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
   scn-422     [000] ....    70.773229: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffaecec07c7d28 page=0xfffff334c103bd80 len=512 off=0
   scn-422     [000] ....    70.773243: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffaecec07c7d28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffff334c103bd80 l0=512 o0=0
   scn-421     [001] ....    70.919642: zap: (unmap_page_range+0x0/0xd60) mm=0xffffa08d01063740 start=0x7fa5be60a000 end=0x7fa5be60e000
   scn-421     [001] ....    70.919920: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1fe9c80 mm=0xffffa08d01063740 addr=0x7fa5be60a000 compound=0
<idle>-0       [000] d.h.    71.595444: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec07c7d28 status=0
   scn-422     [000] ....    71.595598: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec07c7d28 dirty=1 bflags=0x280 p0=0xfffff334c103bd80 vcnt=1
`,
  silent: `\
# synthetic: the read is over before MADV_DONTNEED
   scn-421     [001] ....    70.764161: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c103bd80 mm=0xffffa08d01063740 addr=0x7fa5be60a000 compound=0
   scn-422     [001] ....    70.771800: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffffa08d01063740 addr=0x7fa5be608ce8 flags=0x255
   scn-422     [000] ....    70.773163: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fa5be60a000 nr=1 flags=0x1 pages=0xffffaecec07c7ce8
   scn-422     [000] d...    70.773191: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xfffff334c103bd80 refs=1 flags=0x5 ref=1
   scn-422     [000] d...    70.773203: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xfffff334c103bd80
   scn-422     [000] d...    70.773221: gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=1
   scn-422     [000] ....    70.773229: bio_add: (__bio_try_merge_page+0x0/0x130) bio=0xffffaecec07c7d28 page=0xfffff334c103bd80 len=512 off=0
   scn-422     [000] ....    70.773243: bio_submit: (submit_bio+0x0/0x1b0) bio=0xffffaecec07c7d28 opf=0x0 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffff334c103bd80 l0=512 o0=0
<idle>-0       [000] d.h.    70.895444: bio_end: (bio_endio+0x0/0x110) bio=0xffffaecec07c7d28 status=0
   scn-422     [000] ....    70.895598: bio_release: (bio_release_pages.part.0+0x0/0x100) bio=0xffffaecec07c7d28 dirty=1 bflags=0x280 p0=0xfffff334c103bd80 vcnt=1
   scn-421     [001] ....    70.919642: zap: (unmap_page_range+0x0/0xd60) mm=0xffffa08d01063740 start=0x7fa5be60a000 end=0x7fa5be60e000
   scn-421     [001] ....    70.919920: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff334c1fe9c80 mm=0xffffa08d01063740 addr=0x7fa5be60a000 compound=0
`,
};
