import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# 5.10: a FOLL_GET reference is given back by unpin_user_page()
rig-1357    [001] ....   248.134877: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff901941061980 addr=0x7fefe8028000 flags=0x255
rig-1357    [001] ....   248.134926: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41feaac0 mm=0xffff901941061980 addr=0x7fefe8028000 compound=0
rig-1357    [001] ....   248.165416: gup_fast: (get_user_pages_fast+0x0/0x30) start=0x7fefe8028000 nr=1 flags=0x1 pages=0xffff901983264000 caller=take+0x176/0x220 [pinrig]
rig-1357    [001] d...   248.165526: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffda2a41feaac0 refs=1 flags=0x5 ref=1
rig-1357    [001] d...   248.165540: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffda2a41feaac0
rig-1357    [001] d...   248.165559: gup_fast_ret: (take+0x176/0x220 [pinrig] <- get_user_pages_fast) ret=1
rig-1357    [001] ....   248.199287: unpin: (unpin_user_page+0x0/0x30) page=0xffffda2a41feaac0
rig-1357    [001] ....   248.199295: grab_undo: (put_compound_head+0x0/0xe0) page=0xffffda2a41feaac0 refs=1 flags=0x40000
`,
  silent: `\
# synthetic: FOLL_PIN, given back once by the same function
rig-1357    [001] ....   248.134877: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff901941061980 addr=0x7fefe8028000 flags=0x255
rig-1357    [001] ....   248.134926: new_anon: (page_add_new_anon_rmap+0x0/0x1f0) page=0xffffda2a41feaac0 mm=0xffff901941061980 addr=0x7fefe8028000 compound=0
rig-1357    [001] ....   248.165416: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7fefe8028000 nr=1 flags=0x1 pages=0xffff901983264000 caller=take+0x176/0x220 [pinrig]
rig-1357    [001] d...   248.165526: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffda2a41feaac0 refs=1 flags=0x40001 ref=1
rig-1357    [001] d...   248.165540: grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=0xffffda2a41feaac0
rig-1357    [001] d...   248.165559: pin_fast_ret: (take+0x176/0x220 [pinrig] <- pin_user_pages_fast) ret=1
rig-1357    [001] ....   248.199287: unpin: (unpin_user_page+0x0/0x30) page=0xffffda2a41feaac0
rig-1357    [001] ....   248.199295: grab_undo: (put_compound_head+0x0/0xe0) page=0xffffda2a41feaac0 refs=1 flags=0x40000
`,
};
