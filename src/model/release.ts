// Releases of pins (E5). One release appears on several levels (unpin_user_pages() calls unpin_user_page() calls
// gup_put_folio()). It takes effect at the first line that reports it; the lines of the inner functions are its echo,
// recognised by their page and their task or interrupt (docs/decisions/0004).
import { fnIndex } from '../vocabulary/functions.ts';
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { MAX_ERRNO } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import { begin, hears, Level, MOST_PAGES, unheard } from './echo.ts';
import type { Given, Release, Task } from './frames.ts';
import type { Model } from './model.ts';
import { isPinnedByBio, isZeroOfBio, pinnedTwice } from './of-bio.ts';
import { isEither, releasedOfFile } from './of-file.ts';
import type { PageId } from './page-table.ts';
import { unmatched } from './pipes.ts';
import { MOST_ASKED } from './printed.ts';
import type { Io, Pin, PinCall } from './state.ts';
import { undo } from './undo.ts';
import { giveBack, letGo, type Named, pinsOf } from './whose.ts';

const UNPIN_PAGES = fnIndex('unpin_user_pages');
/** Pins that are searched at once for those that a line may mean. */
const MOST_HELD = 4096;
/** Size of an entry of an array of pages; all kernels that are read are 64-bit. */
const POINTER = 8;

/** Kinds that may occur between a release and its echo: I/O completions run in interrupts, at any time. */
const WITHIN = new Set([
  Kind.unpin,
  Kind.unpinFolio,
  Kind.unpinPages,
  Kind.unpinRange,
  Kind.putFolio,
  Kind.bioEnd,
  Kind.bioRelease,
]);

/** A number of pages or references given back, as printed; an array of none is allowed. */
function counted(m: Model, n: number, least = 1): number {
  if (n < least || n > MOST_ASKED) m.absurd();
  return n;
}

/** Called before each event of a task: any event other than a release ends the call that released pages. */
export function leaveRelease(m: Model, t: Task, kind: number): void {
  if (t.release === undefined || WITHIN.has(kind)) return;
  // an inner function repeated some of the pages assumed to be released, but not others
  const { items } = t.release;
  if (items.some((x) => x.guessed && x.level === Level.folio))
    for (const x of items) if (x.guessed && x.refs > 0 && x.level !== Level.folio) m.counts.untold++;
  t.release = undefined;
  m.releasing.delete(t);
}

/** unpin_user_pages(), unpin_user_pages_dirty_lock(). */
export function unpinPages(m: Model, t: Task, r: Float64Array, o: number): void {
  const { n, p0, p1, p2, p3 } = SlotOf.unpinPages;
  // the error of a GUP call, handed on by a driver: WARN_ON(IS_ERR_VALUE(npages)), and nothing is given back
  if (r[o + n] < 0 && r[o + n] >= -MAX_ERRNO) return;
  const said = counted(m, r[o + n], 0);
  const shown = [p0, p1, p2, p3].slice(0, said > 0 ? said : 0);
  const pages = shown.map((s) => m.pageOf(r[o + s])).filter((p) => !Number.isNaN(p));
  const level = r[o + Slot.FN] === UNPIN_PAGES ? Level.pages : Level.dirty;
  announce(m, t, level, pages, said > 0 ? said : pages.length);
}

/** unpin_user_page_range_dirty_lock(): consecutive pages. */
export function unpinRange(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.pageOf(r[o + Slot.PAGE]);
  const said = r[o + SlotOf.unpinRange.n];
  const n = counted(m, said) > 0 ? said : 1;
  if (Number.isNaN(page)) return;
  // whatever the count is, only pinned pages can be released
  const pages = n === 1 ? [page] : m.pinsByPage.keysIn(page, page + n);
  if (pages.length === 0) pages.push(page);
  else if (pages.length < n) m.counts.unmatched++;
  announce(m, t, Level.dirty, pages, pages.length);
}

export function unpin(m: Model, t: Task, r: Float64Array, o: number): void {
  one(m, t, m.pageOf(r[o + Slot.PAGE]), 1, Level.page, 'page');
}

/** unpin_user_folio(): names the folio, whichever of its pages is released. */
export function unpinFolio(m: Model, t: Task, r: Float64Array, o: number): void {
  const n = r[o + SlotOf.unpinFolio.n];
  one(m, t, m.pageOf(r[o + Slot.PAGE]), counted(m, n) > 0 ? n : 1, Level.page, 'folio');
}

/** gup_put_folio(), put_compound_head(): the innermost level; names the folio. */
export function putFolio(m: Model, t: Task, r: Float64Array, o: number): void {
  const refs = r[o + SlotOf.putFolio.refs];
  one(m, t, m.pageOf(r[o + Slot.PAGE]), counted(m, refs) >= 0 ? refs : 1, Level.folio, 'folio');
}

