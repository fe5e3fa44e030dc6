// From the model's own objects to what a rule sees of them (views.ts), and back when a rule reports one. A view has
// getters only, so a rule cannot change the state; NaN, -1 and table indexes, which the model keeps for speed, come
// out as `undefined` and names. The same object is always shown by the same view, so rules may keep them in Maps.
import type { Model as RawModel } from '../model/model.ts';
import * as raw from '../model/state.ts';
import { fnName } from '../vocabulary/functions.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { ENTRY_STATES, entryView } from './entry-view.ts';
import type * as view from './views.ts';

/** NaN is what the trace has not shown. */
const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);
/** -1 too, where it stands for a task or CPU. */
const id = (n: number): number | undefined => (n >= 0 ? n : undefined);
export const asPage = (n: number): view.PageId | undefined => known(n) as view.PageId | undefined;
/** A kernel pointer, which the model keeps as a signed number. */
export const pointer = (n: number): string => `0x${(n < 0 ? BigInt.asUintN(64, BigInt(n)) : n).toString(16)}`;
const knownPointer = (n: number): string | undefined => (Number.isNaN(n) ? undefined : pointer(n));

const NOTHING: readonly never[] = Object.freeze([]);

/** What every view has: it prints as its fields (`console.log(pin)`, `JSON.stringify`) although they are getters. */
abstract class View {
  toJSON(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(this)))) {
      if (property.get !== undefined) out[name] = (this as unknown as Record<string, unknown>)[name];
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
}

