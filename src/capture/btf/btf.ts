// Why: a kernel with CONFIG_DEBUG_INFO_BTF describes its own structs and functions. This scans the types in one pass
// into an array of positions and decodes a type only on demand: a vmlinux has 100,000 types and a probe set needs 200
// of them. Format: Documentation/bpf/btf.rst, include/uapi/linux/btf.h (7.2: vlen has 24 bits and kind 7, in bits that
// were zero before; and a header of 32 bytes has a layout section).
//
// The file is untrusted: all positions are checked, and no allocation depends on a number in the file.
import { BtfError } from './error.ts';
import { BtfKind, SIZES } from './kinds.ts';
import { LONGEST_NAME, NameIndex } from './names.ts';

const MAGIC = 0xeb9f;
const TYPE_BYTES = 12;
/** BTF_MAX_TYPE; a kernel with all options has half of that. */
const MOST_TYPES = 1 << 20;
/** Maximum number of members, parameters, enumerators: BTF_MAX_VLEN before 7.2, and more than in any kernel. */
const MOST_ELEMENTS = 0xffff;
/** Maximum number of functions or structs of one name; in a kernel they are static in different files. */
const MOST_NAMESAKES = 1000;
/** Maximum number of successive typedefs, qualifiers and tags; a kernel has up to six. */
const MOST_PEELED = 64;

export interface Member {
  /** '' if anonymous */
  name: string;
  type: number;
  /** from the beginning of the struct */
  bitOffset: number;
  /** 0: not a bit field */
  bits: number;
}

export interface Param {
  name: string;
  type: number;
}

export class Btf {
  readonly littleEndian: boolean;
  /** number of types, including void; ids of a module continue those of its base */
  readonly count: number;
  readonly base: Btf | undefined;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** position of each own type; its id is `#firstId + i` */
  readonly #places: Uint32Array;
  readonly #firstId: number;
  /** position of the own strings, and the offset of the first */
  readonly #strings: { start: number; length: number; first: number };
  #names: NameIndex | undefined;
  readonly #members = new Map<number, Member[]>();

