// Why: a stream has no length, and perf ends it with the round after its last records, so a stream that was cut right
// behind a round looks complete. But if perf started a program (`perf record -o - -- scn mixed`), it records until the
// program has exited, and its EXIT is one of the last records. Without it the stream was cut, or perf was stopped: up to
// 6.12 at least, no record distinguishes these.
import { latin1 } from '../bytes.ts';
import { RecordType } from './layout.ts';

/** COMM by exec; those that perf makes up for running tasks are without. */
const PERF_RECORD_MISC_COMM_EXEC = 1 << 13;
/** TASK_COMM_LEN, without its NUL */
const LONGEST_COMM = 15;

/** A record: `buf[at, end)`. */
type TaskRecord = { type: number; buf: Uint8Array; view: DataView; at: number; end: number; little: boolean };

/** Bytes of a record that {@link Workload.see} looks at: the longest name, in a COMM. */
export const TASK_BYTES = 16 + LONGEST_COMM + 1;

export const isExec = ({ type, view, at, little }: TaskRecord): boolean =>
  type === RecordType.Comm && (view.getUint16(at + 4, little) & PERF_RECORD_MISC_COMM_EXEC) !== 0;

/** The program that perf started. */
export class Workload {
  readonly #comm: string;
  #pid: number | undefined;
  #ended = false;

  /** @param program as on perf's command line */
  constructor(program: string) {
    // kbasename(bprm->filename)
    this.#comm = program.slice(program.lastIndexOf('/') + 1).slice(0, LONGEST_COMM);
  }

  /** COMM: u32 pid, u32 tid, name. EXIT: u32 pid, ppid, tid, ptid. */
  see(record: TaskRecord): void {
    const { type, buf, view, at, end, little } = record;
    if (this.#ended || at + 24 > end) return;
    if (this.#pid === undefined) {
      if (isExec(record) && this.#isNamed(buf, at + 16)) this.#pid = view.getInt32(at + 8, little);
    } else if (type === RecordType.Exit && view.getInt32(at + 8, little) === this.#pid) {
      // its threads exit too
      this.#ended = view.getInt32(at + 16, little) === this.#pid;
    }
  }

  /** Why the stream is not complete; undefined: it is, or nothing is known. */
  get missing(): string | undefined {
    if (this.#pid === undefined || this.#ended) return undefined;
    return `the stream ends before the program that perf started (${this.#comm}) has exited: it was cut, or perf was stopped`;
  }

  #isNamed(buf: Uint8Array, at: number): boolean {
    const name = latin1(buf.subarray(at, at + LONGEST_COMM + 1));
    return name.replace(/\0[\s\S]*$/, '') === this.#comm;
  }
}
