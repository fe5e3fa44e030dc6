// Why: V8 is tuned for programs that live long and may take what they need. Ours reads for a second or a minute, beside a
// machine that is busy with other things. V8 reads these flags whenever it works, so they may be set while it runs.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** From so many bytes on a trace is read long enough to be worth it; smaller ones cost a tenth more with it. */
const LARGE = 4 << 20;

/**
 * For everything that reads a trace; before the reading begins.
 * @param bytes of the file, compressed or not; Infinity where they are not known
 */
export function tuneForReading(bytes = Number.POSITIVE_INFINITY): void {
  if (bytes < LARGE) return;
  // What lives while a trace streams by is a few megabytes, but garbage may grow to many times that before V8 looks, as if
  // the program had just begun to build something: look when the old generation has grown by two fifths.
  setFlagsFromString('--heap-growing-percent=40');
  // A third of the CPU time of a check was the optimizing compiler, on threads of its own. Inlining only what is tiny, and
  // compiling only what stays hot for long, halves that and makes the rest hardly slower.
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=60');
  setFlagsFromString('--interrupt-budget=200000');
}

/** Of the young generation, both halves together. */
const YOUNG_BYTES = 16 << 20;

/** Stop the young generation from growing where it is large enough; to be called now and then while a trace is read. */
export function boundYoungHeap(): void {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  if (young !== undefined && young.space_size >= YOUNG_BYTES) setFlagsFromString('--semi-space-growth-factor=1');
}
