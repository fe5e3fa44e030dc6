import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: a page of a private file mapping is pinned for reading; the first write copies
rig-544     [001] ....    87.161078: pin: (pin_user_pages+0x0/0x40) start=0x7fe7b9467000 nr=1 flags=0x10000 pages=0xffff9019bfee00f8 caller=take+0x149/0x220 [pinrig]
rig-544     [001] ....    87.161094: gup_slow: (__get_user_pages+0x0/0x740) mm=0xffff9019be8e4cc0 start=0x7fe7b9467000 nr=1 flags=0x50000 pages=0xffff9019bfee00f8
rig-544     [001] ....    87.161118: grab_slow: (try_grab_page+0x0/0x110) page=0xffffda2a410290c0 flags=0x50200 ref=3
rig-544     [001] d...    87.161146: gup_slow_ret: (__gup_longterm_locked+0x65/0x210 <- __get_user_pages) ret=1
rig-544     [001] d...    87.161156: pin_ret: (take+0x149/0x220 [pinrig] <- pin_user_pages) ret=1
rig-544     [001] ....    87.161370: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9019be8e4cc0 addr=0x7fe7b9467000 pte=0x8000000040a43025 flags=0x255
rig-544     [001] ....    87.161422: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41029940 mm=0xffff9019be8e4cc0 addr=0x7fe7b9467000 compound=0
rig-544     [001] d...    87.161444: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
rig-544     [001] ....    87.161987: unpin_pages: (unpin_user_pages+0x0/0x60) n=1 p0=0xffffda2a410290c0 p1=0x7365676170 p2=0x52044a0ef4a762ac p3=0x3070
`,
  silent: `\
# synthetic: the process wrote first, so the page that gets pinned is its own, and the next write keeps it
rig-544     [001] ....    87.160370: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9019be8e4cc0 addr=0x7fe7b9467000 pte=0x8000000040a43025 flags=0x255
rig-544     [001] ....    87.160422: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41029940 mm=0xffff9019be8e4cc0 addr=0x7fe7b9467000 compound=0
rig-544     [001] d...    87.160444: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
rig-544     [001] ....    87.161078: pin: (pin_user_pages+0x0/0x40) start=0x7fe7b9467000 nr=1 flags=0x10000 pages=0xffff9019bfee00f8 caller=take+0x149/0x220 [pinrig]
rig-544     [001] ....    87.161094: gup_slow: (__get_user_pages+0x0/0x740) mm=0xffff9019be8e4cc0 start=0x7fe7b9467000 nr=1 flags=0x50000 pages=0xffff9019bfee00f8
rig-544     [001] ....    87.161118: grab_slow: (try_grab_page+0x0/0x110) page=0xffffda2a41029940 flags=0x50200 ref=1
rig-544     [001] d...    87.161146: gup_slow_ret: (__gup_longterm_locked+0x65/0x210 <- __get_user_pages) ret=1
rig-544     [001] d...    87.161156: pin_ret: (take+0x149/0x220 [pinrig] <- pin_user_pages) ret=1
rig-544     [001] ....    87.161370: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9019be8e4cc0 addr=0x7fe7b9467000 pte=0x8000000040a65865 flags=0x255
rig-544     [001] d...    87.161444: wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8
rig-544     [001] ....    87.161987: unpin_pages: (unpin_user_pages+0x0/0x60) n=1 p0=0xffffda2a41029940 p1=0x7365676170 p2=0x52044a0ef4a762ac p3=0x3070
`,
};
