// Why: up to 5.12 one function, try_to_unmap_one(), unmaps pages both for swap and for migration. A later event shows which:
// a swap fault, or the end of the migration. Without either, it is decided when the address space or the trace ends.
import { Kind } from '../vocabulary/kinds.ts';
import type { Task, Unmapped, UnmappedOne } from './frames.ts';
import { push } from './lists.ts';
import type { Model } from './model.ts';
import type { Mm } from './state.ts';

/** The page was unmapped, and not for migration, as far as known. */
export function tell(m: Model, { isSwapped, unmapped, wasCached }: UnmappedOne): void {
  if (!isSwapped) return;
  // up to 5.12 try_to_unmap_one() unmaps for migration too, later kernels have try_to_migrate_one(); and where memory fails
  // (hwpoison_user_mappings()) it unmaps whoever holds the page
  if (unmapped.pins.length === 0 || wasCached) m.emit('unmap', unmapped);
  else awaitPurpose(m, unmapped);
}

/** A task has unmapped a folio everywhere. */
export function endWalk(m: Model, t: Task): void {
  const { walk } = t;
  t.walk = undefined;
  if (walk === undefined) return;
  m.walking.delete(t);
  for (const one of walk.behind) tell(m, one);
}

/** What follows in an address space does not wait for the next event of those who unmap folios there. */
export function endWalks(m: Model, mm?: Mm): void {
  for (const t of m.walking)
    if (mm === undefined || t.walk?.behind.some(({ unmapped }) => unmapped.mm === mm) === true) endWalk(m, t);
}

function awaitPurpose(m: Model, u: Unmapped): void {
  const byVpn = m.unmapped.get(u.mm) ?? new Map<number, Unmapped[]>();
  m.unmapped.set(u.mm, byVpn);
  push(byVpn, u.vpn, u);
}

/** A swap fault maps an address again: what was unmapped there was anonymous, and unmapped for swap. */
export function unmappedForSwap(m: Model, mm: Mm, vpn: number): void {
  const byVpn = m.unmapped.get(mm);
  const mine = byVpn?.get(vpn);
  if (byVpn === undefined || mine === undefined) return;
  forget(m, mm, byVpn, vpn);
  for (const u of mine) m.emit('unmap', { ...u, anon: u.anon ?? true });
}

/** The pages at `size` addresses from `vpn` on were migrated. */
export function unmappedForMigration(m: Model, mm: Mm, vpn: number, size: number): void {
  const byVpn = m.unmapped.get(mm);
  if (byVpn === undefined) return;
  for (let v = vpn; v < vpn + size; v++) forget(m, mm, byVpn, v);
}

/** mremap() moves entries of swap and of migration, too. */
export function moveUnmapped(m: Model, mm: Mm, start: number, end: number, shift: number): void {
  const byVpn = m.unmapped.get(mm);
  if (byVpn === undefined) return;
  const moved = [...byVpn].filter(([vpn]) => vpn >= start && vpn < end);
  for (const [vpn] of moved) byVpn.delete(vpn);
  for (const [vpn, all] of moved)
    byVpn.set(
      vpn + shift,
      all.map((u) => ({ ...u, vpn: vpn + shift })),
    );
}

/**
 * At the end of an address space, or of the trace, the remaining pages count as unmapped for swap, unless the swap cache,
 * which would have shown it, is recorded (memory failure unmaps too), or migration, which would explain it, is not. Of a
 * page that may have been in the swap cache already, its lines do not show it.
 */
export function settleUnmapped(m: Model, mm?: Mm): void {
  if (m.walking.size > 0) endWalks(m, mm);
  if (m.unmapped.size === 0) return;
  const lists = mm === undefined ? [...m.unmapped.values()] : [m.unmapped.get(mm) ?? new Map<number, Unmapped[]>()];
  const all = lists.flatMap((byVpn) => [...byVpn.values()].flat());
  if (mm === undefined) m.unmapped.clear();
  else m.unmapped.delete(mm);
  for (const { cached, pins } of all) if (cached && pins.some((p) => p.call.kind === 'PIN')) m.counts.unmapped++;
  if (m.recorded(Kind.swapCacheAdd) || !(m.recorded(Kind.migrateOne) || m.recorded(Kind.migrateIn))) return;
  for (const u of all.sort((a, b) => a.at.order - b.at.order)) m.emit('unmap', u);
}

function forget(m: Model, mm: Mm, byVpn: Map<number, Unmapped[]>, vpn: number): void {
  byVpn.delete(vpn);
  if (byVpn.size === 0) m.unmapped.delete(mm);
}
