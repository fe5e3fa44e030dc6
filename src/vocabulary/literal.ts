// Why: the text before a value is the same in nearly every line, and comparing it is most of the work of parsing one.

/** Bytes to compare with a buffer, four at a time; the last word overlaps the one before it. */
export class Literal {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #last: number;

  /** @param expected at least four characters, of one byte each */
  constructor(expected: string) {
    const bytes = Buffer.from(expected.padStart(4), 'latin1');
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, i) => bytes.readInt32LE(4 * i));
    this.#last = bytes.readInt32LE(bytes.length - 4);
  }

  /** The position after it, or -1 if the bytes at `pos` differ. */
  skip(view: DataView, pos: number, end: number): number {
    const behind = pos + this.length;
    if (behind > end || view.getInt32(behind - 4, true) !== this.#last) return -1;
    const words = this.#words;
    for (let i = 0, at = pos; i < words.length; i++, at += 4) if (view.getInt32(at, true) !== words[i]) return -1;
    return behind;
  }
}
