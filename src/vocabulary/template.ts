// Decodes the arguments of one event from any source. A template is one layout of them: the keys in their order, and
// the slot of each. A line with a known layout is read by position, four characters at once; any other line is parsed
// by name (arguments.ts) and finds, or creates, the template of its layout. Reading by position is thus only a fast
// path, and the result for a line does not depend on the lines before it.

import { valueEnd } from './ends.ts';
import type { Fields } from './fields.ts';
import type { FieldType, KindField } from './kinds.ts';
import { Literal } from './literal.ts';
import { half, number64, signed64 } from './number.ts';
import { Slot } from './record.ts';
import type { Symbols } from './symbols.ts';

const SP = 32;
const COMMA = 44;

const SKIP = -1;

/** How the text of a value is converted into slots, see {@link FieldType}. */
export const ValueKind = { Number: 0, Pte: 1, Symbol: 2, Length: 3, Hex: 4 } as const;
const { Number: NUM, Pte: PTE, Symbol: SYM, Length: LEN, Hex: HEX } = ValueKind;
const TYPE: Record<FieldType, number> = { num: NUM, hex: HEX, pte: PTE, sym: SYM, len: LEN };

export class Template {
  readonly keys: readonly string[];
  /** per key: the slot of its value, negative if not needed, and its {@link ValueKind} */
  readonly slots: number[] = [];
  readonly kinds: number[] = [];
  /** number of lines with this layout, and the number of the first of them */
  lines = 0;
  first = Number.NaN;
  /** lines with this layout may be read by position: they print `key=value` */
  readonly positional: boolean;
  /** ` key=` */
  readonly #literals: Literal[];

  constructor(keys: readonly string[], fields: readonly KindField[], positional: boolean) {
    this.keys = keys;
    this.positional = positional;
    this.#literals = keys.map((key) => new Literal(` ${key}=`));
    for (const field of assign(keys, fields)) {
      this.slots.push(field?.slot ?? SKIP);
      this.kinds.push(field === undefined ? NUM : TYPE[field.type]);
    }
  }

  /** None of its values is needed. */
  get isForeign(): boolean {
    return this.slots.every((slot) => slot === SKIP);
  }

  /** Whether the value of key `k` is a number that is needed as it is. */
  isPlain(k: number): boolean {
    return this.slots[k] !== SKIP && (this.kinds[k] === NUM || this.kinds[k] === HEX);
  }

  /** Whether the value of key `k` is needed as a number. */
  isNumber(k: number): boolean {
    return this.slots[k] !== SKIP && this.kinds[k] !== SYM;
  }

  /** The value of key `k` is one that somebody else writes. */
  skip(k: number): void {
    this.slots[k] = SKIP;
  }

  /**
   * Read the arguments from `from` (the space before the first key) into the record at `rows[o]`. False if they have
   * another layout; the record may then be partially filled.
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
        if (kind === SYM) {
          // reading by name decides what the comma belongs to
          if (buf[stop - 1] === COMMA) return false;
          rows[o + slot] = symbols.read(buf, pos, stop);
        } else {
          const value = number64(buf, pos, stop, kind === HEX);
          // `(fault)`, or a truncated number
          if (Number.isNaN(value)) return false;
          put(kind, slot, value, rows, o);
        }
        pos = stop;
        continue;
      }
      // hex up to the next space
      pos += 2;
      const first = pos;
      let hi = 0;
      let lo = 0;
      while (pos < end && buf[pos] !== SP) {
        if (pos + 4 <= end) {
          const word = view.getInt32(pos, true);
          const letters = (word >>> 6) & 0x01010101;
          const digits = (word & 0x0f0f0f0f) + letters * 9;
          // tests that each of the four characters is 0..9 or a..f: the upper nibbles, then the range of the lower ones
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
      if (kind === NUM || kind === HEX) rows[o + slot] = signed64(hi, lo);
      else {
        half.hi = hi;
        half.lo = lo;
        put(kind, slot, signed64(hi, lo), rows, o);
      }
    }
    return pos === end;
  }

  /** Write the values of fields with this template's keys into the record. */
  fill(fields: Fields, rows: Float64Array, o: number, symbols: Symbols): void {
    const { slots, kinds } = this;
    for (let k = 0; k < slots.length; k++) {
      const slot = slots[k];
      if (slot === SKIP) continue;
      if (kinds[k] === SYM) {
        const symbol = fields.text(k);
        if (symbol !== undefined) rows[o + slot] = symbols.number(symbol);
      } else put(kinds[k], slot, fields.number(k, kinds[k] === HEX), rows, o);
    }
  }
}

/** Write a number, whose halves are in {@link half}, into its slot. */
function put(kind: number, slot: number, value: number, rows: Float64Array, o: number): void {
  if (Number.isNaN(value)) return;
  if (kind === PTE) {
    rows[o + Slot.PTE_HI] = half.hi;
    rows[o + Slot.PTE_LO] = half.lo;
  } else if (kind === LEN) rows[o + Slot.END] = rows[o + Slot.ADDR] + value;
  else rows[o + slot] = value;
}

/**
 * The field that each key fills. A field takes the key that is first in its list of names, wherever it is in the line:
 * `folio=` and `page=` in one line are two fields, and only in a line without `page` is `folio` the page.
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
