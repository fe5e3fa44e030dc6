// Why: who pins a page may not be whose memory it is: pin_user_pages_remote() pins memory of another process, and workers of
// the kernel (vhost, io_uring) that of the process they work for. A finding is about that process.
import type { Finding } from '../../contract/finding.ts';
import type { Drift, Mm, Pin, PinCall } from '../../model/state.ts';
import { creatorOf } from '../../vocabulary/task-name.ts';
import type { Words } from '../reading/words.ts';

/**
 * A task of the process whose memory another one pinned; of the write fault that copied it, if there is one.
 * @returns undefined if the pinning task may be one of its own
 */
export function processOf({ call, mm }: Pin, drift: Drift | undefined, words: Words): Finding['process'] {
  if (mm === undefined || !(call.foreign || isWorker(call, mm, words))) return undefined;
  const at = drift?.fault ?? drift?.at;
  const others = mm.pids.filter((pid) => pid !== call.at.pid);
  if (at !== undefined && at.pid !== call.at.pid && (drift?.fault !== undefined || others.includes(at.pid)))
    return { pid: at.pid, tgid: words.tgid(at), comm: words.line(at)?.comm || undefined };
  return others.length === 0 ? undefined : { pid: others[0] };
}

/** Whether the task that pinned works for the process that runs in `mm`. Threads of io_uring are in it, under another name. */
function isWorker({ at, worker }: PinCall, { pids }: Mm, words: Words): boolean {
  if (creatorOf(words.line(at)?.comm ?? '') !== undefined) return true;
  if (worker !== undefined) return worker;
  // a thread that names its process is none; neither is one that was seen there since
  return !(at.tgid > 0 && at.tgid !== at.pid) && !pids.includes(at.pid);
}
