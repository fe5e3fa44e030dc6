// Why: Windows programs (`>` in PowerShell, Notepad) save text as UTF-16, a few others as UTF-32. Parsers read UTF-8.
import type { Source } from '../bytes/wrapped-source.ts';
import { ConvertedSource } from './converted-source.ts';

/** Number of bytes examined, and the minimum share of their upper bytes that must be 0. */
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
export class WideSource extends ConvertedSource {
  readonly #wide: Wide;
  /** bytes of an incomplete character at the end of the last chunk */
  #part: Buffer = Buffer.alloc(0);
  #begun = false;

  constructor(source: Source, wide: Wide) {
    super(source);
    this.#wide = wide;
  }

  override get mended(): string {
    return this.#wide.bytes === 4 ? 'UTF-32' : 'UTF-16';
  }

  protected override convert(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#part, bytes]);
    const whole = all.length & (this.#wide.bytes === 4 ? ~3 : ~1);
    this.#part = Buffer.from(all.subarray(whole));
    const text = decoded(Buffer.from(all.subarray(0, whole)), this.#wide);
    const shown = this.#begun ? text : text.replace(/^\ufeff/, '');
    this.#begun = true;
    return Buffer.from(shown, 'utf8');
  }

  protected override incomplete(): string | undefined {
    return this.#part.length > 0 ? 'the text ends within a character' : undefined;
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
