import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: an address space with notifiers (a window was seen); then a write fault copies outside any window
rig-442     [001] .....    87.073040: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 flags=0x1255
rig-442     [001] ...1.    87.073095: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501078440 mm=0xffff8d19c142aa00 addr=0x7f1887a51000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.075710: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1887a51000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-442     [001] d....    87.082239: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501078440 refs=1 flags=0x80101 ref=1
rig-442     [001] d....    87.082282: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501078440
rig-442     [001] .....    87.082776: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-442     [001] .....    87.086386: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000 event=7 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086444: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000
rig-442     [001] ...1.    87.088101: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8d19c142aa00 addr=0x7f1887a52000 pte=0x8400000041e12825 flags=0x1a55
rig-442     [001] ...1.    87.088131: clear_flush: (ptep_clear_flush+0x4/0x70) mm=0xffff8d19c142aa00 addr=0x7f1887a52000 pte=0x8400000041e12825
rig-442     [001] ...1.    87.088141: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501079c00 mm=0xffff8d19c142aa00 addr=0x7f1887a52000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.088161: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
rig-442     [001] .....    87.094507: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501078440 p1=0x343675 p2=0x666572 p3=0x53bae1fbe831287c
rig-442     [001] .....    87.094552: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501078440 refs=1 flags=0x80000
`,
  silent: `\
# synthetic: the same copy inside its window
rig-442     [001] .....    87.073040: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 flags=0x1255
rig-442     [001] ...1.    87.073095: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501078440 mm=0xffff8d19c142aa00 addr=0x7f1887a51000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.075710: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1887a51000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-442     [001] d....    87.082239: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501078440 refs=1 flags=0x80101 ref=1
rig-442     [001] d....    87.082282: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501078440
rig-442     [001] .....    87.082776: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-442     [001] .....    87.086386: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000 event=7 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086444: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000
rig-442     [001] ...1.    87.088101: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff8d19c142aa00 addr=0x7f1887a52000 pte=0x8400000041e12825 flags=0x1a55
rig-442     [001] .....    87.088121: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142aa00 start=0x7f1887a52000 end=0x7f1887a53000 event=1 owner=0x0
rig-442     [001] ...1.    87.088131: clear_flush: (ptep_clear_flush+0x4/0x70) mm=0xffff8d19c142aa00 addr=0x7f1887a52000 pte=0x8400000041e12825
rig-442     [001] ...1.    87.088141: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501079c00 mm=0xffff8d19c142aa00 addr=0x7f1887a52000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.088151: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142aa00 start=0x7f1887a52000 end=0x7f1887a53000
rig-442     [001] .....    87.088161: wp_fault_ret: (__handle_mm_fault+0xa6b/0xf90 <- do_wp_page) ret=0x0
rig-442     [001] .....    87.094507: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501078440 p1=0x343675 p2=0x666572 p3=0x53bae1fbe831287c
rig-442     [001] .....    87.094552: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501078440 refs=1 flags=0x80000
`,
};
