import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 7.2: a driver starts over on every invalidation; each attempt restores the entry of the one before
rig-240     [001] .....    38.801178: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801193: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801210: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.801212: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801224: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801239: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.801241: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801253: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801268: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.801269: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801281: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801297: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.801298: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801309: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801410: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] .....    38.801413: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] ...1.    38.801426: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801442: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
`,
  silent: `\
# synthetic: the same attempts, each undone by an access of the process before the next
rig-240     [001] .....    38.801178: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801210: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] ...1.    38.801224: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801254: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801284: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] ...1.    38.801314: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801344: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801374: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] ...1.    38.801404: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801434: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801464: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] ...1.    38.801494: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801524: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801554: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
rig-240     [001] ...1.    38.801584: dev_restore: (restore_exclusive_pte+0x0/0x100) mm=0xffff8d19c142db00 page=0xfffffb5501269840 addr=0x7f1ea6852000
rig-240     [001] .....    38.801614: dev_excl: (make_device_exclusive+0x4/0x480) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 owner=0xffff8d19c071e000
rig-240     [001] .....    38.801644: dev_excl_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- make_device_exclusive) page=0xfffffb5501269840
`,
};
