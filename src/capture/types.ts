// Why: the interface between a plan and the types of a kernel, from its BTF or from the included stock kernels
// (stock/).
import type { MemberStep } from './expression.ts';

/** Position of a value: offsets to add, one per pointer to follow; bits of a bit field within it. */
export interface MemberPlace {
  offsets: readonly number[];
  bit: number;
  /** 0: not a bit field */
  bits: number;
  /** bytes of the value */
  size: number;
}

export interface Parameter {
  name: string;
  /** bytes; more than 8: a struct by value that takes several registers */
  size: number;
  /** for {@link KernelTypes.locate} */
  type: TypeRef;
}

/** What a function takes. */
export interface Prototype {
  params: readonly Parameter[];
  /** false: it returns nothing, and `$retval` would be an arbitrary register value */
  returns: boolean;
}

/** A type, in the representation of its {@link KernelTypes}. */
export type TypeRef = number | string;

export interface KernelTypes {
  /** all different prototypes of functions of this name */
  prototypes(fn: string): readonly Prototype[];
  /** undefined: a member does not exist */
  locate(from: TypeRef, path: readonly MemberStep[]): MemberPlace | undefined;
  /** a pointer to this struct */
  pointerTo(struct: string): TypeRef | undefined;
  enumerator(name: string): number | undefined;
}
