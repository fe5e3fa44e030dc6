// Why: pin_user_pages_remote() pins memory of another process. That process is the one whose memory a finding is about.
import type { Finding } from '../../contract/finding.ts';
import type { Drift, Pin } from '../../model/state.ts';
import type { Words } from '../reading/words.ts';

/**
 * A task of the process whose memory another one pinned; of the write fault that copied it, if there is one.
 * @returns undefined if the pinning task may be one of its own
 */
export function processOf({ call, mm }: Pin, drift: Drift | undefined, words: Words): Finding['process'] {
  if (!call.foreign || mm === undefined) return undefined;
  const at = drift?.fault ?? drift?.at;
  const others = mm.pids.filter((pid) => pid !== call.at.pid);
  if (at !== undefined && at.pid !== call.at.pid && (drift?.fault !== undefined || others.includes(at.pid)))
    return { pid: at.pid, tgid: words.tgid(at), comm: words.line(at)?.comm || undefined };
  return others.length === 0 ? undefined : { pid: others[0] };
}
