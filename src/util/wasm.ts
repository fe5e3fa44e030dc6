// A small assembler for WebAssembly functions that are worth writing by hand: expressions are lists of bytes, an
// operator puts its operands before its own byte. Only what is used is here.

export type Code = readonly number[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;
export type Type = typeof I32 | typeof I64 | typeof F64 | typeof V128;

const VOID = 0x40;

/** LEB128, as all integers in a module are written; 64 bits wide. */
function signed(n: bigint): number[] {
  const byte = Number(n & 0x7fn);
  const rest = n >> 7n;
  return (rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40) ? [byte] : [byte | 0x80, ...signed(rest)];
}

function unsigned(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

const unary = (op: number) => (a: Code) => [...a, op];
const binary = (op: number) => (a: Code, b: Code) => [...a, ...b, op];
const load =
  (op: number) =>
  (address: Code, offset = 0) => [...address, op, 0, ...unsigned(offset)];
const store =
  (op: number) =>
  (address: Code, value: Code, offset = 0) => [...address, ...value, op, 0, ...unsigned(offset)];

export const i32 = {
  const: (n: number): Code => [0x41, ...signed(BigInt(n | 0))],
  load: load(0x28),
  load8: load(0x2d),
  load16: load(0x2f),
  store: store(0x36),
  store8: store(0x3a),
  store16: store(0x3b),
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltU: binary(0x49),
  gtS: binary(0x4a),
  gtU: binary(0x4b),
  clz: unary(0x67),
  ctz: unary(0x68),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrS: binary(0x75),
  shrU: binary(0x76),
  wrap: unary(0xa7),
  /** 0 for NaN, the nearest there is for what is too large */
  ofF64: (a: Code): Code => [...a, 0xfc, 0x02],
};

export const i64 = {
  const: (n: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, n))],
  load: load(0x29),
  store: store(0x37),
  eqz: unary(0x50),
  ne: binary(0x52),
  clz: unary(0x79),
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrS: binary(0x87),
  shrU: binary(0x88),
  ofI32: unary(0xac),
  ofF64: unary(0xb0),
};

export const f64 = {
  const: (n: number): Code => [0x44, ...new Uint8Array(Float64Array.of(n).buffer)],
  load: load(0x2b),
  store: store(0x39),
  eq: binary(0x61),
  ne: binary(0x62),
  lt: binary(0x63),
  le: binary(0x65),
  abs: unary(0x99),
  neg: unary(0x9a),
  add: binary(0xa0),
  sub: binary(0xa1),
  ofI32: unary(0xb7),
  ofI64: unary(0xb9),
};

const simd = (op: number): number[] => [0xfd, ...unsigned(op)];
const unaryV = (op: number) => (a: Code) => [...a, ...simd(op)];
const binaryV = (op: number) => (a: Code, b: Code) => [...a, ...b, ...simd(op)];

export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0), 0, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...simd(11), 0, ...unsigned(offset)],
  /** @param bytes sixteen */
  const: (bytes: readonly number[]): Code => [...simd(12), ...bytes],
  and: binaryV(78),
  or: binaryV(80),
  xor: binaryV(81),
  anyTrue: unaryV(83),
  bitselect: (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(82)],
};

export const i8x16 = {
  splat: unaryV(15),
  swizzle: binaryV(14),
  eq: binaryV(35),
  ltU: binaryV(38),
  bitmask: unaryV(100),
  narrowI16: binaryV(102),
  add: binaryV(110),
  sub: binaryV(113),
};

export const i16x8 = {
  shl: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(139)],
  shrU: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(141)],
};

export const i64x2 = {
  splat: unaryV(18),
  first: (a: Code): Code => [...a, ...simd(29), 0],
};

export const f64x2 = {
  splat: unaryV(20),
};

// ---- control

export const when = (condition: Code, ...then: Code[]): Code => [...condition, 0x04, VOID, ...then.flat(), 0x0b];

