// Why: if no line tells which of several pins a release has ended, nothing is certain about each of them. Still, if the
// same happened to the pages of all of them before all were released, it happened to one that was held.
import type { At } from '../../model/at.ts';
import { Unsettled } from '../../model/crowd.ts';
import type { Model } from '../../model/model.ts';
import type { Pin } from '../../model/state.ts';
import { keepsFolio } from '../../model/whose.ts';
import type { Group } from './drafts.ts';

/** The pin may have been released before, by a release that does not identify its pin. */
export const isUnsure = (pin: Pin, at: At | undefined): boolean =>
  pin.unsure !== undefined &&
  // a doubt about the place where it was taken applies to all its life
  (at === undefined || at.order <= pin.call.heldAt.order || pin.unsure.at.order < at.order);

/**
 * Pins in doubt of which one was held.
 * @param isBad whether what is reported about a pin is more than a note
 */
export function oneOfSeveral(m: Model, groups: readonly Group[], isBad: (g: Group) => boolean): ReadonlySet<Pin> {
  const hits = new Map<string, Set<Pin>>();
  for (const g of groups) {
    const { rule, report } = g.main;
    const { pin } = report;
    const when = g.drift?.at ?? report.at;
    if (pin?.unsure === undefined || when === undefined || when.order <= pin.unsure.at.order || !isBad(g)) continue;
    const hit = hits.get(rule.meta.id);
    if (hit === undefined) hits.set(rule.meta.id, new Set([pin]));
    else hit.add(pin);
  }
  return new Set([...hits.values()].flatMap((hit) => [...hit].filter((pin) => areHit(m, pin, hit))));
}

/** All of the pins that the release may have ended are among these, or are of io_uring and have the folio of one that is. */
function areHit(m: Model, pin: Pin, hit: ReadonlySet<Pin>): boolean {
  const isHit = (p: Pin): boolean =>
    hit.has(p) || (keepsFolio(m, p) === true && p.hold?.pins.some((one) => hit.has(one)) === true);
  return pin.unsure instanceof Unsettled && pin.unsure.pins.includes(pin) && pin.unsure.pins.every(isHit);
}
