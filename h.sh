#!/bin/sh
# Records what becomes of pinned pages, for `pindrift check`. Made by pindrift 0.1.0 for x86_64.
# Everything it does is in here; `sh THIS --help` says how to use it, `--dry-run` what it would arm.
set -u
LC_ALL=C
export LC_ALL

pd_machine='x86_64'
pd_release=''
pd_btf='2cc9d58c33fd9e4e25bd9c836f5731a81afa33fd82c6a3ea72229d740795f19c'
pd_tier='full'
pd_made=$pd_tier
pd_clock='mono'
pd_symbols='get_user_pages_fast pin_user_pages_fast get_user_pages pin_user_pages get_user_pages_remote pin_user_pages_remote get_user_pages_unlocked pin_user_pages_unlocked __get_user_pages internal_get_user_pages_fast try_grab_compound_head try_grab_page follow_page_pte follow_trans_huge_pmd put_compound_head unpin_user_page unpin_user_pages unpin_user_pages_dirty_lock submit_bio __bio_try_merge_page bio_endio bio_release_pages.part.0 bio_release_pages bio_check_pages_dirty add_to_pipe page_cache_pipe_buf_release generic_pipe_buf_release page_add_new_anon_rmap do_huge_pmd_anonymous_page do_page_add_anon_rmap hugepage_add_new_anon_rmap page_move_anon_rmap finish_fault handle_mm_fault do_wp_page wp_page_copy do_huge_pmd_wp_page hugetlb_cow do_swap_page ptep_clear_flush pmdp_huge_clear_flush try_to_unmap_one add_to_swap_cache __swap_writepage migrate_page_move_mapping remove_migration_pte page_remove_rmap unmap_page_range unmap_vmas move_page_tables copy_huge_pmd change_protection clear_refs_pte_range mwriteprotect_range write_protect_page try_to_merge_one_page __split_huge_pmd split_huge_page_to_list __mmu_notifier_invalidate_range_start __mmu_notifier_invalidate_range_end hmm_range_fault flush_tlb_mm_range page_add_file_rmap do_huge_pmd_numa_page migrate_misplaced_transhuge_page migrate_misplaced_page change_prot_numa reuse_swap_page change_huge_pmd gup_fast_fallback gup_put_folio unpin_user_page_range_dirty_lock unpin_user_folio folio_add_anon_rmap_pmd wp_page_reuse try_to_migrate_one folio_remove_rmap_pmd exit_mmap copy_page_range copy_hugetlb_page_range collapse_huge_page make_device_exclusive make_device_exclusive_range page_make_device_exclusive_one restore_exclusive_pte'
pd_tracepoints='sched/sched_process_fork sched/sched_process_exit sched/sched_process_exec task/task_newtask syscalls/sys_enter_madvise syscalls/sys_enter_munmap syscalls/sys_enter_mprotect syscalls/sys_enter_mremap syscalls/sys_enter_vmsplice'

