// Callers that take a short-lived reference and never use it for I/O: their pins need not be tracked, and their release
// is not recorded (put_page() is inlined). Sources: kernel/futex/core.c, fs/exec.c, mm/memory.c,
// kernel/events/, fs/coredump.c, virt/kvm/kvm_main.c, mm/mempolicy.c, mm/madvise.c, security/tomoyo/domain.c,
// arch/x86/kernel/cpu/sgx/ioctl.c, arch/s390/kvm/interrupt.c of 5.10 to 7.2. Static functions may be inlined, so their
// only callers are named too, up to one that is in the symbols of stock kernels.
const TRANSIENT = [
  'get_futex_key',
  'get_arg_page',
  'copy_strings',
  'copy_string_kernel',
  '__access_remote_vm',
  '__copy_remote_vm_str',
  'copy_remote_vm_str',
  'get_user_page_vma_remote',
  '__get_user_page_vma_remote',
  'get_dump_page',
  'uprobe_write_opcode',
  'uprobe_write',
  '__update_ref_ctr',
  'is_trap_at_addr',
  'find_active_uprobe',
  'find_active_uprobe_rcu',
  'handle_swbp',
  'uprobe_notify_resume',
  'faultin_page_range',
  'hwpoison_inject',
  'madvise_inject_error',
  'madvise_do_behavior',
  'do_madvise',
  'lookup_node',
  'do_get_mempolicy',
  'kernel_get_mempolicy',
  'perf_virt_to_phys',
  'perf_prepare_sample',
  'tomoyo_dump_page',
  '__sgx_encl_add_page',
  'sgx_encl_add_page',
  'sgx_ioc_enclave_add_pages',
  'sgx_ioctl',
  'get_map_page',
];

// KVM maps the page into the guest under its notifier and drops the reference at once; its FOLL_PIN users keep theirs.
const TRANSIENT_GET = [
  'hva_to_pfn',
  'hva_to_pfn_slow',
  'hva_to_pfn_fast',
  'kvm_follow_pfn',
  '__kvm_faultin_pfn',
  '__gfn_to_pfn_memslot',
  '__gfn_to_page',
  'gfn_to_page_many_atomic',
  'kvm_prefetch_pages',
];

// io_pin_pages() and what it may be inlined into (io_uring/rsrc.c, io_uring/memmap.c).
const IO_URING = [
  'io_pin_pages',
  'io_sqe_buffer_register',
  'io_sqe_buffers_register',
  '__io_sqe_buffers_update',
  '__io_register_rsrc_update',
  'io_register_rsrc_update',
  '__io_uring_register',
];

// They took FOLL_WRITE always, so that the page is a copy of the process itself, and FOLL_FORCE with it where the device
// may only read: `if (!writable) gup_flags |= FOLL_FORCE;` (up to v6.1; since then FOLL_WRITE is only for the others).
// ib_umem_get() of drivers/infiniband/core/umem.c, siw_umem_get() and usnic_uiom_get_pages() of drivers/infiniband.
const READS_BY_FORCE = ['ib_umem_get', 'siw_umem_get', 'usnic_uiom_get_pages'];

// FOLL_FORCE up to v6.2 and since. Each is another flag in the other layout, which no call for writing has with
// FOLL_WRITE: FOLL_NOWAIT (only KVM's faults), FOLL_DUMP (which only reads)
const FORCE = 0x10 | 0x8;

const nameOf = (symbol: string): string =>
  symbol
    .replace(/^"|"$/g, '')
    .replace(/\+0x.*$/, '')
    .replace(/\.(?:part|constprop|isra|cold).*$/, '');

/**
 * @param symbol `get_futex_key+0x90` as printed by a probe
 * @param kind kind of reference, where it matters
 */
export function isTransientCaller(symbol: string, kind: 'GET' | 'PIN'): boolean {
  const name = nameOf(symbol);
  return TRANSIENT.includes(name) || (kind === 'GET' && TRANSIENT_GET.includes(name));
}

/**
 * io_uring drops all references on a folio but one and keeps using all of its pages (57bebf807e2a, in v6.4).
 * @param symbol as printed by a probe; an address is not known
 */
export function isIoUring(symbol: string | undefined): boolean | undefined {
  if (symbol === undefined || !/^"?[a-z_]/i.test(symbol)) return undefined;
  return IO_URING.includes(nameOf(symbol));
}

/**
 * Whether the device writes to the pages of a call with FOLL_WRITE. FOLL_FORCE with it breaks copy-on-write in memory
 * that need not be writable, which drivers (videobuf2, habanalabs, exynos) did for both directions up to v6.1: unknown.
 * @param flags gup_flags, of either layout
 * @param symbol of the caller as printed by a probe
 */
export function deviceWrites(flags: number, symbol: string | undefined): boolean | undefined {
  if ((flags & FORCE) === 0) return true;
  return symbol !== undefined && READS_BY_FORCE.includes(nameOf(symbol)) ? false : undefined;
}
