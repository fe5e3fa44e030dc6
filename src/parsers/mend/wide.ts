// Why: what Windows programs save is UTF-16 (`>` of PowerShell, Notepad), other programs know UTF-32, and the lines in it
// are those of the trace.
import type { Source } from '../wrapped-source.ts';
import { WrappedSource } from '../wrapped-source.ts';

const CHUNK = 1 << 16;

/** Bytes that are looked at, and how many of a hundred of their upper halves must be 0. */
const LOOKED_AT = 2048;
const MOST_OF = 0.9;

export interface Wide {
  /** bytes of a character, or of half of one */
  bytes: 2 | 4;
  little: boolean;
}

/** How wide its characters are, and which byte of them comes first; undefined: it is no such text, or not of a trace. */
export function wideOf(head: Uint8Array): Wide | undefined {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return { bytes: c === 0 && d === 0 ? 4 : 2, little: true };
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { bytes: 4, little: false };
  if (a === 0xfe && b === 0xff) return { bytes: 2, little: false };
  const end = Math.min(head.length, LOOKED_AT) & ~3;
  if (end < 32) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < end; i++) if (head[i] === 0) zeros[i & 3]++;
  // which of the four are always zero: the upper ones
  const mostly = zeros.map((n) => n > (MOST_OF * end) / 4);
  if (zeros.some((n, i) => n > 0 && !mostly[i])) return undefined;
  const all = mostly.map(Number).join('');
  if (all === '0111' || all === '1110') return { bytes: 4, little: all === '0111' };
  return all === '0101' || all === '1010' ? { bytes: 2, little: all === '0101' } : undefined;
}

/** The text of a source in UTF-16 or UTF-32, in UTF-8. */
export class WideSource extends WrappedSource {
  readonly #wide: Wide;
  readonly #chunk = Buffer.alloc(CHUNK);
  /** bytes of {@link #chunk} that are half a character */
  #half = 0;
  #ready = Buffer.alloc(0);
  #ended = false;
  #begun = false;
  #damage: string | undefined;
  #taken = 0;

  constructor(source: Source, wide: Wide) {
    super(source);
    this.#wide = wide;
  }

  override get mended(): string {
    return this.#wide.bytes === 4 ? 'UTF-32' : 'UTF-16';
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
      if (this.#half > 0) this.#damage = 'the text ends within a character';
      return;
    }
    const bytes = this.#half + got;
    const whole = bytes & (this.#wide.bytes === 4 ? ~3 : ~1);
    let text = decoded(Buffer.from(chunk.subarray(0, whole)), this.#wide);
    if (!this.#begun) text = text.replace(/^\ufeff/, '');
    this.#begun = true;
    this.#half = bytes - whole;
    chunk.copyWithin(0, whole, bytes);
    this.#ready = Buffer.concat([this.#ready, Buffer.from(text, 'utf8')]);
  }
}

function decoded(bytes: Buffer, { bytes: width, little }: Wide): string {
  if (width === 2) return (little ? bytes : bytes.swap16()).toString('utf16le');
  if (!little) bytes.swap32();
  const codes = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let text = '';
  for (const code of codes) text += String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
  return text;
}