# probe EVENT TIER FUNCTION WHAT-IS-LOST-WITHOUT-IT, then the same in up to four ways: n by names, a by arguments and
# offsets, r by registers and offsets
# shellcheck disable=SC2016 # $arg1 is tracefs' own
pd_probes() {
  :
  probe gup_fast_ret A get_user_pages_fast '' \
    r 'r64:pindrift/gup_fast_ret get_user_pages_fast ret=$retval:s32'
  probe gup_fast A get_user_pages_fast '' \
    n 'p:pindrift/gup_fast get_user_pages_fast start=start:x64 nr=nr_pages:s32 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/gup_fast get_user_pages_fast start=$arg1:x64 nr=$arg2:s32 flags=$arg3:x32 pages=$arg4:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/gup_fast get_user_pages_fast start=%di:x64 nr=%si:s32 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol'
  probe pin_fast_ret A pin_user_pages_fast '' \
    r 'r64:pindrift/pin_fast_ret pin_user_pages_fast ret=$retval:s32'
  probe pin_fast A pin_user_pages_fast '' \
    n 'p:pindrift/pin_fast pin_user_pages_fast start=start:x64 nr=nr_pages:s32 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/pin_fast pin_user_pages_fast start=$arg1:x64 nr=$arg2:s32 flags=$arg3:x32 pages=$arg4:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/pin_fast pin_user_pages_fast start=%di:x64 nr=%si:s32 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol'
  probe gup_ret A get_user_pages '' \
    r 'r64:pindrift/gup_ret get_user_pages ret=$retval:s64'
  probe gup A get_user_pages '' \
    n 'p:pindrift/gup get_user_pages start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/gup get_user_pages start=$arg1:x64 nr=$arg2:s64 flags=$arg3:x32 pages=$arg4:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/gup get_user_pages start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol'
  probe pin_ret A pin_user_pages '' \
    r 'r64:pindrift/pin_ret pin_user_pages ret=$retval:s64'
  probe pin A pin_user_pages '' \
    n 'p:pindrift/pin pin_user_pages start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/pin pin_user_pages start=$arg1:x64 nr=$arg2:s64 flags=$arg3:x32 pages=$arg4:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/pin pin_user_pages start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol'
  probe gup_remote_ret A get_user_pages_remote '' \
    r 'r64:pindrift/gup_remote_ret get_user_pages_remote ret=$retval:s64'
  probe gup_remote A get_user_pages_remote '' \
    n 'p:pindrift/gup_remote get_user_pages_remote mm=mm:x64 start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/gup_remote get_user_pages_remote mm=$arg1:x64 start=$arg2:x64 nr=$arg3:s64 flags=$arg4:x32 pages=$arg5:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/gup_remote get_user_pages_remote mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64 caller=+0($stack):symbol'
  probe pin_remote_ret A pin_user_pages_remote '' \
    r 'r64:pindrift/pin_remote_ret pin_user_pages_remote ret=$retval:s64'
  probe pin_remote A pin_user_pages_remote '' \
    n 'p:pindrift/pin_remote pin_user_pages_remote mm=mm:x64 start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64 caller=+0($stack):symbol' \
    a 'p:pindrift/pin_remote pin_user_pages_remote mm=$arg1:x64 start=$arg2:x64 nr=$arg3:s64 flags=$arg4:x32 pages=$arg5:x64 caller=+0($stack):symbol' \
    r 'p:pindrift/pin_remote pin_user_pages_remote mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64 caller=+0($stack):symbol'
  probe gup_unl_ret A get_user_pages_unlocked '' \
    r 'r64:pindrift/gup_unl_ret get_user_pages_unlocked ret=$retval:s64'
  probe gup_unl A get_user_pages_unlocked '' \
    n 'p:pindrift/gup_unl get_user_pages_unlocked start=start:x64 nr=nr_pages:s64 pages=pages:x64 flags=gup_flags:x32 caller=+0($stack):symbol' \
    a 'p:pindrift/gup_unl get_user_pages_unlocked start=$arg1:x64 nr=$arg2:s64 pages=$arg3:x64 flags=$arg4:x32 caller=+0($stack):symbol' \
    r 'p:pindrift/gup_unl get_user_pages_unlocked start=%di:x64 nr=%si:s64 pages=%dx:x64 flags=%cx:x32 caller=+0($stack):symbol'
  probe pin_unl_ret A pin_user_pages_unlocked '' \
    r 'r64:pindrift/pin_unl_ret pin_user_pages_unlocked ret=$retval:s64'
  probe pin_unl A pin_user_pages_unlocked '' \
    n 'p:pindrift/pin_unl pin_user_pages_unlocked start=start:x64 nr=nr_pages:s64 pages=pages:x64 flags=gup_flags:x32 caller=+0($stack):symbol' \
    a 'p:pindrift/pin_unl pin_user_pages_unlocked start=$arg1:x64 nr=$arg2:s64 pages=$arg3:x64 flags=$arg4:x32 caller=+0($stack):symbol' \
    r 'p:pindrift/pin_unl pin_user_pages_unlocked start=%di:x64 nr=%si:s64 pages=%dx:x64 flags=%cx:x32 caller=+0($stack):symbol'
  probe gup_slow A __get_user_pages '' \
    n 'p:pindrift/gup_slow __get_user_pages mm=mm:x64 start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64' \
    a 'p:pindrift/gup_slow __get_user_pages mm=$arg1:x64 start=$arg2:x64 nr=$arg3:s64 flags=$arg4:x32 pages=$arg5:x64' \
    r 'p:pindrift/gup_slow __get_user_pages mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64'
  probe gup_slow_ret A __get_user_pages '' \
    r 'r64:pindrift/gup_slow_ret __get_user_pages ret=$retval:s64'
  probe gup_lockless B internal_get_user_pages_fast '' \
    n 'p:pindrift/gup_lockless internal_get_user_pages_fast start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 pages=pages:x64' \
    a 'p:pindrift/gup_lockless internal_get_user_pages_fast start=$arg1:x64 nr=$arg2:s64 flags=$arg3:x32 pages=$arg4:x64' \
    r 'p:pindrift/gup_lockless internal_get_user_pages_fast start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64'
  probe gup_lockless_ret B internal_get_user_pages_fast '' \
    r 'r64:pindrift/gup_lockless_ret internal_get_user_pages_fast ret=$retval:s32'
  probe grab_fast A try_grab_compound_head '' \
    n 'p:pindrift/grab_fast try_grab_compound_head page=page:x64 refs=refs:s32 flags=flags:x32 ref=page->_refcount:s32' \
    a 'p:pindrift/grab_fast try_grab_compound_head page=$arg1:x64 refs=$arg2:s32 flags=$arg3:x32 ref=+52($arg1):s32' \
    r 'p:pindrift/grab_fast try_grab_compound_head page=%di:x64 refs=%si:s32 flags=%dx:x32 ref=+52(%di):s32'
  probe grab_fast_ret A try_grab_compound_head '' \
    r 'r64:pindrift/grab_fast_ret try_grab_compound_head head=$retval:x64'
  probe grab_slow A try_grab_page '' \
    n 'p:pindrift/grab_slow try_grab_page page=page:x64 flags=flags:x32 ref=page->_refcount:s32' \
    a 'p:pindrift/grab_slow try_grab_page page=$arg1:x64 flags=$arg2:x32 ref=+52($arg1):s32' \
    r 'p:pindrift/grab_slow try_grab_page page=%di:x64 flags=%si:x32 ref=+52(%di):s32'
  probe follow_pte A follow_page_pte '' \
    n 'p:pindrift/follow_pte follow_page_pte mm=vma->vm_mm:x64 addr=address:x64 flags=flags:x32' \
    a 'p:pindrift/follow_pte follow_page_pte mm=+64($arg1):x64 addr=$arg2:x64 flags=$arg4:x32' \
    r 'p:pindrift/follow_pte follow_page_pte mm=+64(%di):x64 addr=%si:x64 flags=%cx:x32'
  probe follow_pte_ret A follow_page_pte '' \
    r 'r64:pindrift/follow_pte_ret follow_page_pte page=$retval:x64'
  probe follow_pmd B follow_trans_huge_pmd '' \
    n 'p:pindrift/follow_pmd follow_trans_huge_pmd mm=vma->vm_mm:x64 addr=addr:x64 flags=flags:x32' \
    a 'p:pindrift/follow_pmd follow_trans_huge_pmd mm=+64($arg1):x64 addr=$arg2:x64 flags=$arg4:x32' \
    r 'p:pindrift/follow_pmd follow_trans_huge_pmd mm=+64(%di):x64 addr=%si:x64 flags=%cx:x32'
  probe follow_pmd_ret B follow_trans_huge_pmd '' \
    r 'r64:pindrift/follow_pmd_ret follow_trans_huge_pmd page=$retval:x64'
  probe grab_undo A put_compound_head '' \
    n 'p:pindrift/grab_undo put_compound_head page=page:x64 refs=refs:s32 flags=flags:x32' \
    a 'p:pindrift/grab_undo put_compound_head page=$arg1:x64 refs=$arg2:s32 flags=$arg3:x32' \
    r 'p:pindrift/grab_undo put_compound_head page=%di:x64 refs=%si:s32 flags=%dx:x32'
  probe unpin A unpin_user_page '' \
    n 'f:pindrift/unpin unpin_user_page page=page:x64' \
    n 'p:pindrift/unpin unpin_user_page page=page:x64' \
    a 'p:pindrift/unpin unpin_user_page page=$arg1:x64' \
    r 'p:pindrift/unpin unpin_user_page page=%di:x64'
  probe unpin_pages A unpin_user_pages '' \
    n 'f:pindrift/unpin_pages unpin_user_pages n=npages:s64 p0=+0(pages):x64 p1=+8(pages):x64 p2=+16(pages):x64 p3=+24(pages):x64' \
    n 'p:pindrift/unpin_pages unpin_user_pages n=npages:s64 p0=+0(pages):x64 p1=+8(pages):x64 p2=+16(pages):x64 p3=+24(pages):x64' \
    a 'p:pindrift/unpin_pages unpin_user_pages n=$arg2:s64 p0=+0($arg1):x64 p1=+8($arg1):x64 p2=+16($arg1):x64 p3=+24($arg1):x64' \
    r 'p:pindrift/unpin_pages unpin_user_pages n=%si:s64 p0=+0(%di):x64 p1=+8(%di):x64 p2=+16(%di):x64 p3=+24(%di):x64'
  probe unpin_dirty A unpin_user_pages_dirty_lock '' \
    n 'f:pindrift/unpin_dirty unpin_user_pages_dirty_lock n=npages:s64 dirty=make_dirty:u8 p0=+0(pages):x64 p1=+8(pages):x64 p2=+16(pages):x64 p3=+24(pages):x64' \
    n 'p:pindrift/unpin_dirty unpin_user_pages_dirty_lock n=npages:s64 dirty=make_dirty:u8 p0=+0(pages):x64 p1=+8(pages):x64 p2=+16(pages):x64 p3=+24(pages):x64' \
    a 'p:pindrift/unpin_dirty unpin_user_pages_dirty_lock n=$arg2:s64 dirty=$arg3:u8 p0=+0($arg1):x64 p1=+8($arg1):x64 p2=+16($arg1):x64 p3=+24($arg1):x64' \
    r 'p:pindrift/unpin_dirty unpin_user_pages_dirty_lock n=%si:s64 dirty=%dx:u8 p0=+0(%di):x64 p1=+8(%di):x64 p2=+16(%di):x64 p3=+24(%di):x64'
  probe bio_submit A submit_bio 'rules that cannot be decided without it: child-uses-parents-pin' \
    n 'f:pindrift/bio_submit submit_bio bio=bio:x64 opf=bio->bi_opf:x32 bflags=bio->bi_flags:x16 sector=bio->bi_iter.bi_sector:u64 size=bio->bi_iter.bi_size:u32 vcnt=bio->bi_vcnt:u16 p0=bio->bi_io_vec->bv_page:x64 l0=bio->bi_io_vec->bv_len:u32 o0=bio->bi_io_vec->bv_offset:u32' \
    n 'p:pindrift/bio_submit submit_bio bio=bio:x64 opf=bio->bi_opf:x32 bflags=bio->bi_flags:x16 sector=bio->bi_iter.bi_sector:u64 size=bio->bi_iter.bi_size:u32 vcnt=bio->bi_vcnt:u16 p0=bio->bi_io_vec->bv_page:x64 l0=bio->bi_io_vec->bv_len:u32 o0=bio->bi_io_vec->bv_offset:u32' \
    a 'p:pindrift/bio_submit submit_bio bio=$arg1:x64 opf=+16($arg1):x32 bflags=+20($arg1):x16 sector=+32($arg1):u64 size=+40($arg1):u32 vcnt=+104($arg1):u16 p0=+0(+112($arg1)):x64 l0=+8(+112($arg1)):u32 o0=+12(+112($arg1)):u32' \
    r 'p:pindrift/bio_submit submit_bio bio=%di:x64 opf=+16(%di):x32 bflags=+20(%di):x16 sector=+32(%di):u64 size=+40(%di):u32 vcnt=+104(%di):u16 p0=+0(+112(%di)):x64 l0=+8(+112(%di)):u32 o0=+12(+112(%di)):u32'
  probe bio_add B __bio_try_merge_page '' \
    n 'p:pindrift/bio_add __bio_try_merge_page bio=bio:x64 page=page:x64 len=len:u32 off=off:u32' \
    a 'p:pindrift/bio_add __bio_try_merge_page bio=$arg1:x64 page=$arg2:x64 len=$arg3:u32 off=$arg4:u32' \
    r 'p:pindrift/bio_add __bio_try_merge_page bio=%di:x64 page=%si:x64 len=%dx:u32 off=%cx:u32'
  probe bio_end A bio_endio 'rules that cannot be decided without it: undirtied-dma-write' \
    n 'f:pindrift/bio_end bio_endio bio=bio:x64 status=bio->bi_status:u8' \
    n 'p:pindrift/bio_end bio_endio bio=bio:x64 status=bio->bi_status:u8' \
    a 'p:pindrift/bio_end bio_endio bio=$arg1:x64 status=+26($arg1):u8' \
    r 'p:pindrift/bio_end bio_endio bio=%di:x64 status=+26(%di):u8'
  probe bio_release A bio_release_pages.part.0 '' \
    n 'f:pindrift/bio_release bio_release_pages.part.0 bio=bio:x64 dirty=mark_dirty:u8 bflags=bio->bi_flags:x16 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    n 'p:pindrift/bio_release bio_release_pages.part.0 bio=bio:x64 dirty=mark_dirty:u8 bflags=bio->bi_flags:x16 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    a 'p:pindrift/bio_release bio_release_pages.part.0 bio=$arg1:x64 dirty=$arg2:u8 bflags=+20($arg1):x16 p0=+0(+112($arg1)):x64 vcnt=+104($arg1):u16' \
    r 'p:pindrift/bio_release bio_release_pages.part.0 bio=%di:x64 dirty=%si:u8 bflags=+20(%di):x16 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16' \
    n 'f:pindrift/bio_release bio_release_pages bio=bio:x64 dirty=mark_dirty:u8 bflags=bio->bi_flags:x16 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    n 'p:pindrift/bio_release bio_release_pages bio=bio:x64 dirty=mark_dirty:u8 bflags=bio->bi_flags:x16 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    a 'p:pindrift/bio_release bio_release_pages bio=$arg1:x64 dirty=$arg2:u8 bflags=+20($arg1):x16 p0=+0(+112($arg1)):x64 vcnt=+104($arg1):u16' \
    r 'p:pindrift/bio_release bio_release_pages bio=%di:x64 dirty=%si:u8 bflags=+20(%di):x16 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16'
  probe bio_checkdirty A bio_check_pages_dirty '' \
    n 'f:pindrift/bio_checkdirty bio_check_pages_dirty bio=bio:x64 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    n 'p:pindrift/bio_checkdirty bio_check_pages_dirty bio=bio:x64 p0=bio->bi_io_vec->bv_page:x64 vcnt=bio->bi_vcnt:u16' \
    a 'p:pindrift/bio_checkdirty bio_check_pages_dirty bio=$arg1:x64 p0=+0(+112($arg1)):x64 vcnt=+104($arg1):u16' \
    r 'p:pindrift/bio_checkdirty bio_check_pages_dirty bio=%di:x64 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16'
  probe pipe_add A add_to_pipe '' \
    n 'p:pindrift/pipe_add add_to_pipe pipe=pipe:x64 page=buf->page:x64 off=buf->offset:u32 len=buf->len:u32' \
    a 'p:pindrift/pipe_add add_to_pipe pipe=$arg1:x64 page=+0($arg2):x64 off=+8($arg2):u32 len=+12($arg2):u32' \
    r 'p:pindrift/pipe_add add_to_pipe pipe=%di:x64 page=+0(%si):x64 off=+8(%si):u32 len=+12(%si):u32'
  probe pipe_release A page_cache_pipe_buf_release '' \
    n 'p:pindrift/pipe_release page_cache_pipe_buf_release pipe=pipe:x64 page=buf->page:x64' \
    a 'p:pindrift/pipe_release page_cache_pipe_buf_release pipe=$arg1:x64 page=+0($arg2):x64' \
    r 'p:pindrift/pipe_release page_cache_pipe_buf_release pipe=%di:x64 page=+0(%si):x64'
  probe pipe_release_gen B generic_pipe_buf_release '' \
    n 'p:pindrift/pipe_release_gen generic_pipe_buf_release pipe=pipe:x64 page=buf->page:x64' \
    a 'p:pindrift/pipe_release_gen generic_pipe_buf_release pipe=$arg1:x64 page=+0($arg2):x64' \
    r 'p:pindrift/pipe_release_gen generic_pipe_buf_release pipe=%di:x64 page=+0(%si):x64'
  probe new_anon A page_add_new_anon_rmap 'rules that cannot be decided without it: swapin-cow-under-pin, fork-share-then-cow, soft-dirty-then-cow, wrprotect-then-cow, ro-longterm-pin-without-unshare, ro-longterm-pin-on-nonanon-private, cow-under-write-pin, stale-read-pin, pinned-page-collapsed, user-unmapped-pinned-range, foreign-pin-reuse, pinned-page-shared-by-fork, device-exclusive-of-another-page, notifier-window, cow-with-pending-wrprotect-flush, spurious-early-copy, lost-dma-write' \
    n 'p:pindrift/new_anon page_add_new_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 compound=compound:u8' \
    a 'p:pindrift/new_anon page_add_new_anon_rmap page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64 compound=$arg4:u8' \
    r 'p:pindrift/new_anon page_add_new_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 compound=%cx:u8'
  probe thp_fault A do_huge_pmd_anonymous_page '' \
    n 'p:pindrift/thp_fault do_huge_pmd_anonymous_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64' \
    a 'p:pindrift/thp_fault do_huge_pmd_anonymous_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64' \
    r 'p:pindrift/thp_fault do_huge_pmd_anonymous_page mm=+64(+0(%di)):x64 addr=+24(%di):x64'
  probe anon_rmap A do_page_add_anon_rmap 'rules that cannot be decided without it: pinned-page-migrated, exclusive-mark-lost' \
    n 'p:pindrift/anon_rmap do_page_add_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 rflags=flags:x32' \
    a 'p:pindrift/anon_rmap do_page_add_anon_rmap page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64 rflags=$arg4:x32' \
    r 'p:pindrift/anon_rmap do_page_add_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 rflags=%cx:x32'
  probe new_hugetlb A hugepage_add_new_anon_rmap '' \
    n 'p:pindrift/new_hugetlb hugepage_add_new_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64' \
    a 'p:pindrift/new_hugetlb hugepage_add_new_anon_rmap page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64' \
    r 'p:pindrift/new_hugetlb hugepage_add_new_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64'
  probe move_anon A page_move_anon_rmap '' \
    n 'p:pindrift/move_anon page_move_anon_rmap page=page:x64 mm=vma->vm_mm:x64' \
    a 'p:pindrift/move_anon page_move_anon_rmap page=$arg1:x64 mm=+64($arg2):x64' \
    r 'p:pindrift/move_anon page_move_anon_rmap page=%di:x64 mm=+64(%si):x64'
  probe file_map B finish_fault 'rules that cannot be decided without it: undirtied-dma-write' \
    n 'p:pindrift/file_map finish_fault mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 page=vmf->page:x64 cow=vmf->cow_page:x64' \
    a 'p:pindrift/file_map finish_fault mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 page=+64($arg1):x64 cow=+56($arg1):x64' \
    r 'p:pindrift/file_map finish_fault mm=+64(+0(%di)):x64 addr=+24(%di):x64 page=+64(%di):x64 cow=+56(%di):x64'
  probe fault B handle_mm_fault '' \
    n 'p:pindrift/fault handle_mm_fault mm=vma->vm_mm:x64 addr=address:x64 flags=flags:x32' \
    a 'p:pindrift/fault handle_mm_fault mm=+64($arg1):x64 addr=$arg2:x64 flags=$arg3:x32' \
    r 'p:pindrift/fault handle_mm_fault mm=+64(%di):x64 addr=%si:x64 flags=%dx:x32'
  probe wp_fault A do_wp_page '' \
    n 'p:pindrift/wp_fault do_wp_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 pte=vmf->orig_pte:x64 flags=vmf->flags:x32' \
    a 'p:pindrift/wp_fault do_wp_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 pte=+48($arg1):x64 flags=+8($arg1):x32' \
    r 'p:pindrift/wp_fault do_wp_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pte=+48(%di):x64 flags=+8(%di):x32'
  probe wp_fault_ret A do_wp_page '' \
    r 'r64:pindrift/wp_fault_ret do_wp_page ret=$retval:x32'
  probe wp_copy A wp_page_copy '' \
    n 'p:pindrift/wp_copy wp_page_copy mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 page=vmf->page:x64' \
    a 'p:pindrift/wp_copy wp_page_copy mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 page=+64($arg1):x64' \
    r 'p:pindrift/wp_copy wp_page_copy mm=+64(+0(%di)):x64 addr=+24(%di):x64 page=+64(%di):x64'
  probe wp_pmd A do_huge_pmd_wp_page '' \
    n 'p:pindrift/wp_pmd do_huge_pmd_wp_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 pmd=orig_pmd:x64 flags=vmf->flags:x32' \
    a 'p:pindrift/wp_pmd do_huge_pmd_wp_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 pmd=$arg2:x64 flags=+8($arg1):x32' \
    r 'p:pindrift/wp_pmd do_huge_pmd_wp_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pmd=%si:x64 flags=+8(%di):x32'
  probe wp_pmd_ret A do_huge_pmd_wp_page '' \
    r 'r64:pindrift/wp_pmd_ret do_huge_pmd_wp_page ret=$retval:x32'
  probe wp_hugetlb A hugetlb_cow '' \
    n 'p:pindrift/wp_hugetlb hugetlb_cow mm=mm:x64 addr=address:x64' \
    a 'p:pindrift/wp_hugetlb hugetlb_cow mm=$arg1:x64 addr=$arg3:x64' \
    r 'p:pindrift/wp_hugetlb hugetlb_cow mm=%di:x64 addr=%dx:x64'
  probe swap_in A do_swap_page 'rules that cannot be decided without it: exclusive-mark-lost, swapin-raced' \
    n 'p:pindrift/swap_in do_swap_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 pte=vmf->orig_pte:x64 flags=vmf->flags:x32' \
    a 'p:pindrift/swap_in do_swap_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 pte=+48($arg1):x64 flags=+8($arg1):x32' \
    r 'p:pindrift/swap_in do_swap_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pte=+48(%di):x64 flags=+8(%di):x32'
  probe swap_in_ret B do_swap_page '' \
    r 'r64:pindrift/swap_in_ret do_swap_page ret=$retval:x32'
  probe clear_flush A ptep_clear_flush 'rules that cannot be decided without it: pin-under-device-exclusive, device-exclusive-livelock, device-exclusive-copied-by-fork' \
    n 'p:pindrift/clear_flush ptep_clear_flush mm=vma->vm_mm:x64 addr=address:x64 pte=+0(ptep):x64' \
    a 'p:pindrift/clear_flush ptep_clear_flush mm=+64($arg1):x64 addr=$arg2:x64 pte=+0($arg3):x64' \
    r 'p:pindrift/clear_flush ptep_clear_flush mm=+64(%di):x64 addr=%si:x64 pte=+0(%dx):x64'
  probe clear_flush_pmd A pmdp_huge_clear_flush '' \
    n 'p:pindrift/clear_flush_pmd pmdp_huge_clear_flush mm=vma->vm_mm:x64 addr=address:x64 pmd=+0(pmdp):x64' \
    a 'p:pindrift/clear_flush_pmd pmdp_huge_clear_flush mm=+64($arg1):x64 addr=$arg2:x64 pmd=+0($arg3):x64' \
    r 'p:pindrift/clear_flush_pmd pmdp_huge_clear_flush mm=+64(%di):x64 addr=%si:x64 pmd=+0(%dx):x64'
  probe unmap_one A try_to_unmap_one 'rules that cannot be decided without it: swapin-cow-under-pin, pinned-page-unmapped-for-swap, swapin-raced' \
    n 'p:pindrift/unmap_one try_to_unmap_one page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 ref=page->_refcount:s32 map=page->_mapcount:s32' \
    a 'p:pindrift/unmap_one try_to_unmap_one page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64 ref=+52($arg1):s32 map=+48($arg1):s32' \
    r 'p:pindrift/unmap_one try_to_unmap_one page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 ref=+52(%di):s32 map=+48(%di):s32'
  probe unmap_one_ret A try_to_unmap_one 'rules that cannot be decided without it: pinned-page-unmapped-for-swap, swapin-raced, pin-of-unmapped-page' \
    r 'r64:pindrift/unmap_one_ret try_to_unmap_one ret=$retval:u8'
  probe swap_cache_add B add_to_swap_cache '' \
    n 'p:pindrift/swap_cache_add add_to_swap_cache page=page:x64 entry=entry:x64' \
    a 'p:pindrift/swap_cache_add add_to_swap_cache page=$arg1:x64 entry=$arg2:x64' \
    r 'p:pindrift/swap_cache_add add_to_swap_cache page=%di:x64 entry=%si:x64'
  probe swap_out B __swap_writepage '' \
    n 'p:pindrift/swap_out __swap_writepage page=page:x64' \
    a 'p:pindrift/swap_out __swap_writepage page=$arg1:x64' \
    r 'p:pindrift/swap_out __swap_writepage page=%di:x64'
  probe migrate_map A migrate_page_move_mapping '' \
    n 'p:pindrift/migrate_map migrate_page_move_mapping new=newpage:x64 old=page:x64 extra=extra_count:s32' \
    a 'p:pindrift/migrate_map migrate_page_move_mapping new=$arg2:x64 old=$arg3:x64 extra=$arg4:s32' \
    r 'p:pindrift/migrate_map migrate_page_move_mapping new=%si:x64 old=%dx:x64 extra=%cx:s32'
  probe migrate_map_ret A migrate_page_move_mapping '' \
    r 'r64:pindrift/migrate_map_ret migrate_page_move_mapping ret=$retval:s32'
  probe migrate_in A remove_migration_pte 'rules that cannot be decided without it: pinned-page-migrated' \
    n 'p:pindrift/migrate_in remove_migration_pte page=page:x64 mm=vma->vm_mm:x64 addr=addr:x64' \
    a 'p:pindrift/migrate_in remove_migration_pte page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64' \
    r 'p:pindrift/migrate_in remove_migration_pte page=%di:x64 mm=+64(%si):x64 addr=%dx:x64'
  probe rmap_del B page_remove_rmap '' \
    n 'p:pindrift/rmap_del page_remove_rmap page=page:x64 compound=compound:u8' \
    a 'p:pindrift/rmap_del page_remove_rmap page=$arg1:x64 compound=$arg2:u8' \
    r 'p:pindrift/rmap_del page_remove_rmap page=%di:x64 compound=%si:u8'
  probe zap A unmap_page_range 'rules that cannot be decided without it: user-unmapped-pinned-range' \
    n 'p:pindrift/zap unmap_page_range mm=vma->vm_mm:x64 start=addr:x64 end=end:x64' \
    a 'p:pindrift/zap unmap_page_range mm=+64($arg2):x64 start=$arg3:x64 end=$arg4:x64' \
    r 'p:pindrift/zap unmap_page_range mm=+64(%si):x64 start=%dx:x64 end=%cx:x64'
  probe unmap_vmas A unmap_vmas '' \
    n 'p:pindrift/unmap_vmas unmap_vmas mm=vma->vm_mm:x64 start=start_addr:x64 end=end_addr:x64' \
    a 'p:pindrift/unmap_vmas unmap_vmas mm=+64($arg2):x64 start=$arg3:x64 end=$arg4:x64' \
    r 'p:pindrift/unmap_vmas unmap_vmas mm=+64(%si):x64 start=%dx:x64 end=%cx:x64'
  probe mremap A move_page_tables 'rules that cannot be decided without it: moved-pinned-range' \
    n 'p:pindrift/mremap move_page_tables mm=vma->vm_mm:x64 old=old_addr:x64 new=new_addr:x64 len=len:x64' \
    a 'p:pindrift/mremap move_page_tables mm=+64($arg1):x64 old=$arg2:x64 new=$arg4:x64 len=$arg5:x64' \
    r 'p:pindrift/mremap move_page_tables mm=+64(%di):x64 old=%si:x64 new=%cx:x64 len=%r8:x64'
  probe fork_pmd_ret A copy_huge_pmd '' \
    r 'r64:pindrift/fork_pmd_ret copy_huge_pmd ret=$retval:s32'
  probe cprot A change_protection '' \
    n 'p:pindrift/cprot change_protection mm=vma->vm_mm:x64 start=start:x64 end=end:x64 prot=newprot:x64 cp=cp_flags:x32' \
    a 'p:pindrift/cprot change_protection mm=+64($arg1):x64 start=$arg2:x64 end=$arg3:x64 prot=$arg4:x64 cp=$arg5:x32' \
    r 'p:pindrift/cprot change_protection mm=+64(%di):x64 start=%si:x64 end=%dx:x64 prot=%cx:x64 cp=%r8:x32'
  probe softdirty A clear_refs_pte_range 'rules that cannot be decided without it: soft-dirty-then-cow' \
    n 'p:pindrift/softdirty clear_refs_pte_range mm=walk->mm:x64 start=addr:x64 end=end:x64' \
    a 'p:pindrift/softdirty clear_refs_pte_range mm=+8($arg4):x64 start=$arg2:x64 end=$arg3:x64' \
    r 'p:pindrift/softdirty clear_refs_pte_range mm=+8(%cx):x64 start=%si:x64 end=%dx:x64'
  probe uffd_wp A mwriteprotect_range '' \
    n 'p:pindrift/uffd_wp mwriteprotect_range mm=dst_mm:x64 start=start:x64 len=len:x64 enable=enable_wp:u8' \
    a 'p:pindrift/uffd_wp mwriteprotect_range mm=$arg1:x64 start=$arg2:x64 len=$arg3:x64 enable=$arg4:u8' \
    r 'p:pindrift/uffd_wp mwriteprotect_range mm=%di:x64 start=%si:x64 len=%dx:x64 enable=%cx:u8'
  probe ksm_wp A write_protect_page '' \
    n 'p:pindrift/ksm_wp write_protect_page mm=vma->vm_mm:x64 page=page:x64 ref=page->_refcount:s32' \
    a 'p:pindrift/ksm_wp write_protect_page mm=+64($arg1):x64 page=$arg2:x64 ref=+52($arg2):s32' \
    r 'p:pindrift/ksm_wp write_protect_page mm=+64(%di):x64 page=%si:x64 ref=+52(%si):s32'
  probe ksm_wp_ret A write_protect_page '' \
    r 'r64:pindrift/ksm_wp_ret write_protect_page ret=$retval:s32'
  probe ksm_merge A try_to_merge_one_page 'rules that cannot be decided without it: pinned-page-ksm-merged' \
    n 'p:pindrift/ksm_merge try_to_merge_one_page mm=vma->vm_mm:x64 page=page:x64 kpage=kpage:x64' \
    a 'p:pindrift/ksm_merge try_to_merge_one_page mm=+64($arg1):x64 page=$arg2:x64 kpage=$arg3:x64' \
    r 'p:pindrift/ksm_merge try_to_merge_one_page mm=+64(%di):x64 page=%si:x64 kpage=%dx:x64'
  probe ksm_merge_ret A try_to_merge_one_page '' \
    r 'r64:pindrift/ksm_merge_ret try_to_merge_one_page ret=$retval:s32'
  probe thp_split_pmd A __split_huge_pmd '' \
    n 'p:pindrift/thp_split_pmd __split_huge_pmd mm=vma->vm_mm:x64 addr=address:x64 pmd=+0(pmd):x64 freeze=freeze:u8' \
    a 'p:pindrift/thp_split_pmd __split_huge_pmd mm=+64($arg1):x64 addr=$arg3:x64 pmd=+0($arg2):x64 freeze=$arg4:u8' \
    r 'p:pindrift/thp_split_pmd __split_huge_pmd mm=+64(%di):x64 addr=%dx:x64 pmd=+0(%si):x64 freeze=%cx:u8'
  probe thp_split B split_huge_page_to_list '' \
    n 'p:pindrift/thp_split split_huge_page_to_list page=page:x64' \
    a 'p:pindrift/thp_split split_huge_page_to_list page=$arg1:x64' \
    r 'p:pindrift/thp_split split_huge_page_to_list page=%di:x64'
  probe mmun_start B __mmu_notifier_invalidate_range_start 'rules that cannot be decided without it: notifier-window, hmm-snapshot-in-window' \
    n 'p:pindrift/mmun_start __mmu_notifier_invalidate_range_start mm=range->mm:x64 start=range->start:x64 end=range->end:x64 event=range->event:u32 owner=range->migrate_pgmap_owner:x64' \
    a 'p:pindrift/mmun_start __mmu_notifier_invalidate_range_start mm=+8($arg1):x64 start=+16($arg1):x64 end=+24($arg1):x64 event=+36($arg1):u32 owner=+40($arg1):x64' \
    r 'p:pindrift/mmun_start __mmu_notifier_invalidate_range_start mm=+8(%di):x64 start=+16(%di):x64 end=+24(%di):x64 event=+36(%di):u32 owner=+40(%di):x64'
  probe mmun_end B __mmu_notifier_invalidate_range_end 'rules that cannot be decided without it: notifier-window, hmm-snapshot-in-window' \
    n 'p:pindrift/mmun_end __mmu_notifier_invalidate_range_end mm=range->mm:x64 start=range->start:x64 end=range->end:x64' \
    a 'p:pindrift/mmun_end __mmu_notifier_invalidate_range_end mm=+8($arg1):x64 start=+16($arg1):x64 end=+24($arg1):x64' \
    r 'p:pindrift/mmun_end __mmu_notifier_invalidate_range_end mm=+8(%di):x64 start=+16(%di):x64 end=+24(%di):x64'
  probe hmm_fault B hmm_range_fault 'rules that cannot be decided without it: hmm-snapshot-in-window' \
    n 'p:pindrift/hmm_fault hmm_range_fault mm=range->notifier->mm:x64 start=range->start:x64 end=range->end:x64' \
    a 'p:pindrift/hmm_fault hmm_range_fault mm=+56(+0($arg1)):x64 start=+16($arg1):x64 end=+24($arg1):x64' \
    r 'p:pindrift/hmm_fault hmm_range_fault mm=+56(+0(%di)):x64 start=+16(%di):x64 end=+24(%di):x64'
  probe hmm_fault_ret B hmm_range_fault 'rules that cannot be decided without it: hmm-snapshot-in-window' \
    r 'r64:pindrift/hmm_fault_ret hmm_range_fault ret=$retval:s32'
  probe tlb_mm B flush_tlb_mm_range 'rules that cannot be decided without it: cow-with-pending-wrprotect-flush' \
    n 'p:pindrift/tlb_mm flush_tlb_mm_range mm=mm:x64 start=start:x64 end=end:x64' \
    a 'p:pindrift/tlb_mm flush_tlb_mm_range mm=$arg1:x64 start=$arg2:x64 end=$arg3:x64' \
    r 'p:pindrift/tlb_mm flush_tlb_mm_range mm=%di:x64 start=%si:x64 end=%dx:x64'
  probe file_rmap B page_add_file_rmap '' \
    n 'p:pindrift/file_rmap page_add_file_rmap page=page:x64' \
    a 'p:pindrift/file_rmap page_add_file_rmap page=$arg1:x64' \
    r 'p:pindrift/file_rmap page_add_file_rmap page=%di:x64'
  probe numa_pmd B do_huge_pmd_numa_page '' \
    n 'p:pindrift/numa_pmd do_huge_pmd_numa_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 flags=vmf->flags:x32' \
    a 'p:pindrift/numa_pmd do_huge_pmd_numa_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 flags=+8($arg1):x32' \
    r 'p:pindrift/numa_pmd do_huge_pmd_numa_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 flags=+8(%di):x32'
  probe numa_thp B migrate_misplaced_transhuge_page '' \
    n 'p:pindrift/numa_thp migrate_misplaced_transhuge_page mm=mm:x64 addr=address:x64 page=page:x64' \
    a 'p:pindrift/numa_thp migrate_misplaced_transhuge_page mm=$arg1:x64 addr=$arg5:x64 page=$arg6:x64' \
    r 'p:pindrift/numa_thp migrate_misplaced_transhuge_page mm=%di:x64 addr=%r8:x64 page=%r9:x64'
  probe numa_thp_ret B migrate_misplaced_transhuge_page '' \
    r 'r64:pindrift/numa_thp_ret migrate_misplaced_transhuge_page ret=$retval:s32'
  probe numa_page B migrate_misplaced_page '' \
    n 'p:pindrift/numa_page migrate_misplaced_page page=page:x64' \
    a 'p:pindrift/numa_page migrate_misplaced_page page=$arg1:x64' \
    r 'p:pindrift/numa_page migrate_misplaced_page page=%di:x64'
  probe numa_page_ret B migrate_misplaced_page '' \
    r 'r64:pindrift/numa_page_ret migrate_misplaced_page ret=$retval:s32'
  probe numa_prot B change_prot_numa '' \
    n 'p:pindrift/numa_prot change_prot_numa mm=vma->vm_mm:x64 start=addr:x64 end=end:x64' \
    a 'p:pindrift/numa_prot change_prot_numa mm=+64($arg1):x64 start=$arg2:x64 end=$arg3:x64' \
    r 'p:pindrift/numa_prot change_prot_numa mm=+64(%di):x64 start=%si:x64 end=%dx:x64'
  probe reuse_swap B reuse_swap_page '' \
    n 'p:pindrift/reuse_swap reuse_swap_page page=page:x64' \
    a 'p:pindrift/reuse_swap reuse_swap_page page=$arg1:x64' \
    r 'p:pindrift/reuse_swap reuse_swap_page page=%di:x64'
  probe reuse_swap_ret B reuse_swap_page '' \
    r 'r64:pindrift/reuse_swap_ret reuse_swap_page ret=$retval:u8'
  probe huge_prot B change_huge_pmd '' \
    n 'p:pindrift/huge_prot change_huge_pmd mm=vma->vm_mm:x64 addr=addr:x64 pmd=+0(pmd):x64 prot=newprot:x64 cp=cp_flags:x32' \
    a 'p:pindrift/huge_prot change_huge_pmd mm=+64($arg1):x64 addr=$arg3:x64 pmd=+0($arg2):x64 prot=$arg4:x64 cp=$arg5:x32' \
    r 'p:pindrift/huge_prot change_huge_pmd mm=+64(%di):x64 addr=%dx:x64 pmd=+0(%si):x64 prot=%cx:x64 cp=%r8:x32'
  left_out pin_pages A '' 'gup_fast_fallback' 'not in the BTF, so absent or inlined'
  left_out put_folio A '' 'gup_put_folio' 'not in the BTF, so absent or inlined'
  left_out unpin_range A '' 'unpin_user_page_range_dirty_lock' 'not in the BTF, so absent or inlined'
  left_out unpin_folio A '' 'unpin_user_folio' 'not in the BTF, so absent or inlined'
  left_out anon_rmap_pmd A '' 'folio_add_anon_rmap_pmd' 'not in the BTF, so absent or inlined'
  left_out wp_reuse B '' 'wp_page_reuse' 'not in the BTF, so absent or inlined'
  left_out migrate_one A '' 'try_to_migrate_one' 'not in the BTF, so absent or inlined'
  left_out migrate_one_ret A '' 'try_to_migrate_one' 'not in the BTF, so absent or inlined'
  left_out rmap_del_pmd B '' 'folio_remove_rmap_pmd' 'not in the BTF, so absent or inlined'
  left_out mm_exit A 'rules that cannot be decided without it: pin-leak' 'exit_mmap' 'not in the BTF, so absent or inlined'
  left_out fork_vma A 'rules that cannot be decided without it: fork-share-then-cow, ro-longterm-pin-without-unshare, pinned-page-shared-by-fork, get-across-fork, child-uses-parents-pin, device-exclusive-copied-by-fork, gup-fast-during-fork, spurious-early-copy' 'copy_page_range' 'not in the BTF, so absent or inlined'
  left_out fork_vma_ret A 'rules that cannot be decided without it: device-exclusive-copied-by-fork, gup-fast-during-fork' 'copy_page_range' 'not in the BTF, so absent or inlined'
  left_out fork_pmd A '' 'copy_huge_pmd' 'it has no *src_pmd (it takes dst_mm, src_mm, dst_pmd, Arc_pmd, addr, dst_vma, src_vma)'
  left_out fork_hugetlb A '' 'copy_hugetlb_page_range' 'not in the BTF, so absent or inlined'
  left_out thp_collapse A '' 'collapse_huge_page' 'not in the BTF, so absent or inlined'
  left_out thp_collapse_ret A '' 'collapse_huge_page' 'not in the BTF, so absent or inlined'
  left_out dev_excl A 'rules that cannot be decided without it: pin-under-device-exclusive, device-exclusive-livelock, device-exclusive-copied-by-fork, device-exclusive-of-another-page' 'make_device_exclusive make_device_exclusive_range' 'not in the BTF, so absent or inlined'
  left_out dev_excl_ret A 'rules that cannot be decided without it: pin-under-device-exclusive, device-exclusive-livelock, device-exclusive-copied-by-fork, device-exclusive-of-another-page' 'make_device_exclusive' 'not in the BTF, so absent or inlined'
  left_out dev_excl_one A 'rules that cannot be decided without it: pin-under-device-exclusive, device-exclusive-livelock, device-exclusive-copied-by-fork' 'page_make_device_exclusive_one' 'not in the BTF, so absent or inlined'
  left_out dev_excl_end A '' 'make_device_exclusive_range' 'not in the BTF, so absent or inlined'
  left_out dev_restore A 'rules that cannot be decided without it: device-exclusive-livelock, device-exclusive-copied-by-fork' 'restore_exclusive_pte' 'not in the BTF, so absent or inlined'
}

