// The probe set: what to write into /sys/kernel/tracing/dynamic_events so that a trace shows each event kind. One row
// per event, one definition per kernel era where they differ.
//
// Registers are those of x86-64. Struct offsets (`+64(%di)`) are of the stock Debian kernels 5.10.0-32, 6.1.0-56,
// 6.12.107+deb13 and 7.2.13+deb14, taken from their BTF; another build may have other offsets, and a symbol may be
// inlined there (`bpftool btf dump file /sys/kernel/btf/vmlinux` and /proc/kallsyms tell).
import type { EraName } from './era.ts';
import { broughtLine } from './extend.ts';
import { FUNCTIONS } from './functions.ts';
import type { KindName } from './kinds.ts';

export interface Probe {
  /** event name, in the system `pindrift` */
  name: string;
  /** A: rules need it. B: makes findings sharper. C: noisy, for diagnosis */
  tier: 'A' | 'B' | 'C';
  /** `TYPE SYMBOL FETCHARGS` by era names; TYPE p: kprobe, r: kretprobe, f: fprobe */
  on: Readonly<Record<string, string>>;
}

/** A tracepoint of the kernel's own that has a meaning here. */
export interface Tracepoint {
  name: string;
  system: string;
}

const row = (name: string, tier: Probe['tier'], on: Probe['on']): Probe => ({ name, tier, on });

/**
 * In the order in which to define them. A return probe comes before the entry probe on the same function: of two
 * probes on one function the one set first runs last, and the return probe replaces the return address that
 * `caller=` reads.
 */
