// Finding newlines is a third of the work of reading a trace when JavaScript does it (130 ns per line with
// indexOf, 20 with this), so the scan is a WebAssembly function of one loop: compare 16 bytes with '\n', turn the
// result into a bit mask, store the place of every set bit. It is assembled here by hand, opcode by opcode, since
// it is shorter than any build step that could make it. Where WebAssembly is missing (--jitless), a plain loop serves.
//
//     (func (export "scan") (param $at i32) (param $end i32) (param $out i32) (result i32) (local $mask i32)
//       (loop $next
//         (if (i32.lt_u $at $end) (then
//           (local.set $mask (i8x16.bitmask (i8x16.eq (v128.load $at) (i8x16.splat (i32.const 10)))))
//           (if $mask (then
//             (loop $bit
//               (i32.store $out (i32.add $at (i32.ctz $mask)))
//               (local.set $out (i32.add $out (i32.const 4)))
//               (br_if $bit (local.tee $mask (i32.and $mask (i32.sub $mask (i32.const 1))))))))
//           (local.set $at (i32.add $at (i32.const 16)))
//           (br $next))))
//       $out)
import { NEWLINE } from '../util/bytes.ts';

/** Bytes per scan: the places found in one must fit their table even when every byte is a newline. */
export const WINDOW = 32 * 1024;

/** Places for a whole window, and for the 15 bytes that the last vector may reach beyond it. */
const TABLE_PLACES = WINDOW + 16;
const PAGE = 64 * 1024;

type Scan = (at: number, end: number, out: number) => number;

const AT = 0;
const END = 1;
const OUT = 2;
const MASK = 3;

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const i32 = (n: number): number[] => [0x41, n];
const ADD = 0x6a;
const END_BLOCK = 0x0b;
const NO_RESULT = 0x40;
const LOOP = 0x03;
const IF = 0x04;

// biome-ignore format: one instruction per line reads like the text above
const CODE: number[] = [
  1, 1, 0x7f, // one local, i32
  LOOP, NO_RESULT,
  ...get(AT), ...get(END), 0x49, // i32.lt_u
  IF, NO_RESULT,
  ...get(AT), 0xfd, 0, 0, 0, // v128.load
  ...i32(NEWLINE), 0xfd, 15, // i8x16.splat
  0xfd, 35, // i8x16.eq
  0xfd, 100, // i8x16.bitmask
  ...tee(MASK),
  IF, NO_RESULT,
  LOOP, NO_RESULT,
  ...get(OUT), ...get(AT), ...get(MASK), 0x68, ADD, 0x36, 2, 0, // i32.ctz, i32.store
  ...get(OUT), ...i32(4), ADD, ...set(OUT),
  ...get(MASK), ...get(MASK), ...i32(1), 0x6b, 0x71, // i32.sub, i32.and
  ...tee(MASK), 0x0d, 0, // br_if $bit
  END_BLOCK,
  END_BLOCK,
  ...get(AT), ...i32(16), ADD, ...set(AT),
  0x0c, 1, // br $next
  END_BLOCK,
  END_BLOCK,
  ...get(OUT),
  END_BLOCK,
];

const section = (id: number, content: number[]): number[] => [id, content.length, ...content];
const name = (s: string): number[] => [s.length, ...Array.from(s, (c) => c.charCodeAt(0))];

const MODULE = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f]),
  ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('scan'), 0, 0]),
  ...section(10, [1, CODE.length, ...CODE]),
]);

/** A buffer whose newlines are found quickly. */
export interface ScannedBuffer {
  readonly bytes: Uint8Array;
  /** places found by the last scan, in order */
  readonly places: Int32Array;
  /** Find the newlines of `bytes[from, to)`, at most {@link WINDOW} bytes; returns how many. */
  scan(from: number, to: number): number;
}

/** Make a buffer of at least `size` bytes. */
export function scannedBuffer(size: number): ScannedBuffer {
  return webAssemblyBuffer(size) ?? plainBuffer(size);
}

/** The part of the WebAssembly interface that is used; TypeScript has it only in its DOM types. */
interface WebAssemblyLike {
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
}

let compiled: object | undefined;

function webAssemblyBuffer(size: number): ScannedBuffer | undefined {
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: WebAssemblyLike };
  if (WebAssembly === undefined) {
    return undefined;
  }
  try {
    const pages = Math.ceil((size + TABLE_PLACES * 4) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages });
    compiled ??= new WebAssembly.Module(MODULE);
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    return new WebAssemblyBuffer(memory.buffer, instance.exports.scan as Scan);
  } catch {
    // an engine without SIMD
    return undefined;
  }
}

/** The bytes stand at 0, so that a place in them is an address; the table stands behind them. */
class WebAssemblyBuffer implements ScannedBuffer {
  readonly bytes: Uint8Array;
  readonly places: Int32Array;
  readonly #scan: Scan;

  constructor(memory: ArrayBuffer, scan: Scan) {
    const table = memory.byteLength - TABLE_PLACES * 4;
    this.bytes = new Uint8Array(memory, 0, table);
    this.places = new Int32Array(memory, table, TABLE_PLACES);
    this.#scan = scan;
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
