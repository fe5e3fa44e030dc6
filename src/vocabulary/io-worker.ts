// Why: a worker of io_uring pins pages for its creator and has nothing of its own: no line of a fork is about it, and it
// may never fault. But it always shares the address space of its creator (create_io_thread(), kernel/fork.c), which its
// name tells since it is one: `iou-wrk-602` (io_wq_worker(), io_uring/io-wq.c), `iou-sqp-602` (io_sq_thread(),
// io_uring/sqpoll.c). Up to v5.11 it was a thread of the kernel, with other names.
import type { TraceLine } from '../parsers/formats/line.ts';
import { text } from '../util/bytes.ts';

const LOWER_I = 105;

/** Process of a line's task: as shown, else the creator of an io_uring worker; -1 if neither is there. */
export function processOf({ tgid, buf, commStart, commEnd }: TraceLine): number {
  if (tgid >= 0 || buf[commStart] !== LOWER_I) return tgid;
  return creatorOf(text(buf, commStart, commEnd)) ?? -1;
}

/** The creator of an io_uring worker, from the worker's name, which has at most 15 characters (TASK_COMM_LEN). */
export function creatorOf(comm: string): number | undefined {
  const digits = /^iou-(?:wrk|sqp)-(\d{1,7})$/.exec(comm)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