export const PROBES: readonly Probe[] = [
  // a pin is asked for / has been taken (WHO: mm or current; WHERE: start,nr; flags)
  row('gup_fast_ret', 'A', { all: 'r get_user_pages_fast ret=$retval:s32' }),
  row('gup_fast', 'A', {
    all: 'p get_user_pages_fast start=%di:x64 nr=%si:s32 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol',
  }),
  row('pin_fast_ret', 'A', { all: 'r pin_user_pages_fast ret=$retval:s32' }),
  row('pin_fast', 'A', {
    all: 'p pin_user_pages_fast start=%di:x64 nr=%si:s32 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol',
  }),
  row('gup_ret', 'A', { all: 'r get_user_pages ret=$retval:s64' }),
  row('gup', 'A', {
    all: 'p get_user_pages start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol',
  }),
  row('pin_ret', 'A', { all: 'r pin_user_pages ret=$retval:s64' }),
  row('pin', 'A', {
    all: 'p pin_user_pages start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64 caller=+0($stack):symbol',
  }),
  row('gup_remote_ret', 'A', { all: 'r get_user_pages_remote ret=$retval:s64' }),
  row('gup_remote', 'A', {
    all: 'p get_user_pages_remote mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64 caller=+0($stack):symbol',
  }),
  row('pin_remote_ret', 'A', { all: 'r pin_user_pages_remote ret=$retval:s64' }),
  row('pin_remote', 'A', {
    all: 'p pin_user_pages_remote mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64 caller=+0($stack):symbol',
  }),
  row('gup_unl_ret', 'A', { all: 'r get_user_pages_unlocked ret=$retval:s64' }),
  row('gup_unl', 'A', {
    all: 'p get_user_pages_unlocked start=%di:x64 nr=%si:s64 pages=%dx:x64 flags=%cx:x32 caller=+0($stack):symbol',
  }),
  row('pin_unl_ret', 'A', { all: 'r pin_user_pages_unlocked ret=$retval:s64' }),
  row('pin_unl', 'A', {
    all: 'p pin_user_pages_unlocked start=%di:x64 nr=%si:s64 pages=%dx:x64 flags=%cx:x32 caller=+0($stack):symbol',
  }),
  row('gup_slow', 'A', { all: 'p __get_user_pages mm=%di:x64 start=%si:x64 nr=%dx:s64 flags=%cx:x32 pages=%r8:x64' }),
  row('gup_slow_ret', 'A', { all: 'r __get_user_pages ret=$retval:s64' }),
  row('gup_lockless', 'B', {
    '5.10 6.1': 'p internal_get_user_pages_fast start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64',
    '6.12 7.2': 'p gup_fast_fallback start=%di:x64 nr=%si:s64 flags=%dx:x32 pages=%cx:x64',
  }),
  row('gup_lockless_ret', 'B', {
    '5.10 6.1': 'r internal_get_user_pages_fast ret=$retval:s32',
    '6.12 7.2': 'r gup_fast_fallback ret=$retval:s32',
  }),
  // per page: a reference is taken, in the order of the pages array
  row('grab_fast', 'A', {
    '5.10': 'p try_grab_compound_head page=%di:x64 refs=%si:s32 flags=%dx:x32 ref=+52(%di):s32',
    '6.1': 'p try_grab_folio page=%di:x64 refs=%si:s32 flags=%dx:x32 ref=+52(%di):s32',
    '6.12 7.2': 'p try_grab_folio_fast page=%di:x64 refs=%si:s32 flags=%dx:x32 ref=+52(%di):s32',
  }),
  row('grab_fast_ret', 'A', {
    '5.10': 'r try_grab_compound_head head=$retval:x64',
    '6.1': 'r try_grab_folio head=$retval:x64',
    '6.12 7.2': 'r try_grab_folio_fast head=$retval:x64',
  }),
  row('grab_slow', 'A', {
    '5.10 6.1': 'p try_grab_page page=%di:x64 flags=%si:x32 ref=+52(%di):s32',
    '6.12 7.2': 'p try_grab_folio page=%di:x64 refs=%si:s32 flags=%dx:x32 ref=+52(%di):s32',
  }),
  row('follow_pte', 'A', {
    '5.10': 'p follow_page_pte mm=+64(%di):x64 addr=%si:x64 flags=%cx:x32',
    '6.1 6.12 7.2': 'p follow_page_pte mm=+16(%di):x64 addr=%si:x64 flags=%cx:x32',
  }),
  row('follow_pte_ret', 'A', { all: 'r follow_page_pte page=$retval:x64' }),
  row('follow_pmd', 'B', {
    '5.10': 'p follow_trans_huge_pmd mm=+64(%di):x64 addr=%si:x64 flags=%cx:x32',
    '6.1': 'p follow_trans_huge_pmd mm=+16(%di):x64 addr=%si:x64 flags=%cx:x32',
  }),
  row('follow_pmd_ret', 'B', { '5.10 6.1': 'r follow_trans_huge_pmd page=$retval:x64' }),
  row('pin_pages', 'A', {
    '6.12 7.2':
      'f gup_fast_fallback%return start=$arg1:x64 nr=$arg2:s64 flags=$arg3:x32 ret=$retval:s32 p0=+0($arg4):x64 p1=+8($arg4):x64 p2=+16($arg4):x64 p3=+24($arg4):x64',
  }),
  // a pin is given back
  row('grab_undo', 'A', { '5.10': 'p put_compound_head page=%di:x64 refs=%si:s32 flags=%dx:x32' }),
  row('put_folio', 'A', { '6.1 6.12 7.2': 'p gup_put_folio page=%di:x64 refs=%si:s32 flags=%dx:x32' }),
  row('unpin', 'A', { all: 'p unpin_user_page page=%di:x64' }),
  row('unpin_pages', 'A', {
    all: 'p unpin_user_pages n=%si:s64 p0=+0(%di):x64 p1=+8(%di):x64 p2=+16(%di):x64 p3=+24(%di):x64',
  }),
  row('unpin_dirty', 'A', {
    all: 'p unpin_user_pages_dirty_lock n=%si:s64 dirty=%dx:u8 p0=+0(%di):x64 p1=+8(%di):x64 p2=+16(%di):x64 p3=+24(%di):x64',
  }),
  row('unpin_range', 'A', { '6.1 6.12 7.2': 'p unpin_user_page_range_dirty_lock page=%di:x64 n=%si:s64 dirty=%dx:u8' }),
  row('unpin_folio', 'A', { '6.12 7.2': 'p unpin_user_folio page=%di:x64 n=%si:s64' }),
  row('bio_submit', 'A', {
    '5.10 6.1 6.12':
      'p submit_bio bio=%di:x64 opf=+16(%di):x32 bflags=+20(%di):x16 sector=+32(%di):u64 size=+40(%di):u32 vcnt=+104(%di):u16 p0=+0(+112(%di)):x64 l0=+8(+112(%di)):u32 o0=+12(+112(%di)):u32',
    '7.2':
      'p submit_bio bio=%di:x64 opf=+16(%di):x32 bflags=+20(%di):x16 sector=+40(%di):u64 size=+48(%di):u32 vcnt=+112(%di):u16 p0=+0(+32(%di)):x64 l0=+8(+32(%di)):u32 o0=+12(+32(%di)):u32',
  }),
  row('bio_add', 'B', {
    '5.10 6.1': 'p __bio_try_merge_page bio=%di:x64 page=%si:x64 len=%dx:u32 off=%cx:u32',
    '6.12 7.2': 'p __bio_add_page bio=%di:x64 page=%si:x64 len=%dx:u32 off=%cx:u32',
  }),
  row('bio_end', 'A', {
    '5.10 7.2': 'p bio_endio bio=%di:x64 status=+26(%di):u8',
    '6.1': 'p bio_endio bio=%di:x64 status=+24(%di):u8',
    '6.12': 'p bio_endio bio=%di:x64 status=+25(%di):u8',
  }),
  row('bio_release', 'A', {
    '5.10':
      'p bio_release_pages.part.0 bio=%di:x64 dirty=%si:u8 bflags=+20(%di):x16 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16',
    '6.1 6.12':
      'p __bio_release_pages bio=%di:x64 dirty=%si:u8 bflags=+20(%di):x16 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16',
    '7.2': 'p __bio_release_pages bio=%di:x64 dirty=%si:u8 bflags=+20(%di):x16 p0=+0(+32(%di)):x64 vcnt=+112(%di):u16',
  }),
  row('bio_checkdirty', 'A', {
    '5.10 6.1 6.12': 'p bio_check_pages_dirty bio=%di:x64 p0=+0(+112(%di)):x64 vcnt=+104(%di):u16',
    '7.2': 'p bio_check_pages_dirty bio=%di:x64 p0=+0(+32(%di)):x64 vcnt=+112(%di):u16',
  }),
  row('pipe_add', 'A', { all: 'p add_to_pipe pipe=%di:x64 page=+0(%si):x64 off=+8(%si):u32 len=+12(%si):u32' }),
  row('pipe_release', 'A', { all: 'p page_cache_pipe_buf_release pipe=%di:x64 page=+0(%si):x64' }),
  row('pipe_release_gen', 'B', { all: 'p generic_pipe_buf_release pipe=%di:x64 page=+0(%si):x64' }),
  // the page table gets a page
  row('new_anon', 'A', {
    '5.10': 'p page_add_new_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 compound=%cx:u8',
    '6.1': 'p page_add_new_anon_rmap page=%di:x64 mm=+16(%si):x64 addr=%dx:x64 head=+0(%di):b1@16/64 order=+81(%di):u8',
    '6.12 7.2':
      'p folio_add_new_anon_rmap page=%di:x64 mm=+16(%si):x64 addr=%dx:x64 head=+0(%di):b1@6/64 order=+64(%di):u8 rflags=%cx:x32',
  }),
  row('thp_fault', 'A', {
    '5.10': 'p do_huge_pmd_anonymous_page mm=+64(+0(%di)):x64 addr=+24(%di):x64',
    '6.1 6.12 7.2': 'p do_huge_pmd_anonymous_page mm=+16(+0(%di)):x64 addr=+24(%di):x64',
  }),
  row('anon_rmap', 'A', {
    '5.10': 'p do_page_add_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 rflags=%cx:x32',
    '6.1': 'p page_add_anon_rmap page=%di:x64 mm=+16(%si):x64 addr=%dx:x64 rflags=%cx:x32',
    '6.12 7.2':
      'p folio_add_anon_rmap_ptes folio=%di:x64 page=%si:x64 nr=%dx:s32 mm=+16(%cx):x64 addr=%r8:x64 rflags=%r9:x32',
  }),
  row('anon_rmap_pmd', 'A', {
    '6.12 7.2': 'p folio_add_anon_rmap_pmd folio=%di:x64 page=%si:x64 mm=+16(%dx):x64 addr=%cx:x64 rflags=%r8:x32',
  }),
  row('new_hugetlb', 'A', {
    '5.10': 'p hugepage_add_new_anon_rmap page=%di:x64 mm=+64(%si):x64 addr=%dx:x64',
    '6.1': 'p hugepage_add_new_anon_rmap page=%di:x64 mm=+16(%si):x64 addr=%dx:x64',
    '6.12 7.2': 'p hugetlb_add_new_anon_rmap page=%di:x64 mm=+16(%si):x64 addr=%dx:x64',
  }),
  row('move_anon', 'A', {
    '5.10': 'p page_move_anon_rmap page=%di:x64 mm=+64(%si):x64',
    '6.1': 'p page_move_anon_rmap page=%di:x64 mm=+16(%si):x64',
    '6.12 7.2': 'p folio_move_anon_rmap page=%di:x64 mm=+16(%si):x64',
  }),
  row('file_map', 'B', {
    '5.10': 'p finish_fault mm=+64(+0(%di)):x64 addr=+24(%di):x64 page=+64(%di):x64 cow=+56(%di):x64',
    '6.1 6.12 7.2': 'p finish_fault mm=+16(+0(%di)):x64 addr=+24(%di):x64 page=+80(%di):x64 cow=+72(%di):x64',
  }),
  // faults
  row('fault', 'B', {
    '5.10': 'p handle_mm_fault mm=+64(%di):x64 addr=%si:x64 flags=%dx:x32',
    '6.1 6.12 7.2': 'p handle_mm_fault mm=+16(%di):x64 addr=%si:x64 flags=%dx:x32',
  }),
  row('wp_fault', 'A', {
    '5.10': 'p do_wp_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pte=+48(%di):x64 flags=+8(%di):x32',
    '6.1 6.12 7.2': 'p do_wp_page mm=+16(+0(%di)):x64 addr=+24(%di):x64 pte=+64(%di):x64 flags=+40(%di):x32',
  }),
  row('wp_fault_ret', 'A', { all: 'r do_wp_page ret=$retval:x32' }),
  row('wp_copy', 'A', {
    '5.10': 'p wp_page_copy mm=+64(+0(%di)):x64 addr=+24(%di):x64 page=+64(%di):x64',
    '6.1': 'p wp_page_copy mm=+16(+0(%di)):x64 addr=+24(%di):x64 page=+80(%di):x64',
  }),
  row('wp_pmd', 'A', {
    '5.10': 'p do_huge_pmd_wp_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pmd=%si:x64 flags=+8(%di):x32',
    '6.1 6.12 7.2': 'p do_huge_pmd_wp_page mm=+16(+0(%di)):x64 addr=+24(%di):x64 pmd=+64(%di):x64 flags=+40(%di):x32',
  }),
  row('wp_pmd_ret', 'A', { all: 'r do_huge_pmd_wp_page ret=$retval:x32' }),
  row('wp_hugetlb', 'A', {
    '5.10': 'p hugetlb_cow mm=%di:x64 addr=%dx:x64',
    '6.1': 'p hugetlb_wp mm=%di:x64 addr=%dx:x64',
    '6.12': 'p hugetlb_wp mm=+16(+0(%si)):x64 addr=+24(%si):x64',
    '7.2': 'p hugetlb_wp mm=+16(+0(%di)):x64 addr=+24(%di):x64',
  }),
  row('swap_in', 'A', {
    '5.10': 'p do_swap_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 pte=+48(%di):x64 flags=+8(%di):x32',
    '6.1 6.12 7.2': 'p do_swap_page mm=+16(+0(%di)):x64 addr=+24(%di):x64 pte=+64(%di):x64 flags=+40(%di):x32',
  }),
  row('swap_in_ret', 'B', { all: 'r do_swap_page ret=$retval:x32' }),
  row('clear_flush', 'A', {
    '5.10': 'p ptep_clear_flush mm=+64(%di):x64 addr=%si:x64 pte=+0(%dx):x64',
    '6.1 6.12 7.2': 'p ptep_clear_flush mm=+16(%di):x64 addr=%si:x64 pte=+0(%dx):x64',
  }),
  row('clear_flush_pmd', 'A', {
    '5.10': 'p pmdp_huge_clear_flush mm=+64(%di):x64 addr=%si:x64 pmd=+0(%dx):x64',
    '6.1 6.12 7.2': 'p pmdp_huge_clear_flush mm=+16(%di):x64 addr=%si:x64 pmd=+0(%dx):x64',
  }),
  // reclaim, migration
  row('unmap_one', 'A', {
    '5.10': 'p try_to_unmap_one page=%di:x64 mm=+64(%si):x64 addr=%dx:x64 ref=+52(%di):s32 map=+48(%di):s32',
    '6.1 6.12 7.2': 'p try_to_unmap_one page=%di:x64 mm=+16(%si):x64 addr=%dx:x64 ref=+52(%di):s32 map=+48(%di):s32',
  }),
  row('unmap_one_ret', 'A', { all: 'r try_to_unmap_one ret=$retval:u8' }),
  row('swap_cache_add', 'B', {
    '5.10 6.1 6.12': 'p add_to_swap_cache page=%di:x64 entry=%si:x64',
    '7.2': 'p __swap_cache_do_add_folio page=%si:x64 entry=%dx:x64',
  }),
  row('swap_out', 'B', { all: 'p __swap_writepage page=%di:x64' }),
  row('migrate_one', 'A', {
    '6.1 6.12 7.2': 'p try_to_migrate_one page=%di:x64 mm=+16(%si):x64 addr=%dx:x64 ref=+52(%di):s32',
  }),
  row('migrate_one_ret', 'A', { '6.1 6.12 7.2': 'r try_to_migrate_one ret=$retval:u8' }),
  row('migrate_map', 'A', {
    '5.10': 'p migrate_page_move_mapping new=%si:x64 old=%dx:x64 extra=%cx:s32',
    '6.1': 'p folio_migrate_mapping new=%si:x64 old=%dx:x64 extra=%cx:s32',
    '6.12 7.2': 'p __folio_migrate_mapping new=%si:x64 old=%dx:x64 extra=%cx:s32',
  }),
  row('migrate_map_ret', 'A', {
    '5.10': 'r migrate_page_move_mapping ret=$retval:s32',
    '6.1': 'r folio_migrate_mapping ret=$retval:s32',
    '6.12 7.2': 'r __folio_migrate_mapping ret=$retval:s32',
  }),
  row('migrate_in', 'A', {
    '5.10': 'p remove_migration_pte page=%di:x64 mm=+64(%si):x64 addr=%dx:x64',
    '6.1 6.12 7.2': 'p remove_migration_pte page=%di:x64 mm=+16(%si):x64 addr=%dx:x64',
  }),
  // a mapping goes away
  row('rmap_del', 'B', {
    '5.10': 'p page_remove_rmap page=%di:x64 compound=%si:u8',
    '6.1': 'p page_remove_rmap page=%di:x64 mm=+16(%si):x64 compound=%dx:u8',
    '6.12 7.2': 'p folio_remove_rmap_ptes folio=%di:x64 page=%si:x64 nr=%dx:s32 mm=+16(%cx):x64',
  }),
  row('rmap_del_pmd', 'B', { '6.12 7.2': 'p folio_remove_rmap_pmd folio=%di:x64 page=%si:x64 mm=+16(%dx):x64' }),
  row('zap', 'A', {
    '5.10': 'p unmap_page_range mm=+64(%si):x64 start=%dx:x64 end=%cx:x64',
    '6.1 6.12': 'p unmap_page_range mm=+16(%si):x64 start=%dx:x64 end=%cx:x64',
    '7.2': 'p zap_vma_range_batched mm=+16(%si):x64 start=%dx:x64 len=%cx:x64',
  }),
  row('unmap_vmas', 'A', { '7.2': 'p unmap_vmas mm=+16(+8(%si)):x64 start=+32(%si):x64 end=+40(%si):x64' }),
  row('mremap', 'A', {
    '5.10': 'p move_page_tables mm=+64(%di):x64 old=%si:x64 new=%cx:x64 len=%r8:x64',
    '6.1 6.12': 'p move_page_tables mm=+16(%di):x64 old=%si:x64 new=%cx:x64 len=%r8:x64',
    '7.2': 'p move_page_tables mm=+16(+0(%di)):x64 old=+16(%di):x64 new=+32(%di):x64 len=+40(%di):x64',
  }),
  row('mm_exit', 'A', { all: 'p exit_mmap mm=%di:x64 vmemmap=@vmemmap_base:x64' }),
  // fork
  row('fork_vma', 'A', {
    '5.10':
      'p copy_page_range dst=+64(%di):x64 src=+64(%si):x64 start=+0(%si):x64 end=+8(%si):x64 vmflags=+80(%si):x64',
    '6.1 6.12 7.2':
      'p copy_page_range dst=+16(%di):x64 src=+16(%si):x64 start=+0(%si):x64 end=+8(%si):x64 vmflags=+32(%si):x64',
  }),
  row('fork_vma_ret', 'A', { all: 'r copy_page_range ret=$retval:s32' }),
  row('fork_pmd', 'A', { all: 'p copy_huge_pmd dst=%di:x64 src=%si:x64 addr=%r8:x64 pmd=+0(%cx):x64' }),
  row('fork_pmd_ret', 'A', { all: 'r copy_huge_pmd ret=$retval:s32' }),
  row('fork_hugetlb', 'A', { all: 'p copy_hugetlb_page_range dst=%di:x64 src=%si:x64' }),
  // write protection
  row('cprot', 'A', {
    '5.10': 'p change_protection mm=+64(%di):x64 start=%si:x64 end=%dx:x64 prot=%cx:x64 cp=%r8:x32',
    '6.1': 'p change_protection mm=+16(%si):x64 start=%dx:x64 end=%cx:x64 prot=%r8:x64 cp=%r9:x32',
    '6.12 7.2': 'p change_protection mm=+16(%si):x64 start=%dx:x64 end=%cx:x64 cp=%r8:x32 prot=+24(%si):x64',
  }),
  row('softdirty', 'A', { all: 'p clear_refs_pte_range mm=+8(%cx):x64 start=%si:x64 end=%dx:x64' }),
  row('uffd_wp', 'A', {
    '5.10': 'p mwriteprotect_range mm=%di:x64 start=%si:x64 len=%dx:x64 enable=%cx:u8',
    '6.1': 'p uffd_wp_range mm=%di:x64 start=%dx:x64 len=%cx:x64 enable=%r8:u8',
    '6.12 7.2': 'p uffd_wp_range mm=+16(%di):x64 start=%si:x64 len=%dx:x64 enable=%cx:u8',
  }),
  // KSM, THP
  row('ksm_wp', 'A', {
    '5.10': 'p write_protect_page mm=+64(%di):x64 page=%si:x64 ref=+52(%si):s32',
    '6.1 6.12 7.2': 'p write_protect_page mm=+16(%di):x64 page=%si:x64 ref=+52(%si):s32',
  }),
  row('ksm_wp_ret', 'A', { all: 'r write_protect_page ret=$retval:s32' }),
  row('ksm_merge', 'A', {
    '5.10': 'p try_to_merge_one_page mm=+64(%di):x64 page=%si:x64 kpage=%dx:x64',
    '6.1 6.12 7.2': 'p try_to_merge_one_page mm=+16(%di):x64 page=%si:x64 kpage=%dx:x64',
  }),
  row('ksm_merge_ret', 'A', { all: 'r try_to_merge_one_page ret=$retval:s32' }),
  row('thp_split_pmd', 'A', {
    '5.10': 'p __split_huge_pmd mm=+64(%di):x64 addr=%dx:x64 pmd=+0(%si):x64 freeze=%cx:u8',
    '6.1 6.12 7.2': 'p __split_huge_pmd mm=+16(%di):x64 addr=%dx:x64 pmd=+0(%si):x64 freeze=%cx:u8',
  }),
  row('thp_split', 'B', {
    '5.10 6.1': 'p split_huge_page_to_list page=%di:x64',
    '6.12': 'p split_huge_page_to_list_to_order page=%di:x64',
    '7.2': 'p __split_huge_page_to_list_to_order page=%di:x64',
  }),
  row('thp_collapse', 'A', { '6.1 6.12 7.2': 'p collapse_huge_page mm=%di:x64 addr=%si:x64' }),
  row('thp_collapse_ret', 'A', { '6.1 6.12 7.2': 'r collapse_huge_page ret=$retval:s32' }),
  // device-exclusive, notifiers, TLB
  row('dev_excl', 'A', { '7.2': 'p make_device_exclusive mm=%di:x64 addr=%si:x64 owner=%dx:x64' }),
  row('dev_excl_ret', 'A', { '7.2': 'r make_device_exclusive page=$retval:x64' }),
  row('dev_restore', 'A', { '7.2': 'p restore_exclusive_pte mm=+16(%di):x64 page=%dx:x64 addr=%cx:x64' }),
  row('mmun_start', 'B', {
    '5.10 6.1':
      'p __mmu_notifier_invalidate_range_start mm=+8(%di):x64 start=+16(%di):x64 end=+24(%di):x64 event=+36(%di):u32 owner=+40(%di):x64',
    '6.12 7.2':
      'p __mmu_notifier_invalidate_range_start mm=+0(%di):x64 start=+8(%di):x64 end=+16(%di):x64 event=+28(%di):u32 owner=+32(%di):x64',
  }),
  row('mmun_end', 'B', {
    '5.10 6.1': 'p __mmu_notifier_invalidate_range_end mm=+8(%di):x64 start=+16(%di):x64 end=+24(%di):x64',
    '6.12 7.2': 'p __mmu_notifier_invalidate_range_end mm=+0(%di):x64 start=+8(%di):x64 end=+16(%di):x64',
  }),
  row('tlb_mm', 'C', { all: 'p flush_tlb_mm_range mm=%di:x64 start=%si:x64 end=%dx:x64' }),
  // NUMA hinting, file pages, huge mappings
  row('file_rmap', 'B', {
    '5.10': 'p page_add_file_rmap page=%di:x64',
    '6.1': 'p page_add_file_rmap page=%di:x64 mm=+16(%si):x64',
    '6.12 7.2': 'p folio_add_file_rmap_ptes folio=%di:x64 page=%si:x64 nr=%dx:s32 mm=+16(%cx):x64',
  }),
  row('numa_pmd', 'B', {
    '5.10': 'p do_huge_pmd_numa_page mm=+64(+0(%di)):x64 addr=+24(%di):x64 flags=+8(%di):x32',
    '6.1 6.12 7.2': 'p do_huge_pmd_numa_page mm=+16(+0(%di)):x64 addr=+24(%di):x64 flags=+40(%di):x32',
  }),
  row('numa_thp', 'B', { '5.10': 'p migrate_misplaced_transhuge_page mm=%di:x64 addr=%r8:x64 page=%r9:x64' }),
  row('numa_thp_ret', 'B', { '5.10': 'r migrate_misplaced_transhuge_page ret=$retval:s32' }),
  row('numa_page', 'B', {
    '5.10 6.1': 'p migrate_misplaced_page page=%di:x64',
    '6.12 7.2': 'p migrate_misplaced_folio page=%di:x64',
  }),
  row('numa_page_ret', 'B', {
    '5.10 6.1': 'r migrate_misplaced_page ret=$retval:s32',
    '6.12 7.2': 'r migrate_misplaced_folio ret=$retval:s32',
  }),
  row('numa_prot', 'B', {
    '5.10': 'p change_prot_numa mm=+64(%di):x64 start=%si:x64 end=%dx:x64',
    '6.1 6.12': 'p change_prot_numa mm=+16(%di):x64 start=%si:x64 end=%dx:x64',
  }),
  row('reuse_swap', 'B', { '5.10': 'p reuse_swap_page page=%di:x64' }),
  row('reuse_swap_ret', 'B', { '5.10': 'r reuse_swap_page ret=$retval:u8' }),
  row('huge_prot', 'B', {
    '5.10': 'p change_huge_pmd mm=+64(%di):x64 addr=%dx:x64 pmd=+0(%si):x64 prot=%cx:x64 cp=%r8:x32',
    '6.1 6.12 7.2': 'p change_huge_pmd mm=+16(%si):x64 addr=%cx:x64 pmd=+0(%dx):x64',
  }),
];

