// Why: a return of a call that no line of its task begins shows that lines are missing, unless the trace began inside of
// the call. But a digit that was changed in the pid of a line makes it the return of a task that nobody else names. The
// call then stays open in the task that ran on this CPU just before, and never returns.
import type { At } from './at.ts';
import type { Task } from './frames.ts';

/** Calls that a task is inside of one at a time. */
export type CallOf = 'gup' | 'wp' | 'swap' | 'fork' | 'unmap';

/** Calls that other tasks may have been printed to return from, and where. */
export class Strays {
  /** the newest task on each CPU */
  readonly #newest: (Task | undefined)[] = [];
  readonly #open = new Map<object, At>();

  /** A record of a task on a CPU was replayed. */
  ran(cpu: number, t: Task): void {
    if (cpu >= 0) this.#newest[cpu] = t;
  }

  /** A call without a beginning returns at this place. */
  returns(cpu: number, call: CallOf, at: At): void {
    const open = this.#newest[cpu]?.[call];
    if (open !== undefined && this.#open.size < MOST) this.#open.set(open, at);
  }

  /** A call returns, in its own task. */
  close(call: object | undefined): void {
    if (this.#open.size > 0 && call !== undefined) this.#open.delete(call);
  }

  clear(): void {
    this.#newest.length = 0;
    this.#open.clear();
  }

  /** Calls that did not return at all. */
  left(): readonly At[] {
    return [...this.#open.values()];
  }
}

/** Calls that are remembered; each of them is a sign. */
const MOST = 1024;
