// Why: the positions of values are the same in all events of a type, so they are determined once. One decoder is used
// for trace.dat, raw pages and the samples of perf.data, which contain the same bytes. Nothing is read before somebody
// asks for it.
import { latin1 } from './bytes.ts';
import {
  type EventBytes,
  type Halves,
  MOST_FIELDS,
  type NumberPlace,
  type RecordedField,
  type RecordedType,
  type RecordedValues,
} from './contract.ts';
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

const SIGNED: readonly number[] = [Read.S8, Read.S16, Read.S32];

interface Step {
  read: number;
  offset: number;
  size: number;
  field: Field;
}

/** The location of a probe. */
interface ProbePlace {
  symbol: string | undefined;
}

/** Events of one format. */
export class Decoder implements RecordedValues {
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

  place(k: number): NumberPlace | undefined {
    if (this.#fields[k].is === 'text') return undefined;
    const { read, offset, size } = this.#steps[k];
    return { offset, bytes: size, signed: SIGNED.includes(read), little: this.little };
  }

  number(k: number, { buf, view, start, end }: EventBytes, into: Halves): boolean {
    const { little } = this;
    const { read, offset, size } = this.#steps[k];
    const at = start + offset;
    if (at + size > end) return false;
    switch (read) {
      case Read.U64:
        into.hi = view.getInt32(little ? at + 4 : at, little);
        into.lo = view.getInt32(little ? at : at + 4, little);
        return true;
      case Read.U32:
        into.hi = 0;
        into.lo = view.getInt32(at, little);
        return true;
      case Read.U8:
      case Read.U16:
        into.hi = 0;
        into.lo = read === Read.U8 ? buf[at] : view.getUint16(at, little);
        return true;
      case Read.S8:
      case Read.S16:
      case Read.S32: {
        const value =
          read === Read.S8
            ? view.getInt8(at)
            : read === Read.S16
              ? view.getInt16(at, little)
              : view.getInt32(at, little);
        into.hi = value >> 31;
        into.lo = value;
        return true;
      }
      default:
        return false;
    }
  }

  text(k: number, { buf, view, start, end }: EventBytes): string | undefined {
    const step = this.#steps[k];
    return start + step.offset + step.size > end ? undefined : this.#text(step, buf, view, start, end);
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
      case Read.List: {
        const part = dynamic(field, { buf, view, start, end }, this.little);
        return part === undefined ? undefined : listText(field, part, buf, view, this.little);
      }
      default:
        return undefined;
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

  caller({ view, start, end }: EventBytes): string | undefined {
    const field = this.#caller;
    if (field === undefined || start + field.offset + field.size > end || this.#kallsyms === undefined)
      return undefined;
    const address = addressAt(view, start + field.offset, field.size, this.little);
    const name = this.#nameOf(address);
    return name.startsWith('0x') ? undefined : name;
  }

  /** The type of an event. */
  typeOf({ view, start, end }: EventBytes): RecordedType {
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
      const { format, ret } = this;
      type ??= { system: format.system, name: format.name, symbol, ret, fields: this.#fields, values: this };
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
