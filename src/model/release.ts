// Pins given back (E5). One release shows on several levels (unpin_user_pages() calls unpin_user_page() calls
// gup_put_folio()), so what an outer function announces waits for the task's next event: when the inner
// functions are probed they say exactly what goes, else the announcement stands.
import { Kind } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Announced, Task } from './frames.ts';
import { undo } from './gup.ts';
import type { Model } from './model.ts';
import type { At, Io, PageId, Pin, ReleasedBy } from './state.ts';

// unpin_user_pages() too: it may be the inside of unpin_user_pages_dirty_lock(), which outer() decides
const INNER = new Set([Kind.unpin, Kind.putFolio, Kind.unpinFolio, Kind.unpinPages]);

/** Before each event of a task: an announced release that no inner function took over happens now. */
export function settleRelease(m: Model, t: Task, kind: number): void {
  if (t.release !== undefined && !INNER.has(kind)) settle(m, t);
}

function settle(m: Model, t: Task): void {
  const p = t.release;
  t.release = undefined;
  if (p === undefined) return;
  if (p.inner !== undefined) applyInner(m, p.inner, p.pins, t.pid);
  else if (!p.superseded && p.outer !== undefined) apply(m, p.outer, p.pins, t.pid);
}

/** unpin_user_pages(), unpin_user_page_range_dirty_lock(), __bio_release_pages(): several pages go. */
function outer(m: Model, t: Task, a: Announced, pins: readonly Pin[] | undefined): void {
  const p = t.release;
  // unpin_user_pages_dirty_lock() without dirtying calls unpin_user_pages(): the same release once more
  const nested = p?.outer !== undefined && !p.superseded && p.outer.n === a.n && p.outer.at.fn !== a.at.fn;
  if (p !== undefined && !nested) settle(m, t);
  t.release = { outer: a, inner: undefined, superseded: false, pins: nested ? (p?.pins ?? pins) : pins };
}

/** unpin_user_page(), unpin_user_folio(): on its own or inside one of the above. */
function inner(m: Model, t: Task, a: Announced): void {
  const p = t.release;
  if (p === undefined) {
    t.release = { outer: undefined, inner: a, superseded: true, pins: undefined };
    return;
  }
  if (p.inner !== undefined) applyInner(m, p.inner, p.pins, t.pid);
  p.superseded = true;
  p.inner = a;
}

/** gup_put_folio(), put_compound_head(): the reference goes here and nowhere else. */
export function putFolio(m: Model, t: Task, r: Float64Array, o: number): void {
  const folio = m.page(r[o + Slot.PAGE]);
  const refs = r[o + Slot.N] >= 0 ? r[o + Slot.N] : 1;
  if (Number.isNaN(folio)) return;
  const p = t.release;
  if (t.gup !== undefined && undo(t, folio, refs)) {
    if (p !== undefined) {
      p.inner = undefined;
      p.superseded = true;
    }
    return;
  }
  const named = p?.inner;
  if (p !== undefined) {
    p.superseded = true;
    p.inner = undefined;
  }
  // unpin_user_page() knows the sub-page, this function the folio
  const page = named !== undefined && named.pages.length === 1 && named.n === refs ? named.pages[0] : folio;
  releaseOne(m, page, folio, refs, named?.at ?? p?.outer?.at ?? m.at(), p?.pins, t.pid);
}

export function unpin(m: Model, t: Task, r: Float64Array, o: number): void {
  inner(m, t, { pages: [m.page(r[o + Slot.PAGE])], n: 1, at: m.at() });
}

export function unpinFolio(m: Model, t: Task, r: Float64Array, o: number): void {
  const n = r[o + Slot.N] > 0 ? r[o + Slot.N] : 1;
  inner(m, t, { pages: [m.page(r[o + Slot.PAGE])], n, at: m.at() });
}

export function unpinPages(m: Model, t: Task, r: Float64Array, o: number): void {
  const n = r[o + Slot.N];
  const pages = [Slot.PAGE, Slot.OTHER, Slot.PTE_HI, Slot.PTE_LO].slice(0, n > 0 ? n : 0).map((s) => m.page(r[o + s]));
  outer(m, t, { pages: pages.filter((p) => !Number.isNaN(p)), n: n > 0 ? n : pages.length, at: m.at() }, undefined);
}

export function unpinRange(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.page(r[o + Slot.PAGE]);
  const n = r[o + Slot.N] > 0 ? r[o + Slot.N] : 1;
  const pages: PageId[] = [];
  for (let i = 0; i < n && i < 1 << 18; i++) pages.push(page + i);
  outer(m, t, { pages, n, at: m.at() }, undefined);
}

