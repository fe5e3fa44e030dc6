// Rule view of an address space.
import type * as raw from '../model/state.ts';
import { entryView } from './entry-view.ts';
import { pointer, View, type ViewSource } from './view-base.ts';
import type * as view from './views.ts';

export class Mm extends View implements view.Mm {
  static override readonly name = 'Mm';
  readonly #r: raw.Mm;
  readonly #v: ViewSource;
  constructor(r: raw.Mm, v: ViewSource) {
    super();
    this.#r = r;
    this.#v = v;
  }
  static raw = (v: view.Mm): raw.Mm => (v as Mm).#r;
  static is = (v: object): v is Mm => #r in v;
  protected override ref() {
    return this.ptr;
  }
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
