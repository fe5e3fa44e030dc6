// Block I/O of pinned pages (E22; block/bio.c). Bios without pinned pages are ignored.
import { fnIndex } from '../vocabulary/functions.ts';
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { MAX_ERRNO } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { bioAt, fillsBlock, follow, freshOn, give, isOnlyRead, merge } from './of-bio.ts';
import type { PageId } from './page-table.ts';
import { unmatched } from './pipes.ts';
import { releaseIo } from './release.ts';
import type { Io, Pin } from './state.ts';

const TRY_MERGE = fnIndex('__bio_try_merge_page');
const REQ_OP_MASK = 0xff;
/** More than REQ_OP_DRV_OUT and its neighbours. */
const NO_OP = 64;
/** FLUSH, DISCARD, SECURE_ERASE and WRITE_ZEROES (include/linux/blk_types.h) have a size at most, and no pages. */
const OF_NO_PAGES: ReadonlySet<number> = new Set([2, 3, 5, 9]);

/** Bios with parts under way that are remembered. */
const MOST_CHAINED = 4096;

/** Number of entries of a bio that are kept; more than BIO_MAX_VECS, since neighbours are merged. */
const BIO_PAGES = 4096;

/**
 * The bio at this address is a new one, although the end of the first was not recorded (a probe hit inside another's
 * handler is missed): bio_endio() came before bio_put(), so the pages of the first are released.
 */
function reused(m: Model, x: Io): void {
  m.ios.delete(x.bio);
  for (const pin of x.pins) if (pin.live && !pin.call.longterm && pin.owner === 'bio') m.close(pin, m.at(), 'over');
}

/** A bio that was submitted before is either submitted again by the driver, with the same content, or a new one. */
function resubmitted(m: Model, t: Task, x: Io, page: PageId): boolean {
  if (x.submittedAt === undefined || x.pages[0]?.page !== page) return x.submittedAt === undefined;
  const { order } = x.submittedAt;
  return m.pinsOf(page, 1).findLast((p) => p.call.at.pid === t.pid && p.call.at.order > order) === undefined;
}

/**
 * The pin of a page to which a bio belongs: the newest of the submitting task, else the newest longterm one (a fixed
 * buffer may be submitted by a worker), else one of its process. A bio of another task may have the same page, with no
 * reference of its own: writeback of a page of a file, or a loop device that passes it on.
 */
function attach(m: Model, t: Task, x: Io, pins: readonly Pin[], at: At): void {
  // a bio that carries a page from a pipe (splice() into a file) has no reference of its own
  const fits = (p: Pin) =>
    p.live && p.owner !== 'transient' && p.owner !== 'pipe' && !p.ios.includes(x) && isOfDirection(p, x);
  const newest = (is: (p: Pin) => boolean) =>
    pins.findLast((p) => p.call.at.pid === t.pid && is(p)) ??
    pins.findLast((p) => p.call.longterm && is(p)) ??
    (t.mm === undefined ? undefined : pins.findLast((p) => p.mm === t.mm && is(p)));
  const pin = newest((p) => fits(p) && !isOnlyRead(p, x)) ?? newest(fits);
  if (pin === undefined) return;
  give(m, x, pin, at);
}

/** Nothing that is pinned is longer: half of what the 32 bits of a length hold. */
const MOST_BYTES = 2 ** 31;

/** Part of a bio: a page of it is pinned, so it has a length, in or behind that page. */
function measured(m: Model, len: number, off: number): void {
  if (len <= 0 || len >= MOST_BYTES || off < 0 || off >= MOST_BYTES) m.absurd();
}

/** Lists of pins of each pinned page within a vector, whatever its length is; of one with an absurd offset from its first page. */
function pinned(m: Model, page: PageId, off: number, len: number): readonly Pin[][] {
  if (m.pinsByPage.size === 0) return [];
  const { pageBytes } = m.machine;
  const behind = off < MOST_BYTES ? Math.floor(off / pageBytes) : 0;
  return m.pinsByPage.valuesIn(page + behind, page + Math.max(1, Math.ceil((off + len) / pageBytes)));
}

