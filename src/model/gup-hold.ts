import { Kind } from '../vocabulary/kinds.ts';
import { grabbedBefore, isGoing, isSplitSince, replacedSince } from './altering.ts';
import type { At } from './at.ts';
import { isMadeExclusive } from './exclusive.ts';
import type { Grab, GupFrame, Task } from './frames.ts';
import { Hold } from './hold.ts';
import { beginningOf, isHugetlb } from './hugetlb.ts';
import { type Alteration, type Change, NO_CHANGE } from './meanwhile.ts';
import type { Model } from './model.ts';
import { pinnedForIo } from './of-bio.ts';
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import { PARTED_BY } from './pin.ts';
import { sinceGrab } from './since-grab.ts';
import { type ForkFrame, type Mm, Pin, type PinCall, Step } from './state.ts';

/** Number of the newest pins at an address that are checked, if there are thousands. */
const NEWEST = 64;

/**
 * A FOLL_GET reference not owned by a bio or a pipe is dropped by an inlined put_page(), which is not recorded. If the same
 * function fills the same pages array with the same page of this address again, the earlier reference may have ended, or
 * is held beside the new one: I/O may be asynchronous, and the array is on the stack of vmsplice(). One such reference
 * stands for all before it. That the address has another page by now says nothing about the reference on the first.
 */
function again(m: Model, { call, mm, vpn, page }: Pin): void {
  if (call.kind !== 'GET' || Number.isNaN(call.pages)) return;
  const there = mm === undefined ? m.pinsOf(page, 1) : m.pinsAt(mm, vpn);
  if (there.length === 0) return;
  const earlier = there.slice(-NEWEST).filter((p) => {
    const { kind, pages, caller, at } = p.call;
    const isSame = kind === 'GET' && pages === call.pages && caller === call.caller && at.pid === call.at.pid;
    return isSame && p.owner === undefined && p.mm === mm && p.vpn === vpn && p.page === page;
  });
  const newest = earlier.pop();
  if (newest !== undefined) newest.unsure ??= { at: call.heldAt };
  for (const p of earlier) m.close(p, call.heldAt, 'unseen');
}

/**
 * The pages that a call returned, by address. A grab whose line names the address belongs there; the others belong to
 * the remaining addresses, in order.
 */
class PagesOf {
  /** of the address taken last */
  grab: Grab | undefined;
  page: PageId = Number.NaN;
  from: Pin['pageFrom'] = 'unknown';
  readonly #m: Model;
  readonly #mm: Mm | undefined;
  readonly #array: readonly PageId[];
  readonly #ordered: Grab[] = [];
  // most calls take one page: no map is made for it
  #byAddr: Map<number, Grab> | undefined;
  #only: Grab | undefined;
  readonly #onlyAt: number = Number.NaN;
  /** the next of `#ordered`, and the number of its pages used */
  #next = 0;
  #used = 0;

  constructor(m: Model, mm: Mm | undefined, { grabs, array }: GupFrame) {
    this.#m = m;
    this.#mm = mm;
    this.#array = array;
    for (const grab of grabs) {
      if (Number.isNaN(grab.addr)) this.#ordered.push(grab);
      else if (grabs.length === 1) {
        this.#only = grab;
        this.#onlyAt = m.vpn(grab.addr);
      } else {
        this.#byAddr ??= new Map();
        this.#byAddr.set(m.vpn(grab.addr), grab);
      }
    }
  }

  /** A line names the page at the k-th address, or begins to. */
  named(vpn: number, k: number): boolean {
    return (
      this.#at(vpn) !== undefined || (this.#next < this.#ordered.length && this.#used === 0) || k < this.#array.length
    );
  }

  /** @param mapped the page that is mapped at the k-th address, NaN if that is not known */
  take(vpn: number, k: number, mapped: PageId): void {
    this.grab = this.#at(vpn);
    this.page = Number.NaN;
    this.from = 'unknown';
    if (this.grab !== undefined) {
      this.page = this.grab.page;
      this.from = this.grab.from;
    } else if (this.#next < this.#ordered.length) this.#takeNext(vpn, mapped);
    if (k < this.#array.length && !Number.isNaN(this.#array[k])) {
      this.page = this.#array[k];
      this.from = 'array';
    }
    if (Number.isNaN(this.page) && !Number.isNaN(mapped)) {
      this.page = mapped;
      this.from = 'mapping';
    }
  }

  #at(vpn: number): Grab | undefined {
    return vpn === this.#onlyAt ? this.#only : this.#byAddr?.get(vpn);
  }

