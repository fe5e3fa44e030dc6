// The bytes of a trace from a file, standard input or a pipe, plain or compressed. Plain files are read with readSync
// into the reader's own buffer, which is fastest; everything else arrives in chunks.
import { InputError } from '../util/errors.ts';
import { type Compression, compressionOf, createDecoder, createUnverified, type Decoder } from './bytes/decompress.ts';
import { type Input, openInput, type SourceOptions } from './bytes/source-input.ts';
import type { Source } from './bytes/wrapped-source.ts';
import { HEAD_BYTES } from './formats/head-lines.ts';
import { mended } from './mend/open.ts';

/** Message of zstd for a frame that wants a larger window than it gives without being asked. */
const NEEDS_MEMORY = /too much memory/;

/** A block of zstd has at most 128 KB; a program passes on none of it if the checksum behind it is wrong. */
const WRONG_CHECKSUM = /checksum/;
const ONE_BLOCK = 256 * 1024;

/** Compressed bytes per step: the output of one step must stay small for any compression ratio. */
const COMPRESSED_CHUNK = 64 * 1024;

/** Maximum number of decompressed bytes waiting to be read, approximately. */
const FULL = 4 << 20;

/** Message of zlib where a member of a gzip file begins: those before it are complete, and their checksums are right. */
const NO_MEMBER = /incorrect header check/;

/** A line of a trace is longer; nonsense may begin like compressed data, and give a few bytes. */
const SHORTEST_LINE = 32;

/** Bytes per step of a compressed file if so many are left, which its last step must not exceed. */
const STEPS = [
  [2 * COMPRESSED_CHUNK, COMPRESSED_CHUNK],
  [2048, 4096],
  [128, 64],
] as const;

function stepOf(rest: number): number {
  for (const [left, step] of STEPS) if (rest > left) return Math.min(step, rest - left);
  return 1;
}

