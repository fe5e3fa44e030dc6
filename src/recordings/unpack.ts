// Why: trace.dat consists of thousands of blocks of a few pages, compressed with zlib or zstd; perf.data is one zstd
// stream. zstddec (WebAssembly) decompresses a block in the time that fzstd (JavaScript) needs to prepare its tables.
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec/stream';

/** Maximum decompressed size in bytes; a larger block is damaged. */
export const MOST_RAW = 1 << 27;

export class Unpacker {
  readonly #zstd: ZSTDDecoder | undefined;

  private constructor(zstd: ZSTDDecoder | undefined) {
    this.#zstd = zstd;
  }

  /**
   * @param name as in trace.dat: `none`, `zlib`, `zstd`
   * @returns undefined if the name is unknown
   */
  static async of(name: string): Promise<Unpacker | undefined> {
    if (name === 'zlib' || name === 'none' || name === '') return new Unpacker(undefined);
    return name === 'zstd' ? new Unpacker(await zstd()) : undefined;
  }

  /** Decompress one block to `size` bytes. Undefined: it is damaged. */
  unpack(packed: Uint8Array, size: number): Uint8Array | undefined {
    if (size > MOST_RAW) return undefined;
    try {
      const raw =
        this.#zstd === undefined
          ? zlib.inflateSync(packed, { maxOutputLength: Math.max(1, size) })
          : this.#zstd.decode(packed, size);
      return raw.length === size ? raw : undefined;
    } catch {
      return undefined;
    }
  }

  /** The same for a large block, which is in memory only once. */
  unpackLarge(packed: Uint8Array, size: number): Uint8Array | undefined {
    const zstd = this.#zstd;
    if (zstd === undefined || size > MOST_RAW) return this.unpack(packed, size);
    const out = new Uint8Array(size);
    let got = 0;
    const damage = unpackStream(zstd, [packed, EMPTY_FRAME], (part) => {
      if (got + part.length <= size) out.set(part, got);
      got += part.length;
      return got <= size;
    });
    return damage === undefined && got === size ? out : undefined;
  }
}

/** An empty skippable frame: the decoder returns its last output only when more input follows. */
const EMPTY_FRAME = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);
/** The same within a truncated frame: an empty block. */
const EMPTY_BLOCK = Uint8Array.of(0, 0, 0);

/** Number of consecutive empty outputs that valid data never cause: the decoder makes no progress. */
const STUCK = 64;

/**
 * Decompress the pieces of one stream.
 * @param take receives the output; returns false if it is too much
 * @returns what is wrong with the stream; undefined if nothing is
 */
export function unpackStream(
  decoder: ZSTDDecoder,
  pieces: Iterable<Uint8Array>,
  take: (part: Uint8Array) => boolean,
): string | undefined {
  let ended = false;
  const all = function* () {
    yield* pieces;
    ended = true;
    yield EMPTY_BLOCK;
  };
  let idle = 0;
  try {
    for (const part of decoder.decodeStreaming(all())) {
      idle = part.length === 0 ? idle + 1 : 0;
      // after the input, a complete stream does not accept an empty block, and a truncated one no empty frame
      if (idle > STUCK) return ended ? undefined : 'they are damaged';
      if (part.length > 0 && !take(part)) return 'they are longer than they should be';
    }
  } catch (error) {
    if (!ended) return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

let ready: Promise<ZSTDDecoder> | undefined;

/** The zstd decoder; one instance with one heap for all callers. */
export function zstd(): Promise<ZSTDDecoder> {
  ready ??= start();
  return ready;
}

async function start(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  // it loads its code with fetch() if that exists; without, it decodes the base64 text itself, in a tenth of the time
  const { fetch } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, 'fetch');
    const loading = decoder.init();
    globalThis.fetch = fetch;
    await loading;
  } finally {
    globalThis.fetch = fetch;
  }
  return decoder;
}
