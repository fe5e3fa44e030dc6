// Four characters at a time. Trace text is short words and hexadecimal numbers; comparing and reading them byte by
// byte is most of the work of an ingest, and a 32-bit word at a time is three times faster.

/** Bytes that must stand at a place. */
export class Literal {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** words from the beginning, and one that ends with the last byte */
  readonly #words: Int32Array;
  readonly #last: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#words = new Int32Array(bytes.length >> 2);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = view.getInt32(4 * i, true);
    this.#last = bytes.length >= 4 ? view.getInt32(bytes.length - 4, true) : 0;
  }

  /** Whether it stands at `pos`; the caller has made sure that it cannot reach beyond the buffer. */
  at(view: DataView, buf: Uint8Array, pos: number): boolean {
    const words = this.#words;
    const n = words.length;
    if (n === 0) {
      for (let i = 0; i < this.length; i++) if (buf[pos + i] !== this.bytes[i]) return false;
      return true;
    }
    for (let i = 0; i < n; i++) if (view.getInt32(pos + 4 * i, true) !== words[i]) return false;
    return view.getInt32(pos + this.length - 4, true) === this.#last;
  }
}

const LOW = 0x0f0f0f0f;
const ONES = 0x01010101;

/**
 * Four hexadecimal digits as a number, -1 when one of them is none (upper case is none: the kernel prints lower).
 * `word` is what getInt32(place, true) gives, so the first digit is in the lowest byte.
 */
export function hex4(word: number): number {
  const letter = (word >>> 6) & ONES;
  // 0x3. for digits, 0x6. for letters
  if ((word & 0xf0f0f0f0) !== ((0x30303030 + letter * 0x30) | 0)) return -1;
  const value = (word & LOW) + letter * 9;
  // a digit is below ten, a letter from ten to fifteen
  if ((((value + 0x06060606) >>> 4) & ONES) !== letter || (value & 0x10101010) !== 0) return -1;
  return ((value & 15) << 12) | ((value >>> 0) & 0xf00) | ((value >>> 12) & 0xf0) | (value >>> 24);
}