# What follows is the same in every script. POSIX sh: dash and busybox ash run it.

usage() {
  cat <<END
usage: sh $0 [options] [-- COMMAND [ARG...]]

Records which pages are pinned and what becomes of them, on this machine, as root. With COMMAND: while it runs.
With --duration: that long. Otherwise until Ctrl-C.

  -o FILE            where the capture goes (pindrift.trace); .gz is packed
  --duration SEC     stop after SEC seconds
  --buffer SIZE      ring buffer per CPU: 8M, 64M, ... (a tenth of what is free, at most 256M in all)
  --clock CLOCK      mono, boot, global, ... ($pd_clock)
  --tier TIER        core: what the rules ask for; $pd_made: all that is in here ($pd_tier)
  --pid PID          only this process and its children; may be given again
  --comm NAME        only tasks of this name
  --cgroup DIR       only the processes of a cgroup, and their children
  --raw              leave the ring buffer's pages and the formats in the folder FILE, not text
  --follow           print the events as they come, on standard output, and leave no file
  --ring SIZE        with --follow: also keep the newest events in an instance of their own, pindrift-ring
  --force            also on a kernel that the script was not made for
  --dry-run          check, and print what would be armed; nothing is changed
  --cleanup          take away what a killed capture left behind
END
}

say() { printf 'pindrift: %s\n' "$*" >&2; }

