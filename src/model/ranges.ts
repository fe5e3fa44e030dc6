// Changes of address ranges: fork, write protection, unmapping (E10-E13, E21; mm/memory.c, mm/rmap.c, mm/mprotect.c,
// fs/proc/task_mmu.c).
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { KERNEL } from '../vocabulary/task-name.ts';
import { beginAlteration } from './altering.ts';
import type { At } from './at.ts';
import type { Task } from './frames.ts';
import { NO_PINS } from './lists.ts';
import type { Doer } from './meanwhile.ts';
import { endOlder } from './mm-end.ts';
import type { Model } from './model.ts';
import { entryBits, entryPage, type PageId, Pte } from './page-table.ts';
import { isZapped, type StepRole, type WrprotectKind } from './pin.ts';
import { setMm } from './runs-in.ts';
import { ForkFrame, type Mm, MOST_STEPS, type Pin, RangeOp, Step, type StepDetails } from './state.ts';
import { copiesAreRecorded } from './whose-mm.ts';
import { unpaired } from './within.ts';

const VM_SHARED = 0x8;
/** VM_UFFD_WP, VM_HUGETLB (up to v5.18), VM_PFNMAP and VM_MIXEDMAP: fork copies them whether they have an anon_vma or not. */
const ALWAYS_COPIED = 0x1000 | 0x400000 | 0x400 | 0x10000000;
// MM_CP_DIRTY_ACCT up to v6.0
const MM_CP_TRY_CHANGE_WRITABLE = 0x1;
const MM_CP_PROT_NUMA = 0x2;
const MM_CP_UFFD_WP = 0x4;
const MM_CP_UFFD_WP_RESOLVE = 0x8;
// userfaultfd RWP (v7.3): PROT_NONE entries that still name their page; resolving them leaves the write bit to the
// fault
const MM_CP_UFFD_RWP = 0x10;
const MM_CP_UFFD_RWP_RESOLVE = 0x20;

const from = (m: Model, r: Float64Array, o: number): number => m.userVpn(r[o + Slot.ADDR]);
function to(m: Model, r: Float64Array, o: number): number {
  const end = r[o + Slot.END];
  // ULONG_MAX is what exit_mmap() says for everything
  if (!(end === -1 && r[o] === Kind.unmapVmas) && (end <= r[o + Slot.ADDR] || Number.isNaN(m.userVpn(end)))) m.absurd();
  return Math.ceil(end / m.machine.pageBytes);
}

// ---- fork

export function forkVma(m: Model, t: Task, r: Float64Array, o: number): void {
  endOlder(m, t, r[o + Slot.MM]);
  const dst = m.mm(r[o + Slot.MM]);
  const src = m.mm(r[o + SlotOf.forkVma.src]);
  if (dst === undefined || src === undefined) return;
  if (m.seen[Kind.forkVma] === 1) copiesAreRecorded(m);
  if (t.fork !== undefined && m.seen[Kind.forkVmaRet] > 0) m.tear('calls');
  endFork(m, t);
  const at = m.at();
  const start = from(m, r, o);
  const end = to(m, r, o);
  // dup_mm() copies the mm of the current task
  if (t.pid > 0) setMm(m, t, src);
  t.borrows = false;
  dst.parent = src;
  src.marked = undefined;
  t.forked = dst;
  const pins = end > start ? m.pinsIn(src, start, end) : NO_PINS;
  const flags = r[o + SlotOf.forkVma.vmflags];
  const isPrivate = Number.isNaN(flags) || (flags & VM_SHARED) === 0;
  const exclusive = isCopied(flags) ? copyEntries(m, src, dst, start, end, isPrivate) : undefined;
  if (exclusive !== undefined) m.counts.exclusiveForks++;
  const last = src.ops.at(-1);
  if (isPrivate) {
    // one entry for neighbouring VMAs
    if (last?.kind === 'fork' && last.child === dst && last.end === start && pins.length === 0) last.end = end;
    else src.note(new RangeOp('fork', start, end, at, undefined, dst));
  }
  const shared = isPrivate && pins.length > 0 ? share(pins, src, dst, at) : undefined;
  // pins taken meanwhile may refer to the place of the frame
  const frame = new ForkFrame(dst, src, start, end, isPrivate, at, shared);
  frame.exclusive = exclusive;
  t.fork = frame;
  if (isPrivate) {
    src.forks ??= new Set();
    src.forks.add(frame);
  }
  if (m.listeners.fork !== undefined) m.emit('fork', { src, dst, start, end, at, pins });
}

