// Block I/O that pinned pages take part in (E22; block/bio.c). A bio without pinned pages is nobody's business here.
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { releaseIo } from './release.ts';
import { type At, Io, type PageId } from './state.ts';

const REQ_OP_MASK = 0xff;

function io(m: Model, bio: number): Io {
  let x = m.ios.get(bio);
  if (x === undefined || x.endedAt !== undefined) {
    x = new Io(bio);
    m.ios.set(bio, x);
  }
  return x;
}

function attach(m: Model, t: Task, x: Io, page: PageId, at: At): void {
  const pins = m.pinsByPage.get(page);
  if (pins === undefined) return;
  // the newest pin of the submitting task, else the newest longterm pin (a fixed buffer may be submitted by a worker)
  const live = pins.filter((p) => p.live && p.owner !== 'transient' && !x.pins.includes(p));
  const pin = live.findLast((p) => p.call.at.pid === t.pid) ?? live.findLast((p) => p.call.longterm) ?? live.at(-1);
  if (pin === undefined) return;
  x.pins.push(pin);
  if (!pin.call.longterm) pin.owner = 'bio';
  pin.ios.push(x);
  if (pin.ios.length > 16) pin.ios.shift();
  if (x.submittedAt !== undefined) m.step([pin], 'i/o submit', at, undefined, { io: x });
}

/**
 * A bio that was filled without bio_add lines (iov_iter_extract_bvecs(), v7.0 and later) shows its first page only; the
 * rest are the pages that the same call pinned behind it, as many as the bio's bytes need.
 */
function siblings(m: Model, x: Io, at: At): void {
  const first = x.pins[0];
  if (first === undefined || !(x.bytes > 4096)) return;
  const want = Math.ceil((x.pages[0].off + x.bytes) / 4096);
  for (let i = 1; i < want; i++) {
    const pin =
      first.mm === undefined ? undefined : m.pinsAt(first.mm, first.where + i).findLast((p) => p.call === first.call);
    if (pin === undefined || x.pins.includes(pin)) continue;
    x.pins.push(pin);
    if (!pin.call.longterm) pin.owner = 'bio';
    pin.ios.push(x);
    m.step([pin], 'i/o submit', at, undefined, { io: x });
  }
}

const concerns = (m: Model, page: PageId, length: number): boolean => {
  if (m.pinsByPage.size === 0) return false;
  const pages = Math.max(1, Math.ceil(length / 4096));
  for (let i = 0; i < pages; i++) if (m.pinsByPage.has(page + i)) return true;
  return false;
};

export function bioAdd(m: Model, t: Task, r: Float64Array, o: number): void {
  const page = m.page(r[o + Slot.PAGE]);
  const len = r[o + Slot.N] > 0 ? r[o + Slot.N] : 0;
  const off = r[o + Slot.FLAGS] > 0 ? r[o + Slot.FLAGS] : 0;
  if (!concerns(m, page, len + off)) {
    // __bio_try_merge_page() may be asked for a bio that goes on to be something else
    if (m.ios.size > 0 && m.ios.get(r[o + Slot.OTHER])?.endedAt !== undefined) m.ios.delete(r[o + Slot.OTHER]);
    return;
  }
  const x = io(m, r[o + Slot.OTHER]);
  x.pages.push({ page, len, off });
  const pages = Math.max(1, Math.ceil((len + off) / 4096));
  for (let i = 0; i < pages; i++) attach(m, t, x, page + i, m.at());
}

export function bioSubmit(m: Model, t: Task, r: Float64Array, o: number): void {
  const bio = r[o + Slot.OTHER];
  const page = m.page(r[o + Slot.PAGE]);
  const known = m.ios.get(bio);
  const l0 = r[o + Slot.PTE_HI] > 0 ? r[o + Slot.PTE_HI] : 0;
  const o0 = r[o + Slot.PTE_LO] > 0 ? r[o + Slot.PTE_LO] : 0;
  if ((known === undefined || known.endedAt !== undefined) && !concerns(m, page, l0 + o0)) {
    if (known !== undefined) m.ios.delete(bio);
    return;
  }
  const x = io(m, bio);
  const at = m.at();
  const op = r[o + Slot.FLAGS] & REQ_OP_MASK;
  x.dir = op === 0 ? 'READ' : op === 1 ? 'WRITE' : undefined;
  x.bytes = r[o + Slot.N];
  x.submittedAt = at;
  if (x.pages.length === 0) {
    x.pages.push({ page, len: l0, off: o0 });
    const pages = Math.max(1, Math.ceil((l0 + o0) / 4096));
    for (let i = 0; i < pages; i++) attach(m, t, x, page + i, at);
    siblings(m, x, at);
  } else m.step(x.pins, 'i/o submit', at, undefined, { io: x });
  // the device writes: a buffer whose flags were not recorded was pinned for that
  if (x.dir === 'READ') for (const { call } of x.pins) call.write ??= true;
  m.emit('ioSubmit', { io: x, at });
}

export function bioEnd(m: Model, _t: Task, r: Float64Array, o: number): void {
  const x = m.ios.get(r[o + Slot.OTHER]);
  if (x === undefined || x.endedAt !== undefined) return;
  const at = m.at();
  x.endedAt = at;
  x.status = r[o + Slot.N];
  m.step(x.pins, 'i/o end', at, undefined, { io: x });
  m.emit('ioEnd', { io: x, at });
  if (x.pins.every((p) => p.call.longterm || !p.live)) m.ios.delete(x.bio);
}

export function bioRelease(m: Model, t: Task, r: Float64Array, o: number): void {
  const x = m.ios.get(r[o + Slot.OTHER]);
  if (x === undefined) {
    // __bio_release_pages() is for user pages only: they were pinned, and nobody saw it
    const page = m.page(r[o + Slot.PAGE]);
    if (!Number.isNaN(page) && !m.pinsByPage.has(page)) {
      m.counts.unmatched++;
      m.emit('unmatchedRelease', { page, refs: 1, at: m.at() });
    }
    return;
  }
  m.ios.delete(x.bio);
  if (x.endedAt === undefined) {
    // completion was not recorded; the pages go back only after it
    x.endedAt = m.at();
    m.step(x.pins, 'i/o end', x.endedAt, undefined, { io: x });
    m.emit('ioEnd', { io: x, at: x.endedAt });
  }
  x.pins = x.pins.filter((p) => !p.call.longterm);
  if (x.pins.length > 0) releaseIo(m, t, x);
}

export function pipeAdd(m: Model, t: Task, r: Float64Array, o: number): void {
  const pins = m.pinsByPage.get(m.page(r[o + Slot.PAGE]));
  const pin = pins?.findLast((p) => p.call.at.pid === t.pid && p.owner === undefined);
  if (pin === undefined) return;
  pin.owner = 'pipe';
  t.piped = pin;
  pin.pipe = r[o + Slot.OTHER];
  m.step([pin], 'pipe', m.at());
}