/** No line has pinned these pages. Those of the swap cache are read by a swap-in. */
function unseen(m: Model, bio: number, page: PageId, off: number, len: number): void {
  if (Number.isNaN(page) || m.swapCache.has(page) || !(len > 0 && len < MOST_BYTES && off < MOST_BYTES)) return;
  const { pageBytes } = m.machine;
  m.unseenReads.add(bio, page + Math.floor(off / pageBytes), page + Math.ceil((off + len) / pageBytes));
}

export function bioAdd(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.pageOf(r[o + Slot.PAGE]);
  const bio = r[o + SlotOf.bioAdd.bio];
  const len = r[o + SlotOf.bioAdd.len] > 0 ? r[o + SlotOf.bioAdd.len] : 0;
  const off = r[o + SlotOf.bioAdd.off] > 0 ? r[o + SlotOf.bioAdd.off] : 0;
  const lists = pinned(m, page, off, len);
  if (lists.length === 0 && t.unpinned?.page !== page) {
    unseen(m, bio, page, off, len);
    // __bio_try_merge_page() may be called for a bio that is then used for something else
    if (m.ios.size > 0 && m.ios.get(bio)?.endedAt !== undefined) m.ios.delete(bio);
    if ((t.fresh ?? t.unpinned) !== undefined) t.padded = { bio, page, off, len };
    return;
  }
  measured(m, r[o + SlotOf.bioAdd.len], r[o + SlotOf.bioAdd.off]);
  const known = m.ios.get(bio);
  if (known !== undefined && known.submittedAt !== undefined && known.endedAt === undefined) reused(m, known);
  const x = bioAt(m, bio);
  merge(m, t, x, Number.POSITIVE_INFINITY, page);
  if (x.pages.length < BIO_PAGES) x.pages.push({ page, off, len });
  for (const pins of lists) attach(m, t, x, pins, m.at());
  x.added += len;
  x.lastPage = page + Math.max(0, Math.ceil((off + len) / m.machine.pageBytes) - 1);
  x.tried = r[o + Slot.FN] === TRY_MERGE;
  t.filling = x;
}