# what is wrong; what to try
die() {
  say "$1"
  [ -z "${2:-}" ] || say "try: $2"
  exit 1
}

pd_state=idle
pd_out=pindrift.trace
pd_duration=
pd_buffer=
pd_pids=
pd_comm=
pd_raw=0
pd_follow=0
pd_ring=
pd_force=0
pd_mode=capture
pd_child=
pd_stop=0
pd_signal=0
pd_pending=
pd_names=
pd_armed=0
pd_refused=0
pd_hash=
pd_instance=
pd_dir=
pd_t=
pd_table=
pd_line_end='
'

need_value() { [ $# -ge 2 ] || { usage >&2; say "$1 needs a value"; exit 2; }; }

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output) need_value "$@"; pd_out=$2; shift ;;
      -d | --duration) need_value "$@"; pd_duration=$2; shift ;;
      --buffer) need_value "$@"; pd_buffer=$2; shift ;;
      --clock) need_value "$@"; pd_clock=$2; shift ;;
      --tier) need_value "$@"; pd_tier=$2; shift ;;
      --pid) need_value "$@"; pd_pids="$pd_pids $2"; shift ;;
      --comm) need_value "$@"; pd_comm=$2; shift ;;
      --cgroup)
        need_value "$@"
        [ -r "$2/cgroup.procs" ] || die "$2 is no cgroup: it has no cgroup.procs" "a folder below /sys/fs/cgroup"
        pd_pids="$pd_pids $(tr '\n' ' ' < "$2/cgroup.procs")"
        [ -n "$(echo "$pd_pids" | tr -d ' ')" ] || die "no process is in $2"
        shift ;;
      --raw) pd_raw=1 ;;
      --follow) pd_follow=1 ;;
      --ring) need_value "$@"; pd_ring=$2; shift ;;
      --force) pd_force=1 ;;
      --dry-run) pd_mode=dry ;;
      --cleanup) pd_mode=cleanup ;;
      -h | --help) usage; exit 0 ;;
      --) shift; return 0 ;;
      *) usage >&2; say "unknown: $1"; exit 2 ;;
    esac
    shift
  done
}

