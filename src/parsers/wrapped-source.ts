// Why: who reads a source and gives something else of it (mended, decoded, hashed) says the rest as it was said to him.
import type { Compression } from './decompress.ts';
import type { ByteSource } from './lines.ts';

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
  /** decompressed bytes of the file that what was read so far was mended from; undefined: they are what was read */
  readonly taken?: number | undefined;
  /** why the data end before they should, known once `read` has returned 0; the part before has been delivered */
  readonly damage: string | undefined;
  /** The first bytes (64 KB, decompressed), which `read` will deliver again. */
  head(): Promise<Uint8Array>;
  close(): void;
}

/** A source made of another one; what a class does not say otherwise is that of the inner one. */
export abstract class WrappedSource implements Source {
  protected readonly inner: Source;
  readonly path: string;

  constructor(inner: Source, path = inner.path) {
    this.inner = inner;
    this.path = path;
  }

  get compression(): Source['compression'] {
    return this.inner.compression;
  }

  get size(): number | undefined {
    return this.inner.size;
  }

  get position(): number {
    return this.inner.position;
  }

  get mended(): string | undefined {
    return this.inner.mended;
  }

  get taken(): number | undefined {
    return this.inner.taken;
  }

  get damage(): string | undefined {
    return this.inner.damage;
  }

  head(): Promise<Uint8Array> {
    return this.inner.head();
  }

  abstract read(into: Uint8Array): number | Promise<number>;

  close(): void {
    this.inner.close();
  }
}