const TRACEPOINTS: readonly Tracepoint[] = [
  { name: 'sched_process_fork', system: 'sched' },
  { name: 'sched_process_exit', system: 'sched' },
  { name: 'sched_process_exec', system: 'sched' },
  { name: 'task_newtask', system: 'task' },
  { name: 'sys_madvise', system: 'syscalls' },
  { name: 'sys_munmap', system: 'syscalls' },
  { name: 'sys_mprotect', system: 'syscalls' },
  { name: 'sys_mremap', system: 'syscalls' },
  { name: 'sys_vmsplice', system: 'syscalls' },
  { name: 'mm_page_alloc', system: 'kmem' },
  { name: 'mm_page_free', system: 'kmem' },
];

/** Sleeping calls that may be under way at once; the default of one per CPU loses returns. */
const MAX_ACTIVE = 64;

/** The line for dynamic_events; undefined where that kernel has nothing to probe. */
export function definition(probe: Probe, era: EraName): string | undefined {
  const on = Object.entries(probe.on).find(([eras]) => eras === 'all' || eras.split(' ').includes(era))?.[1];
  if (on === undefined) return undefined;
  const [type, ...rest] = on.split(' ');
  return `${type}${type === 'r' ? MAX_ACTIVE : ''}:pindrift/${probe.name} ${rest.join(' ')}`;
}

/** What to add to a capture so that it shows these kinds, for one kernel era: lines for dynamic_events, files to set to 1. */
export function linesFor(kinds: readonly KindName[], era: EraName): string[] {
  const events = new Set(kinds.flatMap(eventsOf));
  const probes = PROBES.filter(({ name }) => events.has(name)).map((probe) => definition(probe, era));
  const tracepoints = TRACEPOINTS.filter(({ name }) => events.has(name)).map(({ name, system }) => {
    const event = system === 'syscalls' ? name.replace(/^sys_/, 'sys_enter_') : name;
    return `events/${system}/${event}/enable`;
  });
  const brought = kinds.map((kind) => broughtLine(kind, era));
  return [...probes, ...tracepoints, ...brought].filter((line) => line !== undefined);
}

/** Events that show this kind. */
function eventsOf(kind: KindName): string[] {
  const names = FUNCTIONS.flatMap(({ entry, events, ret }) => [
    entry === kind ? events?.[0] : undefined,
    ret === kind ? events?.[1] : undefined,
  ]);
  return names.filter((name) => name !== undefined);
}