  #takeNext(vpn: number, mapped: PageId): void {
    const grab = this.#ordered[this.#next];
    const { page, refs, behind, folio } = grab;
    this.grab = grab;
    this.page = page;
    this.from = 'grab';
    const head = page === folio ? beginningOf(this.#m, this.#mm, vpn, folio) : Number.NaN;
    // hugetlb up to v6.1 is grabbed by the first requested page, a huge leaf else by its head
    const part = page === folio ? page + (vpn - head) : page + behind + this.#used;
    const isBehindPmd = vpn - head >= this.#m.machine.pmdPages;
    // the slow path names the head for each page of a huge leaf. The lockless one names the page of each PTE, so an equal
    // one is mapped at both addresses: the zero page, or one of KSM
    const isRepeated = this.#neighbour(1) === page || this.#neighbour(-1) === page;
    const isPart = isRepeated && (grab.slow ? mapped !== page : mapped === part);
    if (refs > 1 || this.#used > 0 || isBehindPmd || isPart || (behind > 0 && page !== folio)) {
      // a huge leaf: the grab names the head (or the first sub-page); the address determines the sub-page
      this.page = part;
      this.from = 'folio';
    } else if (isPmd(this.#m, this.#mm, vpn) && mapped - (vpn % this.#m.machine.pmdPages) === folio) {
      this.page = mapped;
      this.from = 'folio';
    }
    this.#used++;
    if (this.#used >= refs) {
      this.#next++;
      this.#used = 0;
    }
  }

  #neighbour(by: number): PageId | undefined {
    return this.#ordered[this.#next + by]?.page;
  }
}

/** Holds of a call that are compared one by one. */
const FEW_HOLDS = 32;

/** The holds of one call, one for each folio. */
class HoldsOf {
  readonly #holds: Hold<Pin>[] = [];
  // most calls take pages of a few folios: no map is made for them
  #all: Map<PageId, Hold<Pin>> | undefined;

