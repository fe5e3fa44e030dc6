// Why: collects the steps of a history from the transitions of the replay, and from some events that no transition
// shows: a page mapped at an address, a page that lost a mapping.
import type { Machine } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import type { TransitionName } from '../model/transitions.ts';
import { Kind, type KindName, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { TELL, type ToldStep, told } from './steps.ts';

/** Kinds of events that show which page was mapped at an address, if no transition does. */
const MAPS: readonly KindName[] = ['newAnon', 'newHugetlb', 'fileMap'];

/** ... and that some mm no longer maps it. */
const UNMAPS: readonly KindName[] = ['rmapDel', 'rmapDelPmd'];

/** ... and its number of references. */
const REFERENCES: readonly KindName[] = ['pageRef', 'pageRefDrop'];

/** Description of a step if nothing more specific is known. */
export const isBare = ({ role }: ToldStep): boolean => role === 'map' || role === 'rmap del' || role === 'refs';

/** Listen to a model before its first record. `parted` is called at each drift. */
export function listen(model: Model, tell: (told: ToldStep) => void, parted: (line: number) => void): void {
  for (const [name, toldOf] of Object.entries(TELL)) {
    model.on(name as TransitionName, (t) => {
      for (const step of (toldOf as (t: unknown, machine: Machine) => (ToldStep | undefined)[])(t, model.machine))
        if (step !== undefined) tell(step);
    });
  }
  model.on('drift', ({ drift }) => parted(drift.at.line));
  model.on('lost', ({ at, cpu, n }) => {
    const many = Number.isNaN(n) ? 'an unknown number of events' : `${n} events`;
    tell(told('lost', at, [], [], () => `${many} lost on CPU ${cpu}`));
  });
  for (const kind of MAPS) {
    model.tap(Kind[kind], (rows, o) => {
      const page = model.page(rows[o + Slot.PAGE]);
      const vpn = model.vpn(rows[o + Slot.ADDR]);
      const many = kind === 'newAnon' ? rows[o + SlotOf.newAnon.compound] : 1;
      const n = many > 1 ? many : 1;
      const pages = Array.from({ length: n }, (_, i) => page + i);
      const span = { mm: model.knownMm(rows[o + Slot.MM]), from: vpn, to: vpn + n };
      tell(told('map', model.at(), [span], pages, (w) => `${w.page(page)} mapped${n > 1 ? `, ${n} pages` : ''}`));
    });
  }
  for (const kind of UNMAPS) {
    model.tap(Kind[kind], (rows, o) => {
      const page = model.page(rows[o + Slot.PAGE]);
      const n = rows[o + SlotOf.rmapDel.nr];
      const pages = Array.from(
        { length: kind === 'rmapDelPmd' ? model.machine.pmdPages : n > 1 ? n : 1 },
        (_, i) => page + i,
      );
      const many = pages.length > 1 ? `, ${pages.length} pages` : '';
      tell(told('rmap del', model.at(), [], pages, (w) => `${w.page(page)}: one mapping removed${many}`));
    });
  }
  for (const kind of REFERENCES) {
    model.tap(Kind[kind], (rows, o) => {
      const pfn = rows[o + SlotOf.pageRefDrop.pfn];
      const count = rows[o + SlotOf.pageRefDrop.count];
      const isFreed = count === 0 && rows[o + SlotOf.pageRefDrop.ret] === 1;
      const has = isFreed ? 'last reference dropped, page freed' : `${count} reference${count === 1 ? '' : 's'}`;
      const step = told('refs', model.at(), [], [model.pageOfPfn(pfn)], () => `pfn 0x${pfn.toString(16)}: ${has}`);
      tell({ ...step, pfn });
    });
  }
}
