// Traces written in a test: one line for each event, in the order in which they are written, 100 us apart.

import type { Finding } from '../../src/contract/finding.ts';
import { check } from '../../src/program.ts';

const FUNCTIONS: Readonly<Record<string, string>> = {
  fault: 'handle_mm_fault',
  new_anon: 'folio_add_new_anon_rmap',
  anon_rmap: 'folio_add_anon_rmap_ptes',
  move_anon: 'folio_move_anon_rmap',
  file_map: 'finish_fault',
  wp_fault: 'do_wp_page',
  wp_copy: 'wp_page_copy',
  wp_reuse: 'wp_page_reuse',
  wp_pmd: 'do_huge_pmd_wp_page',
  clear_flush: 'ptep_clear_flush',
  thp_split_pmd: '__split_huge_pmd',
  fork_pmd: 'copy_huge_pmd',
  clear_flush_pmd: 'pmdp_huge_clear_flush',
  huge_prot: 'change_huge_pmd',
  swap_in: 'do_swap_page',
  swap_cache_add: 'add_to_swap_cache',
  unmap_one: 'try_to_unmap_one',
  migrate_one: 'try_to_migrate_one',
  migrate_in: 'remove_migration_pte',
  migrate_map: '__folio_migrate_mapping',
  pin_pages: 'gup_fast_fallback',
  fork_vma: 'copy_page_range',
  cprot: 'change_protection',
  soft_dirty: 'clear_refs_pte_range',
  numa_prot: 'change_prot_numa',
  zap: 'unmap_page_range',
  mremap: 'move_page_tables',
  mm_exit: 'exit_mmap',
  gup_lockless: 'internal_get_user_pages_fast',
  gup_fast: 'get_user_pages_fast',
  pin_fast: 'pin_user_pages_fast',
  gup_slow: '__get_user_pages',
  pin_remote: 'pin_user_pages_remote',
  gup_unl: 'get_user_pages_unlocked',
  grab_fast: 'try_grab_folio_fast',
  grab_slow: 'try_grab_folio',
  follow_pte: 'follow_page_pte',
  put_folio: 'gup_put_folio',
  unpin: 'unpin_user_page',
  unpin_folio: 'unpin_user_folio',
  unpin_pages: 'unpin_user_pages',
  unpin_dirty: 'unpin_user_pages_dirty_lock',
  unpin_range: 'unpin_user_page_range_dirty_lock',
  new_hugetlb: 'hugetlb_add_new_anon_rmap',
  wp_hugetlb: 'hugetlb_wp',
  pipe_add: 'add_to_pipe',
  pipe_release: 'page_cache_pipe_buf_release',
  bio_add: '__bio_add_page',
  bio_submit: 'submit_bio',
  bio_end: 'bio_endio',
  bio_checkdirty: 'bio_check_pages_dirty',
  bio_release: '__bio_release_pages',
  dev_excl: 'make_device_exclusive',
  dev_range: 'make_device_exclusive_range',
  dev_one: 'page_make_device_exclusive_one',
  dev_restore: 'restore_exclusive_pte',
  mmun_start: '__mmu_notifier_invalidate_range_start',
  mmun_end: '__mmu_notifier_invalidate_range_end',
  ksm_merge: 'try_to_merge_one_page',
  collapse: 'collapse_huge_page',
};

const VMEMMAP = 0xffffea0000000000n;
export const PARENT = '0xffff888100001000';
export const CHILD = '0xffff888100002000';
/** First address of the buffer all of these tests are about. */
export const BUFFER = 0x10000000;

export const page = (pfn: number): string => `0x${(VMEMMAP + BigInt(pfn) * 64n).toString(16)}`;
export const at = (vpn: number): string => `0x${(BUFFER + vpn * 4096).toString(16)}`;
/** Raw entry of a present, read-only page. */
export const ro = (pfn: number): string => `0x${(0x8000000000000025n + (BigInt(pfn) << 12n)).toString(16)}`;

