// Determines which pin an unpin belongs to, from the page, the number of references, and the pinning task. If several
// pins remain whose pages should be mapped at different addresses, none of them is closed before as many releases were
// seen: each may still be held, and none is reported as held.
import { isIoUring } from '../vocabulary/callers.ts';
import { Kind } from '../vocabulary/kinds.ts';
import type { At } from './at.ts';
import { isCounted, isMixed, isOpen, MANY, Unsettled, unsettledOf } from './crowd.ts';
import { isInner } from './gup.ts';
import type { Hold } from './hold.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';
import type { ReleasedBy } from './pin.ts';
import type { Pin } from './state.ts';

/** Longest list of a folio's pins that is searched for the references it consists of. */
const MOST = 4096;

/** Live pins on a page, else those on its folio. */
export function pinsOf(m: Model, page: PageId, folio: PageId): readonly Pin[] | undefined {
  return m.pinsByPage.get(page) ?? m.pinsByFolio.get(folio) ?? m.pinsByFolio.get(page);
}

/** What a release says of a page: only its folio, the page itself, or the page as one of the array of unpin_user_pages(). */
export type Named = 'folio' | 'page' | 'array';

/**
 * An unpin of a page or folio: release `refs` references of one of its `pins`.
 * @param pid of the task that releases
 * @returns the pin, if it is known which
 */
export function giveBack(
  m: Model,
  pins: readonly Pin[],
  page: PageId,
  named: Named,
  refs: number,
  at: At,
  pid: number,
): Pin | undefined {
  // more than is known of: others were taken, and not recorded
  if (refs > pins.length && pins.length <= MOST && refs > referencesOf(pins)) m.counts.unmatched++;
  const few = fewOf(pins);
  if (few === undefined) {
    lost(m, pins, refs, at);
    return undefined;
  }
  const pool = few.length === 1 ? few : candidates(m, few, refs, pid);
  const best = pool.find((p) => p.page === page) ?? pool[0];
  if (pool.length > 1 && pool.some((p) => !alike(p, best))) {
    unsettled(m, pool, refs, at, 'unpin');
    return undefined;
  }
  letGo(m, best, refs === 1 && best.page === page ? named : 'folio', refs, at, 'unpin');
  return best;
}

function referencesOf(pins: readonly Pin[]): number {
  const holds = new Set(pins.map((pin) => pin.hold ?? pin));
  return [...holds].reduce((sum, h) => sum + ('refs' in h ? h.refs : 1), 0);
}

/**
 * One of these pins is released.
 * @returns whether it matters which, so that none of them is certain
 */
export function isOneOf(m: Model, pins: readonly Pin[], at: At, by: ReleasedBy): boolean {
  if (pins.every((p) => alike(p, pins[0]))) return false;
  unsettled(m, pins, 1, at, by);
  return true;
}

/** At most MANY pins that stand for all; undefined if there are too many different ones. */
function fewOf(pins: readonly Pin[]): readonly Pin[] | undefined {
  if (pins.length <= MANY) return pins;
  // if all are equivalent, any of them will do, and removing from the end of a list is cheap
  if (isCounted(pins) && !isMixed(pins)) return pins.slice(-MANY);
  if (pins.length > MOST) return undefined;
  const one = new Map<Hold<Pin> | Pin, Pin>();
  for (const pin of pins) {
    one.set(pin.hold ?? pin, pin);
    if (one.size > MANY) return undefined;
  }
  return [...one.values()];
}

/** Whether two pins are at the same address of the same process, and for the same, so that it does not matter which is released. */
const alike = (a: Pin, b: Pin): boolean =>
  (a.mm === b.mm && a.where === b.where && a.page === b.page && a.call.write === b.call.write) ||
  (a.hold !== undefined && a.hold === b.hold);

