// Why: a probe at the entry of a function prints before the function has changed anything. Until it has, GUP on another CPU
// gets pages through the entries that it is about to change, and in the trace that comes after the change.
import { KIND_NAMES, Kind } from '../vocabulary/kinds.ts';
import type { At } from './at.ts';
import type { AlterationFrame, Grab, Task } from './frames.ts';
import type { Alteration, Change } from './meanwhile.ts';
import type { Model } from './model.ts';
import { entryPage, type PageId } from './page-table.ts';
import { type Mm, type Pin, Step } from './state.ts';

/** Events inside of a function that changes a range of entries; any other one of its task shows that it has returned. */
const INSIDE: readonly boolean[] = KIND_NAMES.map((name) =>
  [
    'anonRmap',
    'clearFlush',
    'clearFlushPmd',
    'hugeProt',
    'notifierEnd',
    'notifierStart',
    'pageFree',
    'pageRefDrop',
    'splitPmd',
    'tlbFlush',
  ].includes(name),
);

type Begun = Pick<Alteration, 'kind' | 'start' | 'end' | 'at' | 'by'> &
  Partial<Pick<Alteration, 'wrprotect' | 'shift' | 'change'>>;

/** Alterations of an address space at the same time: more tasks than there are CPUs are not in the middle of one. */
const MOST_AT_ONCE = 256;
/** Moves that are remembered of an address space: the last ones, which a walk may not have heard of. */
const MOST_MOVES = 4;
/** Unmappings that are remembered of an address space, for what is found to have been pinned there before them. */
const MOST_ZAPS = 16;

export function beginAlteration(
  m: Model,
  t: Task,
  mm: Mm,
  { kind, start, end, at, by, wrprotect, shift, change }: Begun,
): void {
  if (kind !== 'split') endAlteration(m, t);
  else if (t.alters?.kind === 'split') t.alters = ended(m, t.alters);
  const outer = t.alters;
  t.alters = { kind, start, end, at, by, wrprotect, shift: shift ?? 0, change, mm, outer, faults: undefined };
  mm.alterations ??= [];
  if (mm.alterations.length === MOST_AT_ONCE) mm.alterations.shift();
  mm.alterations.push(t.alters);
  if (kind === 'move') mm.moves = newest(mm.moves, t.alters, MOST_MOVES);
  else if (kind === 'zap') mm.zaps = newest(mm.zaps, t.alters, MOST_ZAPS);
}

function newest(all: Alteration[] | undefined, one: Alteration, most: number): Alteration[] {
  if (all === undefined) return [one];
  if (all.length === most) all.shift();
  all.push(one);
  return all;
}

/** The next event of a task that is changing a range of entries. */
export function leaveAlteration(m: Model, t: Task, kind: number): void {
  if (!INSIDE[kind]) endAlteration(m, t);
}

function endAlteration(m: Model, t: Task): void {
  while (t.alters !== undefined) t.alters = ended(m, t.alters);
}

/** @returns what goes on */
function ended(m: Model, alters: AlterationFrame): AlterationFrame | undefined {
  const { faults, kind, mm, outer } = alters;
  const all = mm.alterations;
  const i = all?.indexOf(alters) ?? -1;
  if (all === undefined || i < 0) return outer;
  if (all.length === 1) mm.alterations = undefined;
  else all.splice(i, 1);
  if (kind === 'zap' && faults?.size !== MOST_FAULTS) mayBeTaken(m, alters);
  return outer;
}

/**
 * An unmapping is over. What faults mapped in its range since it began (MADV_DONTNEED keeps no fault out), it may have come
 * to later, or not: no line shows which.
 */
function mayBeTaken(m: Model, { mm, start, end, at, by }: AlterationFrame): void {
  mayBeSplit(m, mm, start, end);
  for (const vpn of mm.ptes.pagesIn(start, end)) if (!Number.isNaN(m.mapped(mm, vpn))) mm.ptes.delete(vpn);
  for (const pin of m.pinsIn(mm, start, end))
    if (pin.grabAt !== undefined && pin.grabAt.order > at.order) pin.spared ??= new Step('zap', at, undefined, by);
}

/** Of what a PMD maps, each page may be gone. */
function mayBeSplit(m: Model, mm: Mm, start: number, end: number): void {
  if (!mm.hasPmds) return;
  const { pmdPages } = m.machine;
  for (const pmd of mm.pmds.pagesIn(Math.floor(start / pmdPages), Math.ceil(end / pmdPages)))
    if (mm.hugetlb?.has(pmd) !== true) m.split(mm, pmd);
}

/** Addresses with a fault that are remembered of one alteration; after more its task has been back in user space for long. */
const MOST_FAULTS = 256;

/**
 * A fault at an address: from here on GUP may get there what the fault maps, or makes writable. What it maps at other
 * addresses a line shows, but for pages of a file.
 */
export function faultsUnder(m: Model, mm: Mm, vpn: number): void {
  for (const a of mm.alterations ?? []) {
    if (vpn < a.start || vpn >= a.end) continue;
    a.faults ??= new Map();
    if (a.faults.size === MOST_FAULTS || a.faults.has(vpn)) continue;
    a.faults.set(vpn, m.at().order);
    // what a line has mapped since, as a split does, it may have taken
    if (a.kind !== 'zap') continue;
    mayBeSplit(m, mm, vpn, vpn + 1);
    mm.ptes.delete(vpn);
  }
}

