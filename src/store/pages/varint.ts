// SQLite's variable-length integers: seven bits per byte, the highest first, all but the last byte marked. Up to 53
// bits, the size of a JavaScript integer; the ninth byte of longer ones does not occur.

const TWO_28 = 268435456;

/** Bytes that a number takes. */
export function varintLength(value: number): number {
  return value < TWO_28 ? shortLength(value) : 4 + shortLength(Math.floor(value / TWO_28));
}

/** Of a number below 2^32. */
function shortLength(value: number): number {
  return ((38 - Math.clz32(value | 1)) * 37) >> 8;
}

/** Write at `at`; returns the position after it. */
export function putVarint(buf: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    buf[at] = value;
    return at + 1;
  }
  const end = at + varintLength(value);
  const above = value < TWO_28 ? 0 : Math.floor(value / TWO_28);
  let p = end;
  let left = value % TWO_28;
  for (let i = 0; i < 4 && p > at; i++, left >>>= 7) buf[--p] = (left & 127) | 128;
  for (left = above; p > at; left >>>= 7) buf[--p] = (left & 127) | 128;
  buf[end - 1] &= 127;
  return end;
}
