import type { Examples } from '../contract.ts';

export const examples: Examples = {
  fires: `\
# synthetic: 7.2: a read from the disk into a mapped file; the driver gives the page back with dirty=0
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: file_map: (finish_fault+0x4/0x500) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 page=0xfffffb5501269840 cow=0x0
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80101 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: bio_add: (__bio_add_page+0x4/0x60) bio=0xffff8d1980001000 page=0xfffffb5501269840 len=4096 off=0
rig-240     [001] .....    38.801340: bio_submit: (submit_bio+0x4/0x100) bio=0xffff8d1980001000 opf=0x8800 sector=16 size=4096 vcnt=1 p0=0xfffffb5501269840 l0=4096 o0=0
rig-240     [001] .....    38.801370: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff8d1980001000 status=0
rig-240     [001] .....    38.801400: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=0 p0=0xfffffb5501269840 p1=0x0 p2=0x0 p3=0x0
rig-240     [001] .....    38.801405: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
`,
  silent: `\
# synthetic: the driver marks the page dirty
rig-240     [001] .....    38.801130: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 flags=0x1255
rig-240     [001] .....    38.801160: file_map: (finish_fault+0x4/0x500) mm=0xffff8d19c142db00 addr=0x7f1ea6852000 page=0xfffffb5501269840 cow=0x0
rig-240     [001] .....    38.801190: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f1ea6852000 nr=1 flags=0x101 pages=0xffff8d19c0703be0 caller=take+0x218/0x300 [pinrig]
rig-240     [001] .....    38.801220: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xfffffb5501269840 refs=1 flags=0x80101 ref=1
rig-240     [001] .....    38.801250: grab_fast_ret: (gup_fast_fallback+0x5a2/0xef0 <- try_grab_folio_fast) head=0xfffffb5501269840
rig-240     [001] .....    38.801280: pin_fast_ret: (take+0x218/0x300 [pinrig] <- pin_user_pages_fast) ret=1
rig-240     [001] .....    38.801310: bio_add: (__bio_add_page+0x4/0x60) bio=0xffff8d1980001000 page=0xfffffb5501269840 len=4096 off=0
rig-240     [001] .....    38.801340: bio_submit: (submit_bio+0x4/0x100) bio=0xffff8d1980001000 opf=0x8800 sector=16 size=4096 vcnt=1 p0=0xfffffb5501269840 l0=4096 o0=0
rig-240     [001] .....    38.801370: bio_end: (bio_endio+0x4/0x1e0) bio=0xffff8d1980001000 status=0
rig-240     [001] .....    38.801400: unpin_dirty: (unpin_user_pages_dirty_lock+0x4/0x140) n=1 dirty=1 p0=0xfffffb5501269840 p1=0x0 p2=0x0 p3=0x0
rig-240     [001] .....    38.801405: put_folio: (gup_put_folio+0x0/0x90) page=0xfffffb5501269840 refs=1 flags=0x80000
`,
};
