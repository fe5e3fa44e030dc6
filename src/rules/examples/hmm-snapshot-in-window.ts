import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: a device reads the page tables while another thread unmaps the range
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-241     [000] .....    38.801190: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6862000 event=0 owner=0x0
rig-240     [001] .....    38.801220: hmm_fault: (hmm_range_fault+0x4/0x120) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6856000
rig-240     [001] .....    38.801250: hmm_fault_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- hmm_range_fault) ret=0
rig-241     [000] .....    38.801280: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6862000
`,
  silent: `\
# synthetic: the window has closed before
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: new_anon: (folio_add_new_anon_rmap+0x4/0x1d0) page=0xfffffb5501269840 mm=0xffff8d19c142db00 addr=0x7f1ea6852000 head=0 order=0 rflags=0x1
rig-241     [000] .....    38.801190: mmun_start: (__mmu_notifier_invalidate_range_start+0x4/0x2e0) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6862000 event=0 owner=0x0
rig-241     [000] .....    38.801220: mmun_end: (__mmu_notifier_invalidate_range_end+0x4/0xc0) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6862000
rig-240     [001] .....    38.801250: hmm_fault: (hmm_range_fault+0x4/0x120) mm=0xffff8d19c142db00 start=0x7f1ea6852000 end=0x7f1ea6856000
rig-240     [001] .....    38.801280: hmm_fault_ret: (rig_ioctl+0x707/0xb35 [pinrig] <- hmm_range_fault) ret=0
`,
};