/** A bio releases its pages. */
export function releaseIo(m: Model, t: Task, io: Io): void {
  const at = m.at();
  const over = (pin: Pin): void => {
    if (!isInAnother(m, pin, io)) letGo(m, pin, 'page', 1, at, 'bio');
  };
  // put_page() of FOLL_GET calls no inner function that could repeat it
  for (const pin of io.pins.filter((p) => p.call.kind === 'GET')) over(pin);
  const pins = io.pins.filter((p) => p.call.kind === 'PIN');
  if (pins.length + io.zeros.length === 0) return;
  const { items } = begin(m, t, Level.bio, at, pins.length);
  for (const page of io.zeros) items.push({ page, folio: page, refs: 1, level: Level.bio, guessed: false });
  for (const pin of pins) {
    items.push({ page: pin.page, folio: pin.hold?.folio ?? pin.page, refs: 1, level: Level.bio, guessed: false });
    over(pin);
  }
}

/**
 * A page of which fs/direct-io.c puts parts into several bios has a reference for each. A bio to which nothing was added
 * is a clone of another, and has none.
 */
const isInAnother = (m: Model, { call, ios }: Pin, io: Io): boolean =>
  m.recorded(Kind.bioEnd) &&
  ios.some((x) => x !== io && x.endedAt === undefined && (call.kind === 'PIN' || x.added > 0));

function one(m: Model, t: Task, page: PageId, refs: number, level: number, named: Named): void {
  if (Number.isNaN(page) || !(refs > 0)) return;
  const outer = t.release;
  if (outer !== undefined) {
    const left = unheard(outer, page, refs, level);
    if (left === 0) return;
    if (left < refs) {
      // the pages of one folio go back at once: further ones are behind those which the outer function did not show
      if (outer.unnamed >= left && level > outer.level) unshown(m, t, outer, page, left, level, named);
      else m.counts.unmatched++;
      return;
    }
  }
  // a reference taken by the current call is dropped before it returns
  const isUndone = t.gup !== undefined && undo(m, t.gup, page, refs, named === 'folio');
  if (isUndone || (named === 'page' && (isPinnedByBio(m, t, page) || isZeroOfBio(m, t, page)))) {
    begin(m, t, level, m.at(), 0).items.push({ page, folio: page, refs, level, guessed: false });
    return;
  }
  const twice = pinnedTwice(m, t, page, refs);
  if (twice !== undefined) {
    const release = begin(m, t, level, m.at(), refs);
    release.items.push({ page: twice.page, folio: twice.hold?.folio ?? page, refs, level, guessed: false });
    letGo(m, twice, 'page', refs, release.at, 'unpin');
    return;
  }
  if (outer !== undefined && outer.unnamed >= refs && level > outer.level) {
    unshown(m, t, outer, page, refs, level, named);
    return;
  }
  const pin = give(m, t, begin(m, t, level, m.at(), refs), page, refs, level, named);
  if (named === 'page' && pin?.call.kind === 'PIN' && pin.call.at.pid === t.pid) t.unpinned = pin;
}

/** An inner function names pages that the outer one did not show. */
function unshown(m: Model, t: Task, outer: Release, page: PageId, refs: number, level: number, named: Named): void {
  outer.unnamed -= refs;
  m.counts.untold -= refs;
  give(m, t, outer, page, refs, level, named);
  if (outer.unnamed === 0) for (const pin of outer.maybe) if (pin.unsure === outer) pin.unsure = undefined;
}

/** How the functions of a level name each of several pages. */
const namedAt = (level: number): Named => (level === Level.pages ? 'array' : 'page');

/** Several pages are released, of which the line shows the first four, or all. */
function announce(m: Model, t: Task, level: number, pages: readonly PageId[], n: number): void {
  const outer = t.release;
  if (outer !== undefined && outer.level < level) {
    if (pages.length === 0) {
      if (outer.n === n) return;
    } else if (pages.every((page) => outer.items.some((x) => hears(x, page, level)))) {
      // unpin_user_pages_dirty_lock() without dirtying calls unpin_user_pages(): the same release again
      for (const page of pages) unheard(outer, page, 1, level);
      return;
    }
  }
  const release = begin(m, t, level, m.at(), n);
  let last: Pin | undefined;
  let inOrder = true;
  let undone = 0;
  for (const page of pages) {
    if (t.gup !== undefined && undo(m, t.gup, page, 1)) {
      undone++;
      release.items.push({ page, folio: page, refs: 1, level, guessed: false });
      continue;
    }
    const pin = give(m, t, release, page, 1, level, namedAt(level));
    inOrder &&= pin !== undefined && (last === undefined || follows(m, last, pin));
    last = pin;
  }
  const left = Math.min(n, MOST_PAGES) - pages.length;
  if (t.gup !== undefined && undone > 0 && undone === pages.length) {
    // a call gives back all it has grabbed, to migrate some of it (check_and_migrate_movable_pages())
    for (let i = 0; i < left && t.gup.grabs.length > 0; i++) {
      const [{ page, folio }] = t.gup.grabs;
      undo(m, t.gup, page, 1);
      release.items.push({ page, folio, refs: 1, level, guessed: true });
    }
    return;
  }
  rest(m, release, inOrder ? last : undefined, left, level);
}