# how many words parse() takes: all up to and with --
count_options() {
  pd_taken=0
  for pd_word in "$@"; do
    pd_taken=$((pd_taken + 1))
    [ "$pd_word" = -- ] && return 0
  done
}

find_tracefs() {
  for pd_t in /sys/kernel/tracing /sys/kernel/debug/tracing; do
    [ -e "$pd_t/dynamic_events" ] || [ -e "$pd_t/kprobe_events" ] && break
    pd_t=
  done
  if [ -z "$pd_t" ]; then
    if [ -d /sys/kernel/tracing ] || [ -d /sys/kernel/debug ]; then
      grep -qs ' tracefs ' /proc/mounts &&
        die "this kernel has no kprobe events (CONFIG_KPROBE_EVENTS)" "a kernel with it; distributions set it"
      die "tracefs is not mounted" "mount -t tracefs tracefs /sys/kernel/tracing"
    fi
    die "this kernel has no tracefs (CONFIG_TRACING)" "a kernel with it; distributions set it"
  fi
  pd_events=$pd_t/dynamic_events
  [ -e "$pd_events" ] || pd_events=$pd_t/kprobe_events
  [ -d "$pd_t/instances" ] || die "this kernel's tracefs has no instances" "a kernel from 3.10 on"
  pd_instance=$pd_t/instances/pindrift
}