function candidates(m: Model, pins: readonly Pin[], refs: number, pid: number): readonly Pin[] {
  const prefer = (list: readonly Pin[], test: (p: Pin) => boolean): readonly Pin[] => {
    const some = list.filter(test);
    return some.length > 0 ? some : list;
  };
  let pool = prefer(pins, (p) => p.call.kind === 'PIN');
  pool = prefer(pool, (p) => (p.hold?.refs ?? 1) >= refs);
  pool = prefer(pool, (p) => p.ios.every((x) => x.endedAt !== undefined));
  // a bio releases its own (bio_release_pages()), and says so
  if (m.recorded(Kind.bioRelease)) pool = prefer(pool, (p) => p.owner !== 'bio');
  pool = prefer(pool, (p) => p.call.at.pid === pid);
  // of the same call or at the same address: prefer the one with this reference count
  return pool.every((p) => alike(p, pool[0])) ? prefer(pool, (p) => p.hold?.refs === refs) : pool;
}

/** It is not known which pin was released; when as many are released as there are, all have ended. */
function lost(m: Model, pins: readonly Pin[], refs: number, at: At): void {
  const group = unsettledOf(pins, at);
  group.given += refs;
  // each pin has at least one reference
  if (group.given >= pins.length) settle(m, group, at, 'unpin');
}

function unsettled(m: Model, pool: readonly Pin[], refs: number, at: At, by: ReleasedBy): void {
  const holds = new Set(pool.map((p) => p.hold ?? p));
  const groups = new Set<Unsettled>();
  for (const { unsure } of pool) if (unsure instanceof Unsettled) groups.add(unsure);
  for (const group of groups) if (![...group.open()].every((one) => holds.has(one))) groups.delete(group);
  const [known] = groups;
  if (known !== undefined && pool.every((p) => p.unsure === known)) {
    known.given += refs;
    settle(m, known, at, by);
    return;
  }
  // other pins have come since: what was given back of the first ones, and is not known whose it was, counts for all
  let given = refs;
  for (const group of groups) given += group.given;
  const pins = [...holds].flatMap((h) => ('pins' in h ? h.pins.filter(isOpen) : [h]));
  const group = new Unsettled(at, pins, given, [...holds]);
  for (const pin of group.pins) pin.unsure = group;
  settle(m, group, at, by);
}

/** As many references were released as these pins have: all of them have ended. */
function settle(m: Model, group: Unsettled, at: At, by: ReleasedBy): void {
  let refs = 0;
  for (const one of group.open()) refs += 'refs' in one ? one.refs : 1;
  if (group.given < refs) return;
  for (const pin of group.pins.filter(isOpen)) m.close(pin, at, by);
}

/**
 * Subtract `refs` from a hold. A named page of a large folio ends with its own reference. If only the folio is named, any
 * of its pages may have ended, unless its owner keeps using all of them by one reference, which only io_uring does:
 * io_coalesce_buffer() gives back the rest of the array, in later kernels as pages of the folio.
 */
export function letGo(m: Model, pin: Pin, named: Named, refs: number, at: At, by: ReleasedBy): void {
  const group = pin.unsure;
  const h = pin.hold;
  if (h === undefined) m.close(pin, at, by);
  else {
    h.refs -= refs;
    if (h.refs <= 0) for (const p of h.pins) m.close(p, at, by);
    else if (named === 'page') m.close(pin, at, by);
    else {
      const keeps = keepsFolio(m, pin);
      if (named === 'folio' && keeps !== true && pin.unsure === undefined) for (const p of h.pins) p.unsure ??= { at };
      if (named === 'array' && keeps === undefined) pin.unsure ??= { at };
      if (named === 'array' && keeps === false) m.close(pin, at, by);
    }
  }
  if (group instanceof Unsettled) settle(m, group, at, by);
}

/** Whether the page may be used as long as another of its folio is held; undefined: nothing shows who took it. */
export function keepsFolio(m: Model, { call }: Pin): boolean | undefined {
  if (!call.longterm && !isInner(call.fn)) return false;
  return isIoUring(isInner(call.fn) ? undefined : m.symbols[call.caller]);
}
