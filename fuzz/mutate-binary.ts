// Why: recordings, compressed files and stores consist of words, lengths and pages. A flipped bit tests the checksums;
// a length of 2^31 in the place of a length tests the code that trusts it.
import type { Random } from './random.ts';

const WORDS = [0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, 1n << 62n];

export function mutateBinary(seed: Uint8Array, other: Uint8Array, rnd: Random): Uint8Array {
  let bytes: Buffer = Buffer.from(seed);
  for (let n = 1 + rnd.below(rnd.once(4) ? 30 : 3); n > 0; n--) bytes = change(bytes, other, rnd);
  return bytes;
}

/** Heads hold what matters most: offsets, sizes, types. */
const placeIn = (bytes: Uint8Array, rnd: Random): number =>
  rnd.below(rnd.once(2) ? Math.min(bytes.length, 4096) : bytes.length);

function change(bytes: Buffer, other: Uint8Array, rnd: Random): Buffer {
  if (bytes.length < 16) return Buffer.from(other);
  const at = placeIn(bytes, rnd);
  switch (rnd.below(9)) {
    case 0:
      bytes[at] ^= 1 << rnd.below(8);
      return bytes;
    case 1:
      bytes[at] = rnd.below(256);
      return bytes;
    case 2: {
      const size = rnd.of([2, 4, 8]);
      return writeWord(bytes, at - (at % size), size, rnd);
    }
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + rnd.below(rnd.once(2) ? 4096 : 8))]);
    case 5: {
      const from = placeIn(bytes, rnd);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + rnd.below(4096)), bytes.subarray(at)]);
    }
    case 6: {
      const from = rnd.below(other.length);
      const piece = other.subarray(from, from + rnd.below(512));
      bytes.set(piece.subarray(0, bytes.length - at), at);
      return bytes;
    }
    case 7:
      bytes.fill(rnd.of([0, 0xff, 0x41]), at, Math.min(bytes.length, at + rnd.below(512)));
      return bytes;
    default:
      return digits(bytes, at, rnd);
  }
}

function writeWord(bytes: Buffer, at: number, size: number, rnd: Random): Buffer {
  if (at + size > bytes.length) return bytes;
  const word = BigInt.asUintN(size * 8, rnd.of(WORDS) * (rnd.once(2) ? 1n : -1n));
  for (let i = 0; i < size; i++)
    bytes[at + i] = Number((word >> BigInt(8 * (rnd.next() < 0.9 ? i : size - 1 - i))) & 0xffn);
  return bytes;
}

/** A number in the text part of a file: `offset:8; size:4; signed:0;`. */
function digits(bytes: Buffer, at: number, rnd: Random): Buffer {
  for (let i = at; i < Math.min(bytes.length, at + 4096); i++) {
    if (bytes[i] < 0x30 || bytes[i] > 0x39) continue;
    const number = Buffer.from(rnd.of(['0', '9', '4294967295', '-1', '99999999999999999999', '65536']));
    return Buffer.concat([bytes.subarray(0, i), number, bytes.subarray(i + 1)]);
  }
  return bytes;
}
