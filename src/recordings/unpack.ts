// Why: trace.dat keeps its parts compressed in pieces of some pages, thousands of them, by zlib or zstd; perf.data is one
// stream of zstd. zstddec (WebAssembly) does a piece in the time in which fzstd (JavaScript) makes its tables.
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec/stream';

/** A part that is larger than this when it is unpacked is damaged. */
export const MOST_RAW = 1 << 27;

export class Unpacker {
  readonly #zstd: ZSTDDecoder | undefined;

  private constructor(zstd: ZSTDDecoder | undefined) {
    this.#zstd = zstd;
  }

  /** @param name as trace.dat spells it: `none`, `zlib`, `zstd`. Undefined: nobody knows this one. */
  static async of(name: string): Promise<Unpacker | undefined> {
    if (name === 'zlib' || name === 'none' || name === '') return new Unpacker(undefined);
    return name === 'zstd' ? new Unpacker(await zstd()) : undefined;
  }

  /** Unpack one piece. Undefined: it is damaged. */
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

  /** Unpack a large piece without holding it twice. Undefined: it is damaged. */
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

/** A frame that says nothing. What waits in the decoder comes out when there is more to read. */
const EMPTY_FRAME = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);
/** The same within a frame that has no end: a block of nothing. */
const EMPTY_BLOCK = Uint8Array.of(0, 0, 0);

/** Outputs of nothing in a row that no healthy data give: the decoder does not come on. */
const STUCK = 64;

/**
 * Unpack pieces of one stream.
 * @param take gets what comes out; false: it is too much
 * @returns what is wrong with them
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
      // behind the end a stream without an end does not want a block, and one with an end no other frame
      if (idle > STUCK) return ended ? undefined : 'they are damaged';
      if (part.length > 0 && !take(part)) return 'they are longer than they should be';
    }
  } catch (error) {
    if (!ended) return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

let ready: Promise<ZSTDDecoder> | undefined;

/** The decoder of zstd. It has one heap, however many ask for it. */
export function zstd(): Promise<ZSTDDecoder> {
  ready ??= start();
  return ready;
}

async function start(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  // it takes its code through fetch() where there is one; without, it decodes the text itself, in a tenth of the time
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
