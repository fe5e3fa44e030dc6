// Why: mails contain attachments in base64, and asciinema stores terminal output in pieces of JSON. Decoding gives text
// with the lines of the trace; line numbers refer to that text.
import { filled, hasEvent } from '../detect/looks.ts';
import type { Mender } from './text-lines.ts';

/** A wrapping that is not line by line, with its decoder. */
export interface Packing {
  words: string[];
  mender: Mender;
}

/** The encoding of these first bytes, with a decoder for the whole; undefined: unknown. */
export function packingOf(head: string): (() => Packing) | undefined {
  const lines = head.split(/\r?\n/);
  if (lines.some((line) => ENCODING.test(line)))
    return () => ({ words: ['base64 in a mail'], mender: new Base64(true) });
  const some = filled(lines);
  const [first = '', second = ''] = some;
  if (isBase64(some)) return () => ({ words: ['base64'], mender: new Base64(false) });
  if (/^\{.*"version": ?[23]\b/.test(first) && CAST.test(second))
    return () => ({ words: ['recorded by asciinema'], mender: new Cast() });
  return undefined;
}

/** Whether the decoded beginning contains a line of a trace. */
export function showsTrace(head: string, { mender }: Packing): boolean {
  for (const line of head.split('\n')) mender.take(line);
  return mender.found;
}

const ENCODING = /^Content-Transfer-Encoding: +base64\s*$/i;
const DIGITS = /^[A-Za-z0-9+/]+={0,2}$/;

/** A shorter text may be a word. */
const FEWEST_DIGITS = 60;

/** Share of lines that must be complete. */
const MOST_OF = 0.98;

/** Lines of one width, except that the last one may be shorter and the last one of the head truncated. */
function isBase64(lines: readonly string[]): boolean {
  const [first = ''] = lines;
  const whole = lines.slice(0, Math.max(1, lines.length - 1));
  if (first.length < FEWEST_DIGITS) return false;
  const right = whole.filter((line) => DIGITS.test(line) && (line.length === first.length || lines.length === 1));
  return right.length > MOST_OF * whole.length;
}

/** Text does not contain these characters; gzip and images begin with some. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

class Base64 implements Mender {
  readonly isLineByLine = false;
  found = false;
  damage: string | undefined;
  #in: 'headers' | 'digits' | 'other text';
  /** headers of a part say that it is in base64 */
  #isEncoded = false;
  /** the part has shown its first bytes */
  #begun = false;
  /** digits that do not make a group of four yet */
  #digits = '';
  /** end of the text returned before, for an event in two pieces */
  #tail = '';

  /** @param isMail the digits are part of a mail */
  constructor(isMail: boolean) {
    this.#in = isMail ? 'headers' : 'digits';
  }

  take(line: string): string {
    const bare = line.trim();
    if (this.#in === 'headers') {
      if (ENCODING.test(bare)) this.#isEncoded = true;
      if (bare === '') this.#begin(this.#isEncoded ? 'digits' : 'other text');
      return '';
    }
    // a boundary
    if (/^--\S/.test(bare)) {
      this.#isEncoded = false;
      this.#in = 'headers';
      return '';
    }
    return this.#in === 'digits' ? this.#decode(bare) : '';
  }

  end(): string {
    return '';
  }

  #begin(what: 'digits' | 'other text'): void {
    this.#in = what;
    this.#begun = false;
    this.#digits = '';
  }

  #decode(bare: string): string {
    if (bare !== '' && !DIGITS.test(bare)) {
      this.damage ??= 'the base64 that encodes the text has invalid lines';
      return '';
    }
    const digits = this.#digits + bare;
    const whole = digits.length - (digits.length % 4);
    this.#digits = digits.slice(whole);
    const text = Buffer.from(digits.slice(0, whole), 'base64').toString('latin1');
    if (text === '') return '';
    if (!this.#begun && NO_TEXT.test(text.slice(0, 64))) {
      this.#in = 'other text';
      return '';
    }
    this.#begun = true;
    if (!this.found) {
      const shown = this.#tail + text;
      this.found = shown.split('\n').some(hasEvent);
      this.#tail = shown.slice(-LONGEST_HEAD);
    }
    return text;
  }
}

/** Text before an event is shorter. */
const LONGEST_HEAD = 400;

/** Version 2 and 3: time or interval, kind, data. */
const CAST = /^\s*\[ *[\d.]+, *"[a-z]", *"/;

class Cast implements Mender {
  readonly isLineByLine = false;
  found = false;
  damage: string | undefined;
  #tail = '';

  take(line: string): string {
    if (!CAST.test(line)) return '';
    const text = outputOf(line);
    if (text === undefined) {
      this.damage ??= 'the asciinema recording has an incomplete line';
      return '';
    }
    if (!this.found) {
      const shown = this.#tail + text;
      this.found = shown.split('\n').some(hasEvent);
      this.#tail = shown.slice(-LONGEST_HEAD);
    }
    return text;
  }

  end(): string {
    return '';
  }
}

/** Output to the terminal; empty for keys and sizes; undefined: not JSON. */
function outputOf(line: string): string | undefined {
  try {
    const [, kind, data] = JSON.parse(line) as unknown[];
    if (kind !== 'o' || typeof data !== 'string') return '';
    // characters that were single bytes stay unchanged
    return data.replace(/[^\0-\xff]/g, (c) => Buffer.from(c).toString('latin1'));
  } catch {
    return undefined;
  }
}
