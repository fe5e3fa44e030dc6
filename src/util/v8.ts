// Why: V8 is tuned for long-running programs that may use all resources. pindrift reads for a second or a minute,
// beside a busy machine. V8 reads these flags at any time, so they can be set while it runs.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Minimum size of a trace for which this is worthwhile; smaller ones take a tenth longer with it. */
const LARGE = 4 << 20;

/**
 * To be called before a trace is read.
 * @param bytes of the file, compressed or not; Infinity if unknown
 */
export function tuneForReading(bytes = Number.POSITIVE_INFINITY): void {
  if (bytes < LARGE) return;
  // Live data are a few megabytes while a trace streams, but V8 would let garbage grow to many times that, as for a
  // program that builds up data: collect when the old generation has grown by two fifths.
  setFlagsFromString('--heap-growing-percent=40');
  // The optimising compiler took a third of the CPU time of a check, on threads of its own. Inlining only tiny
  // functions, and compiling only functions that stay hot for long, halves that and hardly slows down the rest.
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=60');
  // Later versions wait longer by themselves, and print that they do not know this flag.
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=200000');
}

/** Size of the young generation, both halves together. */
const YOUNG_BYTES = 16 << 20;

/**
 * Stop the young generation from growing when it is large enough; to be called from time to time while a trace is read.
 * Garbage keeps the buffers that were read from a pipe, too: the young generation decides how many of them wait.
 * @param bytes that are large enough, both halves together
 */
export function boundYoungHeap(bytes = YOUNG_BYTES): void {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  if (young !== undefined && young.space_size >= bytes) setFlagsFromString('--semi-space-growth-factor=1');
}
