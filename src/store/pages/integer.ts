// Integers in records take as few bytes as possible (section 2.1 of https://www.sqlite.org/fileformat2.html).

/** Bytes of an integer by its type; 8 and 9 are the numbers 0 and 1 themselves. */
export const BYTES = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 8, 0, 0);

/** Type of an integer by the leading zeros of its lower half, if the upper half is only its sign. */
const SHORT = Uint8Array.from({ length: 33 }, (_, zeros) => (zeros > 24 ? 1 : zeros > 16 ? 2 : zeros > 8 ? 3 : 4));

/** Shift that moves a short integer to its first byte. */
const SHIFT = Uint8Array.of(0, 24, 16, 8, 0);

/** Write two halves at `at`, followed by up to eight unused bytes. Returns the type. */
export function putInteger(view: DataView, at: number, hi: number, lo: number): number {
  if (hi === lo >> 31) {
    if (lo >>> 1 === 0) return 8 + lo;
    const type = SHORT[Math.clz32(lo ^ hi)];
    view.setInt32(at, lo << SHIFT[type]);
    return type;
  }
  if (hi === (hi << 16) >> 16) {
    view.setInt32(at, (hi << 16) | (lo >>> 16));
    view.setInt16(at + 4, lo);
    return 5;
  }
  view.setInt32(at, hi);
  view.setInt32(at + 4, lo);
  return 6;
}
