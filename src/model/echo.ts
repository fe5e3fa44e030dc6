// Why: one release appears on several levels (release.ts). Its first line announces pages; those of the inner functions are
// the echo of it, recognised by their page and the task.
import type { At } from './at.ts';
import { type Given, Release, type Task } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';

/** Nesting level of a function: each may be called by those before it. */
export const Level = { bio: 0, dirty: 1, pages: 2, page: 3, folio: 4 } as const;

/** Echoes come in the order of the announcement; this limits how far ahead they are searched for. */
const WINDOW = 4096;
/** Number of pages released by functions of their own that may still be repeated, after interrupts within interrupts. */
const NEWEST = 16;
/** Tasks whose releases may be asked for (lookedPinned()). */
const MOST_RELEASING = 16;
/** Most pages that one line may announce. */
export const MOST_PAGES = 1 << 18;

/** A function announces that it releases `n` pages. */
export function begin(m: Model, t: Task, level: number, at: At, n: number): Release {
  // the rest of another release may still be echoed: an interrupt came in between
  const before = t.release === undefined ? undefined : stillDue(t.release);
  const release = new Release(level, at, n);
  if (before !== undefined && before.length > 0 && before.length <= WINDOW)
    release.before = release.items.push(...before);
  t.release = release;
  m.releasing.delete(t);
  m.releasing.add(t);
  if (m.releasing.size > MOST_RELEASING) m.releasing.delete([...m.releasing][0]);
  return release;
}

/** Items that may still be repeated. What a page's own function repeats comes at once: of those only the newest. */
function stillDue({ items, next }: Release): Given[] {
  const due: Given[] = [];
  for (let i = next; i < items.length; i++) {
    const { level, refs } = items[i];
    if (refs > 0 && (level < Level.page || (level === Level.page && i >= items.length - NEWEST))) due.push(items[i]);
  }
  return due;
}

/**
 * The line names a page that an outer function has reported: its references are subtracted, so that they count once on
 * each level.
 * @returns how many of `refs` the outer function has not reported
 */
export function unheard(release: Release, page: PageId, refs: number, level: number): number {
  const { items } = release;
  let left = refs;
  // up to where nothing is due any more
  let done = release.next;
  const end = Math.min(items.length, release.next + WINDOW);
  for (let i = release.next; i < end && left > 0; i++) {
    const x = items[i];
    if (!hears(x, page, level)) continue;
    const heard = Math.min(left, x.refs);
    if (left === refs) done = level === Level.page ? i : items.length;
    left -= heard;
    if (heard < x.refs) {
      x.refs -= heard;
      if (level < Level.folio) items.push({ ...x, refs: heard, level });
    } else x.level = level;
  }
  // those behind the window are not searched
  if (left < refs && end === release.next + WINDOW) left = 0;
  // a function of one page repeats it before the next page is named
  const innermost = level === Level.page ? Level.page : Level.folio;
  while (release.next < done && items[release.next].level >= innermost) {
    const x = items[release.next++];
    // of what the interrupt came into, that comes behind it
    if (release.next <= release.before && x.level === Level.page && x.refs > 0) items.push(x);
  }
  return left;
}

/** Whether an inner function on `page` may mean this item: its page, its folio, or one that no line named before. */
export function hears(x: Given, page: PageId, level: number): boolean {
  if (x.level >= level || x.refs <= 0) return false;
  if (x.page === page || x.folio === page) return true;
  return level === Level.folio && x.folio === x.page && x.page > page && x.page - page < MOST_PAGES;
}
