// Why: a pin is known from the return of its call on. What other tasks did to its entry since the page was grabbed was done
// to a pinned page, and may be why a later write copies it.
import type { At } from './at.ts';
import type { Change } from './meanwhile.ts';
import type { Model } from './model.ts';
import { type Mm, type Pin, Step } from './state.ts';

/**
 * What happened to the entry of a pin between its grab and the return, other than to take the page from it.
 * @param changes those after which the entry maps the page again
 */
export function sinceGrab(m: Model, pin: Pin, mm: Mm, grabbed: At, changes: readonly Change[] | undefined): void {
  const isSince = (what: { start: number; end: number; at: At }): boolean =>
    what.at.order > grabbed.order && pin.vpn >= what.start && pin.vpn < what.end;
  const steps = [...swapped(pin, changes?.filter(isSince) ?? []), ...ranges(m, pin, mm, isSince)];
  pin.steps.push(...steps.sort((a, b) => a.at.order - b.at.order));
}

/** Reclaim unmapped the page, and a swap-in mapped it again, perhaps without its exclusive mark. */
function* swapped({ vpn, page }: Pin, changes: readonly Change[]): Generator<Step> {
  for (const { start, at, page: mapped, via, isShared, away } of changes)
    if (away === 'unmap') yield new Step('unmap', at, page);
    else if (via === 'swap-in' && mapped + (vpn - start) === page)
      yield new Step('swap-in', at, page, { exclusive: !isShared });
}

/** Changes of protection, and forks that shared the page. */
function* ranges(m: Model, pin: Pin, mm: Mm, isSince: (op: Mm['ops'][number]) => boolean): Generator<Step> {
  const last = mm.ops.at(-1);
  if (last === undefined || pin.grabAt === undefined || last.at.order < pin.grabAt.order) return;
  for (const op of mm.ops) {
    const { at, child, kind, wrprotect } = op;
    if (!isSince(op)) continue;
    if (kind === 'wrprotect') yield new Step('wrprotect', at, undefined, { wrprotect });
    else if (kind === 'fork' && child !== undefined && isShared(m, pin, child)) {
      yield new Step('fork', at, undefined, { child });
      pin.sharedWith ??= child;
    }
  }
}

/** Fork has copied what the address mapped, known or not; an early copy would be mapped there by a line. */
function isShared(m: Model, { page, vpn }: Pin, child: Mm): boolean {
  return m.mapped(child, vpn) === page || child.entry(vpn) === undefined;
}
