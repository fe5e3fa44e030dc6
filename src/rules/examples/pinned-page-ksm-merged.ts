import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: KSM merges a registered io_uring buffer (FOLL_PIN); the kernel gives up with -EFAULT instead
 scn-457     [001] ...1.    39.492680: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b01049000 mm=0xffff88e44106cd00 addr=0x7f7b25610000 head=0 order=0 rflags=0x1
 scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
 scn-457     [001] d....    39.497699: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b01049000 refs=1 flags=0x80101 ref=1
 scn-457     [001] d....    39.497709: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b01049000
 scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
ksmd-45      [000] .....    39.558196: ksm_merge: (try_to_merge_one_page+0x0/0x710) mm=0xffff88e44106cd00 page=0xffffef6b01049000 kpage=0xffffef6b010d0fc0
ksmd-45      [000] .....    39.558197: ksm_wp: (write_protect_page+0x0/0x470) mm=0xffff88e44106cd00 page=0xffffef6b01049000 ref=1026
ksmd-45      [000] ...1.    39.558199: clear_flush: (ptep_clear_flush+0x4/0x70) mm=0xffff88e44106cd00 addr=0x7f7b25610000 pte=0x8000000041240867
ksmd-45      [000] .....    39.558211: ksm_wp_ret: (try_to_merge_one_page+0x125/0x710 <- write_protect_page) ret=0
ksmd-45      [000] ...1.    39.558213: anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) folio=0xffffef6b010d0fc0 page=0xffffef6b010d0fc0 nr=1 mm=0xffff88e44106cd00 addr=0x7f7b25610000 rflags=0x0
ksmd-45      [000] .....    39.558215: ksm_merge_ret: (try_to_merge_with_ksm_page+0x78/0x160 <- try_to_merge_one_page) ret=0
 scn-457     [001] .....    40.788940: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b01049000 n=1
`,
  silent: `\
# 6.12: KSM gives up on the pinned page (the reference count tells) and merges its neighbour
 scn-457     [001] ...1.    39.492680: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b01049000 mm=0xffff88e44106cd00 addr=0x7f7b25610000 head=0 order=0 rflags=0x1
 scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
 scn-457     [001] d....    39.497699: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b01049000 refs=1 flags=0x80101 ref=1
 scn-457     [001] d....    39.497709: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b01049000
 scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
ksmd-45      [000] .....    39.558196: ksm_merge: (try_to_merge_one_page+0x0/0x710) mm=0xffff88e44106cd00 page=0xffffef6b01049000 kpage=0xffffef6b010d0fc0
ksmd-45      [000] .....    39.558197: ksm_wp: (write_protect_page+0x0/0x470) mm=0xffff88e44106cd00 page=0xffffef6b01049000 ref=1026
ksmd-45      [000] ...1.    39.558199: clear_flush: (ptep_clear_flush+0x4/0x70) mm=0xffff88e44106cd00 addr=0x7f7b25610000 pte=0x8000000041240867
ksmd-45      [000] .....    39.558211: ksm_wp_ret: (try_to_merge_one_page+0x125/0x710 <- write_protect_page) ret=-14
ksmd-45      [000] .....    39.558215: ksm_merge_ret: (try_to_merge_with_ksm_page+0x78/0x160 <- try_to_merge_one_page) ret=-14
ksmd-45      [000] .....    39.558225: ksm_merge: (try_to_merge_one_page+0x0/0x710) mm=0xffff88e44106cd00 page=0xffffef6b01049040 kpage=0xffffef6b010d0fc0
ksmd-45      [000] .....    39.558226: ksm_wp: (write_protect_page+0x0/0x470) mm=0xffff88e44106cd00 page=0xffffef6b01049040 ref=2
ksmd-45      [000] ...1.    39.558233: anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x110) folio=0xffffef6b010d0fc0 page=0xffffef6b010d0fc0 nr=1 mm=0xffff88e44106cd00 addr=0x7f7b25611000 rflags=0x0
ksmd-45      [000] .....    39.558238: ksm_merge_ret: (try_to_merge_with_ksm_page+0x78/0x160 <- try_to_merge_one_page) ret=0
 scn-457     [001] .....    40.788940: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b01049000 n=1
`,
};
