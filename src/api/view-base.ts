// Base of all views of the state: they have only getters, so a rule cannot change anything. NaN, -1 and table indexes,
// which the model uses for speed, appear as `undefined` and names.
import type { At as RawAt } from '../model/at.ts';
import type { Model } from '../model/model.ts';
import type * as state from '../model/state.ts';
import { hex } from '../vocabulary/number.ts';
import { known } from '../vocabulary/record.ts';
import type * as view from './views.ts';
import type { Gap } from './views-model.ts';

/** -1 also means unknown, for a task or CPU. */
export const knownId = (n: number): number | undefined => (n >= 0 ? n : undefined);
export const asPage = (n: number): view.PageId | undefined => known(n) as view.PageId | undefined;
export const knownPointer = (n: number): string | undefined => (Number.isNaN(n) ? undefined : hex(n));

/** Two halves of a page table entry; undefined when the trace does not show it. */
export const bits64 = (hi: number, lo: number): bigint | undefined =>
  Number.isNaN(hi) || Number.isNaN(lo)
    ? undefined
    : (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));

export const NONE: readonly never[] = Object.freeze([]);

/** Makes the views of objects that a view refers to (viewer.ts). */
export interface ViewSource {
  readonly model: Model;
  freeze<T extends object>(made: T): Readonly<T>;
  at(r: RawAt): view.At;
  at(r: RawAt | undefined): view.At | undefined;
  mm(r: state.Mm): view.Mm;
  mm(r: state.Mm | undefined): view.Mm | undefined;
  call(r: state.PinCall): view.PinCall;
  pin(r: state.Pin): view.Pin;
  pins(list: readonly state.Pin[]): readonly view.Pin[];
  step(r: state.Step): view.Step;
  steps(list: readonly state.Step[]): readonly view.Step[];
  drift(r: state.Drift | undefined): view.Drift | undefined;
  io(r: state.Io): view.Io;
  op(r: state.RangeOp): view.RangeOp;
  fork(r: state.ForkFrame): view.ForkUnderWay;
  gap(r: { cpu: number; n: number; at: RawAt }): Gap;
  symbol(index: number): string | undefined;
}

/**
 * Prints its fields (`console.log(pin)`, `JSON.stringify`) although they are getters, and objects it refers to by name.
 * Every view has an explicit name: if a class of the model has the same name, a bundle renames one of them.
 */
abstract class Printed {
  /** How another view prints this one. */
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

  static ref(v: Printed): unknown {
    return v.ref();
  }
}

export abstract class View<R = unknown> extends Printed {
  readonly #r: R;
  readonly #views: ViewSource;

  constructor(r: R, views: ViewSource) {
    super();
    this.#r = r;
    this.#views = views;
  }

  static raw = <R>(v: View<R>): R => v.#r;
  static views = (v: View): ViewSource => v.#views;
}

/** The object of the model that a view shows. Not a property of the view, since rules must not reach it. */
export const raw = View.raw;
/** Makes the views of what a view refers to. */
export const views = View.views;

/** The state has cycles: a pin refers to its drift, which refers to its pin. */
function short(value: unknown): unknown {
  if (value instanceof Printed) return Printed.ref(value);
  if (Array.isArray(value)) return value.map(short);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, short(one)]));
}

/**
 * A place in the trace where something happened. It is made for each event that a rule hears of, so it is no {@link View}:
 * what the constructor of one class writes for all of its subclasses, V8 looks up each time.
 */
export class At extends Printed implements view.At {
  static override readonly name = 'At';
  readonly #r: RawAt;
  readonly #views: ViewSource;

  constructor(r: RawAt, views: ViewSource) {
    super();
    this.#r = r;
    this.#views = views;
  }

  static raw(at: At): RawAt {
    return at.#r;
  }

  protected override ref() {
    return this.toJSON();
  }
  get line() {
    return this.#r.line;
  }
  get order() {
    return this.#r.order;
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
    return this.#views.model.catalogue.fnName(this.#r.fn);
  }
}
