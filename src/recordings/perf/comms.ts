// Why: a sample contains thread ids; names are in separate records, written when a task changes its name.
import { latin1 } from '../bytes.ts';
import { RecordType } from './layout.ts';
import type { Records } from './records.ts';

/** The current names of threads. */
export class Comms {
  readonly #comms = new Map<number, string>();

  of(tid: number): string {
    return this.#comms.get(tid) ?? (tid === 0 ? 'swapper' : `:${tid}`);
  }

  /**
   * COMM: u32 pid, u32 tid, name. FORK: u32 pid, ppid, tid, ptid: a child has its parent's name until it changes it.
   */
  learn({ type, view, buf, at, end, little }: Records): void {
    if (at + 24 > end) return;
    if (type === RecordType.Fork) {
      const comm = this.#comms.get(view.getInt32(at + 20, little));
      if (comm !== undefined) this.#set(view.getInt32(at + 16, little), comm);
      return;
    }
    let stop = at + 16;
    while (stop < end && stop < at + 32 && buf[stop] !== 0) stop++;
    this.#set(view.getInt32(at + 12, little), latin1(buf.subarray(at + 16, stop)));
  }

  /** The maximum task id is 4 million (PID_MAX_LIMIT). */
  #set(tid: number, comm: string): void {
    if (this.#comms.size < 1 << 22) this.#comms.set(tid, comm);
  }
}
