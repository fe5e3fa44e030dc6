// Why: a pin in use by a bio ends with the bio, so it must be known which pages are in it. Few of them may have a line.
// A page that continues the last vector is merged into it before __bio_add_page() (bvec_try_merge_page(), v6.5 and
// later), and iov_iter_extract_bvecs() (v7.0) has no line for any; they follow in the order in which the task pinned them.
//
// fs/direct-io.c (vfat, exfat, ntfs3, udf, jfs, hfsplus, ocfs2 ...) takes more pins of a page than GUP has given it, by
// folio_add_pin(), which has no probe (v6.5 and later): one for the page it is at, and one for each bio it puts it into.
// The releases have lines: that of GUP's pin may come before the page is in a bio, that of the page it was at comes right
// behind it, and only the bio's own release ends the last.
import { Kind } from '../vocabulary/kinds.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import { Hold } from './hold.ts';
import type { Model } from './model.ts';
import { entryBits, type PageId, Pte } from './page-table.ts';
import { Io, Pin, type PinCall } from './state.ts';

const SECTOR = 512;

/** UIO_MAXIOV: one call for each segment. */
const MOST_CALLS = 1024;

/** The bio at an address: one that has ended is another. */
export function bioAt(m: Model, bio: number): Io {
  let x = m.ios.get(bio);
  if (x === undefined || x.endedAt !== undefined) {
    m.checkPointer(bio);
    x = new Io(bio);
    m.ios.set(bio, x);
  }
  return x;
}

/** A pin is in use by a bio, which releases it unless it is longterm. */
export function give(m: Model, x: Io, pin: Pin, at: At): void {
  if (m.unexplained.size > 0) m.heldSince(pin);
  x.pins.push(pin);
  if (!pin.call.longterm) pin.owner = 'bio';
  pin.ios.push(x);
  if (pin.ios.length > 16) pin.ios.shift();
  if (x.submittedAt !== undefined) m.step([pin], 'i/o submit', at, undefined, { io: x });
}

/** The task has pinned pages; its next bio may have them. */
export function pinnedForIo(t: Task, call: PinCall): void {
  if (call.longterm || call.pins.length === 0) return;
  t.fresh ??= [];
  const calls = t.fresh;
  while (calls.at(-1)?.pins.some((p) => p.live) === false) calls.pop();
  if (calls.length === MOST_CALLS) calls.shift();
  calls.push(call);
}

/** No bio and no pipe has it, nor does it outlive any. */
const isFree = (p: Pin): boolean => p.live && p.owner === undefined && p.ios.length === 0 && !p.call.longterm;

/** The bio is read from a device, and the page was pinned for reading: for a pipe, say. */
export const isOnlyRead = ({ call }: Pin, { dir }: Io): boolean => dir === 'READ' && call.write === false;

/** The first pin of this page since the task's last bio. */
export const freshOn = (m: Model, t: Task, x: Io, page: PageId): Pin | undefined =>
  m.pinsByPage.get(page)?.find((p) => isFree(p) && !isOnlyRead(p, x) && t.fresh?.includes(p.call) === true);

/** The pin that the task took next: of the next page of the call, or of the first page of the next call. */
function next(t: Task, { call, vpn }: Pin): Pin | undefined {
  const inCall = call.pins[vpn - call.pins[0].vpn + 1];
  if (inCall !== undefined || call.longterm || call.at.pid !== t.pid) return inCall;
  return t.fresh?.find((c) => c.at.order > call.at.order && c.caller === call.caller)?.pins[0];
}

/** Number of bytes that a page has in a bio at least: those in the middle of a call are whole. */
function leastOf(m: Model, { call, vpn }: Pin): number {
  const isEdge = vpn === call.pins[0].vpn || vpn === call.pins[call.pins.length - 1].vpn;
  return isEdge ? 1 : m.machine.pageBytes;
}

/** A bio that no line has filled has the pages that the task pinned behind its first, as many as `bytes` more need. */
export function follow(m: Model, t: Task, x: Io, bytes: number): void {
  let last = x.pins.at(-1);
  for (let left = bytes; last !== undefined && left > 0; ) {
    const pin = next(t, last);
    if (pin === undefined || (pin.call.longterm ? !pin.live || pin.ios.includes(x) : !isFree(pin))) return;
    give(m, x, pin, m.at());
    left -= leastOf(m, pin);
    last = pin;
  }
}

/**
 * Pages that continue the last vector of a bio, up to one that has a line of its own.
 * @param bytes number of bytes that no line has added, if it is known
 */
