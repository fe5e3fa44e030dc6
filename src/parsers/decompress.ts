// Compressed traces are read as they are. A decoder takes compressed chunks one at a time and hands what comes out
// to its sink before it asks for more, so memory stays flat, and what stood before a cut or a fault is never lost.
import { spawn } from 'node:child_process';
import * as zlib from 'node:zlib';
import { Decompress as Fzstd } from 'fzstd';
import { InputError } from '../util/errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz';

export interface Decoder {
  /** Decode one chunk; resolves when all it yields is in the sink. Rejects on damage. */
  push(chunk: Uint8Array): Promise<void>;
  /** No more input. Rejects when the data are cut. */
  finish(): Promise<void>;
  close(): void;
}

/** zlib works in another thread, and comes back once per chunk. */
const OUTPUT_CHUNK = 1 << 19;

type Sink = (chunk: Uint8Array) => void;

/** By magic, never by name. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return 'gzip';
  }
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    return 'zstd';
  }
  if (
    head[0] === 0xfd &&
    head[1] === 0x37 &&
    head[2] === 0x7a &&
    head[3] === 0x58 &&
    head[4] === 0x5a &&
    head[5] === 0
  ) {
    return 'xz';
  }
  return 'none';
}

export function createDecoder(compression: Exclude<Compression, 'none'>, path: string, sink: Sink): Decoder {
  switch (compression) {
    case 'gzip':
      return new ZlibDecoder(zlib.createGunzip({ chunkSize: OUTPUT_CHUNK }), sink);
    case 'zstd':
      return zstdDecoder(sink);
    case 'xz':
      return new XzDecoder(path, sink);
  }
}

/** Node 22.15 brings zstd; before that, fzstd does it in JavaScript. */
function zstdDecoder(sink: Sink): Decoder {
  const create = (zlib as unknown as { createZstdDecompress?: (options: zlib.ZlibOptions) => zlib.Gunzip })
    .createZstdDecompress;
  return create ? new ZlibDecoder(create({ chunkSize: OUTPUT_CHUNK }), sink) : new FzstdDecoder(sink);
}

class ZlibDecoder implements Decoder {
  readonly #stream: zlib.Gunzip;
  readonly #ended: Promise<void>;

  constructor(stream: zlib.Gunzip, sink: Sink) {
    this.#stream = stream;
    stream.on('data', sink);
    this.#ended = new Promise((resolve, reject) => {
      stream.on('end', resolve);
      stream.on('error', reject);
    });
    this.#ended.catch(() => {});
  }

  push(chunk: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#stream.write(chunk, () => resolve());
    });
    return Promise.race([written, this.#ended]);
  }

  finish(): Promise<void> {
    this.#stream.end();
    return this.#ended;
  }

  close(): void {
    this.#stream.destroy();
  }
}

class FzstdDecoder implements Decoder {
  readonly #stream: Fzstd;

  constructor(sink: Sink) {
    this.#stream = new Fzstd(sink);
  }

  async push(chunk: Uint8Array): Promise<void> {
    // fzstd keeps what it is given, the caller reuses its chunk
    this.#stream.push(chunk.slice());
  }

  async finish(): Promise<void> {
    this.#stream.push(new Uint8Array(0), true);
  }

  close(): void {}
}

/** Not in every installation. */
const XZ = 'xz';

/** The xz program, if there is one: no shell, its input and output are pipes. */
class XzDecoder implements Decoder {
  readonly #child;
  readonly #ended: Promise<void>;

  constructor(path: string, sink: Sink) {
    const child = spawn(XZ, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    let stderr = '';
    child.stdout.on('data', sink);
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve, reject) => {
      child.on('error', () => {
        const tryThis = `xz -dc ${path === '-' ? 'FILE' : path} | pindrift check -`;
        reject(new InputError('this is xz, and there is no xz program to read it with', { where: path, tryThis }));
      });
      child.on('close', (code) => {
        if (code === 0) {
          resolve();
        } else {
          reject(new Error(stderr.replace(/^xz: (\(stdin\): )?/, '').trim() || `xz ended with ${code}`));
        }
      });
    });
    this.#ended.catch(() => {});
  }

  push(chunk: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#child.stdin.write(chunk, () => resolve());
    });
    return Promise.race([written, this.#ended]);
  }

  finish(): Promise<void> {
    this.#child.stdin.end();
    return this.#ended;
  }

  close(): void {
    this.#child.kill();
  }
}
