import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 5.10: clear_refs on one CPU, a write of another thread on another, and the TLB flush only afterwards; that of the copy
# itself comes when the content has been copied
scn-294     [001] ....    32.492149: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff992140311dc0 addr=0x7fda378a3000 flags=0x255
scn-295     [000] ....    32.493010: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff992140311dc0 addr=0x7fda37f21ce8 flags=0x255
scn-294     [001] ....    32.495872: softdirty: (clear_refs_pte_range+0x0/0x550) mm=0xffff992140311dc0 start=0x7fda378a4000 end=0x7fda378a8000
scn-295     [000] ....    32.496317: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff992140311dc0 addr=0x7fda378a4000 pte=0x800000007fa1e065 flags=0x255
scn-295     [000] ....    32.496341: wp_copy: (wp_page_copy+0x0/0x7b0) mm=0xffff992140311dc0 addr=0x7fda378a4000 page=0xfffff94441f87800
scn-295     [000] ....    32.496372: tlb_mm: (flush_tlb_mm_range+0x0/0x110) mm=0xffff992140311dc0 start=0x7fda378a4000 end=0x7fda378a5000
scn-295     [000] ....    32.496385: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff94441028900 mm=0xffff992140311dc0 addr=0x7fda378a4000 compound=0
scn-295     [000] d...    32.496406: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
scn-294     [001] ....    32.496510: tlb_mm: (flush_tlb_mm_range+0x0/0x110) mm=0xffff992140311dc0 start=0x0 end=0xffffffffffffffff
`,
  silent: `\
# synthetic: the flush comes before the copy, of the whole range or of the page (do_wp_page() since v5.13)
scn-294     [001] ....    32.492149: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff992140311dc0 addr=0x7fda378a3000 flags=0x255
scn-295     [000] ....    32.493010: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff992140311dc0 addr=0x7fda37f21ce8 flags=0x255
scn-294     [001] ....    32.495872: softdirty: (clear_refs_pte_range+0x0/0x550) mm=0xffff992140311dc0 start=0x7fda378a4000 end=0x7fda378a8000
scn-294     [001] ....    32.496110: tlb_mm: (flush_tlb_mm_range+0x0/0x110) mm=0xffff992140311dc0 start=0x0 end=0xffffffffffffffff
scn-295     [000] ....    32.496317: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff992140311dc0 addr=0x7fda378a4000 pte=0x800000007fa1e065 flags=0x255
scn-295     [000] ....    32.496385: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff94441028900 mm=0xffff992140311dc0 addr=0x7fda378a4000 compound=0
scn-295     [000] d...    32.496406: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
scn-294     [001] ....    32.497872: softdirty: (clear_refs_pte_range+0x0/0x550) mm=0xffff992140311dc0 start=0x7fda378a4000 end=0x7fda378a8000
scn-295     [000] ....    32.498317: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff992140311dc0 addr=0x7fda378a5000 pte=0x800000007fa1f065 flags=0x255
scn-295     [000] ....    32.498322: tlb_mm: (flush_tlb_mm_range+0x0/0x110) mm=0xffff992140311dc0 start=0x7fda378a5000 end=0x7fda378a6000
scn-295     [000] ....    32.498341: wp_copy: (wp_page_copy+0x0/0x7b0) mm=0xffff992140311dc0 addr=0x7fda378a5000 page=0xfffff94441f87840
scn-295     [000] ....    32.498385: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xfffff94441028940 mm=0xffff992140311dc0 addr=0x7fda378a5000 compound=0
scn-295     [000] d...    32.498406: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
`,
};
