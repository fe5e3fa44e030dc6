// The tasks that were seen to run in an address space.
import { MmTables } from './mm-tables.ts';

export class MmTasks extends MmTables {
  /** the first task seen in it, and if there are more, all of them: most processes have one thread */
  #pid: number | undefined;
  #pids: Set<number> | undefined;

  /** Tasks seen in it. */
  get pids(): readonly number[] {
    return this.#pids !== undefined ? [...this.#pids] : this.#pid === undefined ? [] : [this.#pid];
  }

  /** A task enters it. */
  enter(pid: number): void {
    if (this.#pids !== undefined) this.#pids.add(pid);
    else if (this.#pid === undefined) this.#pid = pid;
    else if (this.#pid !== pid) this.#pids = new Set([this.#pid, pid]);
  }

  /** A task leaves it. @returns whether it was the last, or there was none */
  leave(pid: number): boolean {
    if (this.#pids !== undefined) {
      this.#pids.delete(pid);
      return this.#pids.size === 0;
    }
    if (this.#pid === pid) this.#pid = undefined;
    return this.#pid === undefined;
  }
}