type Value = string | number;
export type Fields = Readonly<Record<string, Value>>;

/** A task whose events are written by name: `task.wp_fault({...})`. */
export type Writer = Readonly<Record<string, (fields?: Fields | string) => void>>;

export class Trace {
  readonly lines: string[] = [];
  /** microseconds */
  #us = 100_000_000;

  /** @param info irq-info: `..s1.` is a softirq that came while the task ran */
  task(comm: string, pid: number, cpu = 0, info = '.....'): Writer {
    return new Proxy({} as Writer, {
      get:
        (_, event: string) =>
        (fields: Fields | string = {}) =>
          this.#write(comm, pid, cpu, info, event, fields),
    });
  }

  /** Nothing happens for so many microseconds. */
  sleep(us: number): void {
    this.#us += us;
  }

  #write(comm: string, pid: number, cpu: number, info: string, event: string, fields: Fields | string): void {
    this.#us += 100;
    const ret = event.endsWith('_ret') || event === 'pin_pages';
    const fn = FUNCTIONS[event.replace(/_ret$/, '')];
    const place = fn === undefined ? '' : ret ? `(caller+0x10/0x20 <- ${fn}) ` : `(${fn}+0x0/0x100) `;
    const text =
      typeof fields === 'string'
        ? fields
        : Object.entries(fields)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ');
    const time = `${Math.floor(this.#us / 1e6)}.${String(this.#us % 1e6).padStart(6, '0')}`;
    this.lines.push(
      `${`${comm}-${pid}`.padStart(22)} [${String(cpu).padStart(3, '0')}] ${info} ${time.padStart(12)}: ${event}: ${place}${text}`,
    );
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  async check(
    kernel: string,
  ): Promise<{ verdict: string; findings: readonly Finding[]; said: string[]; undecided: string[] }> {
    const { verdict, findings, rules, traces } = await check(
      { name: 'the trace of the test', text: this.text },
      { kernel },
    );
    const bad = traces[0]?.losses.filter(({ kind }) => kind === 'bad-line');
    if (bad !== undefined && bad.length > 0) throw new Error(JSON.stringify(bad));
    return {
      verdict,
      findings,
      said: findings.map(({ rule, severity }) => `${severity} ${rule}`),
      undecided: [...(rules.find(({ id }) => id === 'insufficient-evidence')?.missing ?? [])],
    };
  }
}

/** An anonymous page is touched for the first time. */
export function touch(t: Writer, mm: string, vpn: number, pfn: number, order = 0): void {
  t.fault({ mm, addr: at(vpn), flags: '0x1255' });
  t.new_anon({ page: page(pfn), mm, addr: at(vpn), head: order > 0 ? 1 : 0, order, rflags: '0x1' });
}

/** fork of the whole buffer; the child is pid + 1. */
export function fork(t: Writer, pid: number, pages = 16): void {
  t.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(pages), vmflags: '0x100073' });
  t.fork_vma_ret({ ret: 0 });
  t.sched_process_fork(`comm=par pid=${pid} child_comm=chi child_pid=${pid + 1}`);
}

export interface Pinning {
  api?: 'gup_fast' | 'pin_fast';
  flags?: number;
  caller?: string;
  /** head page of the folio, where it is another */
  head?: number;
}

/** GUP-fast of one page. */
export function pin(
  t: Writer,
  vpn: number,
  pfn: number,
  { api = 'pin_fast', flags = 1, caller, head }: Pinning = {},
): void {
  const inner = flags | (api === 'pin_fast' ? 0x80000 : 0x2);
  t[api]({
    start: at(vpn),
    nr: 1,
    flags: `0x${flags.toString(16)}`,
    pages: '0xffff888200000000',
    ...(caller === undefined ? {} : { caller }),
  });
  t.grab_fast({ page: page(pfn), refs: 1, flags: `0x${inner.toString(16)}`, ref: 1 });
  t.grab_fast_ret({ head: page(head ?? pfn) });
  t[`${api}_ret`]({ ret: 1 });
}

