// Why: a trace that is being written. The next byte may arrive at any time, data that have arrived must not wait for
// more, and waiting must be interruptible. trace_pipe and FIFOs are read through `cat`: a blocking read in Node's own
// threads can be neither cancelled nor abandoned.
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { compressionOf } from '../parsers/bytes/decompress.ts';
import { readError } from '../parsers/bytes/source-input.ts';
import type { Source } from '../parsers/bytes/wrapped-source.ts';
import { HEAD_BYTES } from '../parsers/formats/head-lines.ts';
import { InputError } from '../util/errors.ts';

/** Bytes as they arrive; undefined: the end. */
export interface LiveBytes {
  next(): Promise<Uint8Array | undefined>;
  /** why it ended too early */
  readonly damage?: string | undefined;
  stop(): void;
}

/** Time after which a single first line is used. */
const QUIET_MS = 200;
/** Poll interval for a growing file. */
const POLL_MS = 50;
const CHUNK = 1 << 18;

/** @throws InputError if there is nothing to follow */
export function openLive(path: string, options: { idleMs?: number | undefined } = {}): LiveSource {
  if (path === '-') return new LiveSource(path, new StreamBytes(process.stdin));
  let stat: fs.Stats;
  try {
    stat = fs.statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw readError(error, path);
    throw new InputError('no such file', { where: path, tryThis: 'a FIFO, a growing file, trace_pipe, or -' });
  }
  if (stat.isDirectory())
    throw new InputError('this is a directory', { where: path, tryThis: 'name the trace_pipe in it' });
  // files of tracefs have size 0
  if (stat.isFile() && (stat.size > 0 || !/trace_pipe$/.test(path)))
    return new LiveSource(path, new GrowingFile(path, options.idleMs));
  return new LiveSource(path, new CatBytes(path));
}

/** A source without a known end. */
export class LiveSource implements Source {
  readonly path: string;
  readonly compression = 'none' as const;
  readonly size = undefined;
  position = 0;
  /** also receives the bytes, with their offset */
  onBytes: ((bytes: Uint8Array, offset: number) => void) | undefined;
  readonly #bytes: LiveBytes;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** a chunk still being waited for by an abandoned read */
  #coming: Promise<Uint8Array | undefined> | undefined;

  constructor(path: string, bytes: LiveBytes) {
    this.path = path;
    this.#bytes = bytes;
  }

  get damage(): string | undefined {
    return this.#bytes.damage;
  }