/** A shared mapping has no anon_vma: faults of the child will fill it (copy_page_range(), vma_needs_copy()). */
const isCopied = (flags: number): boolean =>
  Number.isNaN(flags) || (flags & VM_SHARED) === 0 || (flags & ALWAYS_COPIED) !== 0;

/** Pins whose page is shared with the child. */
function share(pins: readonly Pin[], src: Mm, dst: Mm, at: At): Set<Pin> {
  // nothing is shared if nothing is mapped
  const shared = pins.filter((pin) => {
    const entry = src.entry(pin.where);
    return entry === undefined || entryPage(entry) === pin.page;
  });
  // one for all of them: a server forks again and again over the same thousands of pages
  const step = new Step('fork', at, undefined, { child: dst });
  for (const pin of shared) {
    const { steps } = pin;
    if (steps.length >= MOST_STEPS && steps.at(-1)?.role === 'fork') steps[steps.length - 1] = step;
    else steps.push(step);
    pin.sharedWith ??= dst;
  }
  return new Set(shared);
}

/** This fork does not share the page of a pin after all. */
export function notShared(f: ForkFrame, pin: Pin): void {
  f.shared?.delete(pin);
  const i = pin.steps.findLastIndex(({ role, child }) => role === 'fork' && child === f.dst);
  if (i >= 0) pin.steps.splice(i, 1);
  if (pin.sharedWith === f.dst) pin.sharedWith = undefined;
}

/** The call has failed before it came to the entry of a pin. */
function untouched(f: ForkFrame, pin: Pin): void {
  notShared(f, pin);
  const entry = f.src.ptes.get(pin.where);
  if (entry !== undefined && (entryBits(entry) & Pte.Shared) !== 0) f.src.ptes.set(pin.where, entry - Pte.Shared);
}

/** @returns the device-exclusive entries among them */
function copyEntries(
  m: Model,
  src: Mm,
  dst: Mm,
  start: number,
  end: number,
  isPrivate: boolean,
): Map<number, PageId> | undefined {
  const mark = isPrivate ? shared : undefined;
  src.ptes.share(dst.ptes, start, end, mark);
  const { pmdPages } = m.machine;
  if (src.hasPmds) src.pmds.share(dst.pmds, Math.ceil(start / pmdPages), Math.ceil(end / pmdPages), mark);
  for (const p of src.hugetlb?.keysIn(start / pmdPages, end / pmdPages) ?? []) dst.markHugetlb(p);
  if (src.exclusive === undefined) return undefined;
  const exclusive = new Map<number, PageId>();
  for (const vpn of src.exclusive.keysIn(start, end)) {
    const entry = src.entry(vpn);
    if (entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.DevExclusive) {
      exclusive.set(vpn, entryPage(entry));
      dst.markExclusive(vpn);
    } else src.exclusive.delete(vpn);
  }
  return exclusive.size > 0 ? exclusive : undefined;
}

/** The entry in both parent and child after a fork. */
const shared = (entry: number): number => {
  const bits = entryBits(entry);
  return (bits & Pte.STATE) === Pte.Present && (bits & (Pte.File | Pte.Shared)) === 0 ? entry + Pte.Shared : entry;
};

export function forkVmaRet(m: Model, t: Task, r: Float64Array, o: number): void {
  const f = t.fork;
  if (f === undefined && m.seen[Kind.forkVma] > 0) unpaired(m, t, 'fork');
  m.strays.close(f);
  // 0 or an error
  const ret = r[o + SlotOf.forkVmaRet.ret];
  endFork(m, t, ret < 0);
  if (ret > 0) m.absurd();
  // a call that fails (-EBUSY: the page was locked) changes nothing
  if (f?.exclusive === undefined || ret !== 0) return;
  for (const [vpn, page] of f.exclusive) m.emit('exclusiveCopied', { src: f.src, child: f.dst, vpn, page, at: m.at() });
}

/**
 * copy_page_range() of a VMA has ended: pages without an early copy are shared.
 * @param failed no memory was left for an early copy, for one: there is no child. What is held by FOLL_PIN had to be copied
 *   early, so its entry was not changed; up to v5.11 hugetlb had no such copies
 */
export function endFork(m: Model, t: Task, failed = false): void {
  const f = t.fork;
  t.fork = undefined;
  if (f === undefined) return;
  f.isOver = true;
  f.src.forks?.delete(f);
  if (f.shared === undefined) return;
  if (failed) {
    for (const pin of f.shared) if (pin.call.kind === 'PIN' && !pin.hugetlb) untouched(f, pin);
    return;
  }
  // an empty entry is not copied; one that no line has shown is taken for the page's
  const isEmpty = (pin: Pin): boolean => isZapped(pin) && Number.isNaN(m.mapped(f.src, pin.where));
  for (const pin of f.shared) if (pin.live && !isEmpty(pin)) m.emit('share', { pin, child: f.dst, at: f.at });
}

