// Reads compressed traces. A decoder takes compressed chunks one at a time and passes its output to the sink before it
// asks for more, so memory use is bounded, and the data before a truncation or an error are never lost.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import * as zlib from 'node:zlib';
import type { Decompress as Fzstd } from 'fzstd';
import { InputError } from '../../util/errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz';

export interface Decoder {
  /** Decode one chunk; resolves when all its output is in the sink. Rejects on damage. */
  push(chunk: Uint8Array): Promise<void>;
  /** No more input. Rejects if the data are truncated. */
  finish(): Promise<void>;
  /** The sink is full: produce no more output until {@link resume}. Output in progress may still arrive. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** zlib runs in another thread, and returns once per chunk. */
const OUTPUT_CHUNK = 1 << 19;

type Sink = (chunk: Uint8Array) => void;

/** By magic, never by name. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // begins with a skippable frame: pzstd, seekable formats
  if ((head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
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
      return zstdDecoder(path, sink);
    case 'xz':
      return new ProgramDecoder('xz', ['-dc'], path, sink);
  }
}

/** A decoder of zstd that verifies no checksum, and fails at the end because of that. */
export const createUnverified = (sink: Sink): Decoder => new FzstdDecoder(sink);

/**
 * Node 22.15 has zstd; before that the zstd program is used, which verifies checksums and limits the window as Node
 * does.
 */
function zstdDecoder(path: string, sink: Sink): Decoder {
  const create = (zlib as unknown as { createZstdDecompress?: (options: zlib.ZlibOptions) => zlib.Gunzip })
    .createZstdDecompress;
  if (create !== undefined) return new ZlibDecoder(create({ chunkSize: OUTPUT_CHUNK }), sink);
  return hasProgram('zstd') ? new ProgramDecoder('zstd', ['-dcq'], path, sink) : new FzstdDecoder(sink);
}

/** Whether a program exists in one of the directories of PATH. */
const hasProgram = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));

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

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    this.#stream.destroy();
  }
}

/**
 * Compressed bytes given to fzstd at once: it passes on all of their output before it returns, without flow control.
 */
const FZSTD_STEP = 512;

/** No checksum is verified here; if the frame has one, the text is reported as damaged. */
class FzstdDecoder implements Decoder {
  readonly #stream: Promise<Fzstd>;
  #paused = false;
  #go: (() => void) | undefined;

  constructor(sink: Sink) {
    this.#stream = import('fzstd').then(({ Decompress }) => new Decompress(sink));
  }

  async push(chunk: Uint8Array): Promise<void> {
    const stream = await this.#stream;
    for (let at = 0; at < chunk.length; at += FZSTD_STEP) {
      if (this.#paused) {
        await new Promise<void>((resolve) => {
          this.#go = resolve;
        });
      }
      // fzstd keeps the buffer, and the caller reuses its chunk
      stream.push(chunk.slice(at, at + FZSTD_STEP));
    }
  }

  async finish(): Promise<void> {
    (await this.#stream).push(new Uint8Array(0), true);
    throw new Error('its checksum was not verified: install the zstd program, or use Node 22.15');
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#go?.();
  }

  close(): void {}
}

/** Decompresses with an external program, if installed: without a shell, through pipes. */
class ProgramDecoder implements Decoder {
  readonly #child;
  readonly #ended: Promise<void>;

  constructor(program: string, args: string[], path: string, sink: Sink) {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    let stderr = '';
    child.stdout.on('data', sink);
    child.stderr.on('data', (text) => {
      if (stderr.length < MOST_SAID) stderr += text;
    });
    child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve, reject) => {
      child.on('error', () => {
        const tryThis = `${program} -dc ${path === '-' ? 'FILE' : path} | pindrift check -`;
        const problem = `this is ${program}, and the ${program} program is not installed`;
        reject(new InputError(problem, { where: path, tryThis }));
      });
      child.on('close', (code) => {
        if (code === 0) {
          resolve();
        } else {
          const [said] = stderr
            .replace(/^(?:\w+: )?(?:\(stdin\): |\/\*stdin\*\\ *: )?/, '')
            .trim()
            .split('\n');
          reject(new Error(said || `${program} exited with ${code}`));
        }
      });
    });
    this.#ended.catch(() => {});
  }

  push(chunk: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => {
      // the caller reuses its chunk
      this.#child.stdin.write(chunk.slice(), () => resolve());
    });
    return Promise.race([written, this.#ended]);
  }

  finish(): Promise<void> {
    this.#child.stdin.end();
    return this.#ended;
  }

  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  close(): void {
    this.#child.kill();
  }
}

/** Characters of the program's error output that are kept. */
const MOST_SAID = 4096;
