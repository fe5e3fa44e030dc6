// Why: adapts BTF to the interface used by plans.
import type { MemberStep } from '../expression.ts';
import type { KernelTypes, MemberPlace, Prototype, TypeRef } from '../types.ts';
import type { Btf } from './btf.ts';
import { BtfKind } from './kinds.ts';
import { memberAt } from './members.ts';

/** Type refs are ids; `-id` is a pointer to id, which may not exist in the BTF. */
export class BtfTypes implements KernelTypes {
  readonly #btf: Btf;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  prototypes(fn: string): readonly Prototype[] {
    const btf = this.#btf;
    const found = new Map<string, Prototype>();
    for (const id of btf.named(fn, BtfKind.func)) {
      const prototype = btf.target(id);
      const params = btf.params(prototype);
      if (params.some(({ name, type }) => name === '' && type === 0)) continue; // `...`
      found.set(params.map(({ name, type }) => `${this.#words(type)} ${name}`).join(), {
        params: params.map(({ name, type }) => ({ name, type, size: btf.size(type) })),
        returns: btf.size(btf.target(prototype)) > 0,
      });
    }
    return [...found.values()];
  }

  locate(from: TypeRef, path: readonly MemberStep[]): MemberPlace | undefined {
    const type = Number(from);
    if (type < 0 && path[0]?.op !== '->') return undefined;
    const place = type < 0 ? memberAt(this.#btf, -type, path) : this.#through(type, path);
    if (place === undefined) return undefined;
    return { offsets: place.offsets, bit: place.bit, bits: place.bits, size: this.#btf.size(place.type) };
  }

  pointerTo(struct: string): TypeRef | undefined {
    const id = this.#btf.named(struct, BtfKind.struct)[0];
    return id === undefined ? undefined : -id;
  }

  enumerator(name: string): number | undefined {
    return this.#btf.enumerator(name);
  }

  #through(type: number, path: readonly MemberStep[]) {
    const btf = this.#btf;
    if (path.length === 0) return { offsets: [], type, bit: 0, bits: 0 };
    const pointer = btf.bare(type);
    if (path[0].op !== '->' || btf.kind(pointer) !== BtfKind.ptr) return undefined;
    return memberAt(btf, btf.target(pointer), path);
  }

  /** Static functions of one name in several files have types with different ids. */
  #words(type: number): string {
    const btf = this.#btf;
    const bare = btf.bare(type);
    return btf.kind(bare) === BtfKind.ptr ? `${btf.name(btf.bare(btf.target(bare)))}*` : btf.name(bare);
  }
}
