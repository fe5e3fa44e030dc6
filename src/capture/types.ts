// Why: a plan asks three things of a kernel's types, whoever knows them: its BTF, or what is written down here of the
// stock kernels (stock/).
import type { Step } from './expression.ts';

/** Where a value lies: offsets to add, one per pointer to follow; bits of a bit field within it. */
export interface Location {
  offsets: readonly number[];
  bit: number;
  /** 0: no bit field */
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
  /** false: it returns nothing, and `$retval` is what happened to be in the register */
  returns: boolean;
}

/** A type as its {@link KernelTypes} knows it. */
export type TypeRef = number | string;

export interface KernelTypes {
  /** every different prototype that functions of this name have */
  prototypes(fn: string): readonly Prototype[];
  /** undefined: a member is not there */
  locate(from: TypeRef, path: readonly Step[]): Location | undefined;
  /** a pointer to this struct */
  pointerTo(struct: string): TypeRef | undefined;
  enumerator(name: string): number | undefined;
}
