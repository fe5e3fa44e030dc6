import type { At } from './at.ts';
import type { Grab, GupFrame, Task } from './frames.ts';
import type { Change } from './meanwhile.ts';
import type { Model } from './model.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import type { DriftVia, StepRole } from './pin.ts';
import { Hold, type Mm, Pin, type PinCall, Step } from './state.ts';

/** Number of the newest pins at an address that are checked, if there are thousands. */
const NEWEST = 64;

/**
 * A FOLL_GET reference not owned by a bio or a pipe is dropped by an inlined put_page(), which is not recorded. When
 * the caller fills the same pages array with the same address again, the earlier reference has ended.
 */
export function overwritten(m: Model, call: PinCall, at: At): void {
  if (call.kind !== 'GET' || Number.isNaN(call.pages)) return;
  const earlier = call.mm === undefined ? m.withoutMm.get(call.at.pid) : m.pinsAt(call.mm, m.vpn(call.addr));
  if (earlier === undefined) return;
  for (let i = earlier.length - 1; i >= 0 && i >= earlier.length - NEWEST; i--) {
    const p = earlier[i];
    if (p.call.kind !== 'GET' || p.owner !== undefined) continue;
    if (p.call.pages !== call.pages || p.call.at.pid !== call.at.pid) continue;
    for (const pin of p.call.pins) if (pin.live) m.close(pin, at, 'unseen');
    return;
  }
}

export function hold(m: Model, t: Task, call: PinCall, f: GupFrame, count: number): void {
  const first = m.vpn(f.addr);
  // most calls take one page: no map is made for it
  let byAddr: Map<number, Grab> | undefined;
  let only: Grab | undefined;
  const ordered: Grab[] = [];
  for (const g of f.grabs) {
    if (Number.isNaN(g.addr)) ordered.push(g);
    else if (f.grabs.length === 1) only = g;
    else {
      byAddr ??= new Map();
      byAddr.set(m.vpn(g.addr), g);
    }
  }
  const onlyAt = only === undefined ? Number.NaN : m.vpn(only.addr);
  const transient = isTransient(m, t, call);
  let holds: Map<PageId, Hold> | undefined;
  let newest: Hold | undefined;
  let next = 0; // next grab in `ordered`
  let used = 0; // number of its pages used
  for (let k = 0; k < count; k++) {
    // a page with a line of its own is always a pin; pages that are only counted are limited by the number of lines
    const vpn = first + k;
    let grabbed: Grab | undefined = vpn === onlyAt ? only : byAddr?.get(vpn);
    const own = grabbed !== undefined || (next < ordered.length && used === 0) || k < f.array.length;
    if (!own && !m.afford()) {
      m.counts.claimed += count - k;
      break;
    }
    const entry = call.mm?.entry(vpn);
    const present = entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Present;
    const bits = entry === undefined ? 0 : entryBits(entry) & ~Pte.STATE;
    let page: PageId = Number.NaN;
    let from: Pin['pageFrom'] = 'unknown';
    if (grabbed !== undefined) {
      page = grabbed.page;
      from = grabbed.from;
    } else if (next < ordered.length) {
      grabbed = ordered[next];
      page = grabbed.page;
      from = 'grab';
      if (grabbed.refs > 1 || used > 0 || ordered[next + 1]?.page === page || ordered[next - 1]?.page === page) {
        // a huge leaf: the grab names the head (or the first sub-page); the address determines the sub-page
        page = subPage(m, grabbed, vpn, used);
        from = 'folio';
      } else if (present && isPmd(m, call.mm, vpn) && entryPage(entry) - (vpn % m.machine.pmdPages) === grabbed.folio) {
        page = entryPage(entry);
        from = 'folio';
      }
      used++;
      if (used >= grabbed.refs) {
        next++;
        used = 0;
      }
    }
    if (k < f.array.length && !Number.isNaN(f.array[k])) {
      page = f.array[k];
      from = 'array';
    }
    if (Number.isNaN(page) && present) {
      page = entryPage(entry);
      from = 'mapping';
    }
    const pin = new Pin(m.nextId(), call, call.mm, vpn, page, from, bits);
    pin.entryState = entry === undefined ? undefined : entryBits(entry) & Pte.STATE;
    if (grabbed?.slow === false) pin.duringFork = grabbed.duringFork;
    pin.grabAt = grabbed?.at;
    pin.hugetlb = call.mm?.hugetlb?.has(Math.floor(vpn / m.machine.pmdPages)) === true;
    const changes = f.changes === undefined ? undefined : meanwhile(f.changes, vpn, page, grabbed?.at ?? f.at);
    if (changes !== undefined) {
      // the entry has changed meanwhile
      const { was, start } = changes[0];
      const known = was !== undefined && start === vpn && entryPage(was) === page ? entryBits(was) : Pte.Present;
      pin.entryState = known & Pte.STATE;
      pin.entryBits = known & ~Pte.STATE;
    }
    const folio = grabbed?.folio ?? page;
    if (!Number.isNaN(folio)) {
      let h: Hold | undefined = newest?.folio === folio ? newest : holds?.get(folio);
      if (h === undefined) {
        h = new Hold(folio);
        if (newest !== undefined) {
          holds ??= new Map([[newest.folio, newest]]);
          holds.set(folio, h);
        }
      }
      newest = h;
      h.refs++;
      h.pins.push(pin);
      pin.hold = h;
    }
    if (grabbed !== undefined) pin.steps.push(new Step('grab', grabbed.at, page));
    pin.steps.push(new Step('pin', call.at, page));
    if (call.mm !== undefined && !Number.isNaN(page)) {
      // the pin itself proves what is mapped and overrides earlier knowledge
      const shared = present && entryPage(entry) === page ? bits : 0;
      if (changes === undefined && (!isPmd(m, call.mm, vpn) || !present || entryPage(entry) !== page))
        call.mm.ptes.set(vpn, page * 64 + (Pte.Present | shared));
      if (call.kind === 'PIN') call.mm.hasPinned = true;
    }
    if (transient) {
      m.counts.transient++;
      continue;
    }
    if (call.kind === 'GET') t.lastGet = pin;
    call.pins.push(pin);
    m.hold(pin);
    m.emit('pin', { pin, at: call.heldAt });
    if (changes !== undefined) parted(m, pin, changes);
  }
}

