// Which kernel function (or tracepoint) says what. Keyed by the probed function, since people name
// probes as they like; the probe set's own event names and the names that perf and tracefs invent are
// derived from it. Sources: mm/gup.c, mm/memory.c, mm/rmap.c, mm/huge_memory.c, mm/hugetlb.c, mm/migrate.c,
// mm/vmscan.c, mm/ksm.c, mm/mprotect.c, mm/mremap.c, fs/proc/task_mmu.c, block/bio.c, fs/splice.c of
// 5.10 to 7.3; since and until are by their commits.
import { erasWithin } from './era.ts';
import type { Span } from './kernel/version.ts';
import type { KindName } from './kinds.ts';

export interface KernelFunction {
  name: string;
  /** what a probe on its entry says */
  entry?: KindName;
  /** what a probe on its return says */
  ret?: KindName;
  /** event names of pindrift's own probe set: entry, return */
  events?: readonly [entry?: string, ret?: string];
  /** eras in which the function exists under this name with this meaning; decides nothing but the era */
  eras?: string;
  /** it is there on others too, depending on the compiler, or with less to say: no sign of the era */
  isLoose?: boolean;
}

/** @param span `5.18..6.10`: since v5.18 and no longer in v6.10; with `~`, {@link KernelFunction.isLoose} */
const fn = (
  name: string,
  entry?: KindName,
  ret?: KindName,
  events?: string,
  span?: Span | `~${Span}`,
): KernelFunction => ({
  name,
  entry,
  ret,
  events: events?.split(' ').map((e) => (e === '-' ? undefined : e)) as KernelFunction['events'],
  eras: span === undefined ? undefined : erasWithin(span.replace('~', '') as Span),
  isLoose: span?.startsWith('~'),
});

