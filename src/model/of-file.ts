// Why: memfd_pin_folios() (mm/gup.c, v6.11 and later: udmabuf, iommufd) pins folios of a file, through no address of any
// process: nothing can part from them, but their releases look like those of other pins. The function has no probe; the
// references it takes are the only ones with FOLL_PIN and no other flag outside of a GUP call.
import { Kind } from '../vocabulary/kinds.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';

/** Folios that are remembered; releases of others count as those of pins whose start is not in the trace. */
const MOST = 1 << 17;

/** The walk that precedes every grab of a GUP call; nothing precedes those of memfd_pin_folios(). */
const WALK = new Set<number>([Kind.followPte, Kind.followPmd]);

/** A reference with FOLL_PIN alone, outside of a GUP call; false: not one of memfd_pin_folios(). */
export function pinnedOfFile(m: Model, t: Task, folio: PageId, refs: number): boolean {
  if (WALK.has(t.previous)) return false;
  if (m.ofFile.has(folio) || m.ofFile.size < MOST) m.ofFile.set(folio, (m.ofFile.get(folio) ?? 0) + refs);
  return true;
}

/**
 * A release of a page without a pin; true: memfd_pin_folios() has pinned it. How often is not counted: iommufd takes more
 * references of a large folio by folio_add_pins(), which leaves no line.
 */
export function releasedOfFile(m: Model, folio: PageId, refs: number): boolean {
  const held = m.ofFile.get(folio);
  if (held === undefined) return false;
  m.ofFile.set(folio, Math.max(0, held - refs));
  return true;
}

/**
 * A release of a page that is pinned both ways; true: which of them was released is unknown. Each pin may have ended,
 * until as many releases have come as memfd_pin_folios() took references.
 */
export function isEither(m: Model, page: PageId, refs: number): boolean {
  const held = m.ofFile.get(page) ?? 0;
  if (held === 0) return false;
  m.ofFile.set(page, Math.max(0, held - refs));
  const at = m.at();
  for (const pin of m.pinsByFolio.get(page) ?? m.pinsByPage.get(page) ?? [])
    if (pin.call.kind === 'PIN') pin.unsure ??= { at };
  return true;
}
