// What every view of the state has in common: getters only, so that a rule cannot change anything; NaN, -1 and table
// indexes, which the model keeps for speed, come out as `undefined` and names.
import type { At as RawAt } from '../model/at.ts';
import type { Model } from '../model/model.ts';
import type * as raw from '../model/state.ts';
import type { Catalogue } from '../vocabulary/catalogue.ts';
import type * as view from './views.ts';
import type { Gap } from './views-model.ts';

/** NaN is what the trace has not shown. */
export const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);
/** -1 too, where it stands for a task or CPU. */
export const knownId = (n: number): number | undefined => (n >= 0 ? n : undefined);
export const asPage = (n: number): view.PageId | undefined => known(n) as view.PageId | undefined;
/** A kernel pointer, which the model keeps as a signed number. */
export const pointer = (n: number): string => `0x${(n < 0 ? BigInt.asUintN(64, BigInt(n)) : n).toString(16)}`;
export const knownPointer = (n: number): string | undefined => (Number.isNaN(n) ? undefined : pointer(n));

/** Two halves of a page table entry; undefined when the trace does not show it. */
export const bits64 = (hi: number, lo: number): bigint | undefined =>
  Number.isNaN(hi) || Number.isNaN(lo)
    ? undefined
    : (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));

export const NOTHING: readonly never[] = Object.freeze([]);

/** Gives the views of what a view points at (viewer.ts). */
export interface ViewSource {
  readonly model: Model;
  freeze<T extends object>(made: T): Readonly<T>;
  at(r: RawAt): view.At;
  at(r: RawAt | undefined): view.At | undefined;
  mm(r: raw.Mm): view.Mm;
  mm(r: raw.Mm | undefined): view.Mm | undefined;
  call(r: raw.PinCall): view.PinCall;
  pin(r: raw.Pin): view.Pin;
  pins(list: readonly raw.Pin[]): readonly view.Pin[];
  step(r: raw.Step): view.Step;
  steps(list: readonly raw.Step[]): readonly view.Step[];
  drift(r: raw.Drift | undefined): view.Drift | undefined;
  io(r: raw.Io): view.Io;
  op(r: raw.RangeOp): view.RangeOp;
  fork(r: raw.ForkFrame): view.ForkUnderWay;
  gap(r: { cpu: number; n: number; at: RawAt }): Gap;
  symbol(index: number): string | undefined;
}

/**
 * Prints as its fields (`console.log(pin)`, `JSON.stringify`) although they are getters; what it points at by name.
 * Every view says its name: where a class of the model has the same, a bundle renames one of the two.
 */
export abstract class View {
  /** How another view prints it. */
  protected abstract ref(): unknown;

  toJSON(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(this)))) {
      if (property.get !== undefined) out[name] = short((this as unknown as Record<string, unknown>)[name]);
    }
    return out;
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`;
  }

  static ref(v: View): unknown {
    return v.ref();
  }
}

/** The state is a net: pins know their drift, which knows its pin. */
function short(value: unknown): unknown {
  if (value instanceof View) return View.ref(value);
  if (Array.isArray(value)) return value.map(short);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, short(one)]));
}

/** Where in the trace something happened. */
export class At extends View implements view.At {
  static override readonly name = 'At';
  readonly #r: RawAt;
  readonly #catalogue: Catalogue;
  constructor(r: RawAt, catalogue: Catalogue) {
    super();
    this.#r = r;
    this.#catalogue = catalogue;
  }
  static raw = (v: view.At): RawAt => (v as At).#r;
  static is = (v: object): v is At => #r in v;
  protected override ref() {
    return this.toJSON();
  }
  get line() {
    return this.#r.line;
  }
  get offset() {
    return this.#r.offset;
  }
  get ts() {
    return known(this.#r.ts);
  }
  get cpu() {
    return knownId(this.#r.cpu);
  }
  get pid() {
    return knownId(this.#r.pid);
  }
  get tgid() {
    return knownId(this.#r.tgid);
  }
  get fn() {
    return this.#catalogue.fnName(this.#r.fn);
  }
}
