// Why: processes, pages and pins are kept as long as they may matter, and a trace may contain more of them than fit in
// memory. An error message with a suggestion is better than a process killed by the kernel.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Growth after which it is worthwhile to check how much is garbage, as a part of the limit. */
const STEP = 1 / 9;

/** Space for new objects, which is a part of the limit that V8 tells (three semi-spaces of 16 MiB). */
const YOUNG = 48 << 20;

/** So many bytes of the heap, or what Node may use of it before it ends the process (--max-old-space-size, a container). */
export const heapWithin = (bytes: number): number =>
  Math.min(bytes, 0.8 * (getHeapStatistics().heap_size_limit - YOUNG));

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
    this.#next = Math.max(this.#most, inUse + this.#most * STEP);
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