export const either = (condition: Code, then: readonly Code[], otherwise: readonly Code[]): Code => [
  ...condition,
  0x04,
  VOID,
  ...then.flat(),
  0x05,
  ...otherwise.flat(),
  0x0b,
];

/** Do `body`, and again while `condition` holds. */
export const repeat = (body: readonly Code[], condition: Code): Code => [
  0x03,
  VOID,
  ...body.flat(),
  ...condition,
  0x0d,
  0,
  0x0b,
];

export const leave = (value: Code): Code => [...value, 0x0f];

/** A variable of a function. */
export class Local {
  readonly get: Code;
  readonly #index: number;

  constructor(index: number) {
    this.#index = index;
    this.get = [0x20, ...unsigned(index)];
  }

  set(value: Code): Code {
    return [...value, 0x21, ...unsigned(this.#index)];
  }
}

/** A module with one function, `run`, over a memory that it gets. */
export class Func {
  readonly #params: Type[] = [];
  readonly #locals: Type[] = [];

  /** Parameters come before all other variables. */
  param(type: Type): Local {
    return new Local(this.#params.push(type) - 1);
  }

  local(type: Type): Local {
    return new Local(this.#params.length + this.#locals.push(type) - 1);
  }

  /** @param body leaves an i32 */
  module(...body: Code[]): Uint8Array {
    const code = [...unsigned(this.#locals.length), ...this.#locals.flatMap((type) => [1, type]), ...body.flat(), 0x0b];
    const name = (s: string) => [s.length, ...Buffer.from(s)];
    return new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [1, 0x60, this.#params.length, ...this.#params, 1, I32]),
      ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...name('run'), 0, 0]),
      ...section(10, [1, ...unsigned(code.length), ...code]),
    ]);
  }
}

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

/** A function at work, and the memory it reads and writes. */
export interface Running {
  memory: ArrayBuffer;
  run: (...args: number[]) => number;
}

/** The part of the WebAssembly interface that is used; TypeScript has it only in its DOM types. */
interface WebAssemblyLike {
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { run: Running['run'] } };
}

const webAssembly = (): WebAssemblyLike | undefined =>
  (globalThis as unknown as { WebAssembly?: WebAssemblyLike }).WebAssembly;

const PAGE = 64 * 1024;

/** Memory that several programs may share. Pages that nobody touches cost nothing. */
export class Memory {
  readonly buffer: ArrayBuffer;
  /** what a program imports */
  readonly handle: object;
  #taken = 0;

  private constructor(handle: { buffer: ArrayBuffer }) {
    this.handle = handle;
    this.buffer = handle.buffer;
  }

  /** Undefined where WebAssembly is missing (`--jitless`). */
  static of(bytes: number): Memory | undefined {
    const { Memory: Made } = webAssembly() ?? {};
    return Made && new Memory(new Made({ initial: Math.ceil(bytes / PAGE) }));
  }

  /** Address of so many bytes that nobody else has, all zero; undefined when too few are left. */
  take(bytes: number): number | undefined {
    const at = this.#taken;
    if (at + bytes > this.buffer.byteLength) return undefined;
    this.#taken = (at + bytes + 15) & ~15;
    return at;
  }
}

/** A module that is compiled once and started with as many memories as needed. */
export class Program {
  readonly #make: () => Uint8Array;
  #compiled: object | undefined;

  constructor(make: () => Uint8Array) {
    this.#make = make;
  }

  /**
   * @param where how many bytes of memory it needs, or the memory it shares with others
   * @returns undefined where WebAssembly is missing (`--jitless`), or has no SIMD
   */
  start(where: number | Memory): Running | undefined {
    const assembly = webAssembly();
    const memory = typeof where === 'number' ? Memory.of(where) : where;
    if (assembly === undefined || memory === undefined) return undefined;
    try {
      this.#compiled ??= new assembly.Module(this.#make());
      const { run } = new assembly.Instance(this.#compiled, { env: { memory: memory.handle } }).exports;
      return { memory: memory.buffer, run };
    } catch {
      return undefined;
    }
  }
}
