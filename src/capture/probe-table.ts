// Why: what to record, said as the kernel says it. A row names an event, the functions that can show it and their
// arguments by parameter and member (`vma->vm_mm`); plan.ts looks up in a kernel's BTF which of the functions it has, what
// they take and where the members lie. No kernel version is named: where a function was renamed or takes something else,
// the next alternative is for the kernels before, and a kernel never seen takes the first that fits.
//
// An argument: `NAME=VALUE:TYPE`, `NAME?=` where the event is of use without it. A value, `|` between alternatives:
//
//   vma->vm_mm               a parameter and members from there on, anonymous ones looked through
//   pages[1]                 the second pointer of an array
//   *ptep                    what a pointer points at
//   (folio)page->_x          the parameter seen as a pointer to another struct
//   folio->flags@PG_head     one bit, by the name of its number
//   $retval                  what the function returned
//   caller                   who called it
//   @vmemmap_base            a variable of the kernel
//
// `change_protection(newprot)`: only where the function has this parameter. Sources of names: BTF of 5.10, 6.1, 6.12,
// 6.18, 7.2, 7.3 (x86-64) and 6.1 (arm64).

import { ending, entry, type ProbeRow, probe, ret } from './probe-row.ts';

const VMF = 'mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64';
const GUP = 'flags=gup_flags|flags:x32 pages=pages:x64';
const FIRST_PAGES = 'p0=pages[0]:x64 p1=pages[1]:x64 p2=pages[2]:x64 p3=pages[3]:x64';
const FIRST_VEC = 'p0=bio->bi_io_vec->bv_page:x64';
const REF = 'ref=page->_refcount|folio->_refcount:s32';
const PAGE = 'page=folio|page:x64';
const HEAD = 'head=folio->flags@PG_head|page->flags@PG_head:x8';

/**
 * In the order of definition. A return probe comes before the entry probe on the same function: of two probes on one
 * function the one set first runs last, and the return probe replaces the return address that `caller` reads.
 */
