// The arguments of one event, whichever way they are printed. A template is one layout of them, learned from a line:
// which keys come in which order, and the slot each goes to. A line of that layout is read by place, four characters
// at once; any other line is taken apart by name and finds, or makes, the template of its own layout. So a template is
// a fast path and never a filter, and what a line says does not depend on the lines before it.
import { text } from '../util/bytes.ts';
import type { FieldType, KindField } from './kinds.ts';
import { half, number64, signed64 } from './number.ts';
import { Slot } from './record.ts';
import type { Symbols } from './symbols.ts';

const EQ = 61; // =
const SP = 32;
const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const PAREN_OPEN = 40;
const PAREN_CLOSE = 41;

/** Start of a field's value in the line and its end (exclusive). */
export interface FieldSpan {
  key: string;
  start: number;
  end: number;
}

const SKIP = -1;

/** How the text of a value becomes slots, see {@link FieldType}. */
export const ValueKind = { Number: 0, Pte: 1, Symbol: 2, Length: 3 } as const;
const { Number: NUM, Pte: PTE, Symbol: SYM, Length: LEN } = ValueKind;
const TYPE: Record<FieldType, number> = { num: NUM, pte: PTE, sym: SYM, len: LEN };

export class Template {
  readonly keys: readonly string[];
  /** per key: the slot of its value, negative when nobody wants it, and its {@link ValueKind} */
  readonly slots: number[] = [];
  readonly kinds: number[] = [];
  /** lines with this layout that stand behind a probe's place, and the number of the first of them */
  lines = 0;
  first = Number.NaN;
  /** system calls print hex without `0x`; they are rare, and read by name */
  readonly #bareHex: boolean;
  /** ` key=` */
  readonly #literals: Literal[];

  constructor(keys: readonly string[], fields: readonly KindField[], bareHex: boolean) {
    this.keys = keys;
    this.#bareHex = bareHex;
    this.#literals = keys.map((key) => new Literal(` ${key}=`));
    for (const field of assign(keys, fields)) {
      this.slots.push(field?.slot ?? SKIP);
      this.kinds.push(field === undefined ? NUM : TYPE[field.type]);
    }
  }

  /** None of its values is wanted. */
  get isForeign(): boolean {
    return this.slots.every((slot) => slot === SKIP);
  }

  /** Whether the value of key `k` is wanted, and as a number. */
  isNumber(k: number): boolean {
    return this.slots[k] !== SKIP && this.kinds[k] !== SYM;
  }

  get positional(): boolean {
    return !this.#bareHex;
  }

  /**
   * Read the arguments behind `from` (where the blank before the first key stands) into the record at `rows[o]`.
   * False when they have another layout; the record may be filled in part then.
   */
  read(
    buf: Uint8Array,
    view: DataView,
    from: number,
    end: number,
    rows: Float64Array,
    o: number,
    symbols: Symbols,
  ): boolean {
    if (!this.positional) return false;
    const literals = this.#literals;
    const { slots } = this;
    const { kinds } = this;
    let pos = from;
    for (let k = 0; k < literals.length; k++) {
      pos = literals[k].skip(view, pos, end);
      if (pos < 0) return false;
      const slot = slots[k];
      if (slot === SKIP) {
        pos = valueEnd(buf, pos, end);
        continue;
      }
      const kind = kinds[k];
      if (buf[pos] !== 48 || buf[pos + 1] !== 120 || kind === SYM) {
        const stop = valueEnd(buf, pos, end);
        if (kind === SYM) rows[o + slot] = symbols.read(buf, pos, stop);
        else {
          const value = number64(buf, pos, stop, false);
          // `(fault)`, or what is left of a number
          if (Number.isNaN(value)) return false;
          put(kind, slot, value, rows, o);
        }
        pos = stop;
        continue;
      }
      // hex up to the next blank
      pos += 2;
      const first = pos;
      let hi = 0;
      let lo = 0;
      while (pos < end && buf[pos] !== SP) {
        if (pos + 4 <= end) {
          const word = view.getInt32(pos, true);
          const letters = (word >>> 6) & 0x01010101;
          const digits = (word & 0x0f0f0f0f) + letters * 9;
          // each of the four is 0..9 or a..f: the upper halves of the characters, then the range of the lower ones
          const upper = (word & 0xf0f0f0f0) ^ 0x30303030 ^ (letters * 0x50);
          const lower = (((digits + 0x06060606) ^ (letters << 4)) | digits) & 0x10101010;
          if ((upper | lower) === 0) {
            const pairs = (digits << 4) | (digits >>> 8);
            hi = (hi << 16) | (lo >>> 16);
            lo = (lo << 16) | ((pairs & 0xff) << 8) | ((pairs >>> 16) & 0xff);
            pos += 4;
            continue;
          }
        }
        const c = buf[pos];
        const digit = c <= 57 ? c - 48 : c >= 97 ? c - 87 : -1;
        if ((digit & ~15) !== 0) return false;
        hi = (hi << 4) | (lo >>> 28);
        lo = (lo << 4) | digit;
        pos++;
      }
      if (pos === first || pos - first > 16) return false;
      if (kind === NUM) rows[o + slot] = signed64(hi, lo);
      else {
        half.hi = hi;
        half.lo = lo;
        put(kind, slot, signed64(hi, lo), rows, o);
      }
    }
    return pos === end;
  }