// ---- write protection

export function wrprotect(m: Model, t: Task, r: Float64Array, o: number, kind: WrprotectKind): void {
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  // PROT_NONE entries still name their page, and the fault restores the permissions: savedwrite, later
  // can_change_pte_writable(); if that fails, another event has removed the write permission
  if (kind === 'numa') return;
  let what = kind;
  if (kind === 'mprotect') {
    const cp = r[o + SlotOf.cprot.cp];
    if ((cp & (MM_CP_UFFD_WP_RESOLVE | MM_CP_UFFD_RWP_RESOLVE | MM_CP_PROT_NUMA)) !== 0) return;
    if ((cp & (MM_CP_UFFD_WP | MM_CP_UFFD_RWP)) !== 0) what = 'uffd-wp';
  } else if (kind === 'uffd-wp' && r[o + SlotOf.uffdWp.enable] === 0) return;
  const start = from(m, r, o);
  const end = to(m, r, o);
  const at = m.at();
  mm.note(new RangeOp('wrprotect', start, end, at, what));
  const pins = m.pinsIn(mm, start, end);
  const by = stepBy(m, t, mm, pins, 'wrprotect', at, { wrprotect: what });
  // of an mprotect() that allows writing, this may make entries writable (MM_CP_TRY_CHANGE_WRITABLE)
  if (kind !== 'mprotect' || (r[o + SlotOf.cprot.cp] & MM_CP_TRY_CHANGE_WRITABLE) === 0)
    beginAlteration(m, t, mm, { kind: 'wrprotect', start, end, at, by, wrprotect: what });
  m.emit('wrprotect', { mm, start, end, kind: what, at, pins });
}

/**
 * Whose task the current one is, as seen from an address space.
 * @param pins some that are held there
 */
function doer(m: Model, t: Task, mm: Mm, pins: readonly Pin[]): Doer {
  const runsIn = m.mmOf(t) ?? t.perhaps?.mm;
  const kernel = m.row[m.o + Slot.TGID] === KERNEL && (runsIn === undefined || t.borrows);
  if (kernel) return { foreign: true, kernel };
  if (runsIn !== undefined) return { foreign: runsIn !== mm, kernel };
  const pinned = pins.some(({ call }) => call.at.pid === t.pid && !call.remote);
  const isThread = t.tgid > 0 && mm.pids.some((pid) => m.knownTask(pid)?.tgid === t.tgid);
  return { foreign: pinned || isThread ? false : undefined, kernel };
}

/** Steps that a task of which nothing is known has done to pins of an address space, until a line shows where it runs. */
const MOST_STRANGE = 256;

/**
 * What the current task does to pins. Where it runs may be shown by a later line.
 * @returns whose task it is
 */
function stepBy(m: Model, t: Task, mm: Mm, pins: readonly Pin[], role: StepRole, at: At, more?: StepDetails): Doer {
  const by = doer(m, t, mm, pins);
  if (pins.length === 0) return by;
  m.step(pins, role, at, undefined, { ...more, ...by });
  if (by.foreign !== undefined || !(t.pid > 0)) return by;
  t.strange ??= [];
  for (const { steps } of pins) {
    const step = steps.at(-1);
    if (step?.at === at && t.strange.length < MOST_STRANGE) t.strange.push({ mm, step });
  }
  return by;
}

// ---- unmapping

export function zap(m: Model, t: Task, r: Float64Array, o: number): void {
  // part of the teardown of an address space that has ended
  if (m.mms.get(r[o + Slot.MM])?.dead === true) return;
  const mm = m.mm(r[o + Slot.MM]);
  if (mm === undefined) return;
  const start = from(m, r, o);
  const end = to(m, r, o);
  if (!(end > start)) return;
  if (mm.exiting) return;
  mm.marked = undefined;
  const pins = m.pinsIn(mm, start, end);
  const at = m.at();
  const by = stepBy(m, t, mm, pins, 'zap', at);
  if (pins.length > 0) mm.note(new RangeOp('zap', start, end, at));
  if (mm.meanwhile !== undefined) m.during(mm, start, end, { zap: by });
  beginAlteration(m, t, mm, { kind: 'zap', start, end, at, by });
  m.clear(mm, start, end);
  t.gone = { mm, start, end, to: undefined };
  if (pins.length > 0) m.emit('zap', { mm, start, end, at, pins });
}