/** Changes of an address after its page was grabbed; undefined: none, or the page is mapped there again. */
function meanwhile(all: readonly Change[], vpn: number, page: PageId, grabbed: At): readonly Change[] | undefined {
  const after = all.filter((c) => vpn >= c.start && vpn < c.end && c.at.order > grabbed.order);
  const last = after.at(-1);
  return last === undefined || last.page + (vpn - last.start) === page ? undefined : after;
}

const ROLES: Readonly<Record<DriftVia, StepRole>> = {
  cow: 'copy',
  fault: 'map',
  'swap-in': 'swap-in',
  migrate: 'migrate',
  ksm: 'ksm merge',
  collapse: 'collapse',
  observed: 'map',
};

/** The page was unmapped from its address during the call. */
function parted(m: Model, pin: Pin, changes: readonly Change[]): void {
  const { call, vpn, where } = pin;
  pin.partedInCall = true;
  for (const { start, end, at, page, via, fault, zap } of changes) {
    if (via !== undefined) {
      const mapped = page + (vpn - start);
      pin.steps.push(new Step(ROLES[via], at, mapped));
      if (where === vpn) m.test(pin, mapped, via, fault, at);
    } else if (zap !== undefined && call.mm !== undefined) {
      pin.steps.push(new Step('zap', at, undefined, zap));
      m.emit('zap', { mm: call.mm, start, end, at, pins: [pin] });
    }
  }
}

/**
 * execve() copies its arguments to the top of a stack that no task runs on yet (get_arg_page(), fs/exec.c), just below
 * the end of the user address space, which is a power of two everywhere.
 */
const isExecStack = (addr: number): boolean => addr > 2 ** 37 && 2 ** Math.ceil(Math.log2(addr)) - addr <= 1 << 24;

/** Short-lived references, which no I/O uses and whose end is not recorded. */
function isTransient(m: Model, t: Task, call: PinCall): boolean {
  if (call.caller >= 0 && m.isTransientCaller(call.caller, call.kind)) return true;
  if (call.kind !== 'GET') return false;
  // make_device_exclusive() finds its page by GUP
  if (t.devExcl !== undefined) return true;
  return call.remote && call.nr === 1 && isExecStack(call.addr) && call.mm !== t.mm;
}

const isPmd = (m: Model, mm: Mm | undefined, vpn: number): boolean =>
  mm !== undefined && !mm.ptes.has(vpn) && mm.pmds.has(Math.floor(vpn / m.machine.pmdPages));

/**
 * Sub-page of a huge leaf at an address: a PMD leaf is grabbed by its head, hugetlb up to v6.1 by the first requested
 * page.
 */
const subPage = (m: Model, g: Grab, vpn: number, used: number): PageId =>
  g.page === g.folio ? g.page + (vpn % m.machine.pmdPages) : g.page + used;
