// Why: the positions of values are the same in all events of a type, so they are determined once: a plan maps bytes to
// fields of the cursor. One decoder is used for trace.dat, raw pages and the samples of perf.data, which contain the
// same bytes.
import { latin1 } from './bytes.ts';
import { MOST_FIELDS, type RecordedEvent, type RecordedField, type RecordedType } from './contract.ts';
import { type EventFormat, type Field, isText } from './format.ts';
import type { Kallsyms } from './kallsyms.ts';

/** How a field is read. */
const Read = {
  U8: 0,
  S8: 1,
  U16: 2,
  S16: 3,
  U32: 4,
  S32: 5,
  U64: 6,
  Chars: 7,
  Data: 8,
  Rel: 9,
  Symbol: 10,
  List: 11,
} as const;

interface Step {
  read: number;
  offset: number;
  size: number;
  field: Field;
}

/** An event's bytes: `buf[start, end)`. */
export interface EventBytes {
  buf: Uint8Array;
  view: DataView;
  start: number;
  end: number;
}

/** The location of a probe. */
interface ProbePlace {
  symbol: string | undefined;
}

/** Events of one format. */
export class Decoder {
  readonly format: EventFormat;
  readonly little: boolean;
  /** a return probe, according to its fields */
  readonly ret: boolean;
  readonly #kallsyms: Kallsyms | undefined;
  readonly #steps: Step[] = [];
  readonly #fields: RecordedField[] = [];
  /** `__probe_ip` or `__probe_func`; undefined: not a probe */
  readonly #at: Field | undefined;
  readonly #caller: Field | undefined;
  /** types by the address of the probe; several probes can share a name */
  readonly #types = new Map<number, RecordedType>();
  #type: RecordedType | undefined;
  #address = Number.NaN;
  readonly #callers = new Map<number, string | undefined>();
  #lastAddress = Number.NaN;
  #lastName = '';

  constructor(format: EventFormat, little: boolean, kallsyms: Kallsyms | undefined) {
    this.format = format;
    this.little = little;
    this.#kallsyms = kallsyms;
    const named = (name: string) => format.fields.find((f) => f.name === name && f.array === 'no');
    this.#caller = named('__probe_ret_ip');
    this.#at = named('__probe_ip') ?? named('__probe_func');
    this.ret = this.#caller !== undefined;
    const symbols = symbolFields(format.printFmt);
    for (const field of format.fields) {
      if (!field.name.startsWith('__probe_')) this.#plan(field, symbols.has(field.name));
    }
  }

  #plan(field: Field, symbol: boolean): void {
    const { name, offset, size, element, array } = field;
    const add = (as: string, is: RecordedField['is'], read: number, at: number, bytes: number) => {
      if (this.#fields.length >= MOST_FIELDS) return;
      this.#fields.push({ name: as, is });
      this.#steps.push({ read, offset: at, size: bytes, field });
    };
    if (array === 'data' || array === 'rel') {
      add(name, 'text', isText(field) ? (array === 'data' ? Read.Data : Read.Rel) : Read.List, offset, 4);
    } else if (array === 'fixed' && isText(field)) add(name, 'text', Read.Chars, offset, size);
    else if (array === 'fixed') {
      const read = numberRead(element, field.signed);
      for (let i = 0; i * element < size && i < 64 && read !== undefined; i++)
        add(`${name}[${i}]`, 'number', read, offset + i * element, element);
    } else if (symbol && (size === 8 || size === 4)) add(name, 'text', Read.Symbol, offset, size);
    else {
      const read = numberRead(size, field.signed);
      if (read !== undefined) add(name, 'number', read, offset, size);
    }
  }

  /** Fill the cursor's type and values. */
  decode({ buf, view, start, end }: EventBytes, out: RecordedEvent): void {
    const { little } = this;
    out.type = this.#typeOf(view, start, end);
    out.caller = this.#caller === undefined ? undefined : this.#callerOf(this.#caller, view, start, end);
    const steps = this.#steps;
    const { hi, lo, there, text } = out;
    const { wanted } = out.type;
    for (let i = 0; i < steps.length; i++) {
      if (wanted !== undefined && wanted[i] === 0) continue;
      const { read, offset, size } = steps[i];
      const at = start + offset;
      if (at + size > end) {
        there[i] = 0;
        text[i] = undefined;
        continue;
      }
      there[i] = 1;
      switch (read) {
        case Read.U64:
          hi[i] = view.getInt32(little ? at + 4 : at, little);
          lo[i] = view.getInt32(little ? at : at + 4, little);
          break;
        case Read.U32:
          hi[i] = 0;
          lo[i] = view.getInt32(at, little);
          break;
        case Read.S32: {
          const value = view.getInt32(at, little);
          hi[i] = value >> 31;
          lo[i] = value;
          break;
        }
        case Read.U8:
        case Read.U16:
          hi[i] = 0;
          lo[i] = read === Read.U8 ? buf[at] : view.getUint16(at, little);
          break;
        case Read.S8:
        case Read.S16: {
          const value = read === Read.S8 ? view.getInt8(at) : view.getInt16(at, little);
          hi[i] = value >> 31;
          lo[i] = value;
          break;
        }
        default:
          text[i] = this.#text(steps[i], buf, view, start, end);
          if (text[i] === undefined) there[i] = 0;
      }
    }
  }

