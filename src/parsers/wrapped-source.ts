// Why: who reads a source and gives something else of it (mended, decoded, hashed) says the rest as it was said to him.
import type { Source } from './source.ts';

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
