// Why: resolves `vma->vm_mm` and `bio->bi_iter.bi_size` to offsets to add and pointers to follow.
import type { MemberStep } from '../expression.ts';
import type { Btf, Member } from './btf.ts';
import { BtfError } from './error.ts';
import { BtfKind } from './kinds.ts';

/** Position of a value, relative to a pointer. */
export interface MemberOffset {
  /** bytes to add, one per pointer to follow: `[0, 64]` is the value at (the pointer at base+0)+64 */
  offsets: number[];
  type: number;
  /** of a bit field, within the value; 0 bits: not a bit field */
  bit: number;
  bits: number;
}

/** Maximum number of members searched for one name; the largest struct of a kernel has some hundred. */
const MOST_LOOKED_AT = 20_000;

/**
 * Follow `->a.b->c` from a pointer to `pointee`.
 * @param path begins with `->`
 * @returns undefined if a member does not exist or an operator is wrong
 */
export function memberAt(btf: Btf, pointee: number, path: readonly MemberStep[]): MemberOffset | undefined {
  const place: MemberOffset = { offsets: [], type: pointee, bit: 0, bits: 0 };
  for (const [i, { op, name }] of path.entries()) {
    let at = btf.bare(place.type);
    if (op === '->') {
      if (i > 0) {
        if (btf.kind(at) !== BtfKind.ptr) return undefined;
        at = btf.bare(btf.target(at));
      }
      place.offsets.push(0);
    }
    const member = memberOf(btf, at, name);
    if (member === undefined || place.bits > 0) return undefined;
    // a bit field is read as the whole value that contains it
    const size = member.bits > 0 ? Math.max(1, btf.size(member.type)) : 1;
    const start = Math.floor(member.bitOffset / 8 / size) * size;
    place.offsets[place.offsets.length - 1] += start;
    place.bit = member.bits > 0 ? member.bitOffset - start * 8 : 0;
    place.bits = member.bits;
    place.type = member.type;
  }
  return place;
}

/** A member of a struct or union by name, also within its anonymous ones. */
export function memberOf(btf: Btf, type: number, name: string): Member | undefined {
  let left = MOST_LOOKED_AT;
  const look = (id: number, depth: number): Member | undefined => {
    const kind = btf.kind(id);
    if (kind !== BtfKind.struct && kind !== BtfKind.union) return undefined;
    if (depth > 32) throw new BtfError(`unlimited nesting of structs, looking for ${name}`);
    for (const member of btf.members(id)) {
      if (--left < 0) throw new BtfError(`too many anonymous members, looking for ${name}`);
      if (member.name === name) return member;
      if (member.name !== '') continue;
      const within = look(btf.bare(member.type), depth + 1);
      if (within !== undefined) return { ...within, bitOffset: within.bitOffset + member.bitOffset };
    }
    return undefined;
  };
  return look(type, 0);
}
