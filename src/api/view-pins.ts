// Rule views of pins, their steps, and their I/O.
import { Pte } from '../model/page-table.ts';
import type * as state from '../model/state.ts';
import { deviceWrites } from '../vocabulary/callers.ts';
import { hex } from '../vocabulary/number.ts';
import { known } from '../vocabulary/record.ts';
import { ENTRY_STATES, entryView } from './entry-view.ts';
import { asPage, bits64, raw, View, views } from './view-base.ts';
import type * as view from './views.ts';

export class PinCall extends View<state.PinCall> implements view.PinCall {
  static override readonly name = 'PinCall';
  protected override ref() {
    return this.toJSON();
  }
  get api() {
    return views(this).model.catalogue.fnName(raw(this).fn);
  }
  get kind() {
    return raw(this).kind;
  }
  get write() {
    return raw(this).write;
  }
  get deviceWrites() {
    const { write, flags } = raw(this);
    return write === true ? deviceWrites(flags, this.caller) : write;
  }
  get longterm() {
    return raw(this).longterm;
  }
  get remote() {
    return raw(this).remote;
  }
  get foreign() {
    return raw(this).foreign;
  }
  get flags() {
    return known(raw(this).flags);
  }
  get mm() {
    return views(this).mm(raw(this).mm);
  }
  get address() {
    return known(raw(this).addr);
  }
  get nr() {
    return known(raw(this).nr);
  }
  get ret() {
    return known(raw(this).ret);
  }
  get returned() {
    return raw(this).returned;
  }
  get caller() {
    return views(this).symbol(raw(this).caller);
  }
  get at() {
    return views(this).at(raw(this).at);
  }
  get heldAt() {
    return views(this).at(raw(this).heldAt);
  }
}

export class Step extends View<state.Step> implements view.Step {
  static override readonly name = 'Step';
  protected override ref() {
    return this.toJSON();
  }
  get role() {
    return raw(this).role;
  }
  get at() {
    return views(this).at(raw(this).at);
  }
  get page() {
    const { page } = raw(this);
    return page === undefined ? undefined : asPage(page);
  }
  get wrprotect() {
    return raw(this).wrprotect;
  }
  get child() {
    return views(this).mm(raw(this).child);
  }
  get exclusive() {
    return raw(this).exclusive;
  }
  get unfaulted() {
    return raw(this).unfaulted;
  }
  get unshare() {
    return raw(this).unshare;
  }
  get foreign() {
    return raw(this).foreign;
  }
  get kernel() {
    return raw(this).kernel;
  }
  get entry() {
    const { entry } = raw(this);
    return entry === undefined ? undefined : bits64(entry.hi, entry.lo);
  }
  get io() {
    const { io } = raw(this);
    return io === undefined ? undefined : views(this).io(io);
  }
}

export class Pin extends View<state.Pin> implements view.Pin {
  static override readonly name = 'Pin';
  protected override ref() {
    return `pin ${this.id}`;
  }
  get id() {
    return raw(this).id;
  }
  get call() {
    return views(this).call(raw(this).call);
  }
  get mm() {
    return views(this).mm(raw(this).mm);
  }
  get vpn() {
    return known(raw(this).vpn);
  }
  get address() {
    return known(raw(this).vpn * views(this).model.machine.pageBytes);
  }
  get where() {
    return known(raw(this).where);
  }
  get movedTo() {
    return raw(this).movedTo;
  }
  get page() {
    return asPage(raw(this).page);
  }
  get pageFrom() {
    return raw(this).pageFrom;
  }
  get grabAt() {
    return views(this).at(raw(this).grabAt);
  }
  get state() {
    return raw(this).state;
  }
  get live() {
    return raw(this).live;
  }
  get releasedAt() {
    return views(this).at(raw(this).releasedAt);
  }
  get faultedAt() {
    return views(this).at(raw(this).faultedAt);
  }
  get presumed() {
    return raw(this).presumed;
  }
  get owner() {
    return raw(this).owner;
  }
  get steps() {
    return views(this).steps(raw(this).steps);
  }
  last(role: view.StepRole) {
    const step = raw(this).last(role);
    return step === undefined ? undefined : views(this).step(step);
  }
  get ios(): readonly view.Io[] {
    return Object.freeze(raw(this).ios.map((io) => views(this).io(io)));
  }
  get drift() {
    return views(this).drift(raw(this).drift);
  }
  get drifts() {
    return raw(this).drifts;
  }
  get sharedWith() {
    return views(this).mm(raw(this).sharedWith);
  }
  get entry() {
    const { entryState, entryBits, hugetlb } = raw(this);
    const { shared, file } = entryView(entryBits);
    const anon = (entryBits & Pte.Anon) !== 0;
    return { state: entryState === undefined ? undefined : ENTRY_STATES[entryState], shared, file, anon, hugetlb };
  }
  get duringFork() {
    const { duringFork } = raw(this);
    return duringFork === undefined ? undefined : views(this).fork(duringFork);
  }
}

export class Drift extends View<state.Drift> implements view.Drift {
  static override readonly name = 'Drift';
  protected override ref() {
    return `drift ${this.id}`;
  }
  get id() {
    return raw(this).id;
  }
  get pin() {
    return views(this).pin(raw(this).pin);
  }
  get via() {
    return raw(this).via;
  }
  get at() {
    return views(this).at(raw(this).at);
  }
  get fault() {
    return views(this).at(raw(this).fault);
  }
  get page() {
    return asPage(raw(this).page);
  }
  get where() {
    return raw(this).where;
  }
  get before() {
    return views(this).steps(raw(this).before);
  }
  get healedAt() {
    return views(this).at(raw(this).healedAt);
  }
}

export class Io extends View<state.Io> implements view.Io {
  static override readonly name = 'Io';
  protected override ref() {
    return this.bio;
  }
  get bio() {
    return hex(raw(this).bio);
  }
  get dir() {
    return raw(this).dir;
  }
  get bytes() {
    return raw(this).bytes;
  }
  get vague() {
    return raw(this).vague;
  }
  get submittedAt() {
    return views(this).at(raw(this).submittedAt);
  }
  get partEndedAt() {
    return views(this).at(raw(this).partEndedAt);
  }
  get endedAt() {
    return views(this).at(raw(this).endedAt);
  }
  get status() {
    return known(raw(this).status);
  }
  get pins() {
    return views(this).pins(raw(this).pins);
  }
}