/** The index in this list is the number in a record's FN slot. `tp:` entries are tracepoints. */
export const FUNCTIONS: readonly KernelFunction[] = [
  fn('?'),
  fn('get_user_pages_fast', 'gup', 'gupRet', 'gup_fast gup_fast_ret'),
  fn('pin_user_pages_fast', 'gup', 'gupRet', 'pin_fast pin_fast_ret'),
  fn('get_user_pages', 'gup', 'gupRet', 'gup gup_ret'),
  fn('pin_user_pages', 'gup', 'gupRet', 'pin pin_ret'),
  fn('get_user_pages_remote', 'gup', 'gupRet', 'gup_remote gup_remote_ret'),
  fn('pin_user_pages_remote', 'gup', 'gupRet', 'pin_remote pin_remote_ret'),
  fn('get_user_pages_unlocked', 'gup', 'gupRet', 'gup_unl gup_unl_ret'),
  fn('pin_user_pages_unlocked', 'gup', 'gupRet', 'pin_unl pin_unl_ret'),
  fn('__get_user_pages', 'gup', 'gupRet', 'gup_slow gup_slow_ret'),
  fn('internal_get_user_pages_fast', 'gup', 'gupRet', 'gup_lockless gup_lockless_ret', '..6.10'),
  fn('gup_fast_fallback', 'gup', 'gupRet', 'gup_lockless gup_lockless_ret', '6.10..'),
  fn('try_grab_compound_head', 'grab', 'grabRet', 'grab_fast grab_fast_ret', '..5.18'),
  fn('try_grab_folio', 'grab', 'grabRet', 'grab_fast grab_fast_ret', '5.18..6.10'),
  fn('try_grab_folio_fast', 'grab', 'grabRet', 'grab_fast grab_fast_ret', '6.10..'),
  fn('try_grab_page', 'grab', undefined, 'grab_slow', '..6.10'),
  // same name, other meaning: the slow path since f442fa614137 ("mm: gup: stop abusing try_grab_folio") (in v6.10)
  fn('try_grab_folio', 'grab', undefined, 'grab_slow', '6.10..'),
  fn('follow_page_pte', 'followPte', 'followPteRet', 'follow_pte follow_pte_ret'),
  fn('follow_trans_huge_pmd', 'followPmd', 'followPmdRet', 'follow_pmd follow_pmd_ret', '..6.10'),
  fn('put_compound_head', 'putFolio', undefined, 'grab_undo', '..5.18'),
  fn('gup_put_folio', 'putFolio', undefined, 'put_folio', '5.18..'),
  fn('unpin_user_page', 'unpin', undefined, 'unpin'),
  fn('unpin_user_pages', 'unpinPages', undefined, 'unpin_pages'),
  fn('unpin_user_pages_dirty_lock', 'unpinPages', undefined, 'unpin_dirty'),
  fn('unpin_user_page_range_dirty_lock', 'unpinRange', undefined, 'unpin_range', '5.14..'),
  fn('unpin_user_folio', 'unpinFolio', undefined, 'unpin_folio', '6.11..'),
  fn('submit_bio', 'bioSubmit', undefined, 'bio_submit'),
  fn('__bio_try_merge_page', 'bioAdd', undefined, 'bio_add', '..6.6'),
  fn('__bio_add_page', 'bioAdd', undefined, 'bio_add', '~6.6..'),
  fn('bio_endio', 'bioEnd', undefined, 'bio_end'),
  fn('__bio_release_pages', 'bioRelease', undefined, 'bio_release', '5.16..'),
  fn('bio_release_pages', 'bioRelease'),
  fn('bio_release_pages.part.0', 'bioRelease', undefined, 'bio_release', '..5.16'),
  fn('bio_check_pages_dirty', 'bioCheckDirty', undefined, 'bio_checkdirty'),
  fn('add_to_pipe', 'pipeAdd', undefined, 'pipe_add'),
  fn('page_cache_pipe_buf_release', 'pipeRelease', undefined, 'pipe_release'),
  fn('generic_pipe_buf_release', undefined, undefined, 'pipe_release_gen'),
  fn('page_add_new_anon_rmap', 'newAnon', undefined, 'new_anon', '..6.8'),
  fn('folio_add_new_anon_rmap', 'newAnon', undefined, 'new_anon', '6.2..'),
  fn('do_huge_pmd_anonymous_page', 'thpFault', undefined, 'thp_fault'),
  fn('do_page_add_anon_rmap', 'anonRmap', undefined, 'anon_rmap', '..5.19'),
  fn('page_add_anon_rmap', 'anonRmap', undefined, 'anon_rmap', '5.19..6.8'),
  fn('folio_add_anon_rmap_ptes', 'anonRmap', undefined, 'anon_rmap', '6.8..'),
  fn('folio_add_anon_rmap_pmd', 'anonRmapPmd', undefined, 'anon_rmap_pmd', '6.8..'),
  fn('hugepage_add_new_anon_rmap', 'newHugetlb', undefined, 'new_hugetlb', '..6.8'),
  fn('hugetlb_add_new_anon_rmap', 'newHugetlb', undefined, 'new_hugetlb', '6.8..'),
  fn('page_move_anon_rmap', 'moveAnon', undefined, 'move_anon', '..6.7'),
  fn('folio_move_anon_rmap', 'moveAnon', undefined, 'move_anon', '6.7..'),
  fn('finish_fault', 'fileMap', undefined, 'file_map'),
  fn('page_add_file_rmap', 'fileRmap', undefined, 'file_rmap', '..6.8'),
  fn('folio_add_file_rmap_ptes', 'fileRmap', undefined, 'file_rmap', '6.8..'),
  fn('handle_mm_fault', 'fault', undefined, 'fault'),
  fn('do_wp_page', 'wpFault', 'wpFaultRet', 'wp_fault wp_fault_ret'),
  fn('wp_page_copy', 'wpCopy', undefined, 'wp_copy', '~..6.10'),
  fn('wp_page_reuse', 'wpReuse', undefined, 'wp_reuse'),
  fn('do_huge_pmd_wp_page', 'wpPmd', 'wpPmdRet', 'wp_pmd wp_pmd_ret'),
  fn('hugetlb_cow', 'wpHugetlb', undefined, 'wp_hugetlb', '..5.19'),
  fn('hugetlb_wp', 'wpHugetlb', undefined, 'wp_hugetlb', '5.19..'),
  fn('do_swap_page', 'swapIn', 'swapInRet', 'swap_in swap_in_ret'),
  fn('ptep_clear_flush', 'clearFlush', undefined, 'clear_flush'),
  fn('pmdp_huge_clear_flush', 'clearFlushPmd', undefined, 'clear_flush_pmd'),
  fn('reuse_swap_page', 'reuseSwap', 'reuseSwapRet', 'reuse_swap reuse_swap_ret', '..5.18'),
  fn('try_to_unmap_one', 'unmapOne', 'unmapOneRet', 'unmap_one unmap_one_ret'),
  fn('add_to_swap_cache', 'swapCacheAdd', undefined, 'swap_cache_add', '..6.18'),
  fn('swap_cache_add_folio', 'swapCacheAdd', undefined, 'swap_cache_add'),
  fn('__swap_cache_do_add_folio', 'swapCacheAdd', undefined, 'swap_cache_add', '7.0..'),
  fn('__swap_writepage', 'swapOut', undefined, 'swap_out'),
  fn('try_to_migrate_one', 'migrateOne', 'migrateOneRet', 'migrate_one migrate_one_ret', '5.14..'),
  fn('migrate_page_move_mapping', 'migrateMap', 'migrateMapRet', 'migrate_map migrate_map_ret', '..5.16'),
  fn('folio_migrate_mapping', 'migrateMap', 'migrateMapRet', 'migrate_map migrate_map_ret', '5.16..6.11'),
  fn('__folio_migrate_mapping', 'migrateMap', 'migrateMapRet', 'migrate_map migrate_map_ret', '6.11..'),
  fn('remove_migration_pte', 'migrateIn', undefined, 'migrate_in'),
  fn('page_remove_rmap', 'rmapDel', undefined, 'rmap_del', '..6.8'),
  fn('folio_remove_rmap_ptes', 'rmapDel', undefined, 'rmap_del', '6.8..'),
  fn('folio_remove_rmap_pmd', 'rmapDelPmd', undefined, 'rmap_del_pmd', '6.8..'),
  fn('unmap_page_range', 'zap', undefined, 'zap', '..7.1'),
  fn('zap_vma_range_batched', 'zap', undefined, 'zap', '7.1..'),
  fn('zap_page_range_single', 'zap'),
  fn('unmap_vmas', 'unmapVmas', undefined, 'unmap_vmas'),
  fn('move_page_tables', 'move', undefined, 'mremap'),
  fn('exit_mmap', 'mmExit', undefined, 'mm_exit'),
  fn('__mmdrop', 'mmDrop', undefined, 'mm_drop'),
  fn('copy_page_range', 'forkVma', 'forkVmaRet', 'fork_vma fork_vma_ret'),
  fn('copy_huge_pmd', 'forkPmd', 'forkPmdRet', 'fork_pmd fork_pmd_ret'),
  fn('copy_hugetlb_page_range', 'forkHugetlb', undefined, 'fork_hugetlb'),
  fn('change_protection', 'cprot', undefined, 'cprot'),
  fn('clear_refs_pte_range', 'softDirty', undefined, 'softdirty'),
  fn('mwriteprotect_range', 'uffdWp', undefined, 'uffd_wp', '..6.0'),
  fn('uffd_wp_range', 'uffdWp', undefined, 'uffd_wp', '6.0..'),
  fn('change_prot_numa', 'numaProt', undefined, 'numa_prot'),
  fn('change_huge_pmd', 'hugeProt', undefined, 'huge_prot'),
  fn('write_protect_page', 'ksmWp', 'ksmWpRet', 'ksm_wp ksm_wp_ret'),
  fn('try_to_merge_one_page', 'ksmMerge', 'ksmMergeRet', 'ksm_merge ksm_merge_ret'),
  fn('__split_huge_pmd', 'splitPmd', undefined, 'thp_split_pmd'),
  fn('split_huge_page_to_list', 'splitFolio', undefined, 'thp_split', '..6.9'),
  fn('split_huge_page_to_list_to_order', 'splitFolio', undefined, 'thp_split', '6.9..6.18'),
  fn('__folio_split', 'splitFolio', undefined, 'thp_split', '6.15..'),
  fn('collapse_huge_page', 'collapse', 'collapseRet', 'thp_collapse thp_collapse_ret', '~5.18..'),
  fn('do_huge_pmd_numa_page', 'numaPmd', undefined, 'numa_pmd'),
  fn('migrate_misplaced_transhuge_page', 'numaThp', 'numaThpRet', 'numa_thp numa_thp_ret', '..5.14'),
  fn('migrate_misplaced_page', 'numaPage', 'numaPageRet', 'numa_page numa_page_ret', '..6.7'),
  fn('migrate_misplaced_folio', 'numaPage', 'numaPageRet', 'numa_page numa_page_ret', '6.7..'),
  fn('make_device_exclusive', 'devExcl', 'devExclRet', 'dev_excl dev_excl_ret', '6.15..'),
  fn('restore_exclusive_pte', 'devRestore', undefined, 'dev_restore', '~6.15..'),
  fn('__mmu_notifier_invalidate_range_start', 'notifierStart', undefined, 'mmun_start'),
  fn('__mmu_notifier_invalidate_range_end', 'notifierEnd', undefined, 'mmun_end'),
  fn('hmm_range_fault', 'hmmFault', 'hmmFaultRet', 'hmm_fault hmm_fault_ret'),
  fn('flush_tlb_mm_range', 'tlbFlush', undefined, 'tlb_mm'),
  fn('tp:sched_process_fork', 'taskFork', undefined, 'sched_process_fork'),
  fn('tp:task_newtask', 'taskNew', undefined, 'task_newtask'),
  fn('tp:sched_process_exit', 'taskExit', undefined, 'sched_process_exit'),
  fn('tp:sched_process_exec', 'taskExec', undefined, 'sched_process_exec'),
  fn('tp:mm_page_alloc', 'pageAlloc', undefined, 'mm_page_alloc'),
  fn('tp:mm_page_free', 'pageFree', undefined, 'mm_page_free'),
  fn('tp:mm_page_free_batched', 'pageFree', undefined, 'mm_page_free_batched'),
  fn('tp:page_ref_set', 'pageRef', undefined, 'page_ref_set'),
  fn('tp:page_ref_mod', 'pageRef', undefined, 'page_ref_mod'),
  fn('tp:page_ref_mod_and_return', 'pageRef', undefined, 'page_ref_mod_and_return'),
  fn('tp:page_ref_mod_unless', 'pageRef', undefined, 'page_ref_mod_unless'),
  fn('tp:page_ref_freeze', 'pageRef', undefined, 'page_ref_freeze'),
  fn('tp:page_ref_unfreeze', 'pageRef', undefined, 'page_ref_unfreeze'),
  fn('tp:page_ref_mod_and_test', 'pageRefDrop', undefined, 'page_ref_mod_and_test'),
  fn('sys_madvise', 'sysMadvise', undefined, 'sys_madvise'),
  fn('sys_munmap', 'sysMunmap', undefined, 'sys_munmap'),
  fn('sys_mprotect', 'sysMprotect', undefined, 'sys_mprotect'),
  fn('sys_mremap', 'sysMremap', undefined, 'sys_mremap'),
  fn('sys_vmsplice', 'sysVmsplice', undefined, 'sys_vmsplice'),
  // pages array as the caller got it: a return probe that sees entry arguments
  fn('gup_fast_fallback', 'pinPages', 'pinPages', 'pin_pages pin_pages', '6.10..'),
];

/** Number of one of pindrift's own functions, 0 when there is none of that name. */
export const fnIndex = (name: string): number =>
  Math.max(
    0,
    FUNCTIONS.findIndex((f, i) => i > 0 && f.name === name),
  );
