// GUP calls: from the call over the speculative grabs to the pins it returns (E1-E4, mm/gup.c).
import { FUNCTIONS, fnIndex } from '../vocabulary/functions.ts';
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { alterationsOf } from './altering.ts';
import type { At } from './at.ts';
import { Before, type GupFrame, type Task } from './frames.ts';
import { hold } from './gup-hold.ts';
import type { Model } from './model.ts';
import { pinnedOfFile } from './of-file.ts';
import { setMm } from './runs-in.ts';
import type { ForkFrame, Mm, PinCall } from './state.ts';
import { endGup, watchChanges } from './under-way.ts';
import { ownMm } from './whose-mm.ts';
import { unpaired, withinGup } from './within.ts';

const LOCKLESS = new Set([fnIndex('internal_get_user_pages_fast'), fnIndex('gup_fast_fallback')]);
/** They return what the lockless function returns. */
const FAST = new Set([fnIndex('get_user_pages_fast'), fnIndex('pin_user_pages_fast')]);
const SLOW = fnIndex('__get_user_pages');
const REMOTE = new Set([fnIndex('get_user_pages_remote'), fnIndex('pin_user_pages_remote')]);
const GRAB_FOLIO = fnIndex('try_grab_folio');
const FOLL_PIN = 0x80000;
const isPinApi = (fn: number): boolean => FUNCTIONS[fn]?.name.startsWith('pin_') === true;
/** The function that walks the page tables, inside the API function. */
export const isInner = (fn: number): boolean => LOCKLESS.has(fn) || fn === SLOW;

const FOLL_WRITE = 0x1;
// API-level flags never contain FOLL_TOUCH, so FOLL_LONGTERM can be recognised by its bit in both layouts
const LONGTERM = 0x10000 | 0x100;
// FOLL_PIN on an inner function whose caller was not recorded. 0x80000 is FOLL_PIN since v6.3 (FOLL_FAST_ONLY before,
// together with FOLL_GET 0x4); 0x40000 is FOLL_PIN before and FOLL_REMOTE since, together with FOLL_GET 0x2 and
// FOLL_TOUCH 0x10000
const pinBit = (flags: number): boolean =>
  ((flags & 0x80000) !== 0 && (flags & 0x4) === 0) || ((flags & 0x40000) !== 0 && (flags & 0x10002) !== 0x10002);

export function gup(m: Model, t: Task, r: Float64Array, o: number): void {
  const fn = r[o + Slot.FN];
  const at = m.at();
  const mm = m.mm(r[o + Slot.MM]);
  const inside = t.gup;
  if (
    inside !== undefined &&
    (isInner(fn) || !isInner(inside.fn)) &&
    inside.stack.length < 8 &&
    !inside.stack.includes(fn)
  ) {
    // an inner function of the same call
    if (isInner(fn)) withinGup(m, inside, m.machine.untagged(r[o + Slot.ADDR]));
    inside.stack.push(fn);
    inside.lastAt = at;
    if (mm !== undefined) inside.mm = mm;
    if (
      mm !== undefined &&
      t.mm === undefined &&
      inside.stack.some((outer) => LOCKLESS.has(outer) || FAST.has(outer))
    ) {
      // internal_get_user_pages_fast() goes on for current->mm
      t.borrows = true;
      setMm(m, t, mm);
    }
    if (isInner(fn)) inside.flags = r[o + SlotOf.gup.flags];
    if (Number.isNaN(inside.pages)) inside.pages = r[o + SlotOf.gup.pages];
    return;
  }
  if (inside !== undefined) {
    if (m.seen[Kind.gupRet] > 0) m.tear('calls');
    finishGup(m, t, inside, Number.NaN, at);
  }
  t.passed = undefined;
  t.gup = {
    stack: [fn],
    at,
    fn,
    mm,
    addr: m.machine.untagged(r[o + Slot.ADDR]),
    nr: r[o + SlotOf.gup.nr],
    apiFlags: r[o + SlotOf.gup.flags],
    flags: r[o + SlotOf.gup.flags],
    pages: r[o + SlotOf.gup.pages],
    caller: callerOf(r, o),
    grabs: [],
    walkAddr: Number.NaN,
    array: [],
    ret: Number.NaN,
    shown: undefined,
    lastAt: at,
    undone: 0,
    watches: undefined,
    watchedFrom: undefined,
    changes: undefined,
  };
}

