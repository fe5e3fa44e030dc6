// folio_migrate_mapping() gives the place of a folio to its copy, mm/migrate.c.
import { SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import type { Model } from './model.ts';

export function migrateMap(m: Model, t: Task, r: Float64Array, o: number): void {
  t.migrates = m.page(r[o + Slot.PAGE]);
}

/**
 * It succeeds only if nobody but the mappings, all of them replaced, and the caller refers to the folio: no pin, and no
 * entry that maps it.
 */
export function migrateMapRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const folio = t.migrates;
  t.migrates = Number.NaN;
  if (r[o + SlotOf.migrateMapRet.ret] !== 0 || Number.isNaN(folio) || m.pinsByFolio.size === 0) return;
  const pins = m.pinsByFolio.get(folio) ?? [];
  if (pins.some((p) => p.call.kind === 'PIN' && p.mm !== undefined && m.mapped(p.mm, p.where) === p.page))
    m.tear('entries');
}