class At extends View implements view.At {
  readonly #r: raw.At;
  constructor(r: raw.At) {
    super();
    this.#r = r;
  }
  static raw = (v: view.At): raw.At => (v as At).#r;
  static is = (v: object): v is At => #r in v;
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
    return id(this.#r.cpu);
  }
  get pid() {
    return id(this.#r.pid);
  }
  get tgid() {
    return id(this.#r.tgid);
  }
  get fn() {
    return fnName(this.#r.fn);
  }
}

class Mm extends View implements view.Mm {
  readonly #r: raw.Mm;
  readonly #v: Viewer;
  constructor(r: raw.Mm, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Mm): raw.Mm => (v as Mm).#r;
  static is = (v: object): v is Mm => #r in v;
  get id() {
    return this.#r.id;
  }
  get ptr() {
    return pointer(this.#r.ptr);
  }
  get parent() {
    return this.#v.mm(this.#r.parent);
  }
  get exiting() {
    return this.#r.exiting;
  }
  get dead() {
    return this.#r.dead;
  }
  get hasPinned() {
    return this.#r.hasPinned;
  }
  get pids(): readonly number[] {
    return Object.freeze([...this.#r.pids]);
  }
  get ops(): readonly view.RangeOp[] {
    return Object.freeze(this.#r.ops.map((op) => this.#v.op(op)));
  }
  entry(vpn: number) {
    const entry = this.#r.entry(vpn);
    return entry === undefined ? undefined : entryView(entry);
  }
  pinsAt(vpn: number) {
    return this.#v.pins(this.#v.model.pinsAt(this.#r, vpn));
  }
  pinsIn(start: number, end: number) {
    return this.#v.pins(this.#v.model.pinsIn(this.#r, start, end));
  }
}

class PinCall extends View implements view.PinCall {
  readonly #r: raw.PinCall;
  readonly #v: Viewer;
  constructor(r: raw.PinCall, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  get api() {
    return fnName(this.#r.fn);
  }
  get kind() {
    return this.#r.kind;
  }
  get write() {
    return this.#r.write;
  }
  get longterm() {
    return this.#r.longterm;
  }
  get remote() {
    return this.#r.remote;
  }
  get flags() {
    return known(this.#r.flags);
  }
  get mm() {
    return this.#v.mm(this.#r.mm);
  }
  get address() {
    return known(this.#r.addr);
  }
  get nr() {
    return known(this.#r.nr);
  }
  get ret() {
    return known(this.#r.ret);
  }
  get caller() {
    return this.#v.symbol(this.#r.caller);
  }
  get at() {
    return this.#v.at(this.#r.at);
  }
  get heldAt() {
    return this.#v.at(this.#r.heldAt);
  }
}

class Step extends View implements view.Step {
  readonly #r: raw.Step;
  readonly #v: Viewer;
  constructor(r: raw.Step, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: Step): raw.Step => v.#r;
  static is = (v: object): v is Step => #r in v;
  get role() {
    return this.#r.role;
  }
  get at() {
    return this.#v.at(this.#r.at);
  }
  get page() {
    return this.#r.page === undefined ? undefined : asPage(this.#r.page);
  }
  get wrprotect() {
    return this.#r.wrprotect;
  }
  get child() {
    return this.#v.mm(this.#r.child);
  }
  get exclusive() {
    return this.#r.exclusive;
  }
  get foreign() {
    return this.#r.foreign;
  }
  get io() {
    return this.#r.io === undefined ? undefined : this.#v.io(this.#r.io);
  }
}

class Pin extends View implements view.Pin {
  readonly #r: raw.Pin;
  readonly #v: Viewer;
  constructor(r: raw.Pin, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Pin): raw.Pin => (v as Pin).#r;
  get id() {
    return this.#r.id;
  }
  get call() {
    return this.#v.call(this.#r.call);
  }
  get mm() {
    return this.#v.mm(this.#r.mm);
  }
  get vpn() {
    return known(this.#r.vpn);
  }
  get address() {
    return known(this.#r.vpn * raw.PAGE_BYTES);
  }
  get where() {
    return known(this.#r.where);
  }
  get movedTo() {
    return this.#r.movedTo;
  }
  get page() {
    return asPage(this.#r.page);
  }
  get pageFrom() {
    return this.#r.pageFrom;
  }
  get grabAt() {
    return this.#v.at(this.#r.grabAt);
  }
  get state() {
    return this.#r.state;
  }
  get live() {
    return this.#r.live;
  }
  get releasedAt() {
    return this.#v.at(this.#r.releasedAt);
  }
  get presumed() {
    return this.#r.presumed;
  }
  get owner() {
    return this.#r.owner;
  }
  get steps() {
    return this.#v.steps(this.#r.steps);
  }
  last(role: view.StepRole) {
    const step = this.#r.last(role);
    return step === undefined ? undefined : this.#v.step(step);
  }
  get ios(): readonly view.Io[] {
    return Object.freeze(this.#r.ios.map((io) => this.#v.io(io)));
  }
  get drift() {
    return this.#v.drift(this.#r.drift);
  }
  get drifts() {
    return this.#r.drifts;
  }
  get sharedWith() {
    return this.#v.mm(this.#r.sharedWith);
  }
  get entry() {
    const { entryState, entryBits } = this.#r;
    const { shared, file } = entryView(entryBits);
    return { state: entryState === undefined ? undefined : ENTRY_STATES[entryState], shared, file };
  }
  get duringFork() {
    return this.#r.duringFork === undefined ? undefined : this.#v.fork(this.#r.duringFork);
  }
}

class Drift extends View implements view.Drift {
  readonly #r: raw.Drift;
  readonly #v: Viewer;
  constructor(r: raw.Drift, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Drift): raw.Drift => (v as Drift).#r;
  get id() {
    return this.#r.id;
  }
  get pin() {
    return this.#v.pin(this.#r.pin);
  }
  get via() {
    return this.#r.via;
  }
  get at() {
    return this.#v.at(this.#r.at);
  }
  get fault() {
    return this.#v.at(this.#r.fault);
  }
  get page() {
    return asPage(this.#r.page);
  }
  get before() {
    return this.#v.steps(this.#r.before);
  }
  get healedAt() {
    return this.#v.at(this.#r.healedAt);
  }
}

class Io extends View implements view.Io {
  readonly #r: raw.Io;
  readonly #v: Viewer;
  constructor(r: raw.Io, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Io): raw.Io => (v as Io).#r;
  get bio() {
    return pointer(this.#r.bio);
  }
  get dir() {
    return this.#r.dir;
  }
  get bytes() {
    return this.#r.bytes;
  }
  get submittedAt() {
    return this.#v.at(this.#r.submittedAt);
  }
  get endedAt() {
    return this.#v.at(this.#r.endedAt);
  }
  get status() {
    return known(this.#r.status);
  }
  get pins() {
    return this.#v.pins(this.#r.pins);
  }
}

class ModelView extends View implements view.Model {
  readonly #r: RawModel;
  readonly #v: Viewer;
  #gaps: readonly view.Gap[] = NOTHING;
  constructor(r: RawModel, v: Viewer) {
    super();
    this.#r = r;
    this.#v = v;
  }
  seen(kind: string) {
    return this.#r.seen[Kind[kind as keyof typeof Kind]] ?? 0;
  }
  get counts() {
    return Object.freeze({ ...this.#r.counts });
  }
  get gaps(): readonly view.Gap[] {
    const { gaps } = this.#r;
    if (this.#gaps.length !== gaps.length) this.#gaps = Object.freeze(gaps.map((gap) => this.#v.gap(gap)));
    return this.#gaps;
  }
  get facts(): view.TraceFacts {
    const { cpus, damage, filtered, ...facts } = this.#r.facts;
    return Object.freeze({ ...facts, cpus, damage, filtered });
  }
  get torn(): view.Torn {
    const { first, ...counts } = this.#r.torn;
    return Object.freeze({ ...counts, first: this.#v.at(first) });
  }
  silentCpus() {
    return this.#r.silentCpus();
  }
  partial() {
    return this.#r.partial();
  }
  get held() {
    return this.#v.pins([...this.#r.held]);
  }
  pinsOn(page: view.PageId) {
    return this.#v.pins(this.#r.pinsByPage.get(page) ?? NOTHING);
  }
  get mms(): readonly view.Mm[] {
    return Object.freeze([...this.#r.mms.values()].map((mm) => this.#v.mm(mm)));
  }
  task(pid: number): view.Task | undefined {
    const task = this.#r.tasks.get(pid);
    return task && { pid, tgid: id(task.tgid), mm: this.#v.mm(task.mm) };
  }
  pfn(page: view.PageId) {
    return this.#r.pfn(page);
  }
}

/** Shows one model. */
export class Viewer {
  readonly model: RawModel;
  readonly shown: view.Model;
  readonly #views = new WeakMap<object, View>();

  constructor(model: RawModel) {
    this.model = model;
    this.shown = new ModelView(model, this);
  }

  #show<R extends object, V extends View>(r: R, make: (r: R) => V): V {
    let v = this.#views.get(r) as V | undefined;
    if (v === undefined) {
      v = make(r);
      this.#views.set(r, v);
    }
    return v;
  }

  at(r: raw.At): view.At;
  at(r: raw.At | undefined): view.At | undefined;
  at(r: raw.At | undefined): view.At | undefined {
    return r === undefined ? undefined : new At(r);
  }
  mm(r: raw.Mm): view.Mm;
  mm(r: raw.Mm | undefined): view.Mm | undefined;
  mm(r: raw.Mm | undefined): view.Mm | undefined {
    return r === undefined ? undefined : this.#show(r, (x) => new Mm(x, this));
  }
  call(r: raw.PinCall): view.PinCall {
    return this.#show(r, (x) => new PinCall(x, this));
  }
  pin(r: raw.Pin): view.Pin {
    return this.#show(r, (x) => new Pin(x, this));
  }
  pins(list: readonly raw.Pin[]): readonly view.Pin[] {
    return list.length === 0 ? NOTHING : Object.freeze(list.map((r) => this.pin(r)));
  }
  step(r: raw.Step): view.Step {
    return this.#show(r, (x) => new Step(x, this));
  }
  steps(list: readonly raw.Step[]): readonly view.Step[] {
    return list.length === 0 ? NOTHING : Object.freeze(list.map((r) => this.step(r)));
  }
  drift(r: raw.Drift): view.Drift;
  drift(r: raw.Drift | undefined): view.Drift | undefined;
  drift(r: raw.Drift | undefined): view.Drift | undefined {
    return r === undefined ? undefined : this.#show(r, (x) => new Drift(x, this));
  }
  io(r: raw.Io): view.Io {
    return this.#show(r, (x) => new Io(x, this));
  }
  op(r: raw.RangeOp): view.RangeOp {
    const { kind, start, end, wrprotect } = r;
    return Object.freeze({ kind, start, end, wrprotect, at: this.at(r.at), child: this.mm(r.child) });
  }
  fork(r: raw.ForkFrame): view.ForkUnderWay {
    const { start, end, isPrivate } = r;
    return Object.freeze({ src: this.mm(r.src), dst: this.mm(r.dst), start, end, isPrivate, at: this.at(r.at) });
  }
  gap(r: { cpu: number; n: number; at: raw.At }): view.Gap {
    return Object.freeze({ cpu: id(r.cpu), n: known(r.n), at: this.at(r.at) });
  }
  symbol(index: number): string | undefined {
    return index >= 0 ? this.model.symbols[index] : undefined;
  }
}

/** The model's own objects behind what a rule reports. */
export const behind = {
  at: At.raw,
  mm: Mm.raw,
  pin: Pin.raw,
  drift: Drift.raw,
  io: Io.raw,
  isAt: At.is,
  isMm: Mm.is,
  isStep: Step.is,
  step: Step.raw,
};

export { known as knownNumber, knownPointer };
