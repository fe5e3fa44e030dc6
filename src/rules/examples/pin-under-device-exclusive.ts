import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 7.2: make_device_exclusive() on a page that is pinned; its own FOLL_GET reference does not count
rig-442     [001] .....    87.073040: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 flags=0x1255
rig-442     [001] ...1.    87.073095: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501078440 mm=0xffff8d19c142aa00 addr=0x7f1887a51000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.075710: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1887a51000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-442     [001] d....    87.082239: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501078440 refs=1 flags=0x80101 ref=1
rig-442     [001] d....    87.082282: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501078440
rig-442     [001] .....    87.082776: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-442     [001] .....    87.086309: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086314: gup_remote: (get_user_pages_remote+0x4/0x460) mm=0xffff8d19c142aa00 start=0x7f1887a51000 nr=1 flags=0x203 pages=0xffffd33e013b7cf0 caller=make_device_exclusive+0xe0/0x480
rig-442     [001] ...1.    87.086349: grab_slow: (try_grab_folio+0x4/0xc0) page=0xfffffb5501078440 refs=1 flags=0x50203 ref=1025
rig-442     [001] .....    87.086373: gup_remote_ret: (make_device_exclusive+0xe0/0x480 <- get_user_pages_remote) ret=1
rig-442     [001] .....    87.086386: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000 event=7 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086444: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000
rig-442     [001] .....    87.086451: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501078440
rig-442     [001] .....    87.094507: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501078440 p1=0x343675 p2=0x666572 p3=0x53bae1fbe831287c
rig-442     [001] .....    87.094552: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501078440 refs=1 flags=0x80000
`,
  silent: `\
# synthetic: the pin is given back first
rig-442     [001] .....    87.073040: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 flags=0x1255
rig-442     [001] ...1.    87.073095: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501078440 mm=0xffff8d19c142aa00 addr=0x7f1887a51000 head=0 order=0 rflags=0x1
rig-442     [001] .....    87.075710: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1887a51000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-442     [001] d....    87.082239: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501078440 refs=1 flags=0x80101 ref=1
rig-442     [001] d....    87.082282: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501078440
rig-442     [001] .....    87.082776: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-442     [001] .....    87.084507: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501078440 p1=0x343675 p2=0x666572 p3=0x53bae1fbe831287c
rig-442     [001] .....    87.084552: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501078440 refs=1 flags=0x80000
rig-442     [001] .....    87.086309: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142aa00 addr=0x7f1887a51000 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086314: gup_remote: (get_user_pages_remote+0x4/0x460) mm=0xffff8d19c142aa00 start=0x7f1887a51000 nr=1 flags=0x203 pages=0xffffd33e013b7cf0 caller=make_device_exclusive+0xe0/0x480
rig-442     [001] ...1.    87.086349: grab_slow: (try_grab_folio+0x4/0xc0) page=0xfffffb5501078440 refs=1 flags=0x50203 ref=1025
rig-442     [001] .....    87.086373: gup_remote_ret: (make_device_exclusive+0xe0/0x480 <- get_user_pages_remote) ret=1
rig-442     [001] .....    87.086386: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000 event=7 owner=0xffff8d19836bd800
rig-442     [001] .....    87.086444: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142aa00 start=0x7f1887a51000 end=0x7f1887a52000
rig-442     [001] .....    87.086451: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501078440
`,
};
