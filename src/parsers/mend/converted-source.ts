// Why: base class of sources that read the bytes of another one in chunks and return a text of another length.
import { WrappedSource } from '../bytes/wrapped-source.ts';

const CHUNK = 1 << 16;

export abstract class ConvertedSource extends WrappedSource {
  readonly #chunk = Buffer.alloc(CHUNK);
  /** text that has not been read yet */
  #ready: Uint8Array = Buffer.alloc(0);
  #ended = false;
  #taken = 0;
  #damage: string | undefined;

  /**
   * The text of the next bytes; empty if more are needed.
   * @param bytes valid until the next call
   */
  protected abstract convert(bytes: Buffer): Buffer;

  /** Text that waits for bytes that did not come. */
  protected rest(): Buffer {
    return Buffer.alloc(0);
  }

  /** Why the data end too early; asked at the end. */
  protected abstract incomplete(): string | undefined;

  override get taken(): number {
    return this.inner.taken ?? this.#taken;
  }

  override get damage(): string | undefined {
    return this.inner.damage ?? this.#damage;
  }

  override async head(): Promise<Uint8Array> {
    while (!this.#ended && this.#ready.length < CHUNK) await this.#more();
    return this.#ready;
  }

  async read(into: Uint8Array): Promise<number> {
    while (!this.#ended && this.#ready.length === 0) await this.#more();
    const n = Math.min(into.length, this.#ready.length);
    into.set(this.#ready.subarray(0, n));
    this.#ready = this.#ready.subarray(n);
    return n;
  }

  async #more(): Promise<void> {
    const got = await this.inner.read(this.#chunk);
    this.#taken += got;
    if (got === 0) {
      this.#ended = true;
      this.#damage = this.incomplete();
    }
    const text = got === 0 ? this.rest() : this.convert(this.#chunk.subarray(0, got));
    if (text.length > 0) this.#ready = Buffer.concat([this.#ready, text]);
  }
}
