// Why: processes, pages and pins are kept as long as they may matter, and a trace may contain more of them than fit in
// memory. An error message with a suggestion is better than a process killed by the kernel.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Growth after which it is worthwhile to check how much is garbage. */
const STEP = 100e6;

/** Checks whether more than this many bytes of the JavaScript heap are in use. */
export class HeapLimit {
  readonly #most: number;
  #next: number;

  constructor(most: number) {
    this.#most = most;
    this.#next = most;
  }

  /** To be called from time to time. */
  exceeded(used = usedBytes(), live = liveBytes): boolean {
    if (used < this.#next) return false;
    const inUse = live();
    this.#next = Math.max(this.#most, inUse + STEP);
    return inUse > this.#most;
  }
}

function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return usedBytes();
}

/** Unlike process.memoryUsage(), this does not read /proc: 1 % of a check. */
const usedBytes = (): number => getHeapStatistics().used_heap_size;
