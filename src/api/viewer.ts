// Maps objects of the model to the views that rules see (views.ts), and back when a rule reports one. The same object
// always has the same view, so rules may use views as keys of Maps.
import type { At as RawAt } from '../model/at.ts';
import type { Model as RawModel } from '../model/model.ts';
import type * as raw from '../model/state.ts';
import type { ForkFrame } from '../model/state.ts';
import { known } from '../vocabulary/record.ts';
import { At, knownId, NONE, raw as rawOf, type ViewSource } from './view-base.ts';
import { Mm } from './view-mm.ts';
import { ModelView } from './view-model.ts';
import { Drift, Io, Pin, PinCall, Step } from './view-pins.ts';
import type * as view from './views.ts';
import type { Gap, Model } from './views-model.ts';

/**
 * Property in which an object of the model caches its view. A WeakMap of every pin would cost the garbage collector
 * more than all rules together; all viewers of a model show the same, so one view is sufficient.
 */
const VIEW = Symbol('view');
type With<V> = { [VIEW]?: V };

/** Views of one model. */
export class Viewer implements ViewSource {
  readonly model: RawModel;
  readonly shown: Model;
  readonly #frozen: boolean;

  /**
   * @param frozen makes the views of an event immutable. It is off for the built-in rules, whose types forbid changes:
   * freezing is slow, since V8 gives each frozen object another map.
   */
  constructor(model: RawModel, frozen = true) {
    this.#frozen = frozen;
    this.model = model;
    this.shown = new ModelView(model, this);
  }

  freeze<T extends object>(made: T): Readonly<T> {
    return this.#frozen ? Object.freeze(made) : made;
  }

  at(r: RawAt): view.At;
  at(r: RawAt | undefined): view.At | undefined;
  at(r: RawAt | undefined): view.At | undefined {
    return r === undefined ? undefined : new At(r, this);
  }
  mm(r: raw.Mm): view.Mm;
  mm(r: raw.Mm | undefined): view.Mm | undefined;
  mm(r: (raw.Mm & With<Mm>) | undefined): view.Mm | undefined {
    if (r === undefined) return undefined;
    r[VIEW] ??= new Mm(r, this);
    return r[VIEW];
  }
  call(r: raw.PinCall & With<PinCall>): view.PinCall {
    r[VIEW] ??= new PinCall(r, this);
    return r[VIEW];
  }
  pin(r: raw.Pin & With<Pin>): view.Pin {
    r[VIEW] ??= new Pin(r, this);
    return r[VIEW];
  }
  pins(list: readonly raw.Pin[]): readonly view.Pin[] {
    return list.length === 0 ? NONE : this.freeze(list.map((r) => this.pin(r)));
  }
  step(r: raw.Step & With<Step>): view.Step {
    r[VIEW] ??= new Step(r, this);
    return r[VIEW];
  }
  steps(list: readonly raw.Step[]): readonly view.Step[] {
    return list.length === 0 ? NONE : this.freeze(list.map((r) => this.step(r)));
  }
  drift(r: raw.Drift): view.Drift;
  drift(r: raw.Drift | undefined): view.Drift | undefined;
  drift(r: (raw.Drift & With<Drift>) | undefined): view.Drift | undefined {
    if (r === undefined) return undefined;
    r[VIEW] ??= new Drift(r, this);
    return r[VIEW];
  }
  io(r: raw.Io & With<Io>): view.Io {
    r[VIEW] ??= new Io(r, this);
    return r[VIEW];
  }
  op(r: raw.RangeOp): view.RangeOp {
    const { kind, start, end, wrprotect } = r;
    return Object.freeze({ kind, start, end, wrprotect, at: this.at(r.at), child: this.mm(r.child) });
  }
  fork(r: ForkFrame): view.ForkUnderWay {
    const { start, end, isPrivate } = r;
    return Object.freeze({
      src: this.mm(r.src),
      dst: this.mm(r.dst),
      start,
      end,
      isPrivate,
      at: this.at(r.at),
      get isOver() {
        return r.isOver;
      },
    });
  }
  gap(r: { cpu: number; n: number; at: RawAt }): Gap {
    return Object.freeze({ cpu: knownId(r.cpu), n: known(r.n), at: this.at(r.at) });
  }
  symbol(index: number): string | undefined {
    return index >= 0 ? this.model.symbols[index] : undefined;
  }
}

/** The model's own objects behind the views in a report. */
export const behind = {
  at: (v: view.At): RawAt => At.raw(as(At, v)),
  mm: (v: view.Mm): raw.Mm => rawOf(as(Mm, v)),
  pin: (v: view.Pin): raw.Pin => rawOf(as(Pin, v)),
  drift: (v: view.Drift): raw.Drift => rawOf(as(Drift, v)),
  io: (v: view.Io): raw.Io => rawOf(as(Io, v)),
  step: (v: view.Step): raw.Step => rawOf(as(Step, v)),
  isAt: (v: object): v is At => v instanceof At,
  isMm: (v: object): v is Mm => v instanceof Mm,
  isStep: (v: object): v is Step => v instanceof Step,
};

/** Rules in JavaScript are not checked by a compiler. */
function as<V extends object>(type: abstract new (...args: never[]) => V, v: object): V {
  if (v instanceof type) return v;
  throw new TypeError(`a rule reported something else where ${type.name} is expected`);
}
