// In JavaScript, finding newlines takes a third of the time of reading a trace; src/assembly/newlines.ts does it
// sixteen bytes at a time. Without memory for that, a plain loop is used.
import { NEWLINE_PLACES, NEWLINE_WINDOW, NEWLINES_AT, TEXT_BYTES } from '../../assembly/layout.ts';
import { NEWLINE } from '../../util/bytes.ts';
import type { LineMemory, Loops } from '../../util/line-memory.ts';

/** A buffer in which newlines are found quickly. */
export interface ScannedBuffer {
  readonly bytes: Uint8Array;
  /** offsets found by the last scan, in order */
  readonly offsets: Int32Array;
  /** Find the newlines of `bytes[from, to)`, at most {@link NEWLINE_WINDOW} bytes; returns how many. */
  scan(from: number, to: number): number;
}

/**
 * Make a buffer of `size` bytes.
 * @param memory to use its beginning, if it fits
 */
export function scannedBuffer(size: number, memory: LineMemory | undefined): ScannedBuffer {
  return memory === undefined || size > TEXT_BYTES ? plainBuffer(size) : new MemoryBuffer(size, memory);
}

/** The bytes begin at 0, so that a position is an address. */
class MemoryBuffer implements ScannedBuffer {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  readonly #loops: Loops;

  constructor(size: number, { buffer, loops }: LineMemory) {
    this.bytes = new Uint8Array(buffer, 0, size);
    this.offsets = new Int32Array(buffer, NEWLINES_AT, NEWLINE_PLACES);
    this.#loops = loops;
  }

  scan(from: number, to: number): number {
    const { offsets } = this;
    let count = (this.#loops.findNewlines(from, to, NEWLINES_AT) - NEWLINES_AT) >> 2;
    while (count > 0 && offsets[count - 1] >= to) count--;
    return count;
  }
}

/** The same without WebAssembly. */
export function plainBuffer(size: number): ScannedBuffer {
  const bytes = new Uint8Array(size);
  const offsets = new Int32Array(NEWLINE_WINDOW);
  return {
    bytes,
    offsets,
    scan(from, to) {
      let count = 0;
      for (let at = from; at < to; at++) {
        if (bytes[at] === NEWLINE) offsets[count++] = at;
      }
      return count;
    },
  };
}
