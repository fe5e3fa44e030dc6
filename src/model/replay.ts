// The replay: a table that maps each kind of record to a function of the model.
import { KIND_NAMES, Kind } from '../vocabulary/kinds.ts';
import { NEEDED_SLOTS } from '../vocabulary/needed.ts';
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import * as allocator from './allocator.ts';
import { leaveAlteration } from './altering.ts';
import * as device from './device.ts';
import * as exclusive from './exclusive.ts';
import * as faults from './fault.ts';
import { Before, type Task } from './frames.ts';
import { foldPointers } from './from-zero.ts';
import * as gup from './gup.ts';
import * as hugetlb from './hugetlb.ts';
import * as io from './io.ts';
import * as ksm from './ksm.ts';
import { migrateIn } from './migrate-in.ts';
import { migrateMap, migrateMapRet } from './migrate-mapping.ts';
import { mmExit } from './mm-end.ts';
import type { Model } from './model.ts';
import * as moving from './moving.ts';
import { onlyFaults } from './only-faults.ts';
import * as pipes from './pipes.ts';
import { checkNumbers } from './printed.ts';
import * as ranges from './ranges.ts';
import * as release from './release.ts';
import * as rmap from './rmap.ts';
import * as swap from './swap.ts';
import * as tasks from './tasks.ts';
import * as unmapOne from './unmap-one.ts';
import { settleUnmapped } from './unmapped.ts';

type Handler = (m: Model, t: Task, r: Float64Array, o: number) => void;

const HANDLERS: (Handler | undefined)[] = new Array(KIND_NAMES.length);
const on = (name: keyof typeof Kind, handler: Handler): void => {
  HANDLERS[Kind[name]] = handler;
};

on('gup', gup.gup);
on('gupRet', gup.gupRet);
on('grab', gup.grab);
on('grabRet', gup.grabRet);
on('followPte', gup.followPte);
on('followPteRet', gup.followPteRet);
on('followPmd', gup.followPte);
on('followPmdRet', gup.followPteRet);
on('pinPages', gup.pinPages);
on('putFolio', release.putFolio);
on('unpin', release.unpin);
on('unpinPages', release.unpinPages);
on('unpinRange', release.unpinRange);
on('unpinFolio', release.unpinFolio);
on('pipeAdd', pipes.pipeAdd);
on('pipeRelease', pipes.pipeRelease);
on('bioAdd', io.bioAdd);
on('bioSubmit', io.bioSubmit);
on('bioEnd', io.bioEnd);
on('bioRelease', io.bioRelease);
on('bioCheckDirty', io.bioCheckDirty);
on('fault', faults.fault);
on('wpFault', faults.wpFault);
on('wpFaultRet', faults.wpFaultRet);
on('wpCopy', faults.wpCopy);
on('clearFlush', faults.clearFlush);
on('wpReuse', faults.wpReuse);
on('wpPmd', faults.wpFault);
on('wpPmdRet', faults.wpFaultRet);
on('wpHugetlb', hugetlb.wpHugetlb);
on('swapCacheAdd', swap.swapCacheAdd);
on('swapIn', swap.swapIn);
on('swapInRet', swap.swapInRet);
on('newAnon', rmap.newAnon);
on('newHugetlb', rmap.newAnon);
on('anonRmap', rmap.anonRmap);
on('anonRmapPmd', rmap.anonRmap);
on('moveAnon', faults.moveAnon);
on('fileMap', rmap.fileMap);
on('pageAlloc', allocator.reallocated);
on('pageFree', allocator.reallocated);
on('pageRefDrop', allocator.lastReference);
on('forkVma', ranges.forkVma);
on('forkVmaRet', ranges.forkVmaRet);
on('cprot', (m, t, r, o) => ranges.wrprotect(m, t, r, o, 'mprotect'));
on('softDirty', (m, t, r, o) => ranges.wrprotect(m, t, r, o, 'soft-dirty'));
on('uffdWp', (m, t, r, o) => ranges.wrprotect(m, t, r, o, 'uffd-wp'));
on('numaProt', (m, t, r, o) => ranges.wrprotect(m, t, r, o, 'numa'));
on('zap', ranges.zap);
on('unmapVmas', ranges.zap);
on('unmapOne', unmapOne.unmapOne);
on('unmapOneRet', unmapOne.unmapOneRet);
on('migrateOne', unmapOne.unmapOne);
on('migrateOneRet', unmapOne.unmapOneRet);
on('migrateMap', migrateMap);
on('migrateMapRet', migrateMapRet);
on('migrateIn', migrateIn);
on('move', moving.move);
on('mmExit', mmExit);
on('splitPmd', device.splitPmd);
on('clearFlushPmd', device.clearFlushPmd);
on('forkPmd', device.showsPmd);
on('hugeProt', device.showsPmd);
on('ksmMerge', ksm.ksmMerge);
on('ksmWpRet', ksm.ksmWpRet);
on('ksmMergeRet', ksm.ksmMergeRet);
on('collapse', device.collapse);
on('collapseRet', device.collapseRet);
on('devExcl', exclusive.devExcl);
on('devExclRet', exclusive.devExclRet);
on('devExclOne', exclusive.devExclOne);
on('devExclEnd', exclusive.devExclEnd);
on('devRestore', exclusive.devRestore);
on('notifierStart', device.notifierStart);
on('notifierEnd', device.notifierEnd);
on('tlbFlush', device.tlbFlush);
on('numaThp', device.numaThp);
on('numaThpRet', device.numaThpRet);
on('taskFork', tasks.taskFork);
on('taskExit', tasks.taskExit);
on('taskExec', tasks.taskExec);
on('taskNew', tasks.taskNew);
on('sysMadvise', tasks.syscall);
on('sysMunmap', tasks.syscall);
on('sysMprotect', tasks.syscall);
on('sysMremap', tasks.syscall);
on('sysVmsplice', tasks.syscall);