  #text({ read, offset, size, field }: Step, buf: Uint8Array, view: DataView, start: number, end: number) {
    switch (read) {
      case Read.Chars:
        return chars(buf, start + offset, start + offset + size);
      case Read.Symbol: {
        const address = addressAt(view, start + offset, size, this.little);
        return this.#nameOf(address);
      }
      case Read.Data:
      case Read.Rel: {
        const part = dynamic(field, { buf, view, start, end }, this.little);
        // if a string could not be fetched, there is nothing, not even its NUL
        return part === undefined || part.start === part.end ? undefined : chars(buf, part.start, part.end);
      }
      default: {
        const part = dynamic(field, { buf, view, start, end }, this.little);
        return part === undefined ? undefined : listText(field, part, buf, view, this.little);
      }
    }
  }

  #nameOf(address: number): string {
    if (address === this.#lastAddress) return this.#lastName;
    const name = this.#newNameOf(address);
    this.#lastAddress = address;
    this.#lastName = name;
    return name;
  }

  #newNameOf(address: number): string {
    let name = this.#callers.get(address);
    if (name === undefined) {
      name = this.#kallsyms?.name(address) ?? hexPointer(address);
      if (this.#callers.size < 65536) this.#callers.set(address, name);
    }
    return name;
  }

  #callerOf(field: Field, view: DataView, start: number, end: number): string | undefined {
    if (start + field.offset + field.size > end || this.#kallsyms === undefined) return undefined;
    const address = addressAt(view, start + field.offset, field.size, this.little);
    const name = this.#nameOf(address);
    return name.startsWith('0x') ? undefined : name;
  }

  #typeOf(view: DataView, start: number, end: number): RecordedType {
    const field = this.#at;
    const address =
      field === undefined || start + field.offset + field.size > end
        ? Number.NaN
        : addressAt(view, start + field.offset, field.size, this.little);
    if (this.#type !== undefined && (address === this.#address || Number.isNaN(address))) return this.#type;
    this.#address = address;
    let type = this.#types.get(address);
    if (type === undefined) {
      const { symbol } = this.#placeOf(address);
      // locations without a symbol are one type
      type = [...this.#types.values()].find((t) => t.symbol === symbol);
      type ??= { system: this.format.system, name: this.format.name, symbol, ret: this.ret, fields: this.#fields };
      if (this.#types.size < 4096) this.#types.set(address, type);
    }
    this.#type = type;
    return type;
  }

  #placeOf(address: number): ProbePlace {
    if (Number.isNaN(address)) return { symbol: undefined };
    return { symbol: this.#kallsyms?.find(address)?.name };
  }
}

function numberRead(size: number, signed: boolean): number | undefined {
  switch (size) {
    case 1:
      return signed ? Read.S8 : Read.U8;
    case 2:
      return signed ? Read.S16 : Read.U16;
    case 4:
      return signed ? Read.S32 : Read.U32;
    case 8:
      return Read.U64;
    default:
      return undefined;
  }
}

/** An address as a signed 64-bit number; one of 32 bits as it is. */
export function addressAt(view: DataView, at: number, size: number, little: boolean): number {
  if (size === 4) return view.getUint32(at, little);
  const hi = view.getInt32(little ? at + 4 : at, little);
  const lo = view.getUint32(little ? at : at + 4, little);
  return hi * 4294967296 + lo;
}

export const hexPointer = (n: number): string =>
  n < 0
    ? `0x${(Math.floor(n / 4294967296) >>> 0).toString(16)}${(n >>> 0).toString(16).padStart(8, '0')}`
    : `0x${n.toString(16)}`;

/** Position of the data of a `__data_loc` or `__rel_loc` field, within the event. */
export function dynamic(
  field: Field,
  { view, start, end }: EventBytes,
  little: boolean,
): { start: number; end: number } | undefined {
  const at = start + field.offset;
  if (at + 4 > end) return undefined;
  const word = view.getUint32(at, little);
  // low half: offset, from the beginning of the event or the end of this word; high half: length
  const from = (field.array === 'rel' ? at + 4 : start) + (word & 0xffff);
  const to = from + (word >>> 16);
  return to > end ? undefined : { start: from, end: to };
}

/** Characters up to a NUL. */
export function chars(buf: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && buf[stop] !== 0) stop++;
  return latin1(buf.subarray(start, stop));
}

/** `{0x1,0x2}` as the kernel prints an array argument. */
function listText(
  field: Field,
  { start, end }: { start: number; end: number },
  buf: Uint8Array,
  view: DataView,
  little: boolean,
): string {
  const out: string[] = [];
  const { element } = field;
  for (let at = start; at + element <= end && out.length < 64; at += element)
    out.push(element >= 4 ? hexPointer(addressAt(view, at, element, little)) : `0x${buf[at].toString(16)}`);
  return `{${out.join(',')}}`;
}

/** Fields that the print format shows as a symbol: `caller=%pS", ..., (void *)REC->caller`. */
function symbolFields(printFmt: string): Set<string> {
  const out = new Set<string>();
  if (!/%p[SsBFf]/.test(printFmt)) return out;
  const close = /^"(?:[^"\\]|\\.)*"/.exec(printFmt);
  if (close === null) return out;
  const args = printFmt.slice(close[0].length).replace(/^\s*,/, '').split(',');
  let at = 0;
  for (const [spec] of close[0].matchAll(/%%|%[-+ #0]*[\d*.]*(?:hh|h|ll|l|L|z|j|t)?(?:p[SsBFf]R?|[a-zA-Z])/g)) {
    if (spec === '%%') continue;
    const field = /REC->(\w+)/.exec(args[at] ?? '')?.[1];
    if (/p[SsBFf]/.test(spec) && field !== undefined) out.add(field);
    at++;
  }
  return out;
}