export const PROBE_TABLE: readonly ProbeRow[] = [
  // calls and returns of GUP (WHO: mm or current; WHERE: start,nr; flags)
  ret('gup_fast_ret', 'A', 's32', 'get_user_pages_fast'),
  entry('gup_fast', 'A', `get_user_pages_fast start=start:x64 nr=nr_pages:s32 ${GUP} caller=caller:symbol`),
  ret('pin_fast_ret', 'A', 's32', 'pin_user_pages_fast'),
  entry('pin_fast', 'A', `pin_user_pages_fast start=start:x64 nr=nr_pages:s32 ${GUP} caller=caller:symbol`),
  ret('gup_ret', 'A', 's64', 'get_user_pages'),
  entry('gup', 'A', `get_user_pages start=start:x64 nr=nr_pages:s64 ${GUP} caller=caller:symbol`),
  ret('pin_ret', 'A', 's64', 'pin_user_pages'),
  entry('pin', 'A', `pin_user_pages start=start:x64 nr=nr_pages:s64 ${GUP} caller=caller:symbol`),
  ret('gup_remote_ret', 'A', 's64', 'get_user_pages_remote'),
  entry(
    'gup_remote',
    'A',
    `get_user_pages_remote mm=mm:x64 start=start:x64 nr=nr_pages:s64 ${GUP} caller=caller:symbol`,
  ),
  ret('pin_remote_ret', 'A', 's64', 'pin_user_pages_remote'),
  entry(
    'pin_remote',
    'A',
    `pin_user_pages_remote mm=mm:x64 start=start:x64 nr=nr_pages:s64 ${GUP} caller=caller:symbol`,
  ),
  ret('gup_unl_ret', 'A', 's64', 'get_user_pages_unlocked'),
  entry(
    'gup_unl',
    'A',
    'get_user_pages_unlocked start=start:x64 nr=nr_pages:s64 pages=pages:x64 flags=gup_flags:x32 caller=caller:symbol',
  ),
  ret('pin_unl_ret', 'A', 's64', 'pin_user_pages_unlocked'),
  entry(
    'pin_unl',
    'A',
    'pin_user_pages_unlocked start=start:x64 nr=nr_pages:s64 pages=pages:x64 flags=gup_flags:x32 caller=caller:symbol',
  ),
  entry('gup_slow', 'A', `__get_user_pages mm=mm:x64 start=start:x64 nr=nr_pages:s64 ${GUP}`),
  ret('gup_slow_ret', 'A', 's64', '__get_user_pages'),
  entry(
    'gup_lockless',
    'B',
    `gup_fast_fallback start=start:x64 nr=nr_pages:s64 ${GUP}`,
    `internal_get_user_pages_fast start=start:x64 nr=nr_pages:s64 ${GUP}`,
  ),
  ret('gup_lockless_ret', 'B', 's32', 'gup_fast_fallback', 'internal_get_user_pages_fast'),
  // per page: a reference is taken, in the order of the pages array
  entry(
    'grab_fast',
    'A',
    `try_grab_folio_fast page=page:x64 refs=refs:s32 flags=flags:x32 ${REF}`,
    `try_grab_folio(page) page=page:x64 refs=refs:s32 flags=flags:x32 ${REF}`,
    `try_grab_compound_head page=page:x64 refs=refs:s32 flags=flags:x32 ${REF}`,
  ),
  probe(
    'grab_fast_ret',
    'A',
    'r',
    'try_grab_folio_fast head=$retval:x64',
    'try_grab_folio(page) head=$retval:x64',
    'try_grab_compound_head head=$retval:x64',
  ),
  // the slow path is try_grab_folio() since f442fa614137 ("mm: gup: stop abusing try_grab_folio") (in v6.10)
  entry(
    'grab_slow',
    'A',
    `try_grab_folio(folio) page=folio:x64 refs=refs:s32 flags=flags:x32 ${REF}`,
    `try_grab_page page=page:x64 flags=flags:x32 ${REF}`,
  ),
  entry('follow_pte', 'A', 'follow_page_pte mm=vma->vm_mm:x64 addr=address|addr:x64 flags=flags:x32'),
  probe('follow_pte_ret', 'A', 'r', 'follow_page_pte page=$retval:x64'),
  entry('follow_pmd', 'B', 'follow_trans_huge_pmd mm=vma->vm_mm:x64 addr=addr|address:x64 flags=flags:x32'),
  probe('follow_pmd_ret', 'B', 'r', 'follow_trans_huge_pmd page=$retval:x64'),
  // the caller's pages array (first four)
  probe(
    'pin_pages',
    'A',
    'f',
    `gup_fast_fallback start=start:x64 nr=nr_pages:s64 flags=gup_flags:x32 ret=$retval:s32 ${FIRST_PAGES}`,
  ),
  // releases
  entry('grab_undo', 'A', 'put_compound_head page=page:x64 refs=refs:s32 flags=flags:x32'),
  ending('put_folio', 'A', `gup_put_folio ${PAGE} refs=refs:s32 flags=flags:x32`),
  ending('unpin', 'A', 'unpin_user_page page=page:x64'),
  ending('unpin_pages', 'A', `unpin_user_pages n=npages:s64 ${FIRST_PAGES}`),
  ending('unpin_dirty', 'A', `unpin_user_pages_dirty_lock n=npages:s64 dirty=make_dirty:u8 ${FIRST_PAGES}`),
  ending('unpin_range', 'A', 'unpin_user_page_range_dirty_lock page=page:x64 n=npages:s64 dirty=make_dirty:u8'),
  ending('unpin_folio', 'A', 'unpin_user_folio page=folio:x64 n=npages:s64'),
  ending(
    'bio_submit',
    'A',
    `submit_bio bio=bio:x64 opf=bio->bi_opf:x32 bflags=bio->bi_flags:x16 sector=bio->bi_iter.bi_sector:u64 size=bio->bi_iter.bi_size:u32 done?=bio->bi_iter.bi_bvec_done:u32 vcnt=bio->bi_vcnt:u16 ${FIRST_VEC} l0=bio->bi_io_vec->bv_len:u32 o0=bio->bi_io_vec->bv_offset:u32`,
  ),
  entry(
    'bio_add',
    'B',
    '__bio_try_merge_page bio=bio:x64 page=page:x64 len=len:u32 off=off|offset:u32',
    '__bio_add_page bio=bio:x64 page=page:x64 len=len:u32 off=off|offset:u32',
  ),
  ending(
    'bio_end',
    'A',
    'bio_endio bio=bio:x64 status=bio->bi_status:u8 left?=bio->__bi_remaining:s32 parent?=bio->bi_private:x64',
  ),
  // 5.10: the test of BIO_NO_PAGE_REF is inlined into the callers, and the rest has the name of a part
  ...['bio_release'].map((name) =>
    ending(
      name,
      'A',
      ...['bio_release_pages.part.0', '__bio_release_pages', 'bio_release_pages'].map(
        (fn) => `${fn} bio=bio:x64 dirty=mark_dirty:u8 bflags=bio->bi_flags:x16 ${FIRST_VEC} vcnt=bio->bi_vcnt:u16`,
      ),
    ),
  ),
  ending('bio_checkdirty', 'A', `bio_check_pages_dirty bio=bio:x64 ${FIRST_VEC} vcnt=bio->bi_vcnt:u16`),
  entry('pipe_add', 'A', 'add_to_pipe pipe=pipe:x64 page=buf->page:x64 off=buf->offset:u32 len=buf->len:u32'),
  entry('pipe_release', 'A', 'page_cache_pipe_buf_release pipe=pipe:x64 page=buf->page:x64'),
  entry('pipe_release_gen', 'B', 'generic_pipe_buf_release pipe=pipe:x64 page=buf->page:x64'),
  // a page is mapped; head=1: a compound page of 2^order pages, all of it mapped from addr
  entry(
    'new_anon',
    'A',
    `folio_add_new_anon_rmap page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64 ${HEAD} order?=folio->_folio_order|folio->_flags_1:u8 rflags?=flags:x32`,
    'page_add_new_anon_rmap(compound) page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 compound=compound:u8',
    `page_add_new_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 ${HEAD} order?=(folio)page->_folio_order:u8`,
  ),
  entry('thp_fault', 'A', `do_huge_pmd_anonymous_page ${VMF}`),
  entry(
    'anon_rmap',
    'A',
    'folio_add_anon_rmap_ptes folio=folio:x64 page=page:x64 nr=nr_pages:s32 mm=vma->vm_mm:x64 addr=address:x64 rflags=flags:x32',
    'do_page_add_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 rflags=flags:x32',
    'page_add_anon_rmap page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 rflags?=flags:x32',
  ),
  entry(
    'anon_rmap_pmd',
    'A',
    'folio_add_anon_rmap_pmd folio=folio:x64 page=page:x64 mm=vma->vm_mm:x64 addr=address:x64 rflags=flags:x32',
  ),
  entry(
    'new_hugetlb',
    'A',
    'hugetlb_add_new_anon_rmap page=folio:x64 mm=vma->vm_mm:x64 addr=address:x64',
    'hugepage_add_new_anon_rmap page=page|folio:x64 mm=vma->vm_mm:x64 addr=address:x64',
  ),
  entry(
    'move_anon',
    'A',
    `folio_move_anon_rmap ${PAGE} mm=vma->vm_mm:x64`,
    'page_move_anon_rmap page=page:x64 mm=vma->vm_mm:x64',
  ),
  // file and shmem pages (fault-around maps more without a line); cow!=0: a private copy of page
  entry('file_map', 'B', `finish_fault ${VMF} page=vmf->page:x64 cow=vmf->cow_page:x64`),
  // faults
  entry('fault', 'B', 'handle_mm_fault mm=vma->vm_mm:x64 addr=address:x64 flags=flags:x32'),
  entry('wp_fault', 'A', `do_wp_page ${VMF} pte=vmf->orig_pte:x64 flags=vmf->flags:x32`),
  ret('wp_fault_ret', 'A', 'x32', 'do_wp_page'),
  // inlined after 6.1: an anonymous page that appears between do_wp_page() and its return shows the same
  entry('wp_copy', 'A', `wp_page_copy ${VMF} page=vmf->page:x64`),
  entry('wp_reuse', 'B', `wp_page_reuse ${VMF} page=vmf->page:x64`),
  entry(
    'wp_pmd',
    'A',
    `do_huge_pmd_wp_page(orig_pmd) ${VMF} pmd=orig_pmd:x64 flags=vmf->flags:x32`,
    `do_huge_pmd_wp_page ${VMF} pmd=vmf->orig_pmd:x64 flags=vmf->flags:x32`,
  ),
  ret('wp_pmd_ret', 'A', 'x32', 'do_huge_pmd_wp_page'),
  entry(
    'wp_hugetlb',
    'A',
    'hugetlb_wp mm=vmf->vma->vm_mm|mm:x64 addr=vmf->address|address:x64',
    'hugetlb_cow mm=mm:x64 addr=address:x64',
  ),
  entry('swap_in', 'A', `do_swap_page ${VMF} pte=vmf->orig_pte:x64 flags=vmf->flags:x32`),
  ret('swap_in_ret', 'B', 'x32', 'do_swap_page'),
  entry('clear_flush', 'A', 'ptep_clear_flush mm=vma->vm_mm:x64 addr=address:x64 pte=*ptep:x64'),
  entry('clear_flush_pmd', 'A', 'pmdp_huge_clear_flush mm=vma->vm_mm:x64 addr=address:x64 pmd=*pmdp:x64'),
  // reclaim, migration
  entry(
    'unmap_one',
    'A',
    `try_to_unmap_one ${PAGE} mm=vma->vm_mm:x64 addr=address:x64 ${REF} map?=page->_mapcount|folio->_mapcount:s32`,
  ),
  ret('unmap_one_ret', 'A', 'u8', 'try_to_unmap_one'),
  entry(
    'swap_cache_add',
    'B',
    // in 7.0 and 7.1 the second contains the first
    ...['__swap_cache_do_add_folio', '__swap_cache_add_folio', 'swap_cache_add_folio', 'add_to_swap_cache'].map(
      (fn) => `${fn} ${PAGE} entry=entry:x64`,
    ),
  ),
  entry('swap_out', 'B', `__swap_writepage ${PAGE}`),
  entry('migrate_one', 'A', `try_to_migrate_one ${PAGE} mm=vma->vm_mm:x64 addr=address:x64 ${REF}`),
  ret('migrate_one_ret', 'A', 'u8', 'try_to_migrate_one'),
  entry(
    'migrate_map',
    'A',
    '__folio_migrate_mapping new=newfolio|dst:x64 old=folio|src:x64 extra=expected_count|extra_count:s32',
    'folio_migrate_mapping new=newfolio:x64 old=folio:x64 extra=extra_count:s32',
    'migrate_page_move_mapping new=newpage:x64 old=page:x64 extra=extra_count:s32',
  ),
  ret('migrate_map_ret', 'A', 's32', '__folio_migrate_mapping', 'folio_migrate_mapping', 'migrate_page_move_mapping'),
  entry('migrate_in', 'A', `remove_migration_pte ${PAGE} mm=vma->vm_mm:x64 addr=addr|address:x64`),
  // a mapping is removed
  entry(
    'rmap_del',
    'B',
    'folio_remove_rmap_ptes folio=folio:x64 page=page:x64 nr=nr_pages:s32 mm=vma->vm_mm:x64',
    'page_remove_rmap page=page:x64 mm?=vma->vm_mm:x64 compound=compound:u8',
  ),
  entry('rmap_del_pmd', 'B', 'folio_remove_rmap_pmd folio=folio:x64 page=page:x64 mm=vma->vm_mm:x64'),
  entry(
    'zap',
    'A',
    'zap_vma_range_batched mm=vma->vm_mm:x64 start=address|addr|start:x64 len=size:x64',
    'unmap_page_range mm=vma->vm_mm:x64 start=addr|address|start:x64 end=end:x64',
  ),
  entry(
    'unmap_vmas',
    'A',
    'unmap_vmas mm=unmap->first->vm_mm:x64 start=unmap->vma_start:x64 end=unmap->vma_end:x64',
    'unmap_vmas mm=vma->vm_mm:x64 start=start_addr:x64 end=end_addr:x64',
  ),
  entry(
    'mremap',
    'A',
    'move_page_tables mm=pmc->old->vm_mm:x64 old=pmc->old_addr:x64 new=pmc->new_addr:x64 len=pmc->len_in:x64',
    'move_page_tables mm=vma->vm_mm:x64 old=old_addr:x64 new=new_addr:x64 len=len:x64',
  ),
  entry('mm_exit', 'A', 'exit_mmap mm=mm:x64 vmemmap?=@vmemmap_base:x64'),
  // fork
  entry(
    'fork_vma',
    'A',
    'copy_page_range dst=dst_vma->vm_mm:x64 src=src_vma->vm_mm:x64 start=src_vma->vm_start:x64 end=src_vma->vm_end:x64 vmflags?=src_vma->vm_flags:x64',
  ),
  ret('fork_vma_ret', 'A', 's32', 'copy_page_range'),
  entry('fork_pmd', 'A', 'copy_huge_pmd dst=dst_mm:x64 src=src_mm:x64 addr=addr|address:x64 pmd=*src_pmd:x64'),
  ret('fork_pmd_ret', 'A', 's32', 'copy_huge_pmd'),
  entry('fork_hugetlb', 'A', 'copy_hugetlb_page_range dst=dst:x64 src=src:x64'),
  // write protection
  entry(
    'cprot',
    'A',
    'change_protection(newprot) mm=vma->vm_mm:x64 start=start:x64 end=end:x64 prot=newprot:x64 cp=cp_flags:x32',
    'change_protection mm=vma->vm_mm:x64 start=start:x64 end=end:x64 cp=cp_flags:x32 prot=vma->vm_page_prot:x64',
  ),
  entry('softdirty', 'A', 'clear_refs_pte_range mm=walk->mm:x64 start=addr:x64 end=end:x64'),
  entry(
    'uffd_wp',
    'A',
    'uffd_wp_range mm=dst_mm|dst_vma->vm_mm|vma->vm_mm:x64 start=start:x64 len=len:x64 enable=enable_wp:u8',
    'mwriteprotect_range mm=dst_mm:x64 start=start:x64 len=len:x64 enable=enable_wp:u8',
  ),
  // KSM, THP
  entry('ksm_wp', 'A', `write_protect_page mm=vma->vm_mm:x64 ${PAGE} ${REF}`),
  ret('ksm_wp_ret', 'A', 's32', 'write_protect_page'),
  entry('ksm_merge', 'A', 'try_to_merge_one_page mm=vma->vm_mm:x64 page=page:x64 kpage=kpage:x64'),
  ret('ksm_merge_ret', 'A', 's32', 'try_to_merge_one_page'),
  entry('thp_split_pmd', 'A', '__split_huge_pmd mm=vma->vm_mm:x64 addr=address:x64 pmd=*pmd:x64 freeze=freeze:u8'),
  entry(
    'thp_split',
    'B',
    `__folio_split ${PAGE}`,
    'split_huge_page_to_list_to_order page=page:x64',
    'split_huge_page_to_list page=page:x64',
  ),
  entry('thp_collapse', 'A', 'collapse_huge_page mm=mm:x64 addr=start_addr|address:x64'),
  ret('thp_collapse_ret', 'A', 's32', 'collapse_huge_page'),
  // device-exclusive, notifiers, TLB
  entry(
    'dev_excl',
    'A',
    'make_device_exclusive mm=mm:x64 addr=addr|address:x64 owner=owner:x64',
    'make_device_exclusive_range mm=mm:x64 start=start:x64 end=end:x64 owner=owner|arg:x64',
  ),
  probe('dev_excl_ret', 'A', 'r', 'make_device_exclusive page=$retval:x64'),
  entry('dev_excl_one', 'A', `page_make_device_exclusive_one ${PAGE} mm=vma->vm_mm:x64 addr=address:x64`),
  ret('dev_excl_end', 'A', 's32', 'make_device_exclusive_range'),
  entry('dev_restore', 'A', 'restore_exclusive_pte mm=vma->vm_mm:x64 page=page:x64 addr=address:x64'),
  entry(
    'mmun_start',
    'B',
    '__mmu_notifier_invalidate_range_start mm=range->mm:x64 start=range->start:x64 end=range->end:x64 event=range->event:u32 owner?=range->owner|range->migrate_pgmap_owner:x64',
  ),
  entry(
    'mmun_end',
    'B',
    '__mmu_notifier_invalidate_range_end mm=range->mm:x64 start=range->start:x64 end=range->end:x64',
  ),
  entry('hmm_fault', 'B', 'hmm_range_fault mm=range->notifier->mm:x64 start=range->start:x64 end=range->end:x64'),
  ret('hmm_fault_ret', 'B', 's32', 'hmm_range_fault'),
  entry('tlb_mm', 'C', 'flush_tlb_mm_range mm=mm:x64 start=start:x64 end=end:x64'),
  // NUMA hinting, file pages, huge mappings
  entry(
    'file_rmap',
    'B',
    'folio_add_file_rmap_ptes folio=folio:x64 page=page:x64 nr=nr_pages:s32 mm=vma->vm_mm:x64',
    'page_add_file_rmap page=page:x64 mm?=vma->vm_mm:x64',
  ),
  entry('numa_pmd', 'B', `do_huge_pmd_numa_page ${VMF} flags=vmf->flags:x32`),
  entry('numa_thp', 'B', 'migrate_misplaced_transhuge_page mm=mm:x64 addr=address:x64 page=page:x64'),
  ret('numa_thp_ret', 'B', 's32', 'migrate_misplaced_transhuge_page'),
  entry('numa_page', 'B', 'migrate_misplaced_folio page=folio:x64', `migrate_misplaced_page ${PAGE}`),
  ret('numa_page_ret', 'B', 's32', 'migrate_misplaced_folio', 'migrate_misplaced_page'),
  entry('numa_prot', 'B', 'change_prot_numa mm=vma->vm_mm:x64 start=addr|start:x64 end=end:x64'),
  entry('reuse_swap', 'B', 'reuse_swap_page page=page:x64'),
  ret('reuse_swap_ret', 'B', 'u8', 'reuse_swap_page'),
  entry(
    'huge_prot',
    'B',
    'change_huge_pmd(tlb) mm=vma->vm_mm:x64 addr=addr:x64 pmd=*pmd:x64',
    'change_huge_pmd mm=vma->vm_mm:x64 addr=addr:x64 pmd=*pmd:x64 prot=newprot:x64 cp=cp_flags:x32',
  ),
];