export function gupRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.gup;
  const fn = r[o + Slot.FN];
  const ret = r[o + SlotOf.gupRet.ret];
  m.returning[fn] = 1;
  if (f === undefined) {
    if (t.passed?.includes(fn) === true) return;
    if (isInner(fn) && (t.before & Before.gup) !== 0) {
      m.strays.returns(r[o + Slot.CPU], 'gup', m.at());
      return;
    }
    // the call began before the trace: it holds pages that no line names
    if (unpaired(m, t, 'gup') && ret > 0) m.counts.begun += ret;
    return;
  }
  // the API functions of the lockless path return what it returned
  if (ret > f.nr || (LOCKLESS.has(fn) && f.shown !== undefined && f.shown !== ret)) m.absurd();
  if (LOCKLESS.has(fn)) f.shown = ret;
  const depth = f.stack.lastIndexOf(fn);
  // what it called has returned, too
  if (depth === f.stack.length - 1) m.strays.close(f);
  const at = m.at();
  f.lastAt = at;
  if (f.caller < 0 && (depth <= 0 || f.stack.length === 1)) f.caller = callerOf(r, o);
  if (depth < 0) {
    // return of an inner function without its entry; the call itself has not ended
    if (isInner(fn) && !isInner(f.fn)) return;
    finishGup(m, t, f, ret, at, true);
    return;
  }
  f.stack.length = depth;
  if (depth !== 0) f.ret = ret;
  else {
    if (FAST.has(fn) && f.shown !== undefined && f.shown !== ret) m.absurd();
    finishGup(m, t, f, ret, at, true);
  }
}

/**
 * An event outside of this call: the call has ended, unless the event can occur in a fault or an interrupt and the
 * return will be recorded.
 */
export function passGup(m: Model, t: Task, f: GupFrame, around: boolean): void {
  const returns = f.stack.some((fn) => m.returning[fn] === 1);
  if (around) {
    if (returns) return;
    t.passed = f.stack;
  } else if (returns) m.tear('calls');
  finishGup(m, t, f, f.ret, f.lastAt);
}

// converted to a small integer in both cases, because the field has held -1 first
const callerOf = (r: Float64Array, o: number): number => (r[o + Slot.SYM] >= 0 ? r[o + Slot.SYM] | 0 : -1);

/** follow_page() takes references outside of GUP calls too (KSM, move_pages()), but never with FOLL_PIN. */
export function grab(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.gup;
  const page = m.pageOf(r[o + Slot.PAGE]);
  if (f === undefined) {
    const flags = r[o + SlotOf.grab.flags];
    if (Number.isNaN(page) || !pinBit(flags)) return;
    if (!isOutside(m, t)) return;
    const isAlone = r[o + Slot.FN] === GRAB_FOLIO && (flags & ~FOLL_PIN) === 0;
    if (!isAlone || !pinnedOfFile(m, t, page, r[o + SlotOf.grab.refs])) m.tear('rets');
    return;
  }
  if (Number.isNaN(page)) return;
  const at = m.at();
  f.lastAt = at;
  // at least one (WARN_ON_ONCE), and one for each page that the call wants
  const refs = r[o + SlotOf.grab.refs];
  if (refs <= 0 || refs > f.nr) m.absurd();
  const last = f.grabs.at(-1);
  const slow = f.stack.includes(SLOW);
  f.grabs.push({
    page,
    refs: refs >= 0 ? refs : 1,
    // __get_user_pages() of v6.5 to v6.10: a reference for the first page of a leaf, and the others, by the same page
    behind: slow && last !== undefined && last.page === page && last.refs === 1 ? 1 : 0,
    addr: f.walkAddr,
    // the lockless walk names the page, and the return of the grab its folio
    folio: slow ? page : m.folios.headOf(page),
    from: 'grab',
    at,
    slow,
    duringFork: forkUnderWay(m, t, f.mm ?? t.mm),
    under: alterationsOf(m, f.mm ?? t.mm),
  });
  watchChanges(t, f);
  if (Number.isNaN(f.flags)) f.flags = r[o + SlotOf.grab.flags];
}

/** Whether a task in no known GUP call is in none. */
const isOutside = (m: Model, t: Task): boolean =>
  m.seen[Kind.gup] > 0 && t.passed === undefined && (t.before & Before.gup) === 0;

/** What occurs only inside of a GUP call: lines are missing, unless the trace began in the call or it ended unseen. */
function withoutCall(m: Model, t: Task): void {
  if (isOutside(m, t)) m.tear('rets');
}

/** Another task is in a fork of the address space; if events are missing since it began, its end may be one of them. */
function forkUnderWay(m: Model, t: Task, mm: Mm | undefined): ForkFrame | undefined {
  const gap = m.gaps.at(-1)?.at.order ?? 0;
  if (mm?.forks !== undefined) for (const f of mm.forks) if (f !== t.fork && f.at.order > gap) return f;
  return undefined;
}

export function grabRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const g = t.gup?.grabs.at(-1);
  if (g === undefined) return;
  const head = m.page(r[o + Slot.PAGE]);
  // NULL: the folio was gone or the check failed; no reference was taken
  if (Number.isNaN(head)) t.gup?.grabs.pop();
  else m.folios.beginsAt(head);
  if (g.page - head >= 0 && g.page - head < 1 << 18) g.folio = head;
}

export function followPte(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.gup;
  if (f === undefined) return;
  f.walkAddr = r[o + Slot.ADDR];
  f.lastAt = m.at();
  const mm = m.mm(r[o + Slot.MM]);
  if (mm !== undefined) f.mm = mm;
}