check_machine() {
  [ "$(id -u)" = 0 ] || die "only root may record kernel events" "sudo sh $0"
  if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
    die "the kernel is locked down (confidentiality), which forbids kprobes" "boot with lockdown=integrity; secure boot alone asks for no more"
  fi
  pd_here=$(uname -m)
  [ "$pd_here" = "$pd_machine" ] || die "this machine is $pd_here, the script is for $pd_machine" "pindrift capture script --btf FILE --arch $pd_here"
  find_tracefs
  [ -w "$pd_events" ] || die "$pd_events cannot be written: tracefs is read-only here" "in a container: run it privileged, with the host's /sys/kernel/tracing"
  [ "$(cat /proc/sys/kernel/ftrace_enabled 2>/dev/null || echo 1)" != 0 ] ||
    die "kernel.ftrace_enabled is 0: probes would be armed and say nothing" "sysctl kernel.ftrace_enabled=1"
  check_btf
}

check_btf() {
  pd_found=
  if [ -r /sys/kernel/btf/vmlinux ] && command -v sha256sum > /dev/null 2>&1; then
    pd_found=$(sha256sum < /sys/kernel/btf/vmlinux | cut -d' ' -f1)
    [ "$pd_found" = "$pd_btf" ] || [ -z "$pd_btf" ] || wrong_kernel "this kernel's BTF is another than the script was made from"
  elif [ -n "$pd_release" ] && [ "$(uname -r)" != "$pd_release" ]; then
    wrong_kernel "this is kernel $(uname -r), the script is for $pd_release"
  fi
}

# offsets of another build make a trace that is wrong and looks right
wrong_kernel() {
  [ "$pd_force" = 1 ] && { say "$1; going on (--force)"; return 0; }
  die "$1" "copy /sys/kernel/btf/vmlinux to where pindrift is: pindrift capture script --btf vmlinux -o capture.sh"
}

owner_file() { if [ -d /run ] && [ -w /run ]; then echo /run/pindrift.pid; else echo /tmp/pindrift.pid; fi; }

# a process and when it began, since its number may be another's by now
process() { printf '%s %s' "$1" "$(tr '\n' ' ' 2>/dev/null < "/proc/$1/stat" | sed 's/^.*) //' | cut -d' ' -f20)"; }

read_owner() { pd_owner=$(cat "$(owner_file)" 2>/dev/null); }
owner_lives() { [ -n "$pd_owner" ] && kill -0 "${pd_owner% *}" 2>/dev/null && [ "$pd_owner" = "$(process "${pd_owner% *}")" ]; }

# whoever moves the name of the dead owner away is the one who takes away what it left
inherit() {
  read_owner
  if [ -z "$pd_owner" ] || owner_lives; then return 0; fi
  mv "$(owner_file)" "$(owner_file).$$" 2>/dev/null || return 0
  if [ -d "$pd_instance" ] || grep -qs '^[a-z][0-9]*:pindrift/' "$pd_events"; then
    say "taking away what a killed pindrift (process ${pd_owner% *}) left"
    pd_state=taken
    take_away || exit 1
    pd_state=idle
  fi
  rm -f "$(owner_file).$$"
}

# the instance is the lock: mkdir is atomic
take_instance() {
  inherit
  if grep -qs '^[a-z][0-9]*:pindrift/' "$pd_events"; then
    [ -d "$pd_instance" ] || die "events of the group pindrift are there, made by hand or left by a killed capture" "sh $0 --cleanup"
  fi
  # a signal between the two would leave what is not known to be ours
  pd_state=taking
  if ! mkdir "$pd_instance" 2>/dev/null; then
    pd_state=idle
    read_owner
    owner_lives && die "another pindrift (process ${pd_owner% *}) is recording" "wait for it, or: kill ${pd_owner% *}"
    [ -d "$pd_instance" ] && die "there is a trace instance of a pindrift, and nobody says whose" "sh $0 --cleanup, if none is recording"
    die "no trace instance can be made in $pd_t/instances"
  fi
  pd_state=taken
  process $$ > "$(owner_file)"
  [ -z "$pd_pending" ] || exit $((128 + pd_pending))
}

# off, then gone: own events only
drop_events() {
  for pd_path in "$pd_instance" "$pd_instance-ring"; do
    [ ! -d "$pd_path" ] || echo 0 > "$pd_path/tracing_on"
    [ ! -e "$pd_path/events/enable" ] || echo 0 2>/dev/null > "$pd_path/events/enable"
  done
  grep -s '^[a-z][0-9]*:pindrift/' "$pd_events" | sed 's/^[a-z][0-9]*:\([^ ]*\).*/-:\1/' | while read -r pd_line; do
    echo "$pd_line" >> "$pd_events" 2>/dev/null || say "cannot remove $pd_line: somebody uses it (another instance, perf?)"
  done
}

drop_instance() {
  [ -d "$1" ] || return 0
  pd_tries=0
  while ! rmdir "$1" 2>/dev/null; do
    pd_tries=$((pd_tries + 1))
    [ $pd_tries -lt 5 ] || { say "$1 is busy: somebody has a file of it open; try: sh $0 --cleanup later"; return 1; }
    sleep 1
  done
}

take_away() {
  drop_events
  drop_instance "$pd_instance-ring" && drop_instance "$pd_instance"
}

finish() {
  pd_code=$?
  trap '' INT TERM HUP
  trap - EXIT
  if [ "$pd_state" != idle ]; then
    # who comes next finds the name of who left it
    take_away && rm -f "$(owner_file)"
  fi
  [ -z "$pd_dir" ] || rm -rf "$pd_dir"
  rm -f "$pd_out.part"
  exit $pd_code
}

# while it records a signal ends the recording, before and after it ends the script
on_signal() {
  pd_signal=$1
  if [ "$pd_state" = recording ]; then
    pd_stop=1
    # what a script starts in the background does not hear Ctrl-C
    [ -z "$pd_child" ] || kill "$pd_child" 2>/dev/null
  elif [ "$pd_state" = taking ]; then
    pd_pending=$1
  else
    exit $((128 + $1))
  fi
}

# --- arming

