import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: userfaultfd write-protects a registered io_uring buffer (FOLL_PIN); the next write copies
scn-236     [001] ....    19.315482: pin: (pin_user_pages+0x0/0x40) start=0x7fcde215a000 nr=1 flags=0x10001 pages=0xffff9faf40377688
scn-236     [001] ....    19.315493: gup_slow: (__get_user_pages+0x0/0x740) mm=0xffff9faf01063b80 start=0x7fcde215a000 nr=1 flags=0x50001 pages=0xffff9faf40377688
scn-236     [001] ....    19.315515: grab_slow: (try_grab_page+0x0/0x110) page=0xfffff18a81047e40 flags=0x50201 ref=1
scn-236     [001] d...    19.315545: gup_slow_ret: (__gup_longterm_locked+0x65/0x210 <- __get_user_pages) ret=1
scn-236     [001] d...    19.315549: pin_ret: (io_sqe_buffer_register+0x121/0x530 <- pin_user_pages) ret=1
scn-236     [001] ....    19.348328: cprot: (change_protection+0x0/0xc80) mm=0xffff9faf01063b80 start=0x7fcde215a000 end=0x7fcde215e000 prot=0x8000000000000025 cp=0x4
scn-236     [001] ....    19.351087: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9faf01063b80 addr=0x7fcde215a000 pte=0x80000000411f9865 flags=0x255
scn-236     [001] ....    19.351182: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff18a8103e640 mm=0xffff9faf01063b80 addr=0x7fcde215a000 compound=0
scn-236     [001] d...    19.351217: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
scn-236     [001] ....    19.404650: unpin: (unpin_user_page+0x0/0x30) page=0xfffff18a81047e40
`,
  silent: `\
# 6.1: the same under an O_DIRECT read; the write fault finds the page exclusive and reuses it
   scn-381     [001] ...1.    53.184934: new_anon: (page_add_new_anon_rmap+0x0/0x120) page=0xfffffb65011322c0 mm=0xffff8a72c08a7180 addr=0x7feb9bd73000 head=0 order=136
   scn-382     [001] .....    53.189152: fault: (handle_mm_fault+0x0/0x2d0) mm=0xffff8a72c08a7180 addr=0x7feb9bd71ce8 flags=0x255
   scn-382     [000] .....    53.193184: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7feb9bd73000 nr=1 flags=0x1 pages=0xffffcba800d67ad8
   scn-382     [000] d....    53.193214: grab_fast: (try_grab_folio+0x0/0x370) page=0xfffffb65011322c0 refs=1 flags=0x5 ref=1
   scn-382     [000] d....    53.193226: grab_fast_ret: (internal_get_user_pages_fast+0x637/0x13e0 <- try_grab_folio) head=0xfffffb65011322c0
   scn-382     [000] .....    53.193243: gup_fast_ret: (__iov_iter_get_pages_alloc+0xe9/0x7a0 <- get_user_pages_fast) ret=1
   scn-382     [000] .....    53.193252: bio_add: (__bio_try_merge_page+0x0/0x140) bio=0xffffcba800d67b18 page=0xfffffb65011322c0 len=512 off=0
   scn-382     [000] .....    53.193266: bio_submit: (submit_bio+0x0/0xa0) bio=0xffffcba800d67b18 opf=0x800 bflags=0x0 sector=0 size=512 vcnt=1 p0=0xfffffb65011322c0 l0=512 o0=0
   scn-381     [001] .....    53.345836: uffd_wp: (uffd_wp_range+0x0/0xd0) mm=0xffff8a72c08a7180 start=0x7feb9bd73000 len=0x4000 enable=1
   scn-381     [001] .....    53.345904: cprot: (change_protection+0x0/0x15d0) mm=0xffff8a72c08a7180 start=0x7feb9bd73000 end=0x7feb9bd77000 prot=0x8000000000000025 cp=0x4
   scn-381     [001] .....    53.346049: uffd_wp: (uffd_wp_range+0x0/0xd0) mm=0xffff8a72c08a7180 start=0x7feb9bd73000 len=0x4000 enable=0
   scn-381     [001] .....    53.346067: cprot: (change_protection+0x0/0x15d0) mm=0xffff8a72c08a7180 start=0x7feb9bd73000 end=0x7feb9bd77000 prot=0x8000000000000025 cp=0x8
   scn-381     [001] ...1.    53.346590: wp_fault: (do_wp_page+0x0/0x380) mm=0xffff8a72c08a7180 addr=0x7feb9bd73000 pte=0x8000000044c8b865 flags=0xa55
   scn-381     [001] .....    53.346613: wp_fault_ret: (__handle_mm_fault+0x97b/0xfa0 <- do_wp_page) ret=0x8
<idle>-0       [000] d.h2.    54.020420: bio_end: (bio_endio+0x0/0x150) bio=0xffffcba800d67b18 status=0
   scn-382     [000] .....    54.020572: bio_release: (__bio_release_pages+0x0/0x2c0) bio=0xffffcba800d67b18 dirty=1 bflags=0x100 p0=0xfffffb65011322c0 vcnt=1
`,
};
