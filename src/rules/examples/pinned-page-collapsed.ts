import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 6.12: khugepaged collapses a range with a registered io_uring buffer in it (FOLL_PIN)
       scn-457     [001] ...1.    39.492680: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b01049000 mm=0xffff88e44106cd00 addr=0x7f7b25610000 head=0 order=0 rflags=0x1
       scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
       scn-457     [001] d....    39.497699: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b01049000 refs=1 flags=0x80101 ref=1
       scn-457     [001] d....    39.497709: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b01049000
       scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
khugepaged-46      [000] .....    39.600210: thp_collapse: (collapse_huge_page+0x0/0x13c0) mm=0xffff88e44106cd00 addr=0x7f7b25600000
khugepaged-46      [000] ...1.    39.606911: rmap_del: (folio_remove_rmap_ptes+0x4/0xe0) folio=0xffffef6b01049000 page=0xffffef6b01049000 nr=1 mm=0xffff88e44106cd00
khugepaged-46      [000] ...1.    39.608434: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b01098000 mm=0xffff88e44106cd00 addr=0x7f7b25600000 head=1 order=9 rflags=0x1
khugepaged-46      [000] .....    39.608524: thp_collapse_ret: (hpage_collapse_scan_pmd+0x60e/0x6f0 <- collapse_huge_page) ret=1
       scn-457     [001] .....    40.788940: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b01049000 n=1
`,
  silent: `\
# synthetic: the same; the collapse finds the extra reference and gives up, no new page is mapped
       scn-457     [001] ...1.    39.492680: new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xffffef6b01049000 mm=0xffff88e44106cd00 addr=0x7f7b25610000 head=0 order=0 rflags=0x1
       scn-457     [001] .....    39.497645: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f7b25610000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
       scn-457     [001] d....    39.497699: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b01049000 refs=1 flags=0x80101 ref=1
       scn-457     [001] d....    39.497709: grab_fast_ret: (gup_fast_pte_range+0x1c8/0x380 <- try_grab_folio_fast) head=0xffffef6b01049000
       scn-457     [001] .....    39.497740: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
khugepaged-46      [000] .....    39.600210: thp_collapse: (collapse_huge_page+0x0/0x13c0) mm=0xffff88e44106cd00 addr=0x7f7b25600000
khugepaged-46      [000] .....    39.608524: thp_collapse_ret: (hpage_collapse_scan_pmd+0x60e/0x6f0 <- collapse_huge_page) ret=4
       scn-457     [001] .....    40.788940: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b01049000 n=1
`,
};
