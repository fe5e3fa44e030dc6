// Where the bytes of a trace come from: a file, standard input or a pipe, plain or compressed. Plain files are read
// with readSync into the reader's own buffer, which is the fastest way there is; everything else comes in chunks.
import * as fs from 'node:fs';
import { InputError } from '../util/errors.ts';
import { type Compression, compressionOf, createDecoder, type Decoder } from './decompress.ts';
import { HEAD_BYTES } from './head-lines.ts';
import type { ByteSource } from './lines.ts';
import { mended } from './mend/open.ts';

export interface SourceOptions {
  /** read only these bytes of a plain file (line-aligned parts, see parts.ts) */
  start?: number;
  end?: number;
}

export interface Source extends ByteSource {
  /** as the user named it; `-` is standard input */
  readonly path: string;
  readonly compression: Compression;
  /** bytes of the file as it lies on disk; undefined for pipes */
  readonly size: number | undefined;
  /** bytes of the file consumed so far, in the same measure as `size` */
  readonly position: number;
  /**
   * What was taken off its lines (quotes, a log around them), for people. Bytes and places are then those of the mended
   * text, which nobody finds in the file.
   */
  readonly mended?: string | undefined;
  /** why the data end before they should, known once `read` has returned 0; the part before has been delivered */
  readonly damage: string | undefined;
  /** The first bytes (64 KB, decompressed), which `read` will deliver again. */
  head(): Promise<Uint8Array>;
  close(): void;
}

/** Compressed bytes per step: one step's output must stay small whatever the ratio. */
const COMPRESSED_CHUNK = 64 * 1024;

/** Decompressed bytes that wait to be read, at most and a little more. */
const FULL = 4 << 20;

/** Bytes per step near the end of a compressed file, and in the last bytes of it. */
const SMALL = 4096;
const SMALLEST = 64;
const LAST = 2048;

/** Open a trace. What its text was wrapped in on its way is taken off (mend/). */
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

