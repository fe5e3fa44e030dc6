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
    if (this.#zstd === undefined || size > MOST_RAW) return this.unpack(packed, size);
    const out = new Uint8Array(size);
    let got = 0;
    try {
      for (const part of this.#zstd.decodeStreaming([packed])) {
        if (got + part.length > size) return undefined;
        out.set(part, got);
        got += part.length;
      }
    } catch {
      return undefined;
    }
    return got === size ? out : undefined;
  }
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
