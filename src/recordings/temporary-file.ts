// Why: random access needs a file. Compressed recordings are decompressed into a temporary file that exists as long as
// it is read, so that memory use does not grow with them.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../util/errors.ts';
import { remove, removeAtEnd, temporaryFolder } from '../util/temporary.ts';
import { type Bytes, FileBytes } from './bytes.ts';

const BUFFER = 1 << 18;

export class TemporaryFile {
  readonly #folder = temporaryFolder();
  readonly #path = join(this.#folder, 'recording');
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER);
  #length = 0;

  constructor() {
    removeAtEnd(this.#folder);
    this.#fd = fs.openSync(this.#path, 'w', 0o600);
  }

  write(bytes: Uint8Array): void {
    if (this.#length + bytes.length > BUFFER) this.#empty();
    if (bytes.length > BUFFER) {
      this.#writeAll(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Everything is written: read it. The file is deleted when this is closed. */
  bytes(): Bytes {
    this.#empty();
    fs.closeSync(this.#fd);
    return new TemporaryBytes(this.#path, this.#folder);
  }

  #empty(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new InputError('no space left to decompress this recording', {
        tryThis: 'set TMPDIR to a directory with more space',
        cause: error,
      });
    }
  }
}

class TemporaryBytes extends FileBytes {
  readonly #folder: string;

  constructor(path: string, folder: string) {
    super(path);
    this.#folder = folder;
  }

  override close(): void {
    super.close();
    remove(this.#folder);
  }
}