export function followPteRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.gup;
  if (f === undefined) return;
  f.lastAt = m.at();
  const page = m.page(r[o + Slot.PAGE]);
  const addr = f.walkAddr;
  f.walkAddr = Number.NaN;
  if (Number.isNaN(page)) return;
  const g = f.grabs.at(-1);
  if (g !== undefined && g.addr === addr && !Number.isNaN(addr)) {
    // the walk names the sub-page; the grab may have named its folio
    if (g.page !== page) g.folio = g.page;
    g.page = page;
    g.from = 'follow';
  } else if (!Number.isNaN(addr) && f.nr > 0) {
    // no grab line: the zero page is not counted since c8070b787519 ("mm: Don't pin ZERO_PAGE in pin_user_pages()") (in
    // v6.5)
    f.grabs.push({
      page,
      refs: 1,
      behind: 0,
      addr,
      folio: m.folios.headOf(page),
      from: 'follow',
      at: m.at(),
      slow: true,
      duringFork: undefined,
      under: undefined,
    });
    watchChanges(t, f);
  }
}

export function pinPages(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.gup;
  const { p0, p1, p2, p3, ret } = SlotOf.pinPages;
  if (f === undefined) {
    // its own return may come first
    if (r[o + ret] > 0 && t.previous !== Kind.gupRet) withoutCall(m, t);
    return;
  }
  const shown = [p0, p1, p2, p3].slice(0, r[o + ret] > 0 ? r[o + ret] : 0);
  f.lastAt = m.at();
  f.array = shown.map((slot) => m.pageOf(r[o + slot]));
  const addr = m.machine.untagged(r[o + Slot.ADDR]);
  if (Number.isNaN(f.addr)) f.addr = addr;
  else withinGup(m, f, addr);
  if (!Number.isNaN(r[o + ret])) f.shown = r[o + ret];
}

/** The call has ended: the pages it returned become pins (E4). */
export function finishGup(m: Model, t: Task, f: GupFrame, ret: number, at: At, returned = false): void {
  endGup(t);
  m.counts.calls++;
  // pages == NULL: populate only, no pin (__get_user_pages(), mlock, MAP_POPULATE)
  if (f.pages === 0) return;
  if (isInner(f.fn) && f.grabs.length === 0 && f.array.length === 0) return;
  const remote = REMOTE.has(f.fn);
  const mm = f.mm ?? (remote ? undefined : ownMm(m, t, f));
  const own = m.mmOf(t);
  const seenRet = !Number.isNaN(ret);
  const asked = Number.isNaN(f.apiFlags) ? f.flags : f.apiFlags;
  if (!isInner(f.fn)) countLayout(m, f);
  const call: PinCall = {
    fn: f.fn,
    kind: isPinApi(f.fn) || (isInner(f.fn) && pinBit(f.flags)) ? 'PIN' : 'GET',
    write: Number.isNaN(asked) ? undefined : (asked & FOLL_WRITE) !== 0,
    longterm: !isInner(f.fn) ? (f.apiFlags & LONGTERM) !== 0 : false,
    remote,
    foreign: mm !== undefined && own !== undefined && own !== mm,
    worker: t.borrows || (own === undefined ? undefined : false),
    flags: f.flags,
    mm,
    addr: f.addr,
    nr: f.nr,
    ret,
    returned,
    pages: f.pages,
    caller: f.caller,
    at: f.at,
    heldAt: at,
    pins: [],
  };
  if (seenRet && ret <= 0) {
    m.emit('pinFailed', { call, at });
    return;
  }
  if (f.addr < 0 && f.addr !== GATE) m.absurd();
  const count = seenRet ? Math.min(ret, f.nr > 0 ? f.nr : ret) : Math.max(f.grabs.length, f.array.length);
  hold(m, t, call, f, count);
  if (seenRet && f.nr > ret) m.emit('pinFailed', { call, at });
}

/** The only page that GUP finds above the addresses of user space: vsyscall (x86). */
const GATE = -0xa00000;

const FOLL_LAYOUT_BITS = { longterm: [0x10000, 0x100], pin: [0x40000, 0x80000], get: [0x4, 0x2] } as const;

/** Determines the numbering of the flags: FOLL_LONGTERM of the caller, and the flags added by inner functions. */
function countLayout(m: Model, f: GupFrame): void {
  const { get, longterm, pin } = FOLL_LAYOUT_BITS;
  const isAdded = !Number.isNaN(f.apiFlags) && f.flags !== f.apiFlags;
  const [old, now] = isAdded ? (isPinApi(f.fn) ? pin : get) : longterm;
  const flags = isAdded ? f.flags : f.apiFlags;
  // FOLL_REMOTE has the number 0x40000 that FOLL_PIN had, and FOLL_TOUCH had the 0x2 that FOLL_GET has
  if (isPinApi(f.fn) && isAdded && (flags & old) !== 0 && (flags & now) !== 0) return;
  if ((flags & old) !== 0) m.foll.old++;
  else if ((flags & now) !== 0) m.foll.new++;
}