# symbols of all probes: name, how often it is there, another form of it
read_symbols() {
  pd_table=$pd_line_end$(awk -v want="$pd_symbols" '
    BEGIN { n = split(want, list, " "); for (i = 1; i <= n; i++) count[list[i]] = 0 }
    index("tTwW", $2) {
      if ($3 in count) count[$3]++
      else { base = $3; sub(/\..*/, "", base); if (base in count && !(base in form)) form[base] = $3 }
    }
    END { for (i = 1; i <= n; i++) print list[i], count[list[i]], form[list[i]] }
  ' /proc/kallsyms)$pd_line_end
}

# EVENT SYMBOL REASON COST
refused() {
  printf '# pindrift-refused: %s %s %s\n' "$1" "$2" "$3" >> "$pd_dir/refused"
  say "not armed: $1 ($2): $3; ${4:-no rule depends on it alone}"
  pd_refused=$((pd_refused + 1))
  if [ $pd_armed = 0 ] && [ $pd_refused -ge 5 ]; then
    die "the kernel takes no probe at all (the last answer: $3)" "dmesg says more; kprobes may be switched off (CONFIG_KPROBES, a security module, a sandbox)"
  fi
}

# EVENT TIER SYMBOL COST, then pairs of STYLE LINE: the first that the kernel takes
probe() {
  pd_event=$1 pd_symbol=$3 pd_cost=$4
  [ "$2" = A ] || [ "$pd_tier" != core ] || return 0
  shift 4
  if [ "$pd_mode" = dry ]; then
    while [ "$1" = n ] && [ -z "$pd_names" ]; do shift 2; done
    echo "$2"
    return 0
  fi
  pd_why=
  while [ $# -gt 1 ]; do
    try "$1" "$2" && return 0
    shift 2
  done
  refused "$pd_event" "$pd_symbol" "${pd_why:-refused}" "$pd_cost"
}

try() {
  [ "$1" != n ] || [ -n "$pd_names" ] || return 1
  pd_on=${2#* } pd_on=${pd_on%% *} pd_on=${pd_on%%\%return}
  case $pd_table in
    *"$pd_line_end$pd_on 1 "*) ;;
    *"$pd_line_end$pd_on 0 $pd_line_end"*) pd_why="it has no symbol: inlined, or not in this kernel"; return 1 ;;
    *"$pd_line_end$pd_on 0 "*) pd_why="only a changed form of it is there (.isra, .constprop, .part), with other arguments"; return 1 ;;
    *) pd_why="several functions have this name"; return 1 ;;
  esac
  if printf '%s\n' "$2" 2>/dev/null >> "$pd_events"; then
    pd_armed=$((pd_armed + 1))
    return 0
  fi
  pd_why=$(sed -n 's/^.*error: //p' "$pd_t/error_log" 2>/dev/null | tail -n 1)
  # not every refusal is logged; tee says what the write said, which this shell may not
  [ -n "$pd_why" ] || pd_why=$(printf '%s\n' "$2" | tee -a "$pd_events" 2>&1 > /dev/null | sed 's/.*: //')
  return 1
}

# EVENT TIER COST FUNCTIONS REASON: left out when the script was made
left_out() {
  [ "$2" = A ] || [ "$pd_tier" != core ] || return 0
  [ "$pd_mode" != dry ] || return 0
  for pd_symbol in $4; do
    case $pd_table in
      *"$pd_line_end$pd_symbol "[1-9]*) refused "$1" "$pd_symbol" "$5" "$3"; return 0 ;;
    esac
  done
  printf '# pindrift-absent: %s %s\n' "$1" "$4" >> "$pd_dir/refused"
}

# arguments by their names in the source: the kernel looks them up itself
find_names() { if grep -qs '<argname>\[->field' "$pd_t/README"; then pd_names=1; fi; }

# 8M, 512k: in kB
in_kb() {
  case $2 in
    *[!0-9KkMmGg]* | *[KkMmGg]?* | [!1-9]* | '') die "$1 $2: not a size" "$1 8M" ;;
    *[Kk]) echo "${2%?}" ;;
    *[Mm]) echo $((${2%?} * 1024)) ;;
    *[Gg]) echo $((${2%?} * 1048576)) ;;
    *) echo "$2" ;;
  esac
}

size_of_buffer() {
  if [ -n "$pd_buffer" ]; then
    pd_kb=$(in_kb --buffer "$pd_buffer") || exit 1
    return 0
  fi
  pd_kb=$(awk '/^MemAvailable/ { print int($2 / 10) }' /proc/meminfo)
  [ "${pd_kb:-0}" -gt 0 ] || pd_kb=65536
  [ "$pd_kb" -le 262144 ] || pd_kb=262144
  pd_kb=$((pd_kb / pd_cpus))
  [ "$pd_kb" -ge 1024 ] || pd_kb=1024
}

set_up_instance() {
  cd / || exit 1
  pd_cpus=$(find "$pd_instance/per_cpu" -maxdepth 1 -name 'cpu[0-9]*' | wc -l)
  pd_cpus=$((pd_cpus))
  echo 0 > "$pd_instance/tracing_on"
  if ! echo "$pd_clock" 2>/dev/null > "$pd_instance/trace_clock"; then
    die "no clock $pd_clock here: $(cat "$pd_instance/trace_clock")" "--clock global"
  fi
  # 5.10 takes the first size that is written anywhere for a sign that everybody's buffer has its size; the first event
  # gives it that size
  pd_path=$pd_instance/events/sched/sched_process_exit/enable
  if [ -e "$pd_path" ]; then
    echo 1 > "$pd_path"
    echo 0 > "$pd_path"
  fi
  size_of_buffer
  while ! echo "$pd_kb" 2>/dev/null > "$pd_instance/buffer_size_kb"; do
    pd_kb=$((pd_kb / 2))
    [ $pd_kb -ge 64 ] || die "no memory for a ring buffer" "--buffer 1M"
    say "no memory for that; trying $pd_kb kB per CPU"
  done
  if [ -n "$pd_pids" ]; then
    echo 1 > "$pd_instance/options/event-fork" 2>/dev/null
    echo "$pd_pids" > "$pd_instance/set_event_pid" || die "not a process: $pd_pids"
  fi
}

arm() {
  : > "$pd_dir/refused"
  find_names
  read_symbols
  pd_probes
  if ! echo 1 2>/dev/null > "$pd_instance/events/pindrift/enable"; then
    # one of them cannot be switched on: find it, and do without
    for pd_path in "$pd_instance"/events/pindrift/*/enable; do
      pd_event=${pd_path%/enable} pd_event=${pd_event##*/}
      if [ ! -e "$pd_path" ] || echo 1 2>/dev/null > "$pd_path"; then continue; fi
      refused "$pd_event" "$pd_event" "the kernel defines it, but does not switch it on" ""
      echo "-:pindrift/$pd_event" >> "$pd_events"
    done
  fi
  grep '^[a-z][0-9]*:pindrift/' "$pd_events" > "$pd_dir/armed" || die "not one probe was armed" "pindrift capture doctor"
  : > "$pd_dir/tracepoints"
  for pd_tracepoint in $pd_tracepoints; do
    pd_path=$pd_instance/events/$pd_tracepoint/enable
    if [ -e "$pd_path" ] && echo 1 2>/dev/null > "$pd_path"; then
      printf '# pindrift-event: %s\n' "$pd_tracepoint" >> "$pd_dir/tracepoints"
    else
      printf '# pindrift-absent: %s tracepoint\n' "${pd_tracepoint#*/}" >> "$pd_dir/refused"
    fi
  done
  if [ -n "$pd_comm" ]; then
    echo "comm == \"$pd_comm\"" > "$pd_instance/events/pindrift/filter" || die "the kernel does not take the filter comm == $pd_comm"
  fi
}

# --- recording

