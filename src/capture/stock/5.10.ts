// What the probe table asks of the types of Debian's 5.10 kernel for x86-64; made by scripts/stock-types.ts.

export const TYPES = `
get_user_pages_fast(start nr_pages gup_flags pages)
pin_user_pages_fast(start nr_pages gup_flags pages)
get_user_pages(start nr_pages gup_flags pages vmas)
pin_user_pages(start nr_pages gup_flags pages vmas)
get_user_pages_remote(mm:mm_struct start nr_pages gup_flags pages vmas locked:int)
pin_user_pages_remote(mm:mm_struct start nr_pages gup_flags pages vmas locked:int)
get_user_pages_unlocked(start nr_pages pages gup_flags)
pin_user_pages_unlocked(start nr_pages pages gup_flags)
__get_user_pages(mm:mm_struct start nr_pages gup_flags pages vmas locked:int)
internal_get_user_pages_fast(start nr_pages gup_flags pages)
try_grab_compound_head(page:page refs flags)
try_grab_page(page:page flags)
follow_page_pte(vma:vm_area_struct address pmd flags pgmap)
follow_trans_huge_pmd(vma:vm_area_struct addr pmd flags)
put_compound_head(page:page refs flags) void
unpin_user_page(page:page) void
unpin_user_pages(pages npages) void
unpin_user_pages_dirty_lock(pages npages make_dirty) void
submit_bio(bio:bio)
__bio_try_merge_page(bio:bio page:page len off same_page:_Bool)
bio_endio(bio:bio) void
bio_release_pages(bio:bio mark_dirty) void
bio_check_pages_dirty(bio:bio) void
add_to_pipe(pipe:pipe_inode_info buf:pipe_buffer)
page_cache_pipe_buf_release(pipe:pipe_inode_info buf:pipe_buffer) void
generic_pipe_buf_release(pipe:pipe_inode_info buf:pipe_buffer) void
page_add_new_anon_rmap(page:page vma:vm_area_struct address compound) void
do_huge_pmd_anonymous_page(vmf:vm_fault)
do_page_add_anon_rmap(page:page vma:vm_area_struct address flags) void
hugepage_add_new_anon_rmap(page:page vma:vm_area_struct address) void
page_move_anon_rmap(page:page vma:vm_area_struct) void
finish_fault(vmf:vm_fault)
handle_mm_fault(vma:vm_area_struct address flags regs:pt_regs)
do_wp_page(vmf:vm_fault)
wp_page_copy(vmf:vm_fault)
do_huge_pmd_wp_page(vmf:vm_fault orig_pmd)
hugetlb_cow(mm:mm_struct vma:vm_area_struct address ptep pagecache_page:page ptl:spinlock)
do_swap_page(vmf:vm_fault)
ptep_clear_flush(vma:vm_area_struct address ptep)
pmdp_huge_clear_flush(vma:vm_area_struct address pmdp)
try_to_unmap_one(page:page vma:vm_area_struct address arg:void)
add_to_swap_cache(page:page entry gfp shadowp)
__swap_writepage(page:page wbc:writeback_control end_write_func)
migrate_page_move_mapping(mapping:address_space newpage:page page:page extra_count)
remove_migration_pte(page:page vma:vm_area_struct addr old:void)
page_remove_rmap(page:page compound) void
unmap_page_range(tlb:mmu_gather vma:vm_area_struct addr end details:zap_details) void
unmap_vmas(tlb:mmu_gather vma:vm_area_struct start_addr end_addr) void
move_page_tables(vma:vm_area_struct old_addr new_vma:vm_area_struct new_addr len need_rmap_locks)
exit_mmap(mm:mm_struct) void
copy_page_range(dst_vma:vm_area_struct src_vma:vm_area_struct)
copy_huge_pmd(dst_mm:mm_struct src_mm:mm_struct dst_pmd src_pmd addr dst_vma:vm_area_struct src_vma:vm_area_struct)
copy_hugetlb_page_range(dst:mm_struct src:mm_struct vma:vm_area_struct)
change_protection(vma:vm_area_struct start end newprot cp_flags)
clear_refs_pte_range(pmd addr end walk:mm_walk)
mwriteprotect_range(dst_mm:mm_struct start len enable_wp mmap_changing:_Bool)
write_protect_page(vma:vm_area_struct page:page orig_pte)
try_to_merge_one_page(vma:vm_area_struct page:page kpage:page)
__split_huge_pmd(vma:vm_area_struct pmd address freeze page:page) void
split_huge_page_to_list(page:page list:list_head)
__mmu_notifier_invalidate_range_start(range:mmu_notifier_range)
__mmu_notifier_invalidate_range_end(range:mmu_notifier_range only_end) void
hmm_range_fault(range:hmm_range)
flush_tlb_mm_range(mm:mm_struct start end stride_shift freed_tables) void
page_add_file_rmap(page:page compound) void
do_huge_pmd_numa_page(vmf:vm_fault pmd)
migrate_misplaced_transhuge_page(mm:mm_struct vma:vm_area_struct pmd entry address page:page node)
migrate_misplaced_page(page:page vma:vm_area_struct node)
change_prot_numa(vma:vm_area_struct addr end)
reuse_swap_page(page:page total_map_swapcount:int)
change_huge_pmd(vma:vm_area_struct pmd addr newprot cp_flags)
bio->bi_flags 20
bio->bi_io_vec->bv_len 112 8
bio->bi_io_vec->bv_offset 112 12
bio->bi_io_vec->bv_page 112 0
bio->bi_iter.bi_sector 32
bio->bi_iter.bi_size 40
bio->bi_opf 16
bio->bi_status 26
bio->bi_vcnt 104
hmm_range->end 24
hmm_range->notifier->mm 0 56
hmm_range->start 16
mm_walk->mm 8
mmu_notifier_range->end 24
mmu_notifier_range->event 36
mmu_notifier_range->migrate_pgmap_owner 40
mmu_notifier_range->mm 8
mmu_notifier_range->start 16
page->_mapcount 48
page->_refcount 52
pipe_buffer->len 12
pipe_buffer->offset 8
pipe_buffer->page 0
vm_area_struct->vm_end 8
vm_area_struct->vm_flags 80
vm_area_struct->vm_mm 64
vm_area_struct->vm_start 0
vm_fault->address 24
vm_fault->cow_page 56
vm_fault->flags 8
vm_fault->orig_pte 48
vm_fault->page 64
vm_fault->vma->vm_mm 0 64
`;