  /** Put the values of fields with this template's keys into the record. */
  fill(buf: Uint8Array, spans: readonly FieldSpan[], rows: Float64Array, o: number, symbols: Symbols): void {
    spans.forEach((f, k) => {
      const slot = this.slots[k];
      if (slot === SKIP) return;
      if (this.kinds[k] === SYM) rows[o + slot] = symbols.read(buf, f.start, f.end);
      else put(this.kinds[k], slot, number64(buf, f.start, f.end, this.#bareHex), rows, o);
    });
  }
}

/** Put a number, whose halves are in {@link half}, where it belongs. */
export function put(kind: number, slot: number, value: number, rows: Float64Array, o: number): void {
  if (Number.isNaN(value)) return;
  if (kind === PTE) {
    rows[o + Slot.PTE_HI] = half.hi;
    rows[o + Slot.PTE_LO] = half.lo;
  } else if (kind === LEN) rows[o + Slot.END] = rows[o + Slot.ADDR] + value;
  else rows[o + slot] = value;
}

/** Bytes that are expected somewhere, compared four at a time; the last word overlaps the one before it. */
export class Literal {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #last: number;

  /** @param expected at least four characters, of one byte each */
  constructor(expected: string) {
    const bytes = Buffer.from(expected.padStart(4), 'latin1');
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, i) => bytes.readInt32LE(4 * i));
    this.#last = bytes.readInt32LE(bytes.length - 4);
  }

  /** The place behind it, or -1 when something else stands at `pos`. */
  skip(view: DataView, pos: number, end: number): number {
    const behind = pos + this.length;
    if (behind > end || view.getInt32(behind - 4, true) !== this.#last) return -1;
    const words = this.#words;
    for (let i = 0, at = pos; i < words.length; i++, at += 4) if (view.getInt32(at, true) !== words[i]) return -1;
    return behind;
  }
}

/** End of the value that starts at `pos`: the next blank, or the closing quote. */
export function valueEnd(buf: Uint8Array, pos: number, end: number): number {
  let i = pos;
  if (buf[i] === QUOTE) {
    i++;
    while (i < end && buf[i] !== QUOTE) i++;
    return i < end ? i + 1 : end;
  }
  while (i < end && buf[i] !== SP) i++;
  return i;
}

/** All `key=value` and `key: value,` fields of a line's arguments, in order. The slow, tolerant way. */
export function fields(buf: Uint8Array, start: number, end: number): FieldSpan[] {
  // sys_madvise(start: 7fcde215a000, len_in: 4000): print_syscall_enter(), kernel/trace/trace_syscalls.c
  if (buf[start] === PAREN_OPEN && colonInside(buf, start + 1, end)) return colonFields(buf, start + 1, end);
  const out: FieldSpan[] = [];
  let i = start;
  while (i < end) {
    while (i < end && (buf[i] === SP || buf[i] === COMMA)) i++;
    const keyStart = i;
    while (i < end && buf[i] !== EQ && buf[i] !== SP && buf[i] !== COLON) i++;
    if (i < end && buf[i] === EQ) {
      const valueStart = i + 1;
      i = valueEnd(buf, valueStart, end);
      // `status=no_writable_page, unmapped=0`: some tracepoints write commas
      const comma = i > valueStart + 1 && buf[i - 1] === COMMA ? 1 : 0;
      out.push({ key: text(buf, keyStart, valueStart - 1), start: valueStart, end: i - comma });
    } else if (i < end && buf[i] === COLON && buf[i + 1] === SP && out.length === 0) {
      // perf and trace-cmd print system calls as `start: 0x7fb5722f3000, len_in: 0x00004000`
      return colonFields(buf, keyStart, end);
    } else {
      while (i < end && buf[i] !== SP) i++;
    }
  }
  return out;
}

export function colonInside(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i] === COLON && buf[i + 1] === SP) return true;
  return false;
}

function colonFields(buf: Uint8Array, start: number, end: number): FieldSpan[] {
  const out: FieldSpan[] = [];
  let i = start;
  while (i < end) {
    while (i < end && (buf[i] === SP || buf[i] === COMMA)) i++;
    const keyStart = i;
    while (i < end && buf[i] !== COLON) i++;
    const keyEnd = i;
    i++;
    while (i < end && buf[i] === SP) i++;
    const valueStart = i;
    while (i < end && buf[i] !== COMMA && buf[i] !== PAREN_CLOSE && buf[i] !== SP) i++;
    if (keyEnd < end && i > valueStart) out.push({ key: text(buf, keyStart, keyEnd), start: valueStart, end: i });
    while (i < end && buf[i] !== COMMA) i++;
  }
  return out;
}

/**
 * Which field each key fills. A field takes the key that stands first in its list of names, wherever that stands in the
 * line: `folio=` and `page=` of one line are two fields, and only a line without `page` has its page in `folio`.
 */
function assign(keys: readonly string[], fields: readonly KindField[]): (KindField | undefined)[] {
  const out: (KindField | undefined)[] = keys.map(() => undefined);
  const taken = new Set<string>();
  const ranks = Math.max(0, ...fields.map((f) => f.names.length));
  for (let rank = 0; rank < ranks; rank++) {
    keys.forEach((key, k) => {
      if (out[k] !== undefined) return;
      const field = fields.find((f) => f.names[rank] === key && !taken.has(`${f.slot} ${f.type}`));
      if (field === undefined) return;
      taken.add(`${field.slot} ${field.type}`);
      out[k] = field;
    });
  }
  return out;
}
