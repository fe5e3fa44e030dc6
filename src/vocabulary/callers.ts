// Callers that take a reference for an instant and never use it for I/O: their pins need no following, and their
// release shows nowhere (put_page() is inlined). Sources: kernel/futex/core.c, fs/exec.c, mm/memory.c,
// kernel/events/uprobes.c, fs/coredump.c of 5.10 to 7.2.
const TRANSIENT = [
  'get_futex_key',
  'get_arg_page',
  'copy_strings',
  'copy_string_kernel',
  '__access_remote_vm',
  'get_user_page_vma_remote',
  '__get_user_page_vma_remote',
  'get_dump_page',
  'uprobe_write_opcode',
  'uprobe_write',
  '__update_ref_ctr',
  'is_trap_at_addr',
  'faultin_page_range',
  'hwpoison_inject',
];

/** @param symbol `get_futex_key+0x90` as a probe prints it */
export function isTransientCaller(symbol: string): boolean {
  const name = symbol
    .replace(/^"|"$/g, '')
    .replace(/\+0x.*$/, '')
    .replace(/\.(?:part|constprop|isra|cold).*$/, '');
  return TRANSIENT.includes(name);
}
