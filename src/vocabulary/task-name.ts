// Why: some tasks show no address space of their own, and only their name tells to whom they belong. A worker of io_uring
// pins pages for its creator: no line of a fork is about it, and it may never fault, but it always shares the address
// space of its creator (create_io_thread(), kernel/fork.c), which its name tells since it is one: `iou-wrk-602`
// (io_wq_worker(), io_uring/io-wq.c), `iou-sqp-602` (io_sq_thread(), io_uring/sqpoll.c). Up to v5.11 it was a thread of
// the kernel, with other names. A thread of the kernel has no address space; what it unmaps belongs to a process that did
// not ask for it.
import type { TraceLine } from '../parsers/formats/line.ts';
import { text } from '../util/bytes.ts';

/** The process of a thread of the kernel, as of the idle task. */
export const KERNEL = 0;

/** First letters of the names that tell something; most names are not looked at further. */
const FIRST: ReadonlySet<number> = new Set([...'ikno'].map((letter) => letter.charCodeAt(0)));

/**
 * Threads of the kernel that unmap pages of processes: a worker completes a direct write and drops what the page cache has
 * there (kiocb_invalidate_post_direct_write(), mm/filemap.c), or drops it for a file server (invalidate_inode_pages2());
 * nfsd and ksmbd truncate files, khugepaged takes pages out of a file (collapse_file()), oom_reaper empties a process that
 * is being killed (__oom_reap_task_mm()).
 */
const OF_THE_KERNEL = /^(?:kworker\/|khugepaged$|kswapd\d|kcompactd\d|ksmbd:|oom_reaper$|nfsd$)/;

/** Process of a line's task: {@link KERNEL}; else as shown, or the creator of an io_uring worker; -1 if neither is there. */
export function processOf({ pid, tgid, buf, commStart, commEnd }: TraceLine): number {
  return FIRST.has(buf[commStart]) ? named(text(buf, commStart, commEnd), pid, tgid) : tgid;
}

/** The same, of a task in a recording or a store. */
export const processNamed = (comm: string, pid: number, tgid: number): number =>
  FIRST.has(comm.charCodeAt(0)) ? named(comm, pid, tgid) : tgid;

/** A thread of the kernel is a process of its own; a thread of another may have its name. */
function named(comm: string, pid: number, tgid: number): number {
  if ((tgid < 0 || tgid === pid) && OF_THE_KERNEL.test(comm)) return KERNEL;
  return tgid >= 0 ? tgid : (creatorOf(comm) ?? -1);
}

/** The creator of an io_uring worker, from the worker's name, which has at most 15 characters (TASK_COMM_LEN). */
export function creatorOf(comm: string): number | undefined {
  const digits = /^iou-(?:wrk|sqp)-(\d{1,7})$/.exec(comm)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
