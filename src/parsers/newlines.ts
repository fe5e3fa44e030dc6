// Finding newlines is a third of the work of reading a trace when JavaScript does it (130 ns per line with
// indexOf, 20 with this), so the scan is a WebAssembly function of one loop: compare 16 bytes with '\n', turn the
// result into a bit mask, store the place of every set bit. Where WebAssembly is missing, a plain loop serves.
import { NEWLINE } from '../util/bytes.ts';
import { Func, I32, i8x16, i32, type Memory, Program, type Running, repeat, v128, when } from '../util/wasm.ts';

/** Bytes per scan: the places found in one must fit their table even when every byte is a newline. */
export const WINDOW = 32 * 1024;

/** Bytes of a vector. */
const VECTOR = 16;

/** Places for a whole window, and for what the last vector may reach beyond it. */
const TABLE_PLACES = WINDOW + VECTOR;

/** `run(at, end, out)`: store the places of newlines from `at`; returns where the next would be stored. */
const scan = new Program(() => {
  const f = new Func();
  const at = f.param(I32);
  const end = f.param(I32);
  const out = f.param(I32);
  const mask = f.local(I32);
  const more = i32.ltU(at.get, end.get);
  return f.module(
    when(
      more,
      repeat(
        [
          mask.set(i8x16.bitmask(i8x16.eq(v128.load(at.get), i8x16.splat(i32.const(NEWLINE))))),
          when(
            mask.get,
            repeat(
              [
                i32.store(out.get, i32.add(at.get, i32.ctz(mask.get))),
                out.set(i32.add(out.get, i32.const(4))),
                mask.set(i32.and(mask.get, i32.sub(mask.get, i32.const(1)))),
              ],
              mask.get,
            ),
          ),
          at.set(i32.add(at.get, i32.const(VECTOR))),
        ],
        more,
      ),
    ),
    out.get,
  );
});

/** A buffer whose newlines are found quickly. */
export interface ScannedBuffer {
  readonly bytes: Uint8Array;
  /** places found by the last scan, in order */
  readonly places: Int32Array;
  /** Find the newlines of `bytes[from, to)`, at most {@link WINDOW} bytes; returns how many. */
  scan(from: number, to: number): number;
}

/**
 * Make a buffer of at least `size` bytes.
 * @param memory others read the text too: its first {@link bytesFor} bytes are for the buffer
 */
export function scannedBuffer(size: number, memory?: Memory): ScannedBuffer {
  const bytes = bytesFor(size);
  const running = scan.start(memory ?? bytes);
  return running === undefined
    ? plainBuffer(size)
    : new WebAssemblyBuffer(running, memory === undefined ? undefined : bytes);
}

/** Memory that a buffer of `size` bytes takes. */
export const bytesFor = (size: number): number => size + TABLE_PLACES * 4;

/** The bytes stand at 0, so that a place in them is an address; the table stands behind them. */
class WebAssemblyBuffer implements ScannedBuffer {
  readonly bytes: Uint8Array;
  readonly places: Int32Array;
  readonly #scan: Running['run'];

  constructor({ memory, run }: Running, bytes = memory.byteLength) {
    const table = bytes - TABLE_PLACES * 4;
    this.bytes = new Uint8Array(memory, 0, table);
    this.places = new Int32Array(memory, table, TABLE_PLACES);
    this.#scan = run;
  }

  scan(from: number, to: number): number {
    const { places } = this;
    let count = (this.#scan(from, to, places.byteOffset) - places.byteOffset) >> 2;
    while (count > 0 && places[count - 1] >= to) {
      count--;
    }
    return count;
  }
}

/** The same without WebAssembly. */
export function plainBuffer(size: number): ScannedBuffer {
  const bytes = new Uint8Array(size);
  const places = new Int32Array(TABLE_PLACES);
  return {
    bytes,
    places,
    scan(from, to) {
      let count = 0;
      for (let at = from; at < to; at++) {
        if (bytes[at] === NEWLINE) {
          places[count++] = at;
        }
      }
      return count;
    },
  };
}
