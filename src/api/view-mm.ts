// Rule view of an address space.
import type * as state from '../model/state.ts';
import { hex } from '../vocabulary/number.ts';
import { entryView } from './entry-view.ts';
import { raw, View, views } from './view-base.ts';
import type * as view from './views.ts';

export class Mm extends View<state.Mm> implements view.Mm {
  static override readonly name = 'Mm';
  protected override ref() {
    return this.ptr;
  }
  get id() {
    return raw(this).id;
  }
  get ptr() {
    return hex(raw(this).ptr);
  }
  get parent() {
    return views(this).mm(raw(this).parent);
  }
  get exiting() {
    return raw(this).exiting;
  }
  get dead() {
    return raw(this).dead;
  }
  get hasPinned() {
    return raw(this).hasPinned;
  }
  get pids(): readonly number[] {
    return Object.freeze([...raw(this).pids]);
  }
  get ops(): readonly view.RangeOp[] {
    return Object.freeze(raw(this).ops.map((op) => views(this).op(op)));
  }
  entry(vpn: number) {
    const entry = raw(this).entry(vpn);
    return entry === undefined ? undefined : entryView(entry);
  }
  pinsAt(vpn: number) {
    return views(this).pins(views(this).model.pinsAt(raw(this), vpn));
  }
  pinsIn(start: number, end: number) {
    return views(this).pins(views(this).model.pinsIn(raw(this), start, end));
  }
}
