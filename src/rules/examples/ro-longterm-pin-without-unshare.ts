import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: a page shared with a child is pinned for reading; the next write of the parent copies
rig-134     [001] ....    22.745292: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41fea800 mm=0xffff901941061980 addr=0x7f9902d3e000 compound=0
rig-134     [001] ....    22.748307: fork_vma: (copy_page_range+0x0/0x1280) dst=0xffff9019be8e6a80 src=0xffff901941061980 start=0x7f9902d3e000 end=0x7f9902d42000 vmflags=0x48100073
rig-134     [001] d...    22.748325: fork_vma_ret: (copy_process+0x1d4e/0x2100 <- copy_page_range) ret=0
rig-134     [001] ....    22.750162: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f9902d3e000 nr=1 flags=0x10000 pages=0xffff9019bfee0c78 caller=take+0x1b2/0x220 [pinrig]
rig-134     [001] d...    22.750221: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffda2a41fea800 refs=1 flags=0x50000 ref=2
rig-134     [001] d...    22.750275: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffda2a41fea800
rig-134     [001] d...    22.750300: pin_fast_ret: (take+0x1b2/0x220 [pinrig] <- pin_user_pages_fast) ret=1
rig-134     [001] ....    22.753137: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff901941061980 addr=0x7f9902d3e000 pte=0x800000007faa0865 flags=0x255
rig-134     [001] ....    22.753165: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41fead80 mm=0xffff901941061980 addr=0x7f9902d3e000 compound=0
rig-134     [001] d...    22.753174: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
rig-134     [001] ....    22.756363: unpin_pages: (unpin_user_pages+0x0/0x60) n=1 p0=0xffffda2a41fea800 p1=0x25f6da174b496abc p2=0x726f74636573 p3=0x6d6d
`,
  silent: `\
# 7.2: the pin unshares the page first (fault flags 0x400), so it holds the page that stays
scn-241     [001] ...1.    14.398505: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffff50fc10bc680 mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 head=0 order=12 rflags=0x1
scn-241     [001] .....    14.402438: fork_vma: (copy_page_range+0x4/0x2400) dst=0xffff8ab1c1298e00 src=0xffff8ab1c129cd00 start=0x7f81ef3bd000 end=0x7f81ef3c1000 vmflags=0x48100073
scn-241     [001] .....    14.402459: fork_vma_ret: (dup_mmap+0x3bf/0x8d0 <- copy_page_range) ret=0
scn-241     [001] .....    14.404174: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f81ef3bd000 nr=1 flags=0x100 pages=0xffff8ab1c1343f60 caller=pl_ioctl+0x22e/0x410 [pinlab]
scn-241     [001] d....    14.404262: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffff50fc10bc680 refs=1 flags=0x80100 ref=2
scn-241     [001] d....    14.404302: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffff50fc10bc680
scn-241     [001] d....    14.404312: put_folio: (gup_put_folio+0x0/0x90) page=0xfffff50fc10bc680 refs=1 flags=0x80100
scn-241     [001] .....    14.404369: gup_slow: (__get_user_pages+0x0/0x1230) mm=0xffff8ab1c129cd00 start=0x7f81ef3bd000 nr=1 flags=0x290100 pages=0xffff8ab1c1343f60
scn-241     [001] .....    14.404402: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 flags=0x414
scn-241     [001] ...1.    14.404407: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 pte=0x8400000042f1a825 flags=0xc14
scn-241     [001] ...1.    14.404442: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffff50fc114e840 mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 head=0 order=0 rflags=0x1
scn-241     [001] .....    14.404452: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
scn-241     [001] .....    14.404456: follow_pte: (follow_page_pte+0x0/0x4a0) mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 flags=0x290100
scn-241     [001] ...1.    14.404459: grab_slow: (try_grab_folio+0x4/0xc0) page=0xfffff50fc114e840 refs=1 flags=0x290100 ref=2
scn-241     [001] .....    14.404464: follow_pte_ret: (__get_user_pages+0x7ea/0x1230 <- follow_page_pte) page=0xfffff50fc114e840
scn-241     [001] .....    14.404469: gup_slow_ret: (__gup_longterm_locked+0x125/0x960 <- __get_user_pages) ret=1
scn-241     [001] .....    14.404636: pin_fast_ret: (pl_ioctl+0x22e/0x410 [pinlab] <- pin_user_pages_fast) ret=1
scn-241     [001] ...1.    14.407035: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8ab1c129cd00 addr=0x7f81ef3bd000 pte=0x80000000453a1825 flags=0x1a55
scn-241     [001] .....    14.407042: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
scn-241     [001] .....    14.408305: unpin_pages: (unpin_user_pages+0x4/0x110) n=1 p0=0xfffff50fc114e840 p1=0x0 p2=0x0 p3=0x226bf5fb0a3cb55f
scn-241     [001] .....    14.408310: put_folio: (gup_put_folio+0x0/0x90) page=0xfffff50fc114e840 refs=1 flags=0x80000
`,
};
