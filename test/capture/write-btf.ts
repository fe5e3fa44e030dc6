// Why: BTF of any shape for tests: small, cut out of a kernel's, in either byte order, of a module, or broken.
import type { Btf } from '../../src/capture/btf/btf.ts';
import { BtfKind } from '../../src/capture/btf/kinds.ts';

export interface WrittenType {
  kind: number;
  name?: string;
  /** size, or the id of another type */
  third?: number;
  kflag?: boolean;
  /** words behind the twelve bytes; a string is a name */
  words?: readonly (number | string)[];
  vlen?: number;
}

export interface WriteOptions {
  littleEndian?: boolean;
  /** a layout section, as 7.2 writes it */
  layout?: boolean;
  /** strings begin behind those of a base */
  stringsFrom?: number;
}

const SIZES = [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
const EACH = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

/** Types get the ids 1, 2, ... in their order. */
export function writeBtf(types: readonly WrittenType[], options: WriteOptions = {}): Uint8Array {
  const { littleEndian = true, layout = false, stringsFrom = 0 } = options;
  const names = new Map<string, number>();
  const text: string[] = [];
  let at = stringsFrom;
  const nameOf = (name: string): number => {
    if (name === '') return 0;
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, at);
    text.push(`${name}\0`);
    at += name.length + 1;
    return at - name.length - 1;
  };
  if (stringsFrom === 0) {
    text.push('\0');
    at = 1;
  }
  const words = types.flatMap(({ kind, name = '', third = 0, kflag = false, words: own = [], vlen }) => {
    const n = vlen ?? (EACH[kind] === 0 ? 0 : (own.length * 4) / EACH[kind]);
    const info = ((kflag ? 0x80000000 : 0) | (kind << 24) | n) >>> 0;
    return [nameOf(name), info, third, ...own.map((word) => (typeof word === 'string' ? nameOf(word) : word >>> 0))];
  });
  const strings = Buffer.from(text.join(''), 'latin1');
  const header = layout ? 32 : 24;
  const layoutBytes = layout ? SIZES.length * 4 : 0;
  const out = new Uint8Array(header + words.length * 4 + layoutBytes + strings.length);
  const view = new DataView(out.buffer);
  const u32 = (place: number, value: number): void => view.setUint32(place, value, littleEndian);
  view.setUint16(0, 0xeb9f, littleEndian);
  out[2] = 1;
  u32(4, header);
  u32(12, words.length * 4);
  u32(16, words.length * 4 + layoutBytes);
  u32(20, strings.length);
  if (layout) {
    u32(24, words.length * 4);
    u32(28, layoutBytes);
    for (const [kind, size] of SIZES.entries()) out.set([size, EACH[kind]], header + words.length * 4 + kind * 4);
  }
  for (const [i, word] of words.entries()) u32(header + i * 4, word);
  out.set(strings, header + words.length * 4 + layoutBytes);
  return out;
}

/** These functions of a kernel and the structs that their arguments lead to, as a BTF of its own. */
export function cutBtf(
  btf: Btf,
  functions: readonly string[],
  structs: readonly string[],
  enums: readonly string[],
): Uint8Array {
  const out: WrittenType[] = [];
  const done = new Map<number, number>();
  const copy = (id: number): number => {
    const known = done.get(id);
    if (id === 0 || known !== undefined) return known ?? 0;
    const kind = btf.kind(id);
    const type: WrittenType = { kind, name: btf.name(id) };
    done.set(id, out.push(type));
    if (kind === BtfKind.int) Object.assign(type, { third: btf.size(id), words: [btf.size(id) * 8] });
    else if (kind === BtfKind.struct || kind === BtfKind.union) {
      type.third = btf.target(id);
      const members = btf.members(id);
      type.kflag = members.some(({ bits }) => bits > 0);
      type.words = members.flatMap(({ name, type: of, bitOffset, bits }) => [
        name,
        copy(of),
        type.kflag ? ((bits << 24) | bitOffset) >>> 0 : bitOffset,
      ]);
    } else if (kind === BtfKind.enum || kind === BtfKind.enum64) {
      const wanted = btf.enumerators(id).filter(({ name }) => enums.includes(name));
      type.kind = BtfKind.enum;
      type.third = btf.target(id);
      type.words = wanted.flatMap(({ name, value }) => [name, value]);
    } else if (kind === BtfKind.funcProto) {
      type.third = copy(btf.target(id));
      type.words = btf.params(id).flatMap(({ name, type: of }) => [name, copy(of)]);
    } else if (kind === BtfKind.array) {
      const { element, length } = btf.array(id);
      type.words = [copy(element), 0, length];
    } else if (kind === BtfKind.ptr) {
      const to = btf.bare(btf.target(id));
      const isWanted = btf.kind(to) !== BtfKind.struct || structs.includes(btf.name(to));
      const isPlain = btf.kind(to) !== BtfKind.funcProto && isWanted;
      type.third = isPlain ? copy(btf.target(id)) : 0;
    } else if (kind !== BtfKind.fwd && kind !== BtfKind.float) type.third = copy(btf.target(id));
    else if (kind === BtfKind.float) type.third = btf.size(id);
    return done.get(id) ?? 0;
  };
  for (const fn of functions) for (const id of btf.named(fn, BtfKind.func)) copy(id);
  for (const struct of structs) for (const id of btf.named(struct, BtfKind.struct)) copy(id);
  for (const [i, name] of enums.entries()) {
    const value = btf.enumerator(name);
    if (value !== undefined) out.push({ kind: BtfKind.enum, name: `cut_${i}`, third: 4, words: [name, value] });
  }
  return writeBtf(out, { littleEndian: btf.littleEndian });
}
