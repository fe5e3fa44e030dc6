// Why: add_to_pipe() is called by vmsplice(), with pages that GUP returned (iter_to_pipe(), fs/splice.c), and by FUSE with
// pages of its own. The function that gives a page back tells them apart: page_cache_pipe_buf_release() is of vmsplice().
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';
import type { Pin } from './state.ts';
import { isOneOf, letGo } from './whose.ts';

/** Pages that are remembered; each of them is a sign. */
const MOST = 1024;
/** Pages that a pipe released, of which a later release would be noticed. */
const MOST_PIPED = 1 << 14;

export function pipeAdd(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.pageOf(r[o + Slot.PAGE]);
  const pins = m.pinsByPage.get(page);
  if (pins === undefined) pipedUnpinned(m, page, r[o + SlotOf.pipeAdd.pipe]);
  const pin = pins?.findLast((p) => p.call.at.pid === t.pid && p.owner === undefined);
  if (pin === undefined) return;
  pin.owner = 'pipe';
  t.piped = pin;
  pin.pipe = r[o + SlotOf.pipeAdd.pipe];
  m.checkPointer(pin.pipe);
  m.step([pin], 'pipe', m.at());
}

/**
 * A pipe buffer with user pages is consumed: page_cache_pipe_buf_release(), fs/splice.c. The pinning task also calls it
 * when add_to_pipe() refuses a page, as the next thing it does; those of the call before are in the pipe then, and
 * iter_to_pipe() drops those behind by an inlined put_page().
 */
export function pipeRelease(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.pageOf(r[o + Slot.PAGE]);
  const pins = m.pinsByPage.get(page);
  const pipe = r[o + SlotOf.pipeRelease.pipe];
  if (pins === undefined) {
    unpipedUnpinned(m, page, pipe);
    return;
  }
  const owned = pins.filter((p) => p.owner === 'pipe');
  const ownerless = pins.filter((p) => p.call.kind === 'GET' && p.owner === undefined);
  // of those that are surely held, then of those that may be over
  const loose = [
    ...ownerless.filter((p) => p.unsure === undefined),
    ...ownerless.filter((p) => p.unsure !== undefined),
  ];
  const inCall = t.previous === Kind.gupRet;
  const isOwn = (p: Pin): boolean => p.call.at.pid === t.pid;
  const pin =
    owned.find((p) => p.pipe === pipe) ??
    owned.find((p) => Number.isNaN(p.pipe)) ??
    (inCall ? loose.findLast(isOwn) : loose.find(isOwn)) ??
    // moved there by splice()
    owned.at(0) ??
    loose.at(0);
  if (pin === undefined) return;
  const at = m.at();
  // no line has put them into pipes: in 6.12, add_to_pipe() is inlined
  if (pin.owner === undefined && !isOwn(pin) && isOneOf(m, loose, at, 'pipe')) return;
  const refused = isOwn(pin) && (t.piped === pin || (pin.owner === undefined && inCall));
  pin.owner = 'pipe';
  letGo(m, pin, 'page', 1, at, 'pipe');
  if (m.piped.size >= MOST_PIPED) m.piped.clear();
  if (!pin.live) m.piped.set(page, { reused: false });
  if (refused) refuses(m, pin, at);
}

/** add_to_pipe() has refused the page of this pin, or its task has read the page at once, which later releases show. */
function refuses(m: Model, pin: Pin, at: At): void {
  const { pins } = pin.call;
  const i = pins.indexOf(pin);
  for (const p of pins.slice(0, i)) p.owner ??= 'pipe';
  for (const p of pins.slice(i + 1)) {
    if (!p.live || p.owner !== undefined) continue;
    m.close(p, at, 'unseen');
    m.piped.set(p.page, { reused: false });
  }
}

/** A page that no line has pinned is put into a pipe. */
function pipedUnpinned(m: Model, page: PageId, pipe: number): void {
  if (!Number.isNaN(page) && m.pipedUnpinned.size < MOST) m.pipedUnpinned.set(page, pipe);
}

/** A page that is not pinned is given back by page_cache_pipe_buf_release(). */
function unpipedUnpinned(m: Model, page: PageId, pipe: number): void {
  if (m.piped.get(page)?.reused === true) m.counts.teed++;
  if (m.pipedUnpinned.size === 0 || m.pipedUnpinned.get(page) !== pipe) return;
  m.pipedUnpinned.delete(page);
  unmatched(m, page);
}

/** A page is given back that only GUP hands out, and whose pin was not recorded. */
export function unmatched(m: Model, page: PageId, refs = 1): void {
  m.counts.unmatched++;
  // it may be of one of the pages that are not tracked
  if (m.counts.claimed === 0) m.emit('unmatchedRelease', { page, refs, at: m.at() });
}
