// Why: a GUP call and do_swap_page() read a page table entry and act on it later; other tasks may change the entry in
// between. Calls in progress are kept per address space, so that address spaces without any cost nothing, and calls whose
// return was lost do not add work to every later event.
import type { GupFrame, SwapFrame, Task } from './frames.ts';
import type { Change, SwapIn } from './meanwhile.ts';
import type { Mm } from './state.ts';

/** A GUP call has grabbed a page: from here on, changes in its address space are kept. */
export function watchChanges(t: Task, f: GupFrame): void {
  const mm = f.mm ?? t.mm;
  if (mm === f.watches) return;
  unwatch(f);
  if (mm === undefined) return;
  f.watches = mm;
  f.watchedFrom = f.grabs.at(-1)?.at.order;
  mm.meanwhile ??= { calls: 0, changes: [] };
  mm.meanwhile.calls++;
}

/** The GUP call of a task is over, or the task is. */
export function endGup(t: Task): void {
  const f = t.gup;
  t.gup = undefined;
  if (f !== undefined) unwatch(f);
}

function unwatch(f: GupFrame): void {
  const mm = f.watches;
  f.watches = undefined;
  if (mm?.meanwhile === undefined) return;
  f.changes = since(mm.meanwhile.changes, f.at.order);
  if (--mm.meanwhile.calls === 0) mm.meanwhile = undefined;
}

/** The changes after a place; undefined: there is none. */
function since(changes: readonly Change[], order: number): readonly Change[] | undefined {
  let first = changes.length;
  while (first > 0 && changes[first - 1].at.order > order) first--;
  return first === changes.length ? undefined : changes.slice(first);
}

export function beginSwapIn(t: Task, s: SwapFrame): void {
  t.swap = s;
  s.mm.swapIns ??= new Map();
  const there = s.mm.swapIns.get(s.vpn);
  if (there === undefined) s.mm.swapIns.set(s.vpn, new Set([s]));
  else there.add(s);
}

/** The swap-in of a task is over, or the task is. */
export function endSwapIn(t: Task): void {
  const s = t.swap;
  if (s === undefined) return;
  t.swap = undefined;
  const there = s.mm.swapIns?.get(s.vpn);
  if (there?.delete(s) === true && there.size === 0) s.mm.swapIns?.delete(s.vpn);
}

/** Swap-ins under way at `pages` addresses from `vpn` on. */
export function swapInsOf({ swapIns }: Mm, vpn: number, pages: number): readonly SwapIn[] {
  if (swapIns === undefined) return [];
  const found: SwapIn[] = [];
  if (pages <= swapIns.size) for (let v = vpn; v < vpn + pages; v++) found.push(...(swapIns.get(v) ?? []));
  else for (const [v, there] of swapIns) if (v >= vpn && v < vpn + pages) found.push(...there);
  return found;
}
