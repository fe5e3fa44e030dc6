// Why: a pin in use by a bio ends with the bio. fs/direct-io.c (vfat, exfat, ntfs3, udf, jfs, hfsplus, ocfs2 ...) takes more
// pins of a page than GUP has given it, by folio_add_pin(), which has no probe (v6.5 and later): one for the page it is
// at, and one for each bio it puts it into. The releases have lines: that of GUP's pin may come before the page is in a
// bio, that of the page it was at comes right behind it, and only the bio's own release ends the last.
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import { entryBits, type PageId, Pte } from './page-table.ts';
import { Hold, type Io, Pin } from './state.ts';

/** A pin is in use by a bio, which releases it unless it is longterm. */
export function give(m: Model, x: Io, pin: Pin, at: At): void {
  if (m.unexplained.size > 0) m.heldSince(pin);
  x.pins.push(pin);
  if (!pin.call.longterm) pin.owner = 'bio';
  pin.ios.push(x);
  if (pin.ios.length > 16) pin.ios.shift();
  if (x.submittedAt !== undefined) m.step([pin], 'i/o submit', at, undefined, { io: x });
}

/**
 * unpin_user_page() of a page that is in the bio which the task is filling. Only dio_unpin_page() does that (bios release
 * their pages in a function of their own), so the bio has a pin: the release is not the end of it.
 */
export function isPinnedByBio(m: Model, t: Task, page: PageId): boolean {
  const x = t.filling;
  if (x === undefined || x.submittedAt !== undefined || !x.pages.some((one) => one.page === page)) return false;
  const own = m.pinsByPage.get(page)?.filter((pin) => pin.call.at.pid === t.pid) ?? [];
  if (own.length > 0) return own.length === 1 && x.pins.includes(own[0]) && own[0].call.kind === 'PIN';
  const was = t.unpinned;
  if (was?.page !== page || was.mm?.dead === true) return false;
  add(m, x, was);
  return true;
}

/** The pin of a bio, on the page whose pin from GUP has ended: it is at the same address, and was taken by the same call. */
function add(m: Model, x: Io, was: Pin): void {
  const pin = new Pin(m.nextId(), was.call, was.mm, was.where, was.page, was.pageFrom, was.entryBits);
  const entry = pin.mm?.entry(pin.vpn);
  pin.entryState = entry === undefined ? was.entryState : entryBits(entry) & Pte.STATE;
  pin.grabAt = was.grabAt;
  pin.hold = new Hold(was.hold?.folio ?? was.page);
  pin.hold.refs = 1;
  pin.hold.pins.push(pin);
  pin.steps.push(...was.steps.filter(({ role }) => role === 'grab' || role === 'pin'));
  m.hold(pin);
  m.emit('pin', { pin, at: m.at() });
  give(m, x, pin, m.at());
}