/** The call was changing the entry when the page was grabbed, and nobody had faulted there since it began. */
function isUnder({ start, end, faults }: Alteration, vpn: number, { at }: Grab): boolean {
  if (vpn < start || vpn >= end || faults?.size === MOST_FAULTS) return false;
  const faulted = faults?.get(vpn);
  return faulted === undefined || faulted > at.order;
}

/**
 * Where the entry is now whose address another task printed at `since`: a walk of the reverse mapping (try_to_unmap_one(),
 * remove_migration_pte()) finds it at the old place until move_page_tables() has come to it, whose line is older.
 */
export function whereNow(t: Task, mm: Mm, vpn: number, since: number): number {
  let now = vpn;
  for (const a of mm.moves ?? [])
    if (now >= a.start && now < a.end && (a.at.order > since || (!isOf(t, a) && isUnderWay(mm, a, now))))
      now += a.shift;
  return now;
}

/** The task itself is in the middle of it. */
function isOf({ alters }: Task, alteration: Alteration): boolean {
  for (let a = alters; a !== undefined; a = a.outer) if (a === alteration) return true;
  return false;
}

/** Nobody has faulted there since it began, so what is there is what it moves. */
const isUnderWay = (mm: Mm, a: Alteration, vpn: number): boolean =>
  mm.alterations?.includes(a) === true &&
  !(a.faults !== undefined && (a.faults.has(vpn) || a.faults.size === MOST_FAULTS));

/** What is changing entries of an address space; after a gap its end may be missing. */
export function alterationsOf(m: Model, mm: Mm | undefined): readonly Alteration[] | undefined {
  if (mm?.alterations === undefined || !m.recorded(Kind.fault)) return undefined;
  const gap = m.gaps.at(-1)?.at.order ?? 0;
  const open = mm.alterations.filter(({ at }) => at.order > gap);
  return open.length > 0 ? open : undefined;
}

/**
 * GUP has got a page through an entry that was about to change.
 * @param isEmpty nothing was known to be mapped there, as after an unmapping or a move
 * @returns the move that its page has made since
 */
export function grabbedBefore(pin: Pin, grab: Grab, isEmpty: boolean): Alteration | undefined {
  const { call, vpn } = pin;
  let moved: Alteration | undefined;
  for (const a of grab.under ?? []) {
    // what a fault mapped since it began, it may come to later
    if (a.kind === 'zap' && vpn >= a.start && vpn < a.end) pin.spared = new Step('zap', a.at, undefined, a.by);
    if (!isUnder(a, vpn, grab)) continue;
    if (a.kind === 'wrprotect') {
      // GUP-fast takes a page for writing only through a writable entry (pte_access_permitted())
      if (call.write === true && !grab.slow)
        pin.steps.push(new Step('wrprotect', a.at, undefined, { wrprotect: a.wrprotect, ...a.by }));
    } else if (isEmpty && a.kind === 'move') moved = a;
  }
  if (moved === undefined) return undefined;
  pin.movedTo = vpn + moved.shift;
  pin.steps.push(new Step('move', moved.at));
  return moved;
}

/** What KSM was putting in the place of the page when GUP got it: ptep_clear_flush() waits for GUP-fast. */
export const replacedSince = (grab: Grab | undefined, vpn: number, page: PageId): Change | undefined =>
  grab?.under?.find((a) => a.change?.was !== undefined && isUnder(a, vpn, grab) && entryPage(a.change.was) === page)
    ?.change;

/**
 * What GUP has got was being unmapped, and nobody had faulted there, or the unmapping is over since: it need not be mapped
 * at the end of the call.
 */
export const isGoing = (mm: Mm, grab: Grab | undefined, vpn: number): boolean =>
  grab?.under?.some(
    (a) =>
      a.kind === 'zap' &&
      vpn >= a.start &&
      vpn < a.end &&
      (isUnder(a, vpn, grab) || mm.alterations?.includes(a) !== true),
  ) === true;

/**
 * The PMD by which GUP has got a page has been split since, or was about to be: where the page is of the huge zero page or
 * of a file, the address no longer maps it (__split_huge_pmd_locked()).
 */
export const isSplitSince = (grab: Grab | undefined, changes: readonly Change[] | undefined, vpn: number): boolean =>
  grab !== undefined &&
  (changes?.some((c) => c.split && vpn >= c.start && vpn < c.end && c.at.order > grab.at.order) === true ||
    grab.under?.some((a) => a.kind === 'split' && isUnder(a, vpn, grab)) === true);

/**
 * wp_page_copy() has the page table lock from ptep_clear_flush() until the copy is mapped: an unmapping whose line came in
 * between takes the copy.
 */
export function unmapsLater({ steps }: Pin, cleared: At): void {
  const i = steps.findLastIndex(({ role }) => role === 'zap');
  if (i >= 0 && steps[i].at.order > cleared.order) steps.splice(i, 1);
}
