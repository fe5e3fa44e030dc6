// Why: the kernel's own tracepoints that a capture needs; they are enabled, not defined.

/** A tracepoint of the kernel with a meaning for pindrift. */
export interface Tracepoint {
  /** as traces show it */
  name: string;
  system: string;
  /** part of a capture; the others are not worth their cost */
  captured: boolean;
}

const tp = (system: string, name: string, captured = true): Tracepoint => ({ name, system, captured });

export const TRACEPOINTS: readonly Tracepoint[] = [
  tp('sched', 'sched_process_fork'),
  tp('sched', 'sched_process_exit'),
  tp('sched', 'sched_process_exec'),
  tp('task', 'task_newtask'),
  tp('syscalls', 'sys_madvise'),
  tp('syscalls', 'sys_munmap'),
  tp('syscalls', 'sys_mprotect'),
  tp('syscalls', 'sys_mremap'),
  tp('syscalls', 'sys_vmsplice'),
  tp('kmem', 'mm_page_alloc', false),
  tp('kmem', 'mm_page_free', false),
];

/** Below `events/`. */
export const folderOf = ({ system, name }: Tracepoint): string =>
  `${system}/${system === 'syscalls' ? name.replace(/^sys_/, 'sys_enter_') : name}`;