/** Pages go back because a bio is done with them. */
export function releaseIo(m: Model, t: Task, io: Io): void {
  const at = m.at();
  // put_page() of FOLL_GET has no inner function that could say more
  for (const pin of io.pins.filter((p) => p.call.kind === 'GET')) letGo(m, pin, 1, at, 'bio');
  const pinned = io.pins.filter((p) => p.call.kind === 'PIN');
  if (pinned.length > 0) outer(m, t, { pages: pinned.map((p) => p.page), n: pinned.length, at }, pinned);
}

/** A pipe buffer of user pages is consumed: page_cache_pipe_buf_release(), fs/splice.c. */
export function pipeRelease(m: Model, t: Task, r: Float64Array, o: number): void {
  const pins = m.pinsByPage.get(m.page(r[o + Slot.PAGE]));
  const pin =
    pins?.find((p) => p.owner === 'pipe') ?? pins?.find((p) => p.call.kind === 'GET' && p.owner === undefined);
  if (pin === undefined) return;
  const at = m.at();
  // iter_to_pipe(): a pipe that is full (or has no reader) gives the page back at once, and the rest of the call goes
  // by an inlined put_page()
  if (pin.call.at.pid === t.pid && (pin.owner === undefined || t.piped === pin)) {
    for (const p of [...m.held])
      if (p.call === pin.call && p !== pin && p.owner === undefined) m.close(p, at, 'unseen');
  }
  pin.owner = 'pipe';
  letGo(m, pin, 1, at, 'pipe');
}

/** An inner function names its page; a bio around it says whose pin of that page it is. */
function applyInner(m: Model, a: Announced, bioPins: readonly Pin[] | undefined, pid: number): void {
  releaseOne(m, a.pages[0], a.pages[0], a.n, a.at, bioPins, pid);
}

function apply(m: Model, a: Announced, bioPins: readonly Pin[] | undefined, pid: number): void {
  if (bioPins !== undefined) {
    for (const pin of bioPins) letGo(m, pin, 1, a.at, 'bio');
    return;
  }
  if (a.pages.length === 1) {
    releaseOne(m, a.pages[0], a.pages[0], a.n, a.at, undefined, pid);
    return;
  }
  let call: Pin['call'] | undefined;
  for (const page of a.pages) call = releaseOne(m, page, page, 1, a.at, undefined, pid) ?? call;
  // the line shows the first four pages of the array; the call they came from tells the rest
  let left = a.n - a.pages.length;
  if (left <= 0 || call === undefined) return;
  for (const pin of [...m.held]) {
    if (left-- <= 0) break;
    if (pin.call === call) letGo(m, pin, 1, a.at, 'unpin');
  }
}

/**
 * Give back `refs` references on a folio: a pin of the bio's, else of a call that holds as many, the task's own first.
 * @returns the call whose pin it was
 */
function releaseOne(
  m: Model,
  page: PageId,
  folio: PageId,
  refs: number,
  at: At,
  bioPins: readonly Pin[] | undefined,
  pid: number,
): Pin['call'] | undefined {
  const pins = m.pinsByPage.get(page) ?? m.pinsByFolio.get(folio) ?? m.pinsByFolio.get(page);
  if (pins === undefined) {
    if (!Number.isNaN(page)) {
      m.counts.unmatched++;
      m.emit('unmatchedRelease', { page, refs, at });
    }
    return undefined;
  }
  const best = pins.length === 1 ? pins[0] : preferred(pins, refs, bioPins, pid);
  letGo(m, best, refs, at, bioPins === undefined ? 'unpin' : 'bio');
  return best.call;
}

/** Of several pins of a page, the one that a release most likely gives back. */
function preferred(pins: Pin[], refs: number, bioPins: readonly Pin[] | undefined, pid: number): Pin {
  const prefer = (list: Pin[], test: (p: Pin) => boolean): Pin[] => {
    const some = list.filter(test);
    return some.length > 0 ? some : list;
  };
  let pool = prefer(pins, (p) => bioPins?.includes(p) === true);
  pool = prefer(pool, (p) => p.call.kind === 'PIN');
  pool = prefer(pool, (p) => p.ios.every((x) => x.endedAt !== undefined));
  pool = prefer(pool, (p) => p.call.at.pid === pid);
  return pool.find((p) => p.hold?.refs === refs) ?? pool[0];
}

/** Take `refs` off a hold; a large folio stays pinned while one reference is left (io_uring coalesces its buffers). */
function letGo(m: Model, pin: Pin, refs: number, at: At, by: ReleasedBy): void {
  const h = pin.hold;
  if (h === undefined) {
    m.close(pin, at, by);
    return;
  }
  h.refs -= refs;
  if (h.refs > 0) return;
  for (const p of h.pins) m.close(p, at, by);
}