/** Kinds the model uses; the others need not be decoded for a replay. */
export const REPLAYED: readonly boolean[] = HANDLERS.map((h, k) => h !== undefined || k === Kind.lost);

/**
 * Events that can occur inside a GUP call only if it faults (a page is read in, another is written out to make room) or
 * is interrupted. If the return of the call is not recorded, the call ended before them.
 */
const AROUND_GUP: boolean[] = KIND_NAMES.map((name) =>
  ['bioAdd', 'bioSubmit', 'bioRelease', 'pipeAdd', 'pipeRelease'].includes(name),
);

/** Events that cannot occur inside a GUP call: the return of the call was not recorded. */
const OUTSIDE_GUP: boolean[] = KIND_NAMES.map((name) =>
  [
    'forkVma',
    'mmExit',
    'zap',
    'unmapVmas',
    'taskFork',
    'taskExit',
    'sysMadvise',
    'sysMunmap',
    'sysMprotect',
    'sysMremap',
    'sysVmsplice',
    'sysExit',
  ].includes(name),
);

/** Events that cannot occur inside do_wp_page(): neither does a fault. */
const OUTSIDE_WP: boolean[] = KIND_NAMES.map((name, kind) => OUTSIDE_GUP[kind] || name === 'fault' || name === 'gup');

const ZAPS: boolean[] = KIND_NAMES.map((name) => name === 'zap' || name === 'unmapVmas');

/**
 * A call that needs memory reclaims some: a shrinker of a driver unmaps objects of another process there
 * (unmap_mapping_range(), drivers/gpu/drm/drm_gem_shmem_helper.c).
 */
function reclaims({ gup, mm, wp }: Task, ptr: number): boolean {
  const own = gup?.mm ?? wp?.mm ?? mm;
  return (gup ?? wp) !== undefined && own !== undefined && ptr < 0 && own.ptr !== ptr;
}

/** Calls, begun before the trace, that a task may still be inside of when this event occurs. */
const STILL_BEFORE: number[] = KIND_NAMES.map((name, kind) => {
  if (OUTSIDE_GUP[kind]) return 0;
  if (AROUND_GUP[kind]) return Before.gup;
  if (name === 'gup') return 0;
  // entries of functions that are not recursive; GUP may call any of these
  return ['fault', 'wpFault', 'wpPmd', 'swapIn', 'unmapOne', 'migrateOne', 'followPte', 'grab'].includes(name)
    ? Before.gup
    : Before.gup | Before.other;
});

/** Events that may occur inside hugetlb_wp(); I/O completions run in interrupts. */
const INSIDE_HUGETLB: boolean[] = KIND_NAMES.map((name) =>
  [
    'newHugetlb',
    'moveAnon',
    'anonRmap',
    'notifierStart',
    'notifierEnd',
    'tlbFlush',
    'clearFlush',
    'pageAlloc',
    'pageFree',
    'pageRef',
    'pageRefDrop',
    'rmapDel',
    'zap',
    'bioEnd',
    'bioRelease',
  ].includes(name),
);

/** An event that lacks a field its kind needs proves nothing: it is counted separately. */
function count(m: Model, kind: number, rows: Float64Array, o: number): void {
  checkNumbers(m, kind, rows, o);
  const needed = NEEDED_SLOTS[kind];
  if (needed !== undefined && (REPLAYED[kind] || m.taps[kind] !== undefined)) {
    // one NaN makes the sum NaN
    let sum = 0;
    for (let i = 0; i < needed.length; i++) sum += rows[o + needed[i]];
    if (!Number.isNaN(sum)) {
      m.seen[kind]++;
      return;
    }
    let empty = 0;
    for (let i = 0; i < needed.length; i++) if (Number.isNaN(rows[o + needed[i]])) empty |= 1 << needed[i];
    if (empty !== 0) {
      m.lacking[kind]++;
      m.lacks[kind] |= empty;
      return;
    }
  }
  m.seen[kind]++;
}

/** Lines after a task's exit within which its address space should have ended. */
const LATE_LINES = 50;

