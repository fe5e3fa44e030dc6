// Why: Debian's cloud kernels compress their image with `lz4 -l`, and no common program decompresses it. The legacy
// frame: magic 0x184c2102, then blocks of {u32 size, data} that decompress to at most 8 MiB each (lz4_Block_format.md).
import { BtfError } from './error.ts';

const BLOCK = 8 << 20;

/** @param most maximum number of decompressed bytes */
export function unpackLz4Legacy(bytes: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most);
  let length = 0;
  let at = 4;
  while (at + 4 <= bytes.length) {
    const size = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    at += 4;
    if (size === 0x184c2102) continue;
    if (size === 0) break;
    if (at + size > bytes.length) throw new BtfError('the lz4 data are truncated');
    length = block(bytes, at, at + size, out, length);
    at += size;
  }
  return out.subarray(0, length);
}

/** Decompress one block after the existing data; returns the new length. */
function block(from: Uint8Array, start: number, end: number, out: Uint8Array, length: number): number {
  const limit = Math.min(out.length, length + BLOCK);
  let at = start;
  let to = length;
  const more = (nibble: number): number => {
    let n = nibble;
    if (nibble !== 15) return n;
    for (;;) {
      if (at >= end) throw new BtfError('the lz4 data are damaged');
      const byte = from[at++];
      n += byte;
      if (byte !== 255) return n;
    }
  };
  while (at < end) {
    const token = from[at++];
    const literals = more(token >> 4);
    if (at + literals > end || to + literals > limit) throw new BtfError('the lz4 data are damaged');
    out.set(from.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= end) break;
    const distance = from[at] | (from[at + 1] << 8);
    at += 2;
    const n = more(token & 15) + 4;
    if (distance === 0 || distance > to || to + n > limit) throw new BtfError('the lz4 data are damaged');
    // source and destination may overlap
    if (distance >= n) out.copyWithin(to, to - distance, to - distance + n);
    else for (let i = 0; i < n; i++) out[to + i] = out[to - distance + i];
    to += n;
  }
  return to;
}
