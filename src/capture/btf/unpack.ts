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
/** A program and its arguments, from standard input to standard output. */
type Command = readonly [program: string, ...string[]];

const XZ = ['xz', '-dc', '--memlimit-decompress=192MiB'] as const;
const ZSTD: Command = ['zstd', '-dcq'];
/** Node 22.15 has it. */
const nativeZstd = (zlib as unknown as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;

interface Format {
  name: string;
  magic: readonly number[];
  unpack: Unpack;
  /** what `unpack` runs, if it does */
  command?: Command | undefined;
}

const FORMATS: readonly Format[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 8], unpack: gunzip },
  by([...XZ, '--single-stream'], { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] }),
  {
    name: 'zstd',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    unpack: unzstd,
    command: nativeZstd === undefined ? ZSTD : undefined,
  },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], unpack: unpackLz4Legacy },
  by(['bzip2', '-dc'], { name: 'bzip2', magic: [0x42, 0x5a, 0x68] }),
  by([...XZ, '--format=lzma'], { name: 'lzma', magic: [0x5d, 0, 0] }),
  by(['lzop', '-dc'], { name: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f] }),
];

function by(command: Command, format: { name: string; magic: readonly number[] }): Format {
  return { ...format, command, unpack: (bytes, most) => runWhole(command, bytes, most) };
}

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

/**
 * The first `size` bytes of what a program decompresses, in the time that these take. Undefined: the data end before
 * that, there is no such program, or Node decompresses this format itself, the whole in less time than a program this.
 */
export function unpackStart(bytes: Uint8Array, size: number): Uint8Array | undefined {
  const command = formatOf(bytes)?.command;
  if (command === undefined) return undefined;
  const { stdout, error } = run(command, bytes, size);
  return codeOf(error) === 'ENOBUFS' ? stdout : undefined;
}

const formatOf = (bytes: Uint8Array) => FORMATS.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte));

function gunzip(bytes: Uint8Array, most: number): Uint8Array {
  // the size at its end is the data's own, modulo 2^32; data after it in the image are ignored
  return zlib.gunzipSync(bytes, { maxOutputLength: most, chunkSize: 1 << 20 });
}

/** The program is ten times as fast as JavaScript, which is the fallback. */
function unzstd(bytes: Uint8Array, most: number): Uint8Array {
  if (nativeZstd !== undefined) return nativeZstd(bytes, { maxOutputLength: most });
  try {
    return runWhole(ZSTD, bytes, most);
  } catch (error) {
    if (!(error instanceof NoProgram)) throw error;
  }
  return decompress(bytes, new Uint8Array(most));
}

class NoProgram extends BtfError {}

const codeOf = (error: Error | undefined) => (error as NodeJS.ErrnoException | undefined)?.code;

function run([name, ...args]: Command, bytes: Uint8Array, most: number) {
  return spawnSync(name, args, { input: bytes, maxBuffer: most, timeout: MOST_MS });
}

function runWhole(command: Command, bytes: Uint8Array, most: number): Uint8Array {
  const [name] = command;
  const { stdout, error, status } = run(command, bytes, most);
  const code = codeOf(error);
  if (code === 'ENOENT') throw new NoProgram(`it is compressed with ${name}, and the ${name} program is not installed`);
  if (code === 'ENOBUFS') throw new BtfError(`it decompresses to more than ${most >> 20} MB`);
  if (code === 'ETIMEDOUT') throw new BtfError(`${name} did not finish within ${MOST_MS / 1000} seconds`);
  // a truncated last block at the end of the image does not matter
  if (stdout === null || (stdout.length === 0 && status !== 0)) throw new BtfError(`its ${name} data are damaged`);
  return stdout;
}