export function bioSubmit(m: Model, t: Task, r: Float64Array, o: number): void {
  const bio = r[o + SlotOf.bioSubmit.bio];
  const opf = r[o + SlotOf.bioSubmit.opf];
  const op = Number.isNaN(opf) ? undefined : opf & REQ_OP_MASK;
  // without an array of vectors, a probe prints what the memory of its record held before (store_trace_args())
  const hasPages = r[o + SlotOf.bioSubmit.size] !== 0 && (op === undefined || !OF_NO_PAGES.has(op));
  const page = hasPages ? m.page(r[o + SlotOf.bioSubmit.p0]) : Number.NaN;
  if (
    (op !== undefined && op >= NO_OP) ||
    (hasPages && r[o + SlotOf.bioSubmit.vcnt] > 0 && r[o + SlotOf.bioSubmit.p0] >= -MAX_ERRNO)
  )
    m.absurd();
  // a swap-in that goes past the swap cache reads with a bio of its own (v6.3 and later; before, a RAM disk is asked without one)
  if (t.swap !== undefined && !t.swap.mapped && op === 0) t.swap.reads = { page, at: m.at() };
  if (t.filling?.bio === bio) t.filling = undefined;
  m.chained.delete(bio);
  const known = m.ios.get(bio);
  if (known !== undefined && known.endedAt === undefined && !resubmitted(m, t, known, page)) reused(m, known);
  const l0 = r[o + SlotOf.bioSubmit.l0] > 0 ? r[o + SlotOf.bioSubmit.l0] : 0;
  const o0 = r[o + SlotOf.bioSubmit.o0] > 0 ? r[o + SlotOf.bioSubmit.o0] : 0;
  // of a fixed buffer, the vectors are those of the whole buffer (bio_iov_bvec_set()), so it begins behind the first's beginning
  const size = r[o + SlotOf.bioSubmit.size];
  const done = r[o + SlotOf.bioSubmit.done] > 0 ? r[o + SlotOf.bioSubmit.done] : 0;
  const isShown = r[o + SlotOf.bioSubmit.done] >= 0;
  const from = o0 + done;
  const len = isShown ? Math.min(Math.max(0, l0 - done), size) : l0;
  const lists = hasPages ? pinned(m, page, from, len) : [];
  if (lists.length === 0) unseen(m, bio, page, from, len);
  m.unseenReads.submit(bio, op === 0 && m.recorded(Kind.bioEnd), r[o + Slot.TS]);
  const filled = m.ios.get(bio);
  if (
    (filled === undefined || filled.endedAt !== undefined || filled.pins.length + filled.zeros.length === 0) &&
    lists.length === 0
  ) {
    m.ios.delete(bio);
    const isOnly = op === 1 && r[o + SlotOf.bioSubmit.vcnt] === 1 && done === 0;
    if (isOnly && fillsBlock(m, t, page, { off: o0, len: l0, size })) bioAt(m, bio).zeros.push(page);
    return;
  }
  if (lists.length > 0) {
    measured(m, r[o + SlotOf.bioSubmit.l0], r[o + SlotOf.bioSubmit.o0]);
    measured(m, r[o + SlotOf.bioSubmit.size], 0);
  }
  const x = bioAt(m, bio);
  const at = m.at();
  x.dir = op === 0 ? 'READ' : op === 1 ? 'WRITE' : undefined;
  x.bytes = size;
  x.submittedAt = at;
  if (x.pages.length > 0) {
    for (const pin of x.pins.filter((p) => !isOfDirection(p, x))) takeBack(x, pin);
    refused(x);
    merge(m, t, x, x.bytes - x.added);
    m.step(x.pins, 'i/o submit', at, undefined, { io: x });
  } else {
    x.vague = !isShown && size < l0 && l0 > m.machine.pageBytes;
    fill(m, t, x, lists, page, from, len);
  }
  if (x.pins.some((p) => !p.call.longterm)) t.fresh = undefined;
  // the device writes, whatever the flags of the call say or do not
  if (x.dir === 'READ') for (const { call } of x.pins) call.write = true;
  t.submitted = x;
  m.emit('ioSubmit', { io: x, at });
}

/**
 * A page is tried to be merged before it is known whether the bio has room for it (bio_add_page(), up to v6.5). If it has
 * not, fs/direct-io.c submits the bio, which has the bytes of the lines before, and puts the page into the next.
 */
function refused(x: Io): void {
  const last = x.pages.at(-1);
  if (!x.tried || last === undefined || x.pages.length === 1 || x.added - last.len !== x.bytes || last.len === 0)
    return;
  x.pages.pop();
  x.added = x.bytes;
  const pin = x.pins.at(-1);
  if (pin?.page === last.page) takeBack(x, pin);
}

/** The pin is not in use by this bio. */
function takeBack(x: Io, pin: Pin): void {
  x.pins.splice(x.pins.indexOf(pin), 1);
  pin.ios.splice(pin.ios.indexOf(x), 1);
  if (pin.ios.length === 0 && pin.owner === 'bio') pin.owner = undefined;
}

/**
 * A system call pins pages to read or to write: a bio that does the other, with one of them, is writeback of its page. A
 * page that is pinned to be written is read into, even if it was written back before.
 */
const isOfDirection = ({ call, ios }: Pin, x: Io): boolean =>
  call.longterm ||
  x.dir === undefined ||
  (x.dir === 'READ' && call.write) ||
  ios.every(({ dir }) => dir === undefined || dir === x.dir);

/** A bio of which only the first vector is shown. */
function fill(m: Model, t: Task, x: Io, lists: readonly Pin[][], page: PageId, off: number, len: number): void {
  x.pages.push({ page, off, len });
  const first = freshOn(m, t, x, page + Math.floor(off / m.machine.pageBytes));
  if (first !== undefined) give(m, x, first, m.at());
  else for (const pins of lists) attach(m, t, x, pins, m.at());
  const { pageBytes } = m.machine;
  follow(m, t, x, x.bytes - (first === undefined ? len : Math.min(len, pageBytes - (off % pageBytes))));
}

