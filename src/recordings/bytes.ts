// Why: a recording is not read sequentially: its parts are at the positions given in its tables, in a file or in
// memory. All values in tables are checked against the size of the file first.
import * as fs from 'node:fs';
import type { Bytes } from './contract.ts';

export type { Bytes } from './contract.ts';

export class FileBytes implements Bytes {
  readonly size: number;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = fs.openSync(path, 'r');
    this.size = fs.fstatSync(this.#fd).size;
  }

  readAt(into: Uint8Array, at: number): number {
    let got = 0;
    while (got < into.length) {
      const more = fs.readSync(this.#fd, into, got, into.length - got, at + got);
      if (more === 0) break;
      got += more;
    }
    return got;
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

export class MemoryBytes implements Bytes {
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  readAt(into: Uint8Array, at: number): number {
    const part = this.#bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  close(): void {}
}

export const viewOf = (buf: Uint8Array): DataView => new DataView(buf.buffer, buf.byteOffset, buf.byteLength);

/** The data are truncated, or tables contradict each other. Caught where the resulting loss is known. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

const WINDOW = 1 << 16;

/** Reads the numbers and strings of a table sequentially. */
export class Cursor {
  at: number;
  readonly end: number;
  readonly little: boolean;
  readonly #bytes: Bytes;
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = viewOf(this.#window);
  /** position of the window */
  #from = 0;

  constructor(bytes: Bytes, little: boolean, at = 0, end = bytes.size) {
    this.#bytes = bytes;
    this.little = little;
    this.at = at;
    this.end = Math.min(end, bytes.size);
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    const place = this.#need(1);
    return this.#view.getUint8(place);
  }

  u16(): number {
    const place = this.#need(2);
    return this.#view.getUint16(place, this.little);
  }

  u32(): number {
    const place = this.#need(4);
    return this.#view.getUint32(place, this.little);
  }

  /** Exact up to 2^53, like every size and position in a file. */
  u64(): number {
    return Number(this.big());
  }

  big(): bigint {
    const place = this.#need(8);
    return this.#view.getBigUint64(place, this.little);
  }

  skip(n: number): void {
    if (!(n >= 0 && n <= this.left)) throw new Damaged('it is truncated');
    this.at += n;
  }

  /** The next bytes, in a new buffer. */
  take(n: number, most = 1 << 24): Uint8Array {
    if (n > most) throw new Damaged('a size in it is invalid');
    const at = this.at;
    this.skip(n);
    const out = new Uint8Array(n);
    if (this.#bytes.readAt(out, at) < n) throw new Damaged('it is truncated');
    return out;
  }

  text(n: number, most?: number): string {
    return latin1(this.take(n, most));
  }

  /** A NUL-terminated string. */
  string(most = 4096): string {
    const out: number[] = [];
    for (let c = this.u8(); c !== 0; c = this.u8()) {
      if (out.push(c) > most) throw new Damaged('a string in it is not terminated');
    }
    return latin1(Uint8Array.from(out));
  }

  /** Index of the next `n` bytes in the window. */
  #need(n: number): number {
    if (n > this.left) throw new Damaged('it is truncated');
    let place = this.at - this.#from;
    if (place < 0 || place + n > this.#window.length) {
      const window = new Uint8Array(Math.min(WINDOW, this.#bytes.size - this.at));
      if (this.#bytes.readAt(window, this.at) < n) throw new Damaged('it is truncated');
      this.#window = window;
      this.#view = viewOf(window);
      this.#from = this.at;
      place = 0;
    }
    this.at += n;
    return place;
  }
}

/** One character per byte, as for all text from a trace. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