record() {
  exec 3<&0
  pd_state=recording
  echo 1 > "$pd_instance/tracing_on"
  cat "$pd_t/kprobe_profile" 2>/dev/null > "$pd_dir/before"
  (:) # an address space ends: exit_mmap() says where struct page 0 is
  pd_status=
  if [ $# -gt 0 ]; then
    # nor has it the terminal, unless it is given it
    "$@" <&3 3<&- &
    pd_child=$!
  elif [ -n "$pd_duration" ]; then
    say "recording for $pd_duration seconds"
    sleep "$pd_duration" &
    pd_child=$!
  else
    say "recording; Ctrl-C ends it"
    while [ $pd_stop = 0 ]; do
      sleep 3600 &
      pd_child=$!
      wait "$pd_child"
    done
    kill "$pd_child" 2>/dev/null
    pd_child=
  fi
  if [ -n "$pd_child" ]; then
    wait "$pd_child"
    pd_status=$?
    # a signal ends the wait, not the command
    while [ $pd_stop = 1 ] && [ $# -gt 0 ] && kill -0 "$pd_child" 2>/dev/null; do
      wait "$pd_child"
      pd_status=$?
    done
    kill "$pd_child" 2>/dev/null
    pd_child=
  fi
  echo 0 > "$pd_instance/tracing_on"
  cat "$pd_t/kprobe_profile" 2>/dev/null > "$pd_dir/after"
  pd_state=taken
}

# a second instance keeps what led to it: nobody reads it but when something was found
set_up_ring() {
  mkdir "$pd_instance-ring" || die "no second trace instance can be made" "without --ring"
  pd_kb_ring=$(in_kb --ring "$pd_ring") || exit 1
  echo "$pd_clock" > "$pd_instance-ring/trace_clock"
  echo "$pd_kb_ring" > "$pd_instance-ring/buffer_size_kb" || die "no memory for a ring of $pd_ring" "--ring 4M"
  echo 1 > "$pd_instance-ring/events/pindrift/enable"
  for pd_tracepoint in $pd_tracepoints; do
    [ ! -e "$pd_instance-ring/events/$pd_tracepoint/enable" ] || echo 1 > "$pd_instance-ring/events/$pd_tracepoint/enable"
  done
}

# events as they come; a reader that went away ends it
follow() {
  trap '' PIPE
  if [ -n "$pd_ring" ]; then set_up_ring; fi
  : > "$pd_dir/hits"
  : > "$pd_dir/lost"
  pd_status=
  pd_vmemmap=
  head_lines || exit 1
  echo "# pindrift-instance: $pd_instance"
  [ -z "$pd_ring" ] || echo "# pindrift-ring: $pd_instance-ring"
  pd_state=recording
  [ -z "$pd_ring" ] || echo 1 > "$pd_instance-ring/tracing_on"
  echo 1 > "$pd_instance/tracing_on"
  (:)
  cat "$pd_instance/trace_pipe" &
  pd_child=$!
  pd_timer=
  if [ -n "$pd_duration" ]; then
    { sleep "$pd_duration"; kill "$pd_child"; } > /dev/null 2>&1 &
    pd_timer=$!
  fi
  wait "$pd_child"
  kill "$pd_child" 2>/dev/null
  [ -z "$pd_timer" ] || kill "$pd_timer" 2>/dev/null
  pd_child=
}

# --- the file

field() { sed -n "s/^$2: *//p" "$1" | head -n 1; }

head_lines() {
  echo "# pindrift-capture: 1"
  echo "# pindrift-release: $(uname -r)"
  echo "# pindrift-machine: $(uname -m)"
  pd_page=$(getconf PAGESIZE 2>/dev/null) || pd_page=$(awk '/^KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps 2>/dev/null)
  echo "# pindrift-page-size: $pd_page"
  echo "# pindrift-cpus: $pd_cpus"
  echo "# pindrift-clock: $pd_clock"
  echo "# pindrift-buffer: $pd_kb kB per CPU"
  [ -z "$pd_hash" ] || echo "# pindrift-btf: sha256:$pd_hash"
  [ -z "$pd_vmemmap" ] || echo "# pindrift-vmemmap: $pd_vmemmap"
  echo "# pindrift-tier: $pd_tier"
  [ -z "$pd_pids" ] || echo "# pindrift-filter: pid$pd_pids"
  [ -z "$pd_comm" ] || echo "# pindrift-filter: comm $pd_comm"
  [ -z "$pd_status" ] || [ -n "$pd_duration" ] || echo "# pindrift-command-status: $pd_status"
  sed 's/^/# pindrift-armed: /' "$pd_dir/armed"
  cat "$pd_dir/tracepoints" "$pd_dir/refused" "$pd_dir/hits" "$pd_dir/lost"
}

# before the events go: their counters go with them
read_counters() {
  sed -n 's/^[a-z][0-9]*:pindrift\/\([^ ]*\).*/\1/p' "$pd_dir/armed" > "$pd_dir/names"
  # a line per kprobe of any group; of two with one name nobody knows which is ours
  sed 's/$/ mine/' "$pd_dir/names" | cat - "$pd_dir/before" | awk -v after="$pd_dir/after" '
    $2 == "mine" { mine[$1]; next }
    $1 in mine { hits[$1] -= $2; missed[$1] -= $3 }
    END {
      while ((getline < after) > 0) if ($1 in mine) { seen[$1]++; hits[$1] += $2; missed[$1] += $3 }
      for (e in mine) if (seen[e] == 1) print "# pindrift-hits: " e, hits[e], missed[e]; else print "# pindrift-hits: " e " - -"
    }
  ' | sort > "$pd_dir/hits"
  : > "$pd_dir/lost"
  pd_over=0
  for pd_path in "$pd_instance"/per_cpu/cpu[0-9]*/stats; do
    pd_cpu=${pd_path%/stats} pd_cpu=${pd_cpu##*/cpu}
    pd_overrun=$(field "$pd_path" overrun) pd_dropped=$(field "$pd_path" 'dropped events')
    pd_over=$((pd_over + ${pd_overrun:-0} + ${pd_dropped:-0}))
    echo "# pindrift-lost: cpu=$pd_cpu entries=$(field "$pd_path" entries) overrun=$pd_overrun commit-overrun=$(field "$pd_path" 'commit overrun') dropped=$pd_dropped" >> "$pd_dir/lost"
  done
}

no_space() {
  rm -rf "$pd_out.part"
  die "the capture does not fit where $pd_out goes" "-o on a larger disk, or -o FILE.gz"
}

save() {
  pd_vmemmap=$(grep -m 1 -o 'vmemmap=0x[0-9a-f]*' "$pd_instance/trace" | cut -d= -f2)
  if [ "$pd_raw" = 1 ]; then
    save_raw
  elif [ "${pd_out%.gz}" != "$pd_out" ]; then
    { head_lines; cat "$pd_instance/trace"; } | gzip > "$pd_out.part" || no_space
    mv "$pd_out.part" "$pd_out" || no_space
  else
    { head_lines && cat "$pd_instance/trace"; } > "$pd_out.part" || no_space
    mv "$pd_out.part" "$pd_out" || no_space
  fi
  say "$(wc -l < "$pd_dir/armed" | tr -d ' ') probes were armed; the capture is $pd_out"
  [ $pd_over = 0 ] || say "$pd_over events were overwritten: a longer buffer (--buffer), a shorter run or --tier core keeps them"
}

save_raw() {
  mkdir -p "$pd_out/events" "$pd_out/per_cpu" || no_space
  head_lines > "$pd_out/head" || no_space
  echo 0 2>/dev/null > "$pd_instance/buffer_percent"
  for pd_path in "$pd_instance"/per_cpu/cpu[0-9]*; do
    pd_cpu=$pd_out/per_cpu/${pd_path##*/}
    mkdir -p "$pd_cpu"
    cat "$pd_path/stats" > "$pd_cpu/stats"
    # at the end the reader waits for more
    cat "$pd_path/trace_pipe_raw" > "$pd_cpu/trace_pipe_raw" &
    pd_child=$!
    pd_before=-1
    while pd_size=$(wc -c < "$pd_cpu/trace_pipe_raw"); [ "$pd_size" != "$pd_before" ]; do
      pd_before=$pd_size
      sleep 1
    done
    kill "$pd_child" 2>/dev/null
    wait "$pd_child" 2>/dev/null
    pd_child=
  done
  cat "$pd_t/events/header_page" > "$pd_out/events/header_page"
  cat "$pd_t/events/header_event" > "$pd_out/events/header_event"
  for pd_path in "$pd_instance"/events/pindrift/* $pd_tracepoints; do
    case $pd_path in
      "$pd_instance"/*) pd_event=${pd_path#"$pd_instance"/events/} ;;
      *) pd_event=$pd_path ;;
    esac
    [ -r "$pd_instance/events/$pd_event/format" ] || continue
    mkdir -p "$pd_out/events/$pd_event"
    cat "$pd_instance/events/$pd_event/format" > "$pd_out/events/$pd_event/format"
  done
  for pd_file in saved_cmdlines saved_tgids; do
    [ ! -r "$pd_t/$pd_file" ] || cat "$pd_t/$pd_file" > "$pd_out/$pd_file"
  done
  cat "$pd_instance/trace_clock" > "$pd_out/trace_clock"
  cat /proc/kallsyms > "$pd_out/kallsyms" || no_space
}

main() {
  count_options "$@"
  parse "$@"
  shift "$pd_taken"
  case $pd_tier in core | "$pd_made") ;; *) usage >&2; say "--tier is core or $pd_made"; exit 2 ;; esac
  case $pd_duration in *[!0-9]*) usage >&2; say "--duration is a number of seconds"; exit 2 ;; esac
  if [ $pd_mode = dry ]; then
    if [ "$(id -u)" = 0 ]; then
      check_machine
      find_names
    fi
    pd_probes
    exit 0
  fi
  # paths are the user's, not those of where this works
  case $pd_out in /*) ;; *) pd_out=$(pwd)/$pd_out ;; esac
  if [ $pd_mode = cleanup ]; then
    [ "$(id -u)" = 0 ] || die "only root may do that" "sudo sh $0 --cleanup"
    find_tracefs
    read_owner
    ! owner_lives || die "a pindrift (process ${pd_owner% *}) is recording" "kill ${pd_owner% *}"
    take_away || exit 1
    rm -f "$(owner_file)"
    for pd_path in "${TMPDIR:-/tmp}"/pindrift.[0-9]*; do
      [ ! -d "$pd_path" ] || kill -0 "${pd_path##*.}" 2>/dev/null || rm -rf "$pd_path"
    done
    say "nothing of pindrift is left in $pd_t"
    exit 0
  fi
  [ $# -eq 0 ] || command -v "$1" > /dev/null || die "no such command: $1" "command -v $1"
  check_machine
  [ "$pd_raw" = 0 ] || [ ! -e "$pd_out" ] || die "$pd_out is there already" "another name"
  if [ "$pd_raw$pd_follow" = 00 ]; then
    : 2>/dev/null > "$pd_out.part" || die "$pd_out cannot be written" "-o with another path"
  fi
  trap finish EXIT
  trap 'on_signal 2' INT
  trap 'on_signal 15' TERM
  trap 'on_signal 1' HUP
  pd_dir=${TMPDIR:-/tmp}/pindrift.$$
  (umask 077 && mkdir "$pd_dir") || die "no folder can be made in ${TMPDIR:-/tmp}"
  pd_hash=$pd_found
  pd_here=$(pwd)
  take_instance
  set_up_instance
  arm
  cd "$pd_here" || exit 1
  if [ "$pd_follow" = 1 ]; then
    follow
    exit 0
  fi
  record "$@"
  echo 0 > "$pd_instance/events/enable" 2>/dev/null
  read_counters
  save
  [ $pd_signal != 15 ] || exit 143
}

main "$@"
