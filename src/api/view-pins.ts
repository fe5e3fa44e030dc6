// Rule views of pins, their steps, and their I/O.
import type * as raw from '../model/state.ts';
import { ENTRY_STATES, entryView } from './entry-view.ts';
import { asPage, bits64, known, pointer, View, type ViewSource } from './view-base.ts';
import type * as view from './views.ts';

export class PinCall extends View implements view.PinCall {
  static override readonly name = 'PinCall';
  readonly #r: raw.PinCall;
  readonly #v: ViewSource;
  constructor(r: raw.PinCall, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  protected override ref() {
    return this.toJSON();
  }
  get api() {
    return this.#v.model.catalogue.fnName(this.#r.fn);
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
  get returned() {
    return this.#r.returned;
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

export class Step extends View implements view.Step {
  static override readonly name = 'Step';
  readonly #r: raw.Step;
  readonly #v: ViewSource;
  constructor(r: raw.Step, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: Step): raw.Step => v.#r;
  static is = (v: object): v is Step => #r in v;
  protected override ref() {
    return this.toJSON();
  }
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
  get entry() {
    const { entry } = this.#r;
    return entry === undefined ? undefined : bits64(entry.hi, entry.lo);
  }
  get io() {
    return this.#r.io === undefined ? undefined : this.#v.io(this.#r.io);
  }
}

export class Pin extends View implements view.Pin {
  static override readonly name = 'Pin';
  readonly #r: raw.Pin;
  readonly #v: ViewSource;
  constructor(r: raw.Pin, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Pin): raw.Pin => (v as Pin).#r;
  protected override ref() {
    return `pin ${this.id}`;
  }
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
    return known(this.#r.vpn * this.#v.model.machine.pageBytes);
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
    const { entryState, entryBits, hugetlb } = this.#r;
    const { shared, file } = entryView(entryBits);
    return { state: entryState === undefined ? undefined : ENTRY_STATES[entryState], shared, file, hugetlb };
  }
  get duringFork() {
    return this.#r.duringFork === undefined ? undefined : this.#v.fork(this.#r.duringFork);
  }
}

export class Drift extends View implements view.Drift {
  static override readonly name = 'Drift';
  readonly #r: raw.Drift;
  readonly #v: ViewSource;
  constructor(r: raw.Drift, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Drift): raw.Drift => (v as Drift).#r;
  protected override ref() {
    return `drift ${this.id}`;
  }
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

export class Io extends View implements view.Io {
  static override readonly name = 'Io';
  readonly #r: raw.Io;
  readonly #v: ViewSource;
  constructor(r: raw.Io, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Io): raw.Io => (v as Io).#r;
  protected override ref() {
    return this.bio;
  }
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
