// mremap() (E14; mm/mremap.c): page tables are moved, and moved back if the call fails.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { beginAlteration } from './altering.ts';
import { moved } from './crowd.ts';
import type { Task } from './frames.ts';
import { addPin, dropPin } from './lists.ts';
import type { Model } from './model.ts';
import { entryPage } from './page-table.ts';
import { isZapped, PARTED_BY } from './pin.ts';
import { type Mm, type Pin, RangeOp, Step } from './state.ts';
import { moveUnmapped } from './unmapped.ts';

/**
 * Pages that the task moved from `target` to `start` by the call it is still inside of, and now moves back: a call that
 * succeeds unmaps the old range, and one that fails gives the old range back, of which it may have moved only a part.
 */
function movedThere(m: Model, { gone }: Task, mm: object, start: number, target: number, pages: number): number {
  if (gone === undefined || gone.mm !== mm || gone.to !== start || gone.start !== target) return 0;
  const all = gone.end - gone.start;
  return pages === all || (pages < all && m.recorded(Kind.zap)) ? all : 0;
}

function isThere(mm: Mm, pin: Pin): boolean {
  const entry = mm.entry(pin.where);
  if (entry === undefined || Number.isNaN(entryPage(entry))) return !isZapped(pin);
  return Number.isNaN(pin.page) || entryPage(entry) === pin.page;
}

export function move(m: Model, t: Task, r: Float64Array, o: number): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const start = m.userVpn(r[o + Slot.ADDR]);
  const len = Math.ceil(r[o + SlotOf.move.len] / m.machine.pageBytes);
  const target = m.userVpn(r[o + SlotOf.move.new]);
  if (len < 0) m.absurd();
  const back = movedThere(m, t, mm, start, target, len);
  const undone = back > 0;
  const pages = undone ? back : len;
  if (!(pages > 0) || Number.isNaN(target)) return;
  const at = m.at();
  const shift = target - start;
  // only entries are moved: a page that is not mapped there any more stays behind
  const pins = m.pinsIn(mm, start, start + pages).filter((pin) => isThere(mm, pin));
  const moving = new Set(pins);
  const under = m.pinsIn(mm, target, target + pages).filter((pin) => !moving.has(pin));
  m.shift(mm, start, start + pages, shift);
  if (m.unmapped.size > 0) moveUnmapped(m, mm, start, start + pages, shift);
  for (const pin of under) {
    const page = m.mapped(mm, pin.where);
    if (Number.isNaN(page)) continue;
    m.step([pin], PARTED_BY.move, at, page);
    m.test(pin, page, 'move');
  }
  t.gone = { mm, start, end: start + pages, to: undone ? undefined : target };
  const by = { foreign: undefined, kernel: false };
  beginAlteration(m, t, mm, { kind: 'move', start, end: start + pages, at, by, shift });
  if (pins.length > 0) mm.note(new RangeOp('move', start, start + pages, at));
  for (const pin of pins) {
    dropPin(mm, pin);
    moved(m.pinsByPage.get(pin.page));
    const where = pin.where + shift;
    pin.movedTo = where === pin.vpn ? undefined : where;
    addPin(mm, pin);
    if (undone && pin.steps.at(-1)?.role === 'move') pin.steps.pop();
    else pin.steps.push(new Step('move', at));
  }
  m.emit('move', { mm, from: start, to: target, bytes: pages * m.machine.pageBytes, undone, at, pins });
}