/**
 * The pages that the line does not show. If the first ones are neighbours of one call, in its order, the array is that
 * of the call and continues in the same order. Otherwise they are unknown, and the possible pins become uncertain.
 */
function rest(m: Model, release: Release, last: Pin | undefined, left: number, level: number): void {
  let behind = 0;
  if (last !== undefined && level !== Level.bio) {
    let from = last;
    for (let ahead = 1; behind < left; behind++, ahead++) {
      let pin = next(m, from, ahead);
      if (pin === undefined) {
        pin = continued(m, from, ahead);
        if (pin === undefined) break;
        from = pin;
        ahead = 0;
      }
      const folio = pin.hold?.folio ?? pin.page;
      release.items.push({ page: pin.page, folio, refs: 1, level, guessed: true });
      letGo(m, pin, namedAt(level), 1, release.at, 'unpin');
    }
  }
  release.unnamed = Math.max(0, left - behind);
  if (release.unnamed === 0) return;
  const calls = new Set(release.calls);
  if (calls.size === 0) {
    release.unnamed = 0;
    return;
  }
  m.counts.untold += release.unnamed;
  let possible = 0;
  for (const { pins } of calls) for (const pin of pins) if (doubt(release, pin)) possible++;
  // the array has pages of other calls too
  const [call] = calls;
  if (possible >= release.unnamed || m.held.size > MOST_HELD) return;
  for (const pin of m.held)
    if (pin.call.kind === 'PIN' && pin.call.mm === call.mm && pin.owner === undefined) doubt(release, pin);
}

/** A pin may be among the pages that no line names. */
function doubt(release: Release, pin: Pin): boolean {
  if (!pin.live || pin.unsure !== undefined) return false;
  pin.unsure = release;
  release.maybe.push(pin);
  return true;
}

/**
 * The pin that follows in the array of pages if a second call filled it from where the first one ended: drivers pin in a
 * loop (i915_gem_userptr_submit_init(), sev_pin_memory()) and release all of it at once.
 */
function continued(m: Model, pin: Pin, ahead: number): Pin | undefined {
  const { call, mm } = pin;
  const end = pin.where + ahead;
  if (mm === undefined || m.vpn(call.addr) + call.ret !== end) return undefined;
  return m.pinsAt(mm, end).find((p) => isContinuedBy(call, p.call));
}

/** The second call filled the array from where the first one ended. */
const isContinuedBy = (call: PinCall, by: PinCall): boolean =>
  by !== call && by.at.pid === call.at.pid && by.pages === call.pages + POINTER * call.ret;

/** The second pin is behind the first in the array of pages. */
function follows(m: Model, first: Pin, { call, mm, where }: Pin): boolean {
  if (where !== first.where + 1 || mm !== first.mm) return false;
  return call === first.call || (m.vpn(first.call.addr) + first.call.ret === where && isContinuedBy(first.call, call));
}

/** The page that the same call pinned this many pages later. */
function next(m: Model, pin: Pin, pages: number): Pin | undefined {
  if (pin.mm !== undefined) return m.pinsAt(pin.mm, pin.where + pages).find((p) => p.call === pin.call);
  // the pins of a call are in the order of its addresses, and have not moved
  const behind = pin.call.pins[pin.vpn - pin.call.pins[0].vpn + pages];
  return behind?.live ? behind : undefined;
}

/** Release a page, or pages of a folio. Returns its pin, if the trace shows which it was. */
function give(
  m: Model,
  t: Task,
  release: Release,
  page: PageId,
  refs: number,
  level: number,
  named: Named,
): Pin | undefined {
  const pins = named !== 'folio' ? pinsOf(m, page, page) : (m.pinsByFolio.get(page) ?? m.pinsByPage.get(page));
  const item: Given = { page, folio: page, refs, level, guessed: false };
  release.items.push(item);
  if (pins === undefined) {
    if (!releasedOfFile(m, page, refs)) unmatched(m, page, refs);
    return undefined;
  }
  if (isEither(m, page, refs)) return undefined;
  item.folio = pins[0].hold?.folio ?? page;
  const pin = giveBack(m, pins, page, named, refs, release.at, t.pid);
  if (pin !== undefined) release.calls.push(pin.call);
  return pin;
}