  /**
   * @param bytes the content of /sys/kernel/btf/NAME or of a .BTF section
   * @param base types of vmlinux, for the types of a module
   * @throws BtfError if it is not BTF, or damaged
   */
  constructor(bytes: Uint8Array, base?: Btf) {
    if (bytes.length < 24) throw new BtfError('too short for BTF');
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.base = base;
    if (this.#view.getUint16(0, true) === MAGIC) this.littleEndian = true;
    else if (this.#view.getUint16(0, false) === MAGIC) this.littleEndian = false;
    else throw new BtfError('not BTF: it does not begin with the magic eb9f');
    if (bytes[2] !== 1) throw new BtfError(`BTF version ${bytes[2]}; only version 1 is supported`);
    const header = this.#u32(4);
    if (header < 24 || header > bytes.length) throw new BtfError(`the header length ${header} is invalid`);
    const types = this.#section(header, 8, 'types');
    const strings = this.#section(header, 16, 'strings');
    const layout = header >= 32 ? this.#section(header, 24, 'layout') : undefined;
    const isSplit = strings.length === 0 || bytes[strings.start] !== 0;
    if (isSplit && base === undefined)
      throw new BtfError('the BTF of a module, which is based on that of vmlinux: the base is needed too');
    if (strings.length > 0 && bytes[strings.start + strings.length - 1] !== 0)
      throw new BtfError('the strings do not end with a NUL');
    this.#strings = { ...strings, first: base === undefined ? 0 : base.stringsEnd };
    this.#firstId = base === undefined ? 1 : base.count;
    this.#places = this.#walk(types, layout);
    this.count = this.#firstId + this.#places.length;
  }

  /** Start of the string offsets of a module. */
  get stringsEnd(): number {
    return this.#strings.first + this.#strings.length;
  }

  kind(id: number): number {
    if (id === 0) return BtfKind.void;
    return this.#own(id, (btf, at) => kindOf(btf.#u32(at + 4)));
  }

  name(id: number): string {
    if (id === 0) return 'void';
    return this.#own(id, (btf, at) => btf.string(btf.#u32(at)));
  }

  /**
   * The type that a pointer, typedef, qualifier, function (its prototype) or variable refers to; the return type of a
   * prototype.
   */
  target(id: number): number {
    return this.#own(id, (btf, at) => btf.#u32(at + 8));
  }

  /** Bytes of a value; 0 if it has none (void, a function). */
  size(id: number, depth = 0): number {
    const bare = this.bare(id);
    switch (this.kind(bare)) {
      case BtfKind.ptr:
        return 8;
      case BtfKind.int:
      case BtfKind.float:
      case BtfKind.struct:
      case BtfKind.union:
      case BtfKind.enum:
      case BtfKind.enum64:
        return this.target(bare);
      case BtfKind.array: {
        if (depth > MOST_PEELED) throw new BtfError('unlimited nesting of arrays');
        const { element, length } = this.array(bare);
        return length * this.size(element, depth + 1);
      }
      default:
        return 0;
    }
  }

  array(id: number): { element: number; length: number } {
    return this.#own(id, (btf, at) => ({ element: btf.#u32(at + 12), length: btf.#u32(at + 20) }));
  }

  /** Without typedefs, qualifiers and type tags. */
  bare(id: number): number {
    let bare = id;
    for (let i = 0; i < MOST_PEELED; i++) {
      const kind = this.kind(bare);
      const peels = (kind >= BtfKind.typedef && kind <= BtfKind.restrict) || kind === BtfKind.typeTag;
      if (!peels) return bare;
      bare = this.target(bare);
    }
    throw new BtfError(`type ${id} refers to itself`);
  }

  /** Members of a struct or union, in their order. */
  members(id: number): readonly Member[] {
    const known = this.#members.get(id);
    if (known !== undefined) return known;
    const members = this.#own(id, (btf, at) => {
      const info = btf.#u32(at + 4);
      const hasWidths = info >>> 31 === 1;
      return btf.#elements(at, vlenOf(info), 12, (e) => {
        const word = btf.#u32(e + 8);
        const type = btf.#u32(e + 4);
        if (hasWidths) return { name: btf.string(btf.#u32(e)), type, bitOffset: word & 0xffffff, bits: word >>> 24 };
        return { name: btf.string(btf.#u32(e)), type, ...btf.#oldBits(type, word) };
      });
    });
    this.#members.set(id, members);
    return members;
  }

  /** Parameters of a prototype. A last one without name and type means `...`. */
  params(id: number): Param[] {
    return this.#own(id, (btf, at) =>
      btf.#elements(at, vlenOf(btf.#u32(at + 4)), 8, (e) => ({ name: btf.string(btf.#u32(e)), type: btf.#u32(e + 4) })),
    );
  }

  /** Names and values of an enumeration; values of 64 bits where they fit a double. */
  enumerators(id: number): { name: string; value: number }[] {
    return this.#own(id, (btf, at) => {
      const info = btf.#u32(at + 4);
      const wide = kindOf(info) === BtfKind.enum64;
      return btf.#elements(at, vlenOf(info), wide ? 12 : 8, (e) => ({
        name: btf.string(btf.#u32(e)),
        value: wide ? btf.#u32(e + 4) + btf.#u32(e + 8) * 2 ** 32 : btf.#u32(e + 4) | 0,
      }));
    });
  }

  /** Ids of the types of this name: structs and unions with members, functions, typedefs. */
  named(name: string, kind: number): number[] {
    const own: number[] = [];
    const wanted = Buffer.from(`${name}\0`, 'latin1');
    for (const i of this.#index().like(wanted)) {
      const at = this.#places[i];
      if (kindOf(this.#u32(at + 4)) !== kind || !this.#isString(this.#u32(at), wanted)) continue;
      if (own.push(this.#firstId + i) > MOST_NAMESAKES)
        throw new BtfError(`more than ${MOST_NAMESAKES} types named ${name}: more than in any kernel`);
    }
    return [...(this.base?.named(name, kind) ?? []), ...own.reverse()];
  }

  /** The value of an enumerator; undefined: no enumeration has it. */
  enumerator(name: string): number | undefined {
    const wanted = Buffer.from(`${name}\0`, 'latin1');
    for (let i = 0; i < this.#places.length; i++) {
      const at = this.#places[i];
      const info = this.#u32(at + 4);
      const kind = kindOf(info);
      if (kind !== BtfKind.enum && kind !== BtfKind.enum64) continue;
      const bytes = SIZES[kind][1];
      for (let n = vlenOf(info), e = at + TYPE_BYTES; n > 0; n--, e += bytes)
        if (this.#isString(this.#u32(e), wanted))
          return this.enumerators(this.#firstId + i).find((one) => one.name === name)?.value;
    }
    return this.base?.enumerator(name);
  }

  /** Compares without creating a string. */
  #isString(offset: number, wanted: Uint8Array): boolean {
    const { start, length, first } = this.#strings;
    if (offset < first) return this.base !== undefined ? this.base.#isString(offset, wanted) : false;
    if (offset - first + wanted.length > length) return false;
    for (let i = 0; i < wanted.length; i++) if (this.#bytes[start + offset - first + i] !== wanted[i]) return false;
    return true;
  }

  /** @throws BtfError if there is none */
  string(offset: number): string {
    const [bytes, from] = this.#stringAt(offset);
    // the last byte is a NUL
    for (let end = from; end <= from + LONGEST_NAME; end++) if (bytes[end] === 0) return latin1(bytes, from, end);
    throw tooLong(offset);
  }

  /** The bytes that contain it, and its position in them. */
  #stringAt(offset: number): [bytes: Uint8Array, from: number] {
    const { start, length, first } = this.#strings;
    if (offset < first) {
      if (this.base === undefined) throw new BtfError(`a name at ${offset}, before the strings`);
      return this.base.#stringAt(offset);
    }
    if (offset - first >= length) throw new BtfError(`a name at ${offset}, after the strings`);
    return [this.#bytes, start + offset - first];
  }

  /** Bit fields before kflag: the INT of the member has the width. */
  #oldBits(type: number, bitOffset: number): { bitOffset: number; bits: number } {
    const bare = this.bare(type);
    if (this.kind(bare) !== BtfKind.int) return { bitOffset, bits: 0 };
    return this.#own(bare, (btf, at) => {
      const word = btf.#u32(at + TYPE_BYTES);
      const width = word & 0xff;
      const shift = (word >>> 16) & 0xff;
      const plain = width === 0 || (width === btf.#u32(at + 8) * 8 && shift === 0);
      return { bitOffset: bitOffset + shift, bits: plain ? 0 : width };
    });
  }

  #elements<T>(at: number, n: number, bytes: number, make: (at: number) => T): T[] {
    if (n > MOST_ELEMENTS) throw new BtfError(`a type with ${n} members: more than in any kernel`);
    const out: T[] = [];
    for (let i = 0, e = at + TYPE_BYTES; i < n; i++, e += bytes) out.push(make(e));
    return out;
  }

  #own<T>(id: number, use: (btf: Btf, at: number) => T): T {
    if (id < this.#firstId && this.base !== undefined) return this.base.#own(id, use);
    const i = id - this.#firstId;
    if (i < 0 || i >= this.#places.length) throw new BtfError(`type ${id} does not exist`);
    return use(this, this.#places[i]);
  }

  #walk({ start, length }: Section, layout: Section | undefined): Uint32Array {
    const end = start + length;
    const places = new Uint32Array(Math.min(MOST_TYPES, Math.floor(length / TYPE_BYTES)));
    let n = 0;
    let at = start;
    while (at < end) {
      if (end - at < TYPE_BYTES) throw new BtfError('the types end in the middle of one');
      const info = this.#u32(at + 4);
      const kind = kindOf(info);
      if (kind === BtfKind.void) throw new BtfError('a type of kind 0, which is invalid');
      const [always, each] = SIZES[kind] ?? this.#laidOut(kind, layout);
      if (n === MOST_TYPES) throw new BtfError(`more than ${MOST_TYPES} types: more than in any kernel`);
      places[n++] = at;
      at += TYPE_BYTES + always + each * vlenOf(info);
    }
    if (at !== end) throw new BtfError('the types end in the middle of one');
    return places.subarray(0, n);
  }

  /** An unknown kind: the layout section gives its length. */
  #laidOut(kind: number, layout: Section | undefined): readonly [number, number] {
    if (layout === undefined || (kind + 1) * 4 > layout.length)
      throw new BtfError(`a type of unknown kind ${kind}, and no layout section to skip it`);
    return [this.#bytes[layout.start + kind * 4], this.#bytes[layout.start + kind * 4 + 1]];
  }

  /** Of the types with a name that may be looked for. No string is made of any: there are 100,000. */
  #index(): NameIndex {
    if (this.#names !== undefined) return this.#names;
    const names = new NameIndex(this.#places.length);
    for (let i = 0; i < this.#places.length; i++) {
      const at = this.#places[i];
      const info = this.#u32(at + 4);
      const kind = kindOf(info);
      const isAggregate = (kind === BtfKind.struct || kind === BtfKind.union) && vlenOf(info) > 0;
      if (kind !== BtfKind.func && kind !== BtfKind.typedef && !isAggregate) continue;
      const offset = this.#u32(at);
      if (offset !== 0 && !names.add(i, ...this.#stringAt(offset))) throw tooLong(offset);
    }
    this.#names = names;
    return names;
  }

  #section(header: number, at: number, what: string): Section {
    const start = header + this.#u32(at);
    const length = this.#u32(at + 4);
    if (start + length > this.#bytes.length)
      throw new BtfError(`truncated: the ${what} extend beyond the end of the file`);
    return { start, length };
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.littleEndian);
  }
}

interface Section {
  start: number;
  length: number;
}

const tooLong = (offset: number): BtfError => new BtfError(`a name at ${offset} of more than ${LONGEST_NAME} bytes`);

const kindOf = (info: number): number => (info >>> 24) & 0x7f;
const vlenOf = (info: number): number => info & 0xffffff;

/** Names of C are ASCII, and short. */
function latin1(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1');
}