/** Open a trace. Wrapping around its text is removed (mend/). */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source> {
  const source = await openRaw(path, options);
  if (options.start !== undefined || options.end !== undefined) return source;
  try {
    return await mended(source, source.size === undefined || path === '-' ? undefined : () => openRaw(path, options));
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The bytes as they are, except for compression. */
async function openRaw(path: string, options: SourceOptions): Promise<Source> {
  const input = openInput(path, options);
  try {
    const magic = new Uint8Array(6);
    let got = 0;
    while (got < magic.length) {
      const more = await input.read(magic.subarray(got));
      if (more === 0) break;
      got += more;
    }
    const prefix = magic.subarray(0, got);
    const compression = options.start ? 'none' : compressionOf(prefix);
    return new InputSource(path, compression, input, prefix);
  } catch (error) {
    input.close();
    throw error;
  }
}

class InputSource implements Source {
  readonly path: string;
  readonly compression: Compression;
  readonly size: number | undefined;
  position = 0;
  damage: string | undefined;

  readonly #input: Input;
  readonly #decoder: Decoder | undefined;
  readonly #sink = (chunk: Uint8Array): void => {
    if (chunk.length === 0) return;
    this.#ready.push(chunk);
    this.#decoded += chunk.length;
    this.#waiting += chunk.length;
    if (this.#waiting > FULL) this.#decoder?.pause();
    this.#arrived?.();
  };
  /** compressed bytes, as long as nothing has come of them and they may be a single block */
  #undecoded = new Uint8Array(0);
  /** decompressed bytes that have not been read yet, and the position in the first of them */
  readonly #ready: Uint8Array[] = [];
  #readyFrom = 0;
  /** decompressed bytes so far, and those of them not read yet */
  #decoded = 0;
  #waiting = 0;
  /** notifies the waiting reader that data have arrived */
  #arrived: (() => void) | undefined;
  #prefix: Uint8Array;
  /** the current step of decompression */
  #step: Promise<void> | undefined;
  readonly #chunk = new Uint8Array(COMPRESSED_CHUNK);
  #ended = false;

  constructor(path: string, compression: Compression, input: Input, prefix: Uint8Array) {
    this.path = path;
    this.compression = compression;
    this.size = input.size;
    this.#input = input;
    this.#prefix = prefix;
    if (compression !== 'none') {
      this.#decoder = createDecoder(compression, path, this.#sink);
    }
  }

  async head(): Promise<Uint8Array> {
    const head = new Uint8Array(HEAD_BYTES);
    let got = 0;
    while (got < head.length) {
      const more = await this.read(head.subarray(got));
      if (more === 0) break;
      got += more;
    }
    // put it back
    if (this.#readyFrom > 0) {
      this.#ready[0] = this.#ready[0].subarray(this.#readyFrom);
      this.#readyFrom = 0;
    }
    const bytes = head.subarray(0, got);
    if (got > 0) this.#ready.unshift(bytes);
    return bytes;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.#decoder !== undefined) return this.#decode(this.#decoder, into);
    if (this.#ready.length > 0) return this.#take(into);
    if (this.#prefix.length > 0) {
      this.#ready.push(this.#prefix);
      this.position += this.#prefix.length;
      this.#prefix = new Uint8Array(0);
      return this.#take(into);
    }
    const got = this.#input.read(into);
    if (typeof got === 'number') {
      this.position += got;
      return got;
    }
    return got.then((more) => {
      this.position += more;
      return more;
    });
  }

  close(): void {
    this.#decoder?.close();
    this.#input.close();
  }

  #take(into: Uint8Array): number {
    let got = 0;
    while (got < into.length && this.#ready.length > 0) {
      const chunk = this.#ready[0];
      const length = Math.min(into.length - got, chunk.length - this.#readyFrom);
      into.set(chunk.subarray(this.#readyFrom, this.#readyFrom + length), got);
      got += length;
      this.#readyFrom += length;
      if (this.#readyFrom === chunk.length) {
        this.#ready.shift();
        this.#readyFrom = 0;
      }
    }
    return got;
  }

  /** Wait for the current step, and begin the next, which runs while the caller parses the output of this one. */
  async #decode(decoder: Decoder, into: Uint8Array): Promise<number> {
    // a program writes 64 KiB at once: the line reader would search each for the next line
    while (this.#waiting < Math.min(into.length, FULL) && !this.#ended) {
      const step = this.#begin(decoder);
      const arrival = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      // a step with much output waits until some of it was read
      await Promise.race([step, arrival]);
    }
    if (!this.#ended) {
      // an error of this step is reported by the next read
      this.#begin(decoder).catch(() => {});
    }
    const got = this.#take(into);
    this.#waiting = Math.max(0, this.#waiting - got);
    if (this.#waiting <= FULL) decoder.resume();
    return got;
  }

  /** The current step, or the next. */
  #begin(decoder: Decoder): Promise<void> {
    if (this.#step === undefined) {
      const step = this.#decodeStep(decoder);
      this.#step = step;
      step.then(
        () => {
          this.#step = undefined;
        },
        // the error is kept for the next read
        () => {},
      );
    }
    return this.#step;
  }

  async #decodeStep(decoder: Decoder): Promise<void> {
    try {
      if (this.#prefix.length > 0) {
        const prefix = this.#prefix;
        this.#prefix = new Uint8Array(0);
        this.position += prefix.length;
        this.#keep(prefix);
        await decoder.push(prefix);
        return;
      }
      // an error discards the output of its step, so the end is read in small ones
      const { size } = this;
      const step = size === undefined ? this.#chunk.length : stepOf(size - this.position);
      const got = await this.#input.read(this.#chunk.subarray(0, step));
      this.position += got;
      if (got > 0) {
        this.#keep(this.#chunk.subarray(0, got));
        await decoder.push(this.#chunk.subarray(0, got));
      } else {
        await decoder.finish();
        this.#ended = true;
      }
    } catch (error) {
      await this.#decodeUnverified(error);
      this.#ended = true;
      this.#fail(error);
    }
  }

  #keep(bytes: Uint8Array): void {
    if (this.compression !== 'zstd') return;
    const { length } = this.#undecoded;
    // all of them, or none
    const isKept = this.#decoded === 0 && length + bytes.length === this.position && this.position <= ONE_BLOCK;
    this.#undecoded = isKept ? Buffer.concat([this.#undecoded, bytes]) : new Uint8Array(0);
  }

  /** What stands before a wrong checksum is used; the damage is reported all the same. */
  async #decodeUnverified(error: unknown): Promise<void> {
    if (this.#decoded > 0 || !(error instanceof Error) || !WRONG_CHECKSUM.test(error.message)) return;
    const decoder = createUnverified(this.#sink);
    try {
      await decoder.push(this.#undecoded);
      await decoder.finish();
    } catch {
      // the first error says what is wrong
    }
  }

  /** Damage before a line of output makes the input useless; later it is reported as a loss. */
  #fail(error: unknown): void {
    if (error instanceof InputError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    if (this.#decoded < SHORTEST_LINE) {
      throw new InputError(`this looks like ${this.compression}, but cannot be decompressed (${why})`, {
        where: this.path,
        tryThis: NEEDS_MEMORY.test(why)
          ? 'zstd -dc --long=31 FILE | pindrift check -'
          : 'copy the file again from its origin',
      });
    }
    this.damage =
      this.compression === 'gzip' && NO_MEMBER.test(why)
        ? 'behind the end of the gzip data stand other bytes, which could not be read'
        : `the ${this.compression} data are truncated or damaged (${why}); the part before that was read`;
  }
}
