import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: the process is gone, its pin was never given back
rig-1692    [001] ....   308.407170: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41feb040 mm=0xffff901941062640 addr=0x7fbefc178000 compound=0
rig-1692    [001] ....   308.411050: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7fbefc178000 nr=1 flags=0x10001 pages=0xffff9019bfee06e0 caller=take+0x1b2/0x220 [pinrig]
rig-1692    [001] d...   308.411106: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffda2a41feb040 refs=1 flags=0x50001 ref=1
rig-1692    [001] d...   308.411192: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffda2a41feb040
rig-1692    [001] d...   308.411222: pin_fast_ret: (take+0x1b2/0x220 [pinrig] <- pin_user_pages_fast) ret=1
rig-1692    [001] ....   308.417338: mm_exit: (exit_mmap+0x0/0x1a0) mm=0xffff901941062640 vmemmap=0xffffda2a40000000
rig-1692    [001] ....   308.417538: zap: (unmap_page_range+0x0/0xd60) mm=0xffff901941062640 start=0x7fbefc178000 end=0x7fbefc17c000
rig-1692    [001] ....   308.418449: sched_process_exit: comm=rig pid=1692 prio=120
`,
  silent: `\
# 6.1: given back late, by the process that had the file descriptor
rig-1421    [000] .....   148.799733: sched_process_fork: comm=rig pid=1421 child_comm=rig child_pid=1422
rig-1422    [001] ...1.   148.803413: new_anon: (page_add_new_anon_rmap+0x0/0x120) page=0xfffff41401044ec0 mm=0xffff8dd301060000 addr=0x7f6936ac1000 head=0 order=224
rig-1422    [001] .....   148.804963: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f6936ac1000 nr=1 flags=0x10001 pages=0xffff8dd3422c4e68 caller=take+0x1d3/0x2a0 [pinrig]
rig-1422    [001] d....   148.804996: grab_fast: (try_grab_folio+0x0/0x370) page=0xfffff41401044ec0 refs=1 flags=0x50001 ref=1
rig-1422    [001] d....   148.805007: grab_fast_ret: (internal_get_user_pages_fast+0x637/0x13e0 <- try_grab_folio) head=0xfffff41401044ec0
rig-1422    [001] .....   148.805019: pin_fast_ret: (take+0x1d3/0x2a0 [pinrig] <- pin_user_pages_fast) ret=1
rig-1422    [001] .....   148.809159: mm_exit: (exit_mmap+0x0/0x310) mm=0xffff8dd301060000 vmemmap=0xfffff41400000000
rig-1422    [001] .....   148.809381: zap: (unmap_page_range+0x0/0x1150) mm=0xffff8dd301060000 start=0x7f6936ac1000 end=0x7f6936ac5000
rig-1422    [001] .....   148.809620: sched_process_exit: comm=rig pid=1422 prio=120
rig-1421    [000] .....   148.896322: unpin_dirty: (unpin_user_pages_dirty_lock+0x0/0x170) n=1 dirty=1 p0=0xfffff41401044ec0 p1=0x586b4971da7b8f45 p2=0x506b4971da7b8015 p3=0xa86b4971da7b826d
rig-1421    [000] .....   148.896366: put_folio: (gup_put_folio+0x0/0xa0) page=0xfffff41401044ec0 refs=1 flags=0x40000
`,
};
