import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: fork goes over a device-exclusive entry; later the child restores an entry that no device set in its mm
rig-240     [001] .....    38.801170: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801178: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801210: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.802224: fork_vma: (copy_page_range+0x4/0x2400) dst=0xffff8d19c142ee00 src=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6853000 vmflags=0x100073
rig-240     [001] .....    38.802254: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
rig-240     [001] .....    38.802298: sched_process_fork: comm=rig pid=240 child_comm=rig child_pid=241
rig-241     [000] ...1.    38.803224: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142ee00 page=0xfffffb5501269840 addr=0x7f1ea6852000
`,
  silent: `\
# synthetic: the same fork, which restores the entry first; then the parent's device sets it again
rig-240     [001] .....    38.801170: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-240     [001] .....    38.801178: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801210: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.802224: fork_vma: (copy_page_range+0x4/0x2400) dst=0xffff8d19c142ee00 src=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6853000 vmflags=0x100073
rig-240     [001] ...1.    38.802234: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.802254: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0
rig-240     [001] .....    38.802298: sched_process_fork: comm=rig pid=240 child_comm=rig child_pid=241
rig-240     [001] .....    38.803178: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.803210: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
`,
};
