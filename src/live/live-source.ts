// Why: a trace that is being written. Nobody knows when the next byte comes, what has come must not wait for more, and
// the waiting can be ended from outside. trace_pipe and FIFOs are read through `cat`: a read that waits in Node's own
// threads can be neither cancelled nor left.
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEAD_BYTES } from '../parsers/head-lines.ts';
import type { Source } from '../parsers/wrapped-source.ts';
import { InputError } from '../util/errors.ts';

/** Bytes as they come; undefined: there will be no more. */
export interface Bytes {
  next(): Promise<Uint8Array | undefined>;
  /** why it ended before it should */
  readonly damage?: string | undefined;
  stop(): void;
}

/** So long a first line may be alone before it is looked at. */
const QUIET_MS = 200;
/** So often a growing file is looked at. */
const POLL_MS = 50;
const CHUNK = 1 << 18;

/** @throws InputError when there is nothing to follow */
export function openLive(path: string, options: { idleMs?: number | undefined } = {}): LiveSource {
  if (path === '-') return new LiveSource(path, new StreamBytes(process.stdin));
  let stat: fs.Stats;
  try {
    stat = fs.statSync(path);
  } catch {
    throw new InputError('no such file', { where: path, tryThis: 'a FIFO, a growing file, trace_pipe, or -' });
  }
  if (stat.isDirectory())
    throw new InputError('this is a directory', { where: path, tryThis: 'name the trace_pipe in it' });
  // files of tracefs show no size
  if (stat.isFile() && (stat.size > 0 || !/trace_pipe$/.test(path)))
    return new LiveSource(path, new GrowingFile(path, options.idleMs));
  return new LiveSource(path, new CatBytes(path));
}

/** A source of which nobody knows the end. */
export class LiveSource implements Source {
  readonly path: string;
  readonly compression = 'none' as const;
  readonly size = undefined;
  position = 0;
  /** who wants the bytes too, with their offset */
  onBytes: ((bytes: Uint8Array, offset: number) => void) | undefined;
  readonly #bytes: Bytes;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** the chunk that is waited for, where somebody stopped waiting */
  #coming: Promise<Uint8Array | undefined> | undefined;

  constructor(path: string, bytes: Bytes) {
    this.path = path;
    this.#bytes = bytes;
  }

  get damage(): string | undefined {
    return this.#bytes.damage;
  }

  /** What there is when a line that is no comment has come and no other follows it at once; 64 KB at most. */
  head(): Promise<Uint8Array> {
    return this.headWith(/^[^#\n].*\n/m);
  }

  /** The first bytes, as soon as they have something. */
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

  /** The end, for whoever waits. */
  close(): void {
    this.#bytes.stop();
  }
}

/** A pipe that is there: standard input, the output of a child. */
export class StreamBytes implements Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Ends too when the stream is destroyed. A race with a promise of that would keep every chunk for as long as it waits. */
  async next(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#chunks.next();
      return done === true ? undefined : value;
    } catch {
      return undefined;
    }
  }

  stop(): void {
    this.#stream.destroy();
  }
}

/** What `cat` reads. The kernel keeps a pipe of 64 KiB between: who is too slow loses events there, and is told. */
class CatBytes implements Bytes {
  damage: string | undefined;
  readonly #child: ChildProcess;
  readonly #bytes: StreamBytes;
  #said = '';

  constructor(path: string) {
    this.#child = spawn('cat', ['--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
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
    if (more === undefined && this.#said !== '') this.damage = this.#said;
    return more;
  }

  stop(): void {
    this.#bytes.stop();
    this.#child.kill();
  }
}

/** A file that somebody appends to. It ends when it is replaced or made shorter, or nothing came for so long. */
class GrowingFile implements Bytes {
  damage: string | undefined;
  readonly #path: string;
  readonly #fd: number;
  readonly #ino: number;
  readonly #idleMs: number;
  #at = 0;
  #stopped = false;

  constructor(path: string, idleMs = Number.POSITIVE_INFINITY) {
    this.#path = path;
    this.#fd = fs.openSync(path, 'r');
    this.#ino = fs.fstatSync(this.#fd).ino;
    this.#idleMs = idleMs;
  }

  async next(): Promise<Uint8Array | undefined> {
    const buf = Buffer.allocUnsafe(CHUNK);
    for (let waited = 0; !this.#stopped; waited += POLL_MS) {
      const n = fs.readSync(this.#fd, buf, 0, CHUNK, this.#at);
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
