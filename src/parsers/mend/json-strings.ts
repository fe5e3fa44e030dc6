// Why: chat programs, trackers and stores of logs export JSON of any shape, in one line or in many, and somewhere in it
// one member holds the trace: a line each time, or all lines at once. The strings are told apart by the member they are
// the value of, piece by piece, since one of them may be the whole file.
import { hasEvent } from '../detect/looks.ts';

interface Container {
  isArray: boolean;
  /** member whose value comes next, or of which the array is the value */
  key: string;
  /** the next string names a member */
  isKeyNext: boolean;
  /** elements before this one */
  index: number;
  /** what the numbers are bytes of, one character each; undefined: the array has other elements */
  bytes: string | undefined;
}

/** Deeper than any export is; what is inside then has no name. */
const DEEPEST = 64;
const LONGEST_KEY = 256;

/** No line has more bytes, and no number or literal more characters. */
const MOST_BYTES = 1 << 16;
const LONGEST_SCALAR = 32;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const decoded = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex: string | undefined, c: string) =>
    hex === undefined
      ? (ESCAPES[c] ?? c)
      : Buffer.from(String.fromCharCode(Number.parseInt(hex, 16))).toString('latin1'),
  );

export interface JsonReader {
  /**
   * What strings hold, in pieces, and the member that it is a value of. A program that must write valid JSON writes text
   * that is not UTF-8 as an array of its bytes: that is a string, too.
   */
  take(key: string, text: string, isEnd: boolean): void;
  /** A number or a literal, of a member. */
  scalar?(key: string, value: string): void;
  /** An object or a list begins. @param key of its object; '' in a list */
  open?(isList: boolean, key: string): void;
  close?(): void;
}

/** Reads JSON, one character per byte, in pieces cut anywhere. */
export class JsonStrings {
  readonly #reader: JsonReader;
  readonly #open: Container[] = [];
  #depth = 0;
  /** the string that is open: the name of a member, or the value of this one */
  #string: 'name' | 'value' | undefined;
  #key = '';
  #name = '';
  /** a backslash and what of its escape has come */
  #rest = '';
  /** a number or a literal, as far as it has come */
  #scalar = '';

  constructor(reader: JsonReader) {
    this.#reader = reader;
  }

  /** Of the value that came last. */
  get key(): string {
    return this.#key;
  }

  /** Something is open still. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#string !== undefined;
  }

  push(piece: string): void {
    const text = this.#rest + piece;
    this.#rest = '';
    for (let at = 0; at < text.length; )
      at = this.#string === undefined ? this.#outside(text, at) : this.#inside(text, at);
  }

  #outside(text: string, from: number): number {
    STRUCTURE.lastIndex = from;
    const found = STRUCTURE.exec(text);
    if (this.#scalar.length < LONGEST_SCALAR) this.#scalar += text.slice(from, found?.index).trim();
    if (found === null) return text.length;
    const top = this.#open.at(-1);
    this.#endScalar(top, found[0]);
    switch (found[0]) {
      case '"':
        this.#string = top?.isKeyNext === true ? 'name' : 'value';
        this.#key = this.#keyOf(top);
        if (this.#string === 'name') this.#name = '';
        break;
      case '{':
      case '[':
        this.#depth++;
        if (this.#depth <= DEEPEST) {
          const isArray = found[0] === '[';
          const key = isArray ? this.#keyOf(top) : '';
          this.#reader.open?.(isArray, top?.isArray === false ? top.key : '');
          this.#open.push({ isArray, key, isKeyNext: !isArray, index: 0, bytes: isArray ? '' : undefined });
        }
        break;
      case ',':
        if (top?.isArray === true) top.index++;
        else if (top !== undefined) top.isKeyNext = true;
        break;
      default:
        if (this.#depth > 0 && this.#depth <= DEEPEST) {
          this.#open.pop();
          this.#reader.close?.();
        }
        this.#depth = Math.max(0, this.#depth - 1);
    }
    return found.index + 1;
  }

  /** A value without quotes ends before `mark`; what it is not makes the array that it is in no array of bytes. */
  #endScalar(top: Container | undefined, mark: string): void {
    const scalar = this.#scalar.replace(/^:\s*/, '');
    this.#scalar = '';
    if (top === undefined) return;
    if (scalar !== '' && !top.isArray) this.#reader.scalar?.(top.key, scalar);
    if (top.bytes === undefined) return;
    const isByte = BYTE.test(scalar) && Number(scalar) < 256 && top.bytes.length < MOST_BYTES;
    top.bytes = isByte && (mark === ',' || mark === ']') ? top.bytes + String.fromCharCode(Number(scalar)) : undefined;
    if (mark === ']' && top.bytes !== undefined) this.#reader.take(top.key, top.bytes, true);
  }

  /** An array in an array is a row: each of its columns is a member of its own. */
  #keyOf(top: Container | undefined): string {
    if (top?.isArray !== true) return top?.key ?? '';
    const isRow = this.#open.at(-2)?.isArray === true;
    return isRow ? `${top.key}.${top.index}` : top.key;
  }

  #inside(text: string, from: number): number {
    let at = from;
    let end = text.length;
    for (; ; at++) {
      STRING_END.lastIndex = at;
      const found = STRING_END.exec(text);
      if (found === null) break;
      at = found.index;
      if (found[0] === '"') {
        end = at;
        break;
      }
      const length = text[at + 1] === 'u' ? 6 : 2;
      if (at + length > text.length) {
        this.#rest = text.slice(at);
        end = at;
        break;
      }
      at += length - 1;
    }
    const isEnd = text[end] === '"';
    this.#give(decoded(text.slice(from, end)), isEnd);
    return isEnd ? end + 1 : text.length;
  }

  #give(text: string, isEnd: boolean): void {
    if (this.#string === 'value') this.#reader.take(this.#key, text, isEnd);
    else if (this.#name.length < LONGEST_KEY) this.#name += text;
    if (!isEnd) return;
    const top = this.#open.at(-1);
    if (this.#string === 'name' && top !== undefined) {
      top.key = this.#name;
      top.isKeyNext = false;
    }
    this.#string = undefined;
  }
}

const STRUCTURE = /["{}[\],]/g;
const BYTE = /^\d{1,3}$/;
const STRING_END = /["\\]/g;

/** Objects or lists, alone, in a stream (RFC 7464, server-sent events) or in a list of YAML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const JSON_HEAD = /^[\s\x1e]*(?:data: ?|- )?[[{]\s*(?:[[{"\]}]|$)/;

/** So much of one value is looked at. */
const LOOKED_AT = 1 << 16;

/** The member in which most lines of a trace stand; undefined: this is not JSON, or has none. */
export function traceMember(head: string): string | undefined {
  if (!JSON_HEAD.test(head)) return undefined;
  const events = new Map<string, number>();
  let value = '';
  const strings = new JsonStrings({
    take: (key, text, isEnd) => {
      if (value.length < LOOKED_AT) value += text;
      if (isEnd) count(key);
    },
  });
  const count = (key: string) => {
    const n = value.split('\n').filter(hasEvent).length;
    if (n > 0) events.set(key, (events.get(key) ?? 0) + n);
    value = '';
  };
  strings.push(head);
  count(LAST);
  const [best] = [...events].sort((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] < 2) return undefined;
  return best[0] === LAST ? strings.key : best[0];
}

/** A value that is longer than the head. */
const LAST = '\0';
