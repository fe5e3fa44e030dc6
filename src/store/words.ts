// Four characters at a time. Trace text is short words and hexadecimal numbers; comparing and reading them byte by
// byte is most of the work of an ingest, and a 32-bit word at a time is three times faster.

/** Bytes that must stand at a place. */
export class Literal {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** the first four bytes, the last four, and those between: words that may overlap */
  readonly #first: number = 0;
  readonly #last: number = 0;
  readonly #middle: Int32Array = new Int32Array(0);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
    if (bytes.length < 4) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#first = view.getInt32(0, true);
    this.#last = view.getInt32(bytes.length - 4, true);
    const words = Math.max(0, Math.ceil(bytes.length / 4) - 2);
    this.#middle = Int32Array.from({ length: words }, (_, i) => view.getInt32(4 * i + 4, true));
  }

  /** Whether it stands at `pos`; the caller has made sure that it cannot reach beyond the buffer. */
  at(view: DataView, buf: Uint8Array, pos: number): boolean {
    const { length } = this;
    if (length < 4) {
      for (let i = 0; i < length; i++) if (buf[pos + i] !== this.bytes[i]) return false;
      return true;
    }
    if (view.getInt32(pos, true) !== this.#first || view.getInt32(pos + length - 4, true) !== this.#last) return false;
    const middle = this.#middle;
    for (let i = 0, at = pos + 4; i < middle.length; i++, at += 4)
      if (view.getInt32(at, true) !== middle[i]) return false;
    return true;
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
