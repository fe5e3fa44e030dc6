// Why: with thousands of pins on one page (a ring buffer, the zero page), a release must not look at all of them. As a
// list of pins grows, it is recorded whether all of them are equivalent, so that any can be released, or mixed, so that
// it is not known which is released.

import type { At } from './at.ts';
import { Hold } from './hold.ts';
import type { Pin } from './state.ts';

/** Up to this many pins of one page are compared individually. */
export const MANY = 64;

/** Releases that could not be assigned to a pin, and the pins they may belong to. */
export class Unsettled {
  readonly at: At;
  readonly pins: readonly Pin[];
  given: number;
  /** the holds that they are of: one may have 2^18 of them, each given back by a line of its own */
  readonly #holds: readonly (Hold<Pin> | Pin)[] | undefined;

  constructor(at: At, pins: readonly Pin[], given: number, holds?: readonly (Hold<Pin> | Pin)[]) {
    this.at = at;
    this.pins = pins;
    this.given = given;
    this.#holds = holds;
  }

  /** The holds of those that have not been released, and those without one. */
  open(): Set<Hold<Pin> | Pin> {
    if (this.#holds === undefined) return new Set(this.pins.filter(isOpen).map((p) => p.hold ?? p));
    return new Set(this.#holds.filter((one) => (one instanceof Hold ? one.open > 0 : isOpen(one))));
  }
}

/** Whether a pin has not been released: its address space may be gone. */
export const isOpen = (p: Pin): boolean => p.state !== 'released';

/** Lists longer than MANY: undefined while all pins are equivalent, then their group. */
const MIXED = new WeakMap<readonly Pin[], Unsettled | 'nobody yet'>();
const COUNTED = new WeakSet<readonly Pin[]>();

/** A pin is added to the list of a page's live pins. */
export function crowd(list: Pin[], pin: Pin): void {
  list.push(pin);
  if (list.length <= MANY) return;
  if (!COUNTED.has(list)) {
    COUNTED.add(list);
    if (!list.every((p) => same(p, pin))) MIXED.set(list, 'nobody yet');
    return;
  }
  const group = MIXED.get(list);
  if (group === undefined) {
    if (!same(list[0], pin)) MIXED.set(list, 'nobody yet');
  } else if (group !== 'nobody yet') pin.unsure = group;
}

/** Whether the properties of this list were recorded as it grew. */
export const isCounted = (list: readonly Pin[]): boolean => COUNTED.has(list);

/** Whether a list of more than MANY pins has pins of different kinds, tasks or addresses. */
export const isMixed = (list: readonly Pin[]): boolean => MIXED.has(list);

/** A pin of the list has been moved (mremap). */
export function moved(list: readonly Pin[] | undefined): void {
  if (list !== undefined && COUNTED.has(list) && !MIXED.has(list)) MIXED.set(list, 'nobody yet');
}

/** The unassigned releases of a mixed list. */
export function unsettledOf(list: readonly Pin[], at: At): Unsettled {
  const known = MIXED.get(list);
  if (known instanceof Unsettled) return known;
  const group = new Unsettled(at, list, 0);
  for (const pin of list) pin.unsure = group;
  MIXED.set(list, group);
  return group;
}

const same = (a: Pin, b: Pin): boolean =>
  a.mm === b.mm &&
  a.where === b.where &&
  a.call.kind === b.call.kind &&
  a.call.write === b.call.write &&
  a.call.at.pid === b.call.at.pid;