export function unpin(t: Writer, pfn: number, head = pfn): void {
  t.unpin_folio({ page: page(pfn), n: 1 });
  t.put_folio({ page: page(head), refs: 1, flags: '0x80000' });
}

/** A write fault up to its outcome. */
export function wpFault(t: Writer, mm: string, vpn: number, pfn: number): void {
  t.wp_fault({ mm, addr: at(vpn), pte: ro(pfn), flags: '0x1a55' });
}

export function copy(t: Writer, mm: string, vpn: number, old: number, pfn: number): void {
  wpFault(t, mm, vpn, old);
  t.new_anon({ page: page(pfn), mm, addr: at(vpn), head: 0, order: 0, rflags: '0x1' });
  t.wp_fault_ret({ ret: '0x0' });
}

export function exit(t: Writer, mm: string, pid: number): void {
  t.mm_exit({ mm, vmemmap: page(0) });
  t.sched_process_exit(`comm=x pid=${pid} prio=120`);
}

/** do_wp_page() that keeps the page. */
export function reuse(t: Writer, mm: string, vpn: number, pfn: number): void {
  wpFault(t, mm, vpn, pfn);
  t.move_anon({ page: page(pfn), mm });
  t.wp_fault_ret({ ret: '0x0' });
}

/** A write fault on a page of no interest, and its unmapping: without any, nothing is concluded. */
export function background(t: Writer, vpn = 9, pfn = 0x2009): void {
  touch(t, PARENT, vpn, pfn);
  wpFault(t, PARENT, vpn, pfn);
  t.wp_fault_ret({ ret: '0x0' });
  t.zap({ mm: PARENT, start: at(vpn), end: at(vpn + 1) });
}

/**
 * Page 0 is touched. Elsewhere there are a copy, a release and the end of an address space, which shows vmemmap_base:
 * without any, nothing is concluded.
 */
export function asUsual(trace: Trace, t: Writer, pfn: number): void {
  touch(t, PARENT, 0, pfn);
  touch(t, PARENT, 1, pfn + 1);
  copy(t, PARENT, 1, pfn + 1, pfn + 2);
  pin(t, 1, pfn + 2);
  unpin(t, pfn + 2);
  exit(trace.task('init', 1), CHILD, 1);
}

/** Reclaim takes a page of the parent for swap. */
export function swapOut(t: Writer, vpn: number, pfn: number): void {
  t.swap_cache_add({ page: page(pfn), entry: '0x7' });
  t.unmap_one({ page: page(pfn), mm: PARENT, addr: at(vpn), ref: 3, map: 0 });
  t.unmap_one_ret({ ret: 1 });
}

/** A fault of the parent maps it again. `marked`: its swap entry says that it was exclusive; `exclusive`: it is mapped so. */
export function swapIn(t: Writer, vpn: number, pfn: number, marked: boolean, exclusive: boolean): void {
  t.fault({ mm: PARENT, addr: at(vpn), flags: '0x1254' });
  t.swap_in({ mm: PARENT, addr: at(vpn), pte: marked ? '0x7fffffffffff00a' : '0x7fffffffffff002', flags: '0x1254' });
  const rflags = exclusive ? '0x1' : '0x0';
  t.anon_rmap({ folio: page(pfn), page: page(pfn), nr: 1, mm: PARENT, addr: at(vpn), rflags });
  t.swap_in_ret({ ret: '0x0' });
}

/** A parent, and a child that shares page 0 with it. */
export function family(pfn: number) {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const chi = trace.task('chi', 501, 1);
  touch(par, PARENT, 0, pfn);
  fork(par, 500);
  chi.fault({ mm: CHILD, addr: '0x20000000', flags: '0x1255' });
  return { trace, par, chi };
}
