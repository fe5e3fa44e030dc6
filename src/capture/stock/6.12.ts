// What the probe table asks of the types of Debian's 6.12 kernel for x86-64; made by scripts/stock-types.ts.

export const TYPES = `
get_user_pages_fast(start nr_pages gup_flags pages)
pin_user_pages_fast(start nr_pages gup_flags pages)
get_user_pages(start nr_pages gup_flags pages)
pin_user_pages(start nr_pages gup_flags pages)
get_user_pages_remote(mm:mm_struct start nr_pages gup_flags pages locked:int)
pin_user_pages_remote(mm:mm_struct start nr_pages gup_flags pages locked:int)
get_user_pages_unlocked(start nr_pages pages gup_flags)
pin_user_pages_unlocked(start nr_pages pages gup_flags)
__get_user_pages(mm:mm_struct start nr_pages gup_flags pages locked:int)
gup_fast_fallback(start nr_pages gup_flags pages)
try_grab_folio_fast(page:page refs flags)
try_grab_folio(folio:folio refs flags)
follow_page_pte(vma:vm_area_struct address pmd flags pgmap)
gup_put_folio(folio:folio refs flags) void
unpin_user_page(page:page) void
unpin_user_pages(pages npages) void
unpin_user_pages_dirty_lock(pages npages make_dirty) void
unpin_user_page_range_dirty_lock(page:page npages make_dirty) void
unpin_user_folio(folio:folio npages) void
submit_bio(bio:bio) void
__bio_add_page(bio:bio page:page len off) void
bio_endio(bio:bio) void
__bio_release_pages(bio:bio mark_dirty) void
bio_check_pages_dirty(bio:bio) void
add_to_pipe(pipe:pipe_inode_info buf:pipe_buffer)
page_cache_pipe_buf_release(pipe:pipe_inode_info buf:pipe_buffer) void
generic_pipe_buf_release(pipe:pipe_inode_info buf:pipe_buffer) void
folio_add_new_anon_rmap(folio:folio vma:vm_area_struct address flags) void
do_huge_pmd_anonymous_page(vmf:vm_fault)
folio_add_anon_rmap_ptes(folio:folio page:page nr_pages vma:vm_area_struct address flags) void
folio_add_anon_rmap_pmd(folio:folio page:page vma:vm_area_struct address flags) void
hugetlb_add_new_anon_rmap(folio:folio vma:vm_area_struct address) void
folio_move_anon_rmap(folio:folio vma:vm_area_struct) void
finish_fault(vmf:vm_fault)
handle_mm_fault(vma:vm_area_struct address flags regs:pt_regs)
do_wp_page(vmf:vm_fault)
wp_page_reuse(vmf:vm_fault folio:folio) void
do_huge_pmd_wp_page(vmf:vm_fault)
hugetlb_wp(vmf:vm_fault)
do_swap_page(vmf:vm_fault)
ptep_clear_flush(vma:vm_area_struct address ptep)
pmdp_huge_clear_flush(vma:vm_area_struct address pmdp)
try_to_unmap_one(folio:folio vma:vm_area_struct address arg:void)
add_to_swap_cache(folio:folio entry gfp shadowp)
__swap_writepage(folio:folio wbc:writeback_control) void
try_to_migrate_one(folio:folio vma:vm_area_struct address arg:void)
__folio_migrate_mapping(mapping:address_space newfolio:folio folio:folio expected_count)
remove_migration_pte(folio:folio vma:vm_area_struct addr arg:void)
folio_remove_rmap_ptes(folio:folio page:page nr_pages vma:vm_area_struct) void
folio_remove_rmap_pmd(folio:folio page:page vma:vm_area_struct) void
unmap_page_range(tlb:mmu_gather vma:vm_area_struct addr end details:zap_details) void
unmap_vmas(tlb:mmu_gather mas:ma_state vma:vm_area_struct start_addr end_addr tree_end mm_wr_locked) void
move_page_tables(vma:vm_area_struct old_addr new_vma:vm_area_struct new_addr len need_rmap_locks for_stack)
exit_mmap(mm:mm_struct) void
copy_page_range(dst_vma:vm_area_struct src_vma:vm_area_struct)
copy_huge_pmd(dst_mm:mm_struct src_mm:mm_struct dst_pmd src_pmd addr dst_vma:vm_area_struct src_vma:vm_area_struct)
copy_hugetlb_page_range(dst:mm_struct src:mm_struct dst_vma:vm_area_struct src_vma:vm_area_struct)
change_protection(tlb:mmu_gather vma:vm_area_struct start end cp_flags)
clear_refs_pte_range(pmd addr end walk:mm_walk)
uffd_wp_range(dst_vma:vm_area_struct start len enable_wp)
write_protect_page(vma:vm_area_struct folio:folio orig_pte)
try_to_merge_one_page(vma:vm_area_struct page:page kpage:page)
__split_huge_pmd(vma:vm_area_struct pmd address freeze folio:folio) void
split_huge_page_to_list_to_order(page:page list:list_head new_order)
collapse_huge_page(mm:mm_struct address referenced unmapped cc:collapse_control)
__mmu_notifier_invalidate_range_start(range:mmu_notifier_range)
__mmu_notifier_invalidate_range_end(range:mmu_notifier_range) void
hmm_range_fault(range:hmm_range)
flush_tlb_mm_range(mm:mm_struct start end stride_shift freed_tables) void
folio_add_file_rmap_ptes(folio:folio page:page nr_pages vma:vm_area_struct) void
do_huge_pmd_numa_page(vmf:vm_fault)
migrate_misplaced_folio(folio:folio vma:vm_area_struct node)
change_prot_numa(vma:vm_area_struct addr end)
change_huge_pmd(tlb:mmu_gather vma:vm_area_struct pmd addr newprot cp_flags)
PG_head 6
bio->bi_flags 20
bio->bi_io_vec->bv_len 112 8
bio->bi_io_vec->bv_offset 112 12
bio->bi_io_vec->bv_page 112 0
bio->bi_iter.bi_sector 32
bio->bi_iter.bi_size 40
bio->bi_opf 16
bio->bi_status 25
bio->bi_vcnt 104
folio->_flags_1 64
folio->_mapcount 48
folio->_refcount 52
folio->flags 0
hmm_range->end 24
hmm_range->notifier->mm 0 56
hmm_range->start 16
mm_walk->mm 8
mmu_notifier_range->end 16
mmu_notifier_range->event 28
mmu_notifier_range->mm 0
mmu_notifier_range->owner 32
mmu_notifier_range->start 8
page->_refcount 52
pipe_buffer->len 12
pipe_buffer->offset 8
pipe_buffer->page 0
vm_area_struct->vm_end 8
vm_area_struct->vm_flags 32
vm_area_struct->vm_mm 16
vm_area_struct->vm_page_prot 24
vm_area_struct->vm_start 0
vm_fault->address 24
vm_fault->cow_page 72
vm_fault->flags 40
vm_fault->orig_pmd 64
vm_fault->orig_pte 64
vm_fault->page 80
vm_fault->vma->vm_mm 0 16
`;