  /**
   * The first bytes, once a line that is not a comment has arrived and no other follows immediately; 64 KB at most.
   * @throws InputError if they are compressed, or if there are none because they cannot be read
   */
  async head(): Promise<Uint8Array> {
    const head = await this.headWith(/^[^#\n].*\n/m);
    if (head.length === 0 && this.damage !== undefined)
      throw new InputError(`cannot be read: ${this.damage}`, {
        where: this.path,
        tryThis: 'name a FIFO, a growing file, trace_pipe, or -',
      });
    if (compressionOf(head) === 'none') return head;
    throw new InputError('this is compressed; a trace is followed as it is recorded', {
      where: this.path,
      tryThis: this.path === '-' ? 'decompress it before the pipe' : `pindrift check ${this.path}, when it is complete`,
    });
  }

  /** The first bytes, as soon as they match. */
  async headWith(wanted: RegExp): Promise<Uint8Array> {
    while (this.#rest.length < HEAD_BYTES && !this.#ended) {
      this.#coming ??= this.#bytes.next();
      const isThere = wanted.test(Buffer.from(this.#rest).toString('latin1'));
      const more = isThere ? await Promise.race([this.#coming, sleep(QUIET_MS, 'quiet' as const)]) : await this.#coming;
      if (more === 'quiet') break;
      this.#coming = undefined;
      if (more === undefined) this.#ended = true;
      else this.#rest = Buffer.concat([this.#rest, more]);
    }
    return this.#rest.subarray(0, HEAD_BYTES);
  }

  read(into: Uint8Array): number | Promise<number> {
    return this.#rest.length > 0 ? this.#take(into) : this.#wait(into);
  }

  async #wait(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      if (this.#ended) return 0;
      this.#coming ??= this.#bytes.next();
      const more = await this.#coming;
      this.#coming = undefined;
      if (more === undefined) this.#ended = true;
      else this.#rest = more;
    }
    return this.#take(into);
  }

  #take(into: Uint8Array): number {
    const n = Math.min(into.length, this.#rest.length);
    const part = this.#rest.subarray(0, n);
    into.set(part);
    this.#rest = this.#rest.subarray(n);
    this.onBytes?.(part, this.position);
    this.position += n;
    return n;
  }

  /** Signals the end to a waiting reader. */
  close(): void {
    this.#bytes.stop();
  }
}

/** An existing pipe: standard input, the output of a child. */
export class StreamBytes implements LiveBytes {
  damage: string | undefined;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #stream: Readable;
  #stopped = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Also ends when the stream is destroyed. A race with a promise for that would keep every chunk while it waits. */
  async next(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#chunks.next();
      return done === true ? undefined : value;
    } catch (error) {
      if (!this.#stopped) this.damage = unreadable(error);
      return undefined;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#stream.destroy();
  }
}

/**
 * The output of `cat`. The kernel's pipe of 64 KiB is in between: a slow reader loses events there, which the trace
 * reports.
 */
class CatBytes implements LiveBytes {
  damage: string | undefined;
  readonly #child: ChildProcess;
  readonly #bytes: StreamBytes;
  /** it has ended, and everything it said was read */
  readonly #closed: Promise<void>;
  #said = '';

  constructor(path: string) {
    this.#child = spawn('cat', ['--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', () => resolve());
      this.#child.on('error', () => resolve());
    });
    this.#child.stderr?.on('data', (text) => {
      this.#said = String(text).trim().slice(0, 200);
    });
    this.#child.on('error', (error) => {
      this.#said = error.message;
    });
    this.#bytes = new StreamBytes(this.#child.stdout as Readable);
  }

  async next(): Promise<Uint8Array | undefined> {
    const more = await this.#bytes.next();
    if (more === undefined) await this.#closed;
    if (more === undefined && this.#said !== '') this.damage = this.#said;
    return more;
  }

  stop(): void {
    this.#bytes.stop();
    this.#child.kill();
  }
}

/** A file that is appended to. It ends when it is replaced or truncated, or when nothing was added for some time. */
class GrowingFile implements LiveBytes {
  damage: string | undefined;
  readonly #path: string;
  readonly #fd: number;
  readonly #ino: number;
  readonly #idleMs: number;
  #at = 0;
  #stopped = false;

  constructor(path: string, idleMs = Number.POSITIVE_INFINITY) {
    this.#path = path;
    try {
      this.#fd = fs.openSync(path, 'r');
    } catch (error) {
      throw readError(error, path);
    }
    this.#ino = fs.fstatSync(this.#fd).ino;
    this.#idleMs = idleMs;
  }

  async next(): Promise<Uint8Array | undefined> {
    const buf = Buffer.allocUnsafe(CHUNK);
    for (let waited = 0; !this.#stopped; waited += POLL_MS) {
      const n = this.#read(buf);
      if (n === undefined) break;
      if (n > 0) {
        this.#at += n;
        return buf.subarray(0, n);
      }
      if (waited >= this.#idleMs || this.#isOver()) break;
      await sleep(POLL_MS);
    }
    fs.closeSync(this.#fd);
    return undefined;
  }

  /** Undefined: a bad sector, a file server that is gone. */
  #read(into: Uint8Array): number | undefined {
    try {
      return fs.readSync(this.#fd, into, 0, CHUNK, this.#at);
    } catch (error) {
      this.damage = unreadable(error);
      return undefined;
    }
  }

  #isOver(): boolean {
    const now = fs.statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined || now.ino !== this.#ino) return true;
    if (now.size >= this.#at) return false;
    this.damage = 'the file was truncated while it was being followed';
    return true;
  }

  stop(): void {
    this.#stopped = true;
  }
}

const unreadable = (error: unknown): string => (error instanceof Error ? error.message : String(error));
