// Why: thousands of pins of one page (a ring buffer, the zero page) must not make each release look at all of them. What a
// list of pins is like is noted as it grows: all alike, so that any will do, or mixed, so that none is known to be meant.

import type { At } from './at.ts';
import type { Pin } from './state.ts';

/** Up to so many pins of one page are compared, one by one. */
export const MANY = 64;

/** Releases of which it is not known whose they were, and the pins that may have been meant. */
export class Unsettled {
  readonly at: At;
  readonly pins: readonly Pin[];
  given: number;

  constructor(at: At, pins: readonly Pin[], given: number) {
    this.at = at;
    this.pins = pins;
    this.given = given;
  }
}

/** Lists longer than MANY: undefined while all in them are alike, then the group that they are. */
const MIXED = new WeakMap<readonly Pin[], Unsettled | 'nobody yet'>();
const COUNTED = new WeakSet<readonly Pin[]>();

/** A list of a page's live pins gets another one. */
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

/** What is known of the pins of this list has been kept as it grew. */
export const isCounted = (list: readonly Pin[]): boolean => COUNTED.has(list);

/** Pins of several calls' kinds, tasks or addresses are in a list of more than MANY. */
export const isMixed = (list: readonly Pin[]): boolean => MIXED.has(list);

/** A pin of the list is not where it was when it came (mremap). */
export function moved(list: readonly Pin[] | undefined): void {
  if (list !== undefined && COUNTED.has(list) && !MIXED.has(list)) MIXED.set(list, 'nobody yet');
}

/** The releases of a mixed list, of which it is not known whose they were. */
export function groupOf(list: readonly Pin[], at: At): Unsettled {
  const known = MIXED.get(list);
  if (known instanceof Unsettled) return known;
  const group = new Unsettled(at, list, 0);
  for (const pin of list) pin.unsure = group;
  MIXED.set(list, group);
  return group;
}

const same = (a: Pin, b: Pin): boolean =>
  a.mm === b.mm && a.where === b.where && a.call.kind === b.call.kind && a.call.at.pid === b.call.at.pid;