/** The bytes as they are, but for compression. */
async function openRaw(path: string, options: SourceOptions): Promise<Source> {
  const input = openInput(path, options);
  try {
    const magic = new Uint8Array(6);
    let got = 0;
    while (got < magic.length) {
      const more = await input.read(magic.subarray(got));
      if (more === 0) {
        break;
      }
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

/** Bytes as they lie there. */
interface Input extends ByteSource {
  readonly size: number | undefined;
  close(): void;
}

function openInput(path: string, options: SourceOptions): Input {
  try {
    const stat = path === '-' ? fs.fstatSync(0) : fs.statSync(path);
    if (stat.isDirectory()) {
      throw new InputError('this is a directory', { where: path, tryThis: 'name the trace files in it, one by one' });
    }
    // files of tracefs and procfs show no size, and reading trace_pipe waits for events
    if (stat.isFile() && stat.size > 0) {
      return new FileInput(path, path === '-' ? 0 : fs.openSync(path, 'r'), stat.size, options);
    }
    // opening a pipe waits for its writer: a stream does that without blocking
    return new StreamInput(path, path === '-' ? process.stdin : fs.createReadStream(path, { highWaterMark: 1 << 18 }));
  } catch (error) {
    throw readError(error, path);
  }
}

class FileInput implements Input {
  readonly size: number;
  readonly #path: string;
  readonly #fd: number;
  /** next byte; null lets the file's own position lead (standard input may be in the middle of a file) */
  #at: number | null;
  readonly #end: number;
  #closed = false;

  constructor(path: string, fd: number, size: number, options: SourceOptions) {
    this.#path = path;
    this.#fd = fd;
    this.size = size;
    this.#at = fd === 0 ? null : (options.start ?? 0);
    this.#end = options.end ?? Number.POSITIVE_INFINITY;
  }

  read(into: Uint8Array): number {
    const length = this.#at === null ? into.length : Math.min(into.length, this.#end - this.#at);
    if (length <= 0) {
      return 0;
    }
    try {
      const got = fs.readSync(this.#fd, into, 0, length, this.#at);
      if (this.#at !== null) {
        this.#at += got;
      }
      return got;
    } catch (error) {
      throw readError(error, this.#path);
    }
  }

  close(): void {
    if (this.#fd !== 0 && !this.#closed) {
      this.#closed = true;
      fs.closeSync(this.#fd);
    }
  }
}

/** Pipes, sockets, terminals, /dev files: only a stream waits for them without blocking everything else. */
class StreamInput implements Input {
  readonly size = undefined;
  readonly #path: string;
  readonly #stream: NodeJS.ReadableStream & { destroy(): void };
  readonly #chunks: AsyncIterator<string | Buffer>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(path: string, stream: NodeJS.ReadableStream & { destroy(): void }) {
    this.#path = path;
    this.#stream = stream;
    this.#chunks = this.#stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#rest.length === 0) {
      try {
        const { value, done } = await this.#chunks.next();
        if (done) {
          return 0;
        }
        this.#rest = value as Buffer;
      } catch (error) {
        throw readError(error, this.#path);
      }
    }
    const length = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, length));
    this.#rest = this.#rest.subarray(length);
    return length;
  }

  close(): void {
    this.#stream.destroy();
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
  /** decompressed bytes nobody has read yet, and the place in the first of them */
  readonly #ready: Uint8Array[] = [];
  #readyFrom = 0;
  /** decompressed bytes so far, and those of them that nobody has read yet */
  #decoded = 0;
  #waiting = 0;
  /** tells who waits that something has come */
  #arrived: (() => void) | undefined;
  #prefix: Uint8Array;
  /** the step of decompression that is under way */
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
      this.#decoder = createDecoder(compression, path, (chunk) => {
        if (chunk.length === 0) {
          return;
        }
        this.#ready.push(chunk);
        this.#decoded += chunk.length;
        this.#waiting += chunk.length;
        if (this.#waiting > FULL) {
          this.#decoder?.pause();
        }
        this.#arrived?.();
      });
    }
  }

  async head(): Promise<Uint8Array> {
    const head = new Uint8Array(HEAD_BYTES);
    let got = 0;
    while (got < head.length) {
      const more = await this.read(head.subarray(got));
      if (more === 0) {
        break;
      }
      got += more;
    }
    // put it back
    if (this.#readyFrom > 0) {
      this.#ready[0] = this.#ready[0].subarray(this.#readyFrom);
      this.#readyFrom = 0;
    }
    const bytes = head.subarray(0, got);
    if (got > 0) {
      this.#ready.unshift(bytes);
    }
    return bytes;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.#decoder !== undefined) {
      return this.#decode(this.#decoder, into);
    }
    if (this.#ready.length > 0) {
      return this.#take(into);
    }
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

  /** Wait for the step that is under way, and begin the next, which runs while the caller parses what this one gave. */
  async #decode(decoder: Decoder, into: Uint8Array): Promise<number> {
    while (this.#ready.length === 0 && !this.#ended) {
      const step = this.#begin(decoder);
      const arrival = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      // a step that yields much waits until some of it was read
      await Promise.race([step, arrival]);
    }
    if (!this.#ended) {
      // an error of this step is for the next read
      this.#begin(decoder).catch(() => {});
    }
    const got = this.#take(into);
    this.#waiting = Math.max(0, this.#waiting - got);
    if (this.#waiting <= FULL) {
      decoder.resume();
    }
    return got;
  }

  /** The step that is under way, or the next. */
  #begin(decoder: Decoder): Promise<void> {
    if (this.#step === undefined) {
      const step = this.#decodeStep(decoder);
      this.#step = step;
      step.then(
        () => {
          this.#step = undefined;
        },
        // it stays: whoever reads next is told
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
        await decoder.push(prefix);
        return;
      }
      // an error takes with it what its step would have given: the end comes in small ones
      const { size } = this;
      const rest = size === undefined ? this.#chunk.length : size - this.position;
      const step = rest > 2 * COMPRESSED_CHUNK ? this.#chunk : this.#chunk.subarray(0, rest > LAST ? SMALL : SMALLEST);
      const got = await this.#input.read(size === undefined ? this.#chunk : step);
      this.position += got;
      if (got > 0) {
        await decoder.push(this.#chunk.subarray(0, got));
      } else {
        await decoder.finish();
        this.#ended = true;
      }
    } catch (error) {
      this.#ended = true;
      this.#fail(error);
    }
  }

  /** Damage before anything came out makes the input useless; later it is a loss to be reported. */
  #fail(error: unknown): void {
    if (error instanceof InputError) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    if (this.#decoded === 0) {
      throw new InputError(`this looks like ${this.compression}, but cannot be decompressed (${why})`, {
        where: this.path,
        tryThis: 'copy the file again from where it was made',
      });
    }
    this.damage = `the ${this.compression} data are cut or damaged (${why}); what stood before was read`;
  }
}

function readError(error: unknown, path: string): unknown {
  if (error instanceof InputError) {
    return error;
  }
  const where = path;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new InputError('no such file', { where, tryThis: 'check the path; `-` reads standard input' });
    case 'EISDIR':
      return new InputError('this is a directory', { where, tryThis: 'name the trace files in it, one by one' });
    case 'ENOTDIR':
      return new InputError('a part of this path is no directory', { where });
    case 'EACCES':
    case 'EPERM':
      return new InputError('no permission to read this file', {
        where,
        tryThis: `sudo cat ${path} | pindrift check -`,
      });
    case undefined:
      return error;
    default:
      return new InputError(`cannot be read: ${(error as Error).message}`, { where });
  }
}