export function merge(m: Model, t: Task, x: Io, bytes: number, until?: PageId): void {
  let last = x.pins.at(-1);
  if (last === undefined || last.call.longterm || last.page !== x.lastPage || last.call.at.pid !== t.pid) return;
  for (let left = bytes; left > 0; ) {
    let pin = next(t, last);
    // the next segment begins in the page in which the last one ends
    while (pin !== undefined && pin.page === last.page && pin.call !== last.call) pin = next(t, pin);
    if (pin === undefined || pin.page !== last.page + 1 || pin.page === until || !isFree(pin)) break;
    give(m, x, pin, m.at());
    const least = leastOf(m, pin);
    x.added += least;
    left -= least;
    last = pin;
  }
  x.lastPage = last.page;
}

/**
 * Two segments meet inside a page: it is pinned twice, and merged into the vector it is in, so bio_iov_add_folio() gives
 * one of the pins back at once (`same_page`, v6.11 to v6.18; by the page itself before).
 * @param page the page, or its folio
 * @returns the pin of the second segment
 */
export function pinnedTwice(m: Model, t: Task, page: PageId, refs: number): Pin | undefined {
  const x = t.filling;
  if (x === undefined || x.submittedAt !== undefined || refs !== 1) return undefined;
  const pin = t.fresh?.at(-1)?.pins[0];
  const before = t.fresh?.at(-2)?.pins.at(-1);
  if (pin === undefined || pin.page !== before?.page || (pin.page !== page && pin.hold?.folio !== page))
    return undefined;
  if (!isFree(pin)) return undefined;
  merge(m, t, x, Number.POSITIVE_INFINITY);
  return before.ios.includes(x) ? pin : undefined;
}

/**
 * unpin_user_page() of a page that is in the bio which the task is filling, or continues it. Only dio_unpin_page() does
 * that (bios release their pages in a function of their own), so the bio has a pin: the release is not the end of it.
 */
export function isPinnedByBio(m: Model, t: Task, page: PageId): boolean {
  const x = t.filling;
  if (x === undefined || x.submittedAt !== undefined) return false;
  const isMerged = page === x.lastPage + 1;
  if (!isMerged && !x.pages.some((one) => one.page === page)) return false;
  const own = m.pinsByPage.get(page)?.filter((pin) => pin.call.at.pid === t.pid) ?? [];
  if (own.length > 0) return own.length === 1 && x.pins.includes(own[0]) && own[0].call.kind === 'PIN';
  const was = t.unpinned;
  if (was?.page !== page || was.mm?.dead === true) return false;
  add(m, x, was);
  if (isMerged) {
    x.pages.push({ page, off: 0, len: m.machine.pageBytes });
    x.added += m.machine.pageBytes;
    x.lastPage = page;
  }
  return true;
}

/**
 * unpin_user_page() of a page that the task has just put into a bio, and nobody has pinned: only dio_unpin_page() of the
 * zero page, with which dio_zero_block() fills up a new block of the file (fs/direct-io.c). Since c8070b787519 ("mm: Don't
 * pin ZERO_PAGE in pin_user_pages()") (in v6.5) it does nothing, and neither does the bio's own release.
 */
export function isZeroOfBio(m: Model, t: Task, page: PageId): boolean {
  const { padded } = t;
  if (padded?.page !== page || m.pinsByPage.has(page)) return false;
  t.padded = undefined;
  const x = bioAt(m, padded.bio);
  x.zeros.push(page);
  x.pages.push(padded);
  x.added += padded.len;
  x.lastPage = page;
  return true;
}

/**
 * The rest of a new block behind what a direct write puts there is the zero page's, which iomap_dio_zero() submits in a bio
 * of its own right behind that of the write (fs/iomap/direct-io.c). Up to v6.2 it takes a reference by get_page(), and the
 * bio releases the page as those of GUP.
 * @param vector the only one of the bio
 */
export function fillsBlock(
  m: Model,
  t: Task,
  page: PageId,
  vector: { off: number; len: number; size: number },
): boolean {
  const { submitted } = t;
  const { off, len, size } = vector;
  return (
    t.previous === Kind.bioSubmit &&
    submitted?.dir === 'WRITE' &&
    submitted.pins.every(({ call }) => call.kind === 'GET') &&
    off === 0 &&
    len === size &&
    (submitted.bytes + size) % SECTOR === 0 &&
    size < m.machine.pageBytes &&
    !m.pinsByPage.has(page)
  );
}

/** The pin of a bio, on the page whose pin from GUP has ended: it is at the same address, and was taken by the same call. */
function add(m: Model, x: Io, was: Pin): void {
  const pin = new Pin(m.nextId(), was.call, was.mm, was.where, was.page, was.pageFrom, was.entryBits);
  const entry = pin.mm?.entry(pin.vpn);
  pin.entryState = entry === undefined ? was.entryState : entryBits(entry) & Pte.STATE;
  pin.grabAt = was.grabAt;
  new Hold<Pin>(was.hold?.folio ?? was.page).add(pin);
  pin.steps.push(...was.steps.filter(({ role }) => role === 'grab' || role === 'pin'));
  m.hold(pin);
  m.emit('pin', { pin, at: m.at() });
  give(m, x, pin, m.at());
}
