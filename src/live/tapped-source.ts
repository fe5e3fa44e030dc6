// Why: a live text that was mended on its way cannot be read again: whoever keeps its lines gets the bytes as they are read.
import { type Source, WrappedSource } from '../parsers/bytes/wrapped-source.ts';
import { mended } from '../parsers/mend/open.ts';
import type { LiveSource } from './live-source.ts';

type Tap = (bytes: Uint8Array, offset: number) => void;

/**
 * A live text as it is read, mended on its way if it needs that.
 * @param tap gets the bytes that are read, with their offset
 */
export async function followed(source: LiveSource, tap: Tap): Promise<Source> {
  const opened = await mended(source, undefined);
  if (opened !== source) return new TappedSource(opened, tap);
  source.onBytes = tap;
  return source;
}

class TappedSource extends WrappedSource {
  readonly #tap: Tap;
  /** bytes passed on so far */
  #passed = 0;

  constructor(inner: Source, tap: Tap) {
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
