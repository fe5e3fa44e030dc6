// Why: the kinds of BTF types, and their lengths. include/uapi/linux/btf.h.

/** Bytes after the twelve that each type has: always, and per element. The position in this list is the kind. */
const KINDS = {
  void: [0, 0],
  int: [4, 0],
  ptr: [0, 0],
  array: [12, 0],
  struct: [0, 12],
  union: [0, 12],
  enum: [0, 8],
  fwd: [0, 0],
  typedef: [0, 0],
  volatile: [0, 0],
  const: [0, 0],
  restrict: [0, 0],
  func: [0, 0],
  funcProto: [0, 8],
  var: [4, 0],
  datasec: [0, 12],
  float: [0, 0],
  declTag: [4, 0],
  typeTag: [0, 0],
  enum64: [0, 12],
} as const satisfies Record<string, readonly [number, number]>;

/** Numbers by name: `BtfKind.struct`. */
export const BtfKind = Object.fromEntries(Object.keys(KINDS).map((name, kind) => [name, kind])) as Readonly<
  Record<keyof typeof KINDS, number>
>;

/** By kind. */
export const SIZES: readonly (readonly [always: number, each: number])[] = Object.values(KINDS);
