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
  fn('sys_madvise', 'sysMadvise', undefined, 'sys_madvise'),
  fn('sys_munmap', 'sysMunmap', undefined, 'sys_munmap'),
  fn('sys_mprotect', 'sysMprotect', undefined, 'sys_mprotect'),
  fn('sys_mremap', 'sysMremap', undefined, 'sys_mremap'),
  fn('sys_vmsplice', 'sysVmsplice', undefined, 'sys_vmsplice'),
  // pages array as the caller got it: a return probe that sees entry arguments
  fn('gup_fast_fallback', 'pinPages', 'pinPages', 'pin_pages pin_pages', '6.10..'),
];

const BY_NAME = new Map<string, number>();
const BY_EVENT = new Map<string, { fn: number; ret: boolean }>();
FUNCTIONS.forEach((f, i) => {
  if (i === 0) return;
  if (!BY_NAME.has(f.name)) BY_NAME.set(f.name, i);
  if (f.events?.[0] !== undefined && !BY_EVENT.has(f.events[0])) BY_EVENT.set(f.events[0], { fn: i, ret: false });
  if (f.events?.[1] !== undefined && !BY_EVENT.has(f.events[1])) BY_EVENT.set(f.events[1], { fn: i, ret: true });
});

/** Add what a probe on a function says (extend.ts). */
export function addFunction(name: string, kind: KindName, ret: boolean, events: readonly string[]): void {
  let index = BY_NAME.get(name);
  if (index === undefined) {
    index = (FUNCTIONS as KernelFunction[]).push({ name }) - 1;
    BY_NAME.set(name, index);
  }
  FUNCTIONS[index][ret ? 'ret' : 'entry'] = kind;
  for (const event of events) BY_EVENT.set(event, { fn: index, ret });
}

/** What a probe on a function says already. */
export function meaningOf(name: string, ret: boolean): KindName | undefined {
  const index = BY_NAME.get(name);
  return index === undefined ? undefined : FUNCTIONS[index][ret ? 'ret' : 'entry'];
}

export const isEventName = (event: string): boolean => BY_EVENT.has(event);

export const fnIndex = (name: string): number => BY_NAME.get(name) ?? 0;
export const fnName = (index: number): string | undefined =>
  index > 0 ? FUNCTIONS[index]?.name.replace(/^tp:/, '') : undefined;

/**
 * The function's name in an era: own event names stand for another function on another kernel, and a text
 * without symbols shows the event name only.
 */
export function fnNameIn(index: number, era: string | undefined): string | undefined {
  const f = FUNCTIONS[index];
  if (f === undefined || index === 0) return undefined;
  if (era === undefined || f.eras === undefined || f.eras.split(' ').includes(era)) return fnName(index);
  const same = FUNCTIONS.findIndex(
    (g) => g.entry === f.entry && g.events?.[0] === f.events?.[0] && g.eras?.split(' ').includes(era),
  );
  return fnName(same > 0 ? same : index);
}

/**
 * The functions whose probe says one of `kinds`, for people: `copy_page_range`, `return of do_wp_page`.
 * @param era only the functions of that era; all of them when undecided
 */
export function probesFor(kinds: readonly string[], era: string | undefined): string {
  const names = new Set<string>();
  for (const kind of kinds) {
    const of = FUNCTIONS.filter((f) => f.entry === kind || f.ret === kind);
    const here = of.filter((f) => era === undefined || f.eras === undefined || f.eras.split(' ').includes(era));
    for (const f of here.length > 0 ? here : of)
      names.add(f.entry === kind ? f.name.replace(/^tp:/, '') : `return of ${f.name}`);
    if (of.length === 0) names.add(kind);
  }
  const all = [...names];
  const shown =
    all.length > MOST_NAMES ? [...all.slice(0, MOST_NAMES - 1), `${all.length - MOST_NAMES + 1} more`] : all;
  return shown.join(' or ');
}

/** Names that are written out where any of them would do. */
const MOST_NAMES = 4;

/** What an event is about, from what its line shows. */
export interface Probed {
  fn: number;
  ret: boolean;
}

// Names that perf probe (`do_wp_page`, `do_wp_page_1`, `do_wp_page__return`), tracefs (`p_do_wp_page_0`,
// `r_do_wp_page_0`), fprobes (`do_wp_page__entry`, `do_wp_page__exit`) and bpftrace give.
const GENERATED = /^(?:(p|r|f|t)_)?(.+?)(__return|__exit|__entry|_ret|_return|_entry)?(?:_\d+)?$/;

/**
 * Which function an event sits on.
 * @param event event name without its system
 * @param symbol probed function as the line shows it (`do_wp_page` of `(do_wp_page+0x0/0x470)`), if it shows one
 * @param ret the location has the form of a return probe (`A <- B`)
 */
export function probed(event: string, symbol: string | undefined, ret: boolean): Probed | undefined {
  const own = BY_EVENT.get(event);
  if (symbol !== undefined) {
    const at = BY_NAME.get(symbol) ?? BY_NAME.get(symbol.replace(/\.(?:part|constprop|isra|cold)\.?\d*.*$/, ''));
    // a return probe with fetched entry arguments on the same function says more than the return value
    if (own !== undefined && FUNCTIONS[own.fn].entry === 'pinPages' && at !== undefined) return own;
    return at === undefined ? undefined : { fn: at, ret };
  }
  if (own !== undefined) return own;
  const exact = BY_NAME.get(event);
  if (exact !== undefined) return { fn: exact, ret };
  const sys = /^sys_(?:enter_)?(\w+)$/.exec(event);
  if (sys !== null) {
    const at = BY_NAME.get(`sys_${sys[1]}`);
    return at === undefined ? undefined : { fn: at, ret: false };
  }
  const m = GENERATED.exec(event);
  if (m === null) return undefined;
  const [, prefix, base, suffix] = m;
  const at = BY_NAME.get(base) ?? BY_NAME.get(`${base}_0`);
  if (at === undefined) return undefined;
  return {
    fn: at,
    ret:
      ret ||
      prefix === 'r' ||
      suffix === '__return' ||
      suffix === '__exit' ||
      suffix === '_ret' ||
      suffix === '_return',
  };
}
