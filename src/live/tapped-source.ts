// Why: a live text that was mended on its way cannot be read again: whoever keeps its lines gets the bytes as they are read.
import { type Source, WrappedSource } from '../parsers/bytes/wrapped-source.ts';

export class TappedSource extends WrappedSource {
  readonly #tap: (bytes: Uint8Array, offset: number) => void;
  /** bytes passed on so far */
  #passed = 0;

  /** @param tap also receives the bytes, with their offset in what was read */
  constructor(inner: Source, tap: (bytes: Uint8Array, offset: number) => void) {
    super(inner);
    this.#tap = tap;
  }

  read(into: Uint8Array): number | Promise<number> {
    const got = this.inner.read(into);
    return typeof got === 'number' ? this.#pass(into, got) : got.then((n) => this.#pass(into, n));
  }

  #pass(into: Uint8Array, n: number): number {
    if (n > 0) this.#tap(into.subarray(0, n), this.#passed);
    this.#passed += n;
    return n;
  }
}