/**
 * bio_endio(). Of a bio that was split (bio_split(), bio_chain()), its line says that its own part, the last one, is over:
 * `left` of them were under way. It ends inside the call for the last of the others, and has no further line.
 */
export function bioEnd(m: Model, _t: Task, r: Float64Array, o: number): void {
  const bio = r[o + SlotOf.bioEnd.bio];
  const left = r[o + SlotOf.bioEnd.left];
  const parent = r[o + SlotOf.bioEnd.parent];
  const status = r[o + SlotOf.bioEnd.status];
  m.unseenReads.end(bio);
  if (!(left > 1)) {
    ended(m, bio, parent, status);
    return;
  }
  const x = m.ios.get(bio);
  if (x !== undefined) x.partEndedAt ??= m.at();
  else if (!m.ios.has(parent) && !m.chained.has(parent)) return;
  if (m.chained.size < MOST_CHAINED) m.chained.set(bio, { left: left - 1, parent, status });
}

/** All parts of a bio are over, and it may be the last part of another (bio_chain_endio()). */
function ended(m: Model, bio: number, parent: number, status: number): void {
  const x = m.ios.get(bio);
  if (x !== undefined && x.endedAt === undefined) finish(m, x, status);
  const above = m.ios.get(parent);
  if (above !== undefined && above !== x) above.partEndedAt ??= m.at();
  const rest = m.chained.get(parent);
  if (rest === undefined) return;
  rest.left--;
  if (status > 0 && rest.status === 0) rest.status = status;
  if (rest.left > 0) return;
  m.chained.delete(parent);
  ended(m, parent, rest.parent, rest.status);
}

function finish(m: Model, x: Io, status: number): void {
  const at = m.at();
  x.endedAt = at;
  x.status = status;
  m.step(x.pins, 'i/o end', at, undefined, { io: x });
  if (m.unexplained.size > 0) for (const pin of x.pins) m.heldSince(pin);
  m.emit('ioEnd', { io: x, at });
  // a pin whose address space has ended is still to be released
  if (x.zeros.length === 0 && x.pins.every((p) => p.call.longterm || p.state === 'released')) m.ios.delete(x.bio);
}

export function bioRelease(m: Model, t: Task, r: Float64Array, o: number): void {
  const x = m.ios.get(r[o + SlotOf.bioRelease.bio]);
  if (x === undefined) {
    // no vector was filled (the alignment of the buffer is refused, say): what the first one shows is of earlier
    if (r[o + SlotOf.bioRelease.vcnt] === 0) return;
    // __bio_release_pages() is only for user pages: they were pinned, and this was not recorded
    const page = m.page(r[o + SlotOf.bioRelease.p0]);
    if (!Number.isNaN(page) && !m.pinsByPage.has(page)) unmatched(m, page);
    return;
  }
  m.ios.delete(x.bio);
  if (x.endedAt === undefined) {
    // completion was not recorded; the pages are released only after it
    x.endedAt = m.at();
    m.step(x.pins, 'i/o end', x.endedAt, undefined, { io: x });
    m.emit('ioEnd', { io: x, at: x.endedAt });
  }
  x.pins = x.pins.filter((p) => !p.call.longterm);
  if (x.pins.length + x.zeros.length > 0) releaseIo(m, t, x);
}

/** bio_check_pages_dirty() is only for user pages, too; __bio_release_pages() says the same where it is recorded. */
export function bioCheckDirty(m: Model, _t: Task, r: Float64Array, o: number): void {
  const page = m.page(r[o + SlotOf.bioCheckDirty.p0]);
  if (m.seen[Kind.bioRelease] > 0 || m.ios.has(r[o + SlotOf.bioCheckDirty.bio])) return;
  if (!Number.isNaN(page) && !m.pinsByPage.has(page)) unmatched(m, page);
}
