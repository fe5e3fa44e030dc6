// Why: what a trace shows of processes, pages and pins is kept as long as it may matter, and a trace can show more of it
// than a machine has memory. Better a sentence that says what to do than a process that the kernel ends.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much more has to come before it is worth looking what of it is garbage. */
const STEP = 100e6;

/** Looks whether JavaScript's heap holds more than so many bytes that are still in use. */
export class HeapLimit {
  readonly #most: number;
  #next: number;

  constructor(most: number) {
    this.#most = most;
    this.#next = most;
  }

  /** To be asked now and then. */
  exceeded(used = process.memoryUsage().heapUsed, live = liveBytes): boolean {
    if (used < this.#next) return false;
    const inUse = live();
    this.#next = Math.max(this.#most, inUse + STEP);
    return inUse > this.#most;
  }
}

function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
