// Why: Windows programs save text as UTF-16 (`>` of PowerShell, Notepad).
import type { Source } from '../wrapped-source.ts';
import { WrappedSource } from '../wrapped-source.ts';

const CHUNK = 1 << 16;

/** Number of bytes examined, and the share of upper halves that must be 0. */
const LOOKED_AT = 2048;
const MOST_OF = 0.9;

/** Byte order; undefined: this is not UTF-16, or not a trace. */
export function utf16Of(head: Uint8Array): 'le' | 'be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'be';
  const end = Math.min(head.length, LOOKED_AT) & ~1;
  const zeros = [0, 0];
  for (let i = 0; i < end; i++) if (head[i] === 0) zeros[i & 1]++;
  if (end < 32 || Math.min(...zeros) > 0) return undefined;
  if (zeros[1] > (MOST_OF * end) / 2) return 'le';
  return zeros[0] > (MOST_OF * end) / 2 ? 'be' : undefined;
}

/** Converts a source from UTF-16 to UTF-8. */
export class Utf16Source extends WrappedSource {
  readonly #order: 'le' | 'be';
  readonly #chunk = Buffer.alloc(CHUNK);
  /** bytes of {@link #chunk} that are half a character */
  #half = 0;
  #ready = Buffer.alloc(0);
  #ended = false;
  #begun = false;
  #damage: string | undefined;
  #taken = 0;

  constructor(source: Source, order: 'le' | 'be') {
    super(source);
    this.#order = order;
  }

  override get mended(): string {
    return 'UTF-16';
  }

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
    const chunk = this.#chunk;
    const got = await this.inner.read(chunk.subarray(this.#half));
    this.#taken += got;
    if (got === 0) {
      this.#ended = true;
      if (this.#half > 0) this.#damage = 'the text ends within a UTF-16 character';
      return;
    }
    const bytes = this.#half + got;
    const whole = bytes & ~1;
    const pairs = Buffer.from(chunk.subarray(0, whole));
    if (this.#order === 'be') pairs.swap16();
    let text = pairs.toString('utf16le');
    if (!this.#begun) text = text.replace(/^\ufeff/, '');
    this.#begun = true;
    this.#half = bytes - whole;
    if (this.#half > 0) chunk[0] = chunk[whole];
    this.#ready = Buffer.concat([this.#ready, Buffer.from(text, 'utf8')]);
  }
}