  add(pin: Pin, folio: PageId): void {
    let hold = this.#of(folio);
    if (hold === undefined) {
      hold = new Hold(folio);
      this.#holds.push(hold);
      if (this.#holds.length === FEW_HOLDS) this.#all = new Map(this.#holds.map((one) => [one.folio, one]));
      else this.#all?.set(folio, hold);
    }
    hold.add(pin);
  }

  #of(folio: PageId): Hold<Pin> | undefined {
    if (this.#all !== undefined) return this.#all.get(folio);
    for (let i = this.#holds.length - 1; i >= 0; i--) if (this.#holds[i].folio === folio) return this.#holds[i];
    return undefined;
  }
}

/** The pages that a call returned become pins, `count` of them at most. */
export function hold(m: Model, t: Task, call: PinCall, f: GupFrame, count: number): void {
  const first = m.vpn(f.addr);
  const pages = new PagesOf(m, call.mm, f);
  const holds = new HoldsOf();
  const transient = isTransient(m, t, call);
  for (let k = 0; k < count; k++) {
    const vpn = first + k;
    // a page with a line of its own is always a pin; pages that are only counted are limited by the number of lines
    if (!pages.named(vpn, k) && !m.afford()) {
      m.counts.claimed += count - k;
      break;
    }
    const entry = call.mm?.entry(vpn);
    const present = entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Present;
    const bits = entry === undefined ? 0 : entryBits(entry) & ~Pte.STATE;
    const mapped = present ? entryPage(entry) : Number.NaN;
    pages.take(vpn, k, mapped);
    const { grab, page } = pages;
    const pin = new Pin(m.nextId(), call, call.mm, vpn, page, pages.from, bits);
    pin.entryState = entry === undefined ? undefined : entryBits(entry) & Pte.STATE;
    // a page of unknown kind that reclaim has unmapped may be of a file, whose entry is empty then: a fault maps it again
    // without a line where finish_fault() has none, or around the address of a neighbour's (filemap_map_pages())
    if (pin.entryState === Pte.Swap && (bits & Pte.Anon) === 0) pin.entryState = undefined;
    const isAway = pin.entryState === Pte.Swap || pin.entryState === Pte.Migration;
    if (isAway && call.mm !== undefined && !Number.isNaN(page) && m.recorded(Kind.anonRmap))
      m.pinnedThrough(call.mm, vpn, call, page);
    if (grab?.slow === false) pin.duringFork = grab.duringFork;
    pin.grabAt = grab?.at;
    const folio = grab?.folio ?? m.folios.headOf(page);
    pin.hugetlb = isHugetlb(m, call.mm, vpn, page, folio);
    const seen =
      (f.changes === undefined ? undefined : meanwhile(f.changes, vpn, page, grab?.at ?? f.at)) ??
      (grab === undefined || mapped === page ? undefined : unwatched(f, call.mm, vpn, grab.at.order));
    const replaced = seen === undefined ? replacedSince(grab, vpn, page) : undefined;
    const changes = replaced === undefined ? seen : [replaced];
    if (changes !== undefined) entryBefore(pin, vpn, changes[0]);
    if (!Number.isNaN(folio)) holds.add(pin, folio);
    if (grab !== undefined) pin.steps.push(new Step('grab', grab.at, page));
    pin.steps.push(new Step('pin', call.at, page));
    if (pin.duringFork !== undefined) sharedLater(pin, pin.duringFork);
    if (grab !== undefined && call.mm !== undefined)
      sinceGrab(m, pin, call.mm, grab.at, changes === undefined ? f.changes : undefined);
    const then = changes === undefined ? entry : changes[0].was;
    const isEmpty = then === undefined || (entryBits(then) & Pte.STATE) === Pte.None;
    const moved = grab?.under === undefined ? undefined : grabbedBefore(pin, grab, isEmpty);
    if (call.mm !== undefined && !Number.isNaN(page) && moved === undefined) {
      // the pin itself proves what is mapped and overrides earlier knowledge
      if (changes === undefined && mapped !== page) {
        const isSplit = Number.isNaN(mapped) && !m.folios.has(folio) && isSplitSince(grab, f.changes, vpn);
        if (isSplit) call.mm.ptes.set(vpn, entryOf(page, Pte.Split));
        else if (!isGoing(call.mm, grab, vpn)) shown(m, call.mm, vpn, pin, mapped);
      } else if (changes === undefined && !isPmd(m, call.mm, vpn))
        call.mm.ptes.set(vpn, page * 64 + (Pte.Present | bits));
      if (call.kind === 'PIN') call.mm.hasPinned = true;
    }
    if (transient) {
      m.counts.transient++;
      continue;
    }
    if (call.kind === 'GET') t.lastGet = pin;
    again(m, pin);
    call.pins.push(pin);
    m.hold(pin);
    m.emit('pin', { pin, at: call.heldAt });
    if (moved !== undefined) movedSince(m, pin, moved);
    if (changes !== undefined) parted(m, pin, changes);
    // it was taken away before the call returned, and a line has shown what is there since
    else if (call.mm !== undefined && mapped !== page && !Number.isNaN(mapped) && isGoing(call.mm, grab, vpn))
      m.test(pin, mapped, 'observed');
  }
  pinnedForIo(t, call);
}

/**
 * GUP-fast takes a page for writing only through a writable entry, so a fork that is copying the VMA had not reached it:
 * it shares the page later, within the same copy_page_range(). FOLL_GET does not keep it from that, nor does it look at
 * write_protect_seq (lockless_pages_from_mm()).
 */
function sharedLater(pin: Pin, { dst, start, end, at }: ForkFrame): void {
  const { call, vpn } = pin;
  if (call.kind !== 'GET' || !call.write || vpn < start || vpn >= end || (pin.entryBits & Pte.File) !== 0) return;
  pin.steps.push(new Step('fork', at, undefined, { child: dst }));
  pin.sharedWith ??= dst;
}

/**
 * The call found a page that no earlier line has mapped there. If a line of the call names it, earlier pins at the
 * address are of another page than is mapped, and if one was known to be mapped, lines about it are missing.
 * @param mapped NaN if not known
 */
function shown(m: Model, mm: Mm, vpn: number, { page, pageFrom, hold }: Pin, mapped: PageId): void {
  const { pmdPages } = m.machine;
  // a huge leaf is grabbed by its head, which is aligned to the size of the folio
  const isHead = (of: PageId): boolean => {
    const behind = of - page;
    return behind > 0 && behind < pmdPages && page % 2 ** (Math.floor(Math.log2(behind)) + 1) === 0;
  };
  const isNamed = pageFrom === 'grab' || pageFrom === 'follow' || pageFrom === 'array';
  const others = isNamed ? m.pinsAt(mm, vpn) : [];
  const isOfFolio = (p: Pin) => p.page !== page && p.hold !== undefined && p.hold.folio === hold?.folio;
  if (isHead(mapped) || others.some((p) => isHead(p.page) || isOfFolio(p))) {
    mm.ptes.set(vpn, page * 64 + Pte.Present);
    return;
  }
  if (isNamed) m.contradicts(mm, vpn, page);
  if (others.length > 0) m.install(mm, vpn, page, 1, 0, 'observed');
  else mm.ptes.set(vpn, page * 64 + Pte.Present);
}

/** The entry of an address that changed during the call, as it was when the page was grabbed. */
function entryBefore(pin: Pin, vpn: number, { was, start }: Change): void {
  const known = was !== undefined && start === vpn && entryPage(was) === pin.page ? entryBits(was) : Pte.Present;
  pin.entryState = known & Pte.STATE;
  pin.entryBits = known & ~Pte.STATE;
}

/** Changes of an address after its page was grabbed; undefined: none, or the page is mapped there again. */
function meanwhile(all: readonly Change[], vpn: number, page: PageId, grabbed: At): readonly Change[] | undefined {
  const after = all.filter((c) => !c.split && vpn >= c.start && vpn < c.end && c.at.order > grabbed.order);
  const last = after.at(-1);
  return last === undefined || last.page + (vpn - last.start) === page ? undefined : after;
}

/** Where it was pinned a later line of the call has shown: until then nobody watched the address space. */
function unwatched({ watchedFrom }: GupFrame, mm: Mm | undefined, vpn: number, grabbed: number): Change[] | undefined {
  if (watchedFrom !== undefined && watchedFrom <= grabbed) return undefined;
  const zap = mm?.zapAt(vpn, grabbed, watchedFrom);
  if (zap === undefined) return undefined;
  const { at, by, end, start } = zap;
  return [{ ...NO_CHANGE, start, end, at, was: undefined, zap: by }];
}

/** The move that was under way when the page was grabbed took it along. */
function movedSince(m: Model, pin: Pin, { start, end, at, shift }: Alteration): void {
  const { mm } = pin;
  const bytes = (end - start) * m.machine.pageBytes;
  if (mm !== undefined) m.emit('move', { mm, from: start, to: start + shift, bytes, undone: false, at, pins: [pin] });
}

/** The page was unmapped from its address during the call. */
function parted(m: Model, pin: Pin, changes: readonly Change[]): void {
  const { call, vpn, where } = pin;
  pin.partedInCall = true;
  for (const { start, end, at, page, via, fault, zap, away } of changes) {
    if (via !== undefined) {
      const mapped = page + (vpn - start);
      pin.steps.push(new Step(PARTED_BY[via], at, mapped));
      // what replaced it may have been announced before it was grabbed (replacedSince())
      const { grabAt } = pin;
      if (where === vpn) m.test(pin, mapped, via, fault, grabAt !== undefined && grabAt.order > at.order ? grabAt : at);
    } else if (zap !== undefined && call.mm !== undefined) {
      pin.steps.push(new Step('zap', at, undefined, zap));
      m.emit('zap', { mm: call.mm, start, end, at, pins: [pin] });
    } else if (away !== undefined) pin.steps.push(new Step(away, at, pin.page));
  }
}

/**
 * execve() copies its arguments to the top of a stack that no task runs on yet (get_arg_page(), fs/exec.c), just below
 * the end of the user address space, which is a power of two everywhere.
 */
const isExecStack = (addr: number): boolean => addr > 2 ** 37 && 2 ** Math.ceil(Math.log2(addr)) - addr <= 1 << 24;

/**
 * FOLL_FAST_ONLY of a FOLL_GET: get_user_pages_fast_only(), whose name stands where its caller's would, since it calls
 * the lockless function and looks at what that returns. KVM's faults, perf_virt_to_phys() and read_user_stack_slow() of
 * powerpc use it, and none of them keeps the page. The number was 0x80000 up to v6.2, with FOLL_GET 0x4.
 */
const isFastOnly = (flags: number): boolean => (flags & 0x100000) !== 0 || (flags & 0x80004) === 0x80004;

/** Short-lived references, which no I/O uses and whose end is not recorded. */
function isTransient(m: Model, t: Task, call: PinCall): boolean {
  if (call.caller >= 0 && m.isTransientCaller(call.caller, call.kind)) return true;
  if (call.kind !== 'GET') return false;
  // make_device_exclusive() finds its pages by GUP
  if (isMadeExclusive(t, call.mm, m.userVpn(call.addr))) return true;
  if (isFastOnly(call.flags)) return true;
  return call.remote && call.nr === 1 && isExecStack(call.addr) && call.mm !== t.mm;
}

const isPmd = (m: Model, mm: Mm | undefined, vpn: number): boolean =>
  mm?.hasPmds === true && !mm.ptes.has(vpn) && mm.pmds.has(Math.floor(vpn / m.machine.pmdPages));
