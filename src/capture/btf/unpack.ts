// Why: kernel images are compressed, by each distribution in its own way. Detects the format by its magic and
// decompresses to memory, limited to the size of a kernel.
import { spawnSync } from 'node:child_process';
import * as zlib from 'node:zlib';
import { decompress } from 'fzstd';
import { BtfError } from './error.ts';
import { unpackLz4Legacy } from './lz4.ts';

/** A stock kernel decompresses to 50-80 MB; the output of a program is briefly in memory twice. */
export const MOST_UNPACKED = 100 << 20;

/** A kernel takes a second, or a minute on a busy machine. */
const MOST_MS = 180_000;

type Unpack = (bytes: Uint8Array, most: number) => Uint8Array;

const FORMATS: readonly { name: string; magic: readonly number[]; unpack: Unpack }[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 8], unpack: gunzip },
  {
    name: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
    unpack: program('xz', ['-dc', '--single-stream', '--memlimit-decompress=192MiB']),
  },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unzstd },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], unpack: unpackLz4Legacy },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], unpack: program('bzip2', ['-dc']) },
  {
    name: 'lzma',
    magic: [0x5d, 0, 0],
    unpack: program('xz', ['-dc', '--format=lzma', '--memlimit-decompress=192MiB']),
  },
  { name: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f], unpack: program('lzop', ['-dc']) },
];

/** The name of the format; undefined: not compressed. */
export const packing = (bytes: Uint8Array): string | undefined => formatOf(bytes)?.name;

/** Positions in an image where data in a compression format used for kernels may begin. */
export function* packedAt(bytes: Uint8Array): Iterable<number> {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const { magic } of FORMATS.filter(({ name }) => name !== 'lzma' && name !== 'bzip2'))
    for (let at = image.indexOf(Buffer.from(magic)); at >= 0; at = image.indexOf(Buffer.from(magic), at + 1)) yield at;
}

/**
 * @param hint expected number of bytes, if the image shows it; need not be correct
 * @throws BtfError if the data are damaged or there is no program to decompress them
 */
export function unpack(bytes: Uint8Array, hint = MOST_UNPACKED): Uint8Array {
  const format = formatOf(bytes);
  if (format === undefined) return bytes;
  try {
    return format.unpack(bytes, Math.min(MOST_UNPACKED, Math.max(hint, 1 << 20)));
  } catch (error) {
    if (error instanceof BtfError) throw error;
    throw new BtfError(`its ${format.name} data cannot be decompressed: ${(error as Error).message}`);
  }
}

const formatOf = (bytes: Uint8Array) => FORMATS.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte));

function gunzip(bytes: Uint8Array, most: number): Uint8Array {
  // the size at its end is the data's own, modulo 2^32; data after it in the image are ignored
  return zlib.gunzipSync(bytes, { maxOutputLength: most, chunkSize: 1 << 20 });
}

/** Node 22.15 has zstd; before that the program is ten times as fast as JavaScript, which is the fallback. */
function unzstd(bytes: Uint8Array, most: number): Uint8Array {
  const native = (zlib as unknown as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;
  if (native !== undefined) return native(bytes, { maxOutputLength: most });
  try {
    return program('zstd', ['-dcq'])(bytes, most);
  } catch (error) {
    if (!(error instanceof NoProgram)) throw error;
  }
  return decompress(bytes, new Uint8Array(most));
}

class NoProgram extends BtfError {}

function program(name: string, args: readonly string[]): Unpack {
  return (bytes, most) => {
    const { stdout, error, status } = spawnSync(name, args, { input: bytes, maxBuffer: most, timeout: MOST_MS });
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOENT')
      throw new NoProgram(`it is compressed with ${name}, and the ${name} program is not installed`);
    if (code === 'ENOBUFS') throw new BtfError(`it decompresses to more than ${most >> 20} MB`);
    if (code === 'ETIMEDOUT') throw new BtfError(`${name} did not finish within ${MOST_MS / 1000} seconds`);
    // a truncated last block at the end of the image does not matter
    if (stdout === null || (stdout.length === 0 && status !== 0)) throw new BtfError(`its ${name} data are damaged`);
    return stdout;
  };
}
