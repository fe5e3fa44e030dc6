// SQLite's variable-length integers: seven bits per byte, the highest first, all but the last byte marked. Those of up to
// 53 bits, which is what a JavaScript number holds; the ninth byte that longer ones have does not occur.

const TWO_32 = 4294967296;

/** Bytes that a number takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) length++;
  return length;
}

/** Write at `at`; returns the place behind. */
export function putVarint(buf: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    buf[at] = value;
    return at + 1;
  }
  const end = at + varintLength(value);
  let left = value;
  let p = end - 1;
  buf[p] = left % 128;
  while (left >= TWO_32) {
    left = Math.floor(left / 128);
    buf[--p] = (left % 128) | 128;
  }
  for (left >>>= 7; p > at; left >>>= 7) buf[--p] = (left & 127) | 128;
  return end;
}
