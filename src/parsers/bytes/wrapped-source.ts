// Why: base class of sources that transform another one (repair, decode, hash); everything not overridden is forwarded.
import type { Compression } from './decompress.ts';
import type { ByteSource } from './lines.ts';

export interface Source extends ByteSource {
  /** as given by the user; `-` is standard input */
  readonly path: string;
  readonly compression: Compression;
  /** bytes of the file on disk; undefined for pipes */
  readonly size: number | undefined;
  /** bytes of the file consumed so far, in the same unit as `size` */
  readonly position: number;
  /**
   * What was removed from its lines (quotes, a surrounding log), as a description. Bytes and positions then refer to
   * the repaired text, not to the file.
   */
  readonly mended?: string | undefined;
  /** decompressed bytes of the file from which the text read so far was made; undefined: they are the same */
  readonly taken?: number | undefined;
  /** why the data end too early, known after `read` has returned 0; the part before has been delivered */
  readonly damage: string | undefined;
  /** why the text may be incomplete, known at its end: no matter if a count proves that it is complete */
  readonly doubt?: string | undefined;
  /** The first bytes (64 KB, decompressed), which `read` will return again. */
  head(): Promise<Uint8Array>;
  close(): void;
}

/** A source made from another one; everything not overridden is that of the inner one. */
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

  get doubt(): string | undefined {
    return this.inner.doubt;
  }

  head(): Promise<Uint8Array> {
    return this.inner.head();
  }

  abstract read(into: Uint8Array): number | Promise<number>;

  close(): void {
    this.inner.close();
  }
}