/** Replay a batch of records in order. The first records are held back until the machine is known. */
export function replay(m: Model, batch: RecordBatch, lineBase = 0): void {
  if (m.firstLook === undefined) limited(m, () => run(m, batch, lineBase));
  else if (m.firstLook.take(batch, lineBase)) settleMachine(m);
}

/** No more records follow: what is known about the machine is final. Replays the records that were held back. */
export function settleMachine(m: Model): void {
  const { firstLook } = m;
  if (firstLook === undefined) return;
  m.firstLook = undefined;
  m.machine = firstLook.machine();
  m.ahead = firstLook.kinds;
  for (const fn of firstLook.returning) m.returning[fn] = 1;
  limited(m, () => {
    for (const batch of firstLook.held()) run(m, batch, 0);
  });
}

function run(m: Model, batch: RecordBatch, lineBase: number): void {
  const rows = batch.rows;
  m.row = rows;
  if (m.machine.arch?.fromZero === true) foldPointers(batch, m.catalogue);
  // the task of the previous record, which has been seen
  let seen = Number.NaN;
  for (let o = 0, end = batch.length * STRIDE; o < end; o += STRIDE) {
    if (lineBase > 0) rows[o + Slot.LINE] += lineBase;
    m.goto(o);
    const kind = rows[o];
    count(m, kind, rows, o);
    if (kind === Kind.lost) {
      tasks.lost(m, rows, o);
      continue;
    }
    m.watch?.(rows, o);
    const handler = HANDLERS[kind];
    if (handler === undefined) {
      if (m.taps.length > 0) m.taps[kind]?.(rows, o);
      continue;
    }
    m.cpus[rows[o + Slot.CPU]] = 1;
    const pid = rows[o + Slot.PID];
    if (pid !== seen && m.unseen.size > 0) m.unseen.delete(pid);
    seen = kind === Kind.taskFork ? Number.NaN : pid;
    if (kind === Kind.fault && onlyFaults(m, rows, o)) continue;
    const t = m.runs(pid, rows[o + Slot.CPU], rows[o + Slot.CTX]);
    m.running = t;
    leave(m, t, kind, rows, o);
    handler(m, t, rows, o);
    t.previous = kind;
    m.strays.ran(rows[o + Slot.CPU], t);
    if (m.taps.length > 0) m.taps[kind]?.(rows, o);
  }
  if (batch.length > 0) m.lastLine = rows[(batch.length - 1) * STRIDE + Slot.LINE];
}

/** The calls that a task was inside of, and is no more, as its next event shows. */
function leave(m: Model, t: Task, kind: number, rows: Float64Array, o: number): void {
  if (t.before !== 0) t.before &= STILL_BEFORE[kind];
  if (t.release !== undefined) release.leaveRelease(m, t, kind);
  if ((t.gup !== undefined || t.wp !== undefined) && !(ZAPS[kind] && reclaims(t, rows[o + Slot.MM]))) {
    if (t.gup !== undefined && (OUTSIDE_GUP[kind] || AROUND_GUP[kind])) gup.passGup(m, t, t.gup, AROUND_GUP[kind]);
    if (t.wp !== undefined && OUTSIDE_WP[kind]) faults.leaveWp(m, t);
  }
  if (t.alters !== undefined) leaveAlteration(m, t, kind);
  if (m.walking.size > 0) unmapOne.leaveWalk(m, t, kind);
  if (t.hugetlb !== undefined && !INSIDE_HUGETLB[kind]) hugetlb.settleHugetlb(m, t);
}

/** End of the trace: deferred effects take place, open calls and pins stay open. */
export function finish(m: Model): void {
  limited(m, () => end(m));
}

const limited = (m: Model, work: () => void): void => (m.limited === undefined ? work() : m.limited(work));

function end(m: Model): void {
  settleMachine(m);
  for (const t of m.onCpu.values()) release.leaveRelease(m, t, -1);
  for (const t of m.tasks.values()) {
    release.leaveRelease(m, t, -1);
    if (t.gup !== undefined) gup.finishGup(m, t, t.gup, Number.NaN, t.gup.lastAt);
    ranges.endFork(m, t);
    faults.endWp(m, t);
    hugetlb.settleHugetlb(m, t);
  }
  settleUnmapped(m);
  for (const pin of [...m.migrating.keys()]) m.settleMigration(pin, false);
  m.settleAway();
  // releases are recorded, and none of these is there
  if (m.seen[Kind.putFolio] + m.seen[Kind.unpin] + m.seen[Kind.unpinFolio] > 0)
    for (const pin of [...m.unexplained.keys()]) m.heldSince(pin);
  // exit_mmap() may run a little after the last task's exit (7.2), or later if somebody still uses the mm
  if (m.seen[Kind.mmExit] > 0) {
    const last = m.lastLine - LATE_LINES;
    for (const at of m.abandoned.values()) if (at.line < last) m.torn.exits++;
  }
  for (const at of m.strays.left()) m.tear('rets', at);
  m.emit('end', { pins: [...m.held] });
}
