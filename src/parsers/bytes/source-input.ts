// Why: opens files, pipes, terminals and devices, and translates error codes of the system into messages with a
// suggestion.
import * as fs from 'node:fs';
import { InputError } from '../../util/errors.ts';
import type { ByteSource } from './lines.ts';

export interface SourceOptions {
  /** read only these bytes of a plain file, between two line boundaries */
  start?: number;
  end?: number;
}

/** Raw bytes. */
export interface Input extends ByteSource {
  readonly size: number | undefined;
  close(): void;
}

export function openInput(path: string, options: SourceOptions = {}): Input {
  try {
    const stat = path === '-' ? fs.fstatSync(0) : fs.statSync(path);
    if (stat.isDirectory()) {
      throw new InputError('this is a directory', { where: path, tryThis: 'name the trace files in it, one by one' });
    }
    // files of tracefs and procfs have size 0, and reading trace_pipe waits for events
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
  /** next byte; null uses the file's own position (standard input may be in the middle of a file) */
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
    if (length <= 0) return 0;
    try {
      const got = fs.readSync(this.#fd, into, 0, length, this.#at);
      if (this.#at !== null) this.#at += got;
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
    // the next read reports it; without one, it is nobody's
    this.#stream.on('error', () => {});
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#rest.length === 0) {
      try {
        const { value, done } = await this.#chunks.next();
        if (done) return 0;
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

export function readError(error: unknown, path: string): unknown {
  if (error instanceof InputError) return error;
  const where = path;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new InputError('no such file', { where, tryThis: 'check the path; `-` reads standard input' });
    case 'EISDIR':
      return new InputError('this is a directory', { where, tryThis: 'name the trace files in it, one by one' });
    case 'ENOTDIR':
      return new InputError('a component of this path is not a directory', {
        where,
        tryThis: 'check the path',
      });
    case 'EACCES':
    case 'EPERM':
      return new InputError('no permission to read this file', {
        where,
        tryThis: `sudo cat ${path} | pindrift check -`,
      });
    case 'ENAMETOOLONG':
      return new InputError('this file name is too long', { where });
    case 'ELOOP':
      return new InputError('this is a symbolic link that leads back to itself', { where });
    case 'EMFILE':
    case 'ENFILE':
      return new InputError('too many open files', { where, tryThis: 'ulimit -n 1024' });
    case 'ENXIO':
      return new InputError('this is a socket, or a device that is not there', {
        where,
        tryThis: 'name a file, a FIFO, or - for standard input',
      });
    case undefined:
      return error;
    default:
      return new InputError(`cannot be read: ${(error as Error).message}`, {
        where,
        tryThis: 'copy the file to another disk, and check the copy',
      });
  }
}
