// Tasks: which task uses which address space, and system calls (E21, E23). fork copies the page tables before the child
// has a pid (copy_process(), kernel/fork.c), so the child's mm is the destination of the fork its parent has just
// finished. A task created without one shares its parent's, if copies are recorded or its clone flags say so.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Task } from './frames.ts';
import { settleHugetlb } from './hugetlb.ts';
import type { Model } from './model.ts';
import { endFork } from './ranges.ts';
import { endGup, endSwapIn } from './under-way.ts';

const CLONE_VM = 0x100;
const CLONE_THREAD = 0x10000;

export function taskFork(m: Model, t: Task, r: Float64Array, o: number): void {
  endFork(m, t);
  const pid = r[o + SlotOf.taskFork.child_pid];
  const flags = t.cloned?.pid === pid ? t.cloned.flags : Number.NaN;
  t.cloned = undefined;
  // a fork that failed after copy_mm() has removed its mm again (copy_process(), bad_fork_cleanup_mm)
  const copy = t.forked?.dead === false ? t.forked : undefined;
  t.forked = undefined;
  if (!(pid > 0)) return;
  m.unseen.add(pid);
  const former = m.knownTask(pid);
  if (former !== undefined) endCalls(former);
  m.endTask(pid);
  const c = m.task(pid);
  c.before = 0;
  const own = m.mmOf(t);
  const tgid = t.tgid > 0 ? t.tgid : t.pid;
  if (copy !== undefined) c.mm = copy;
  // no page tables were copied: a thread of the same process (a vfork child shares them too, until it execs)
  else if ((flags & CLONE_VM) !== 0 || (Number.isNaN(flags) && m.recorded(Kind.forkVma))) c.mm = own;
  else if (Number.isNaN(flags)) c.perhaps = own === undefined ? t.perhaps : { mm: own, tgid };
  if ((flags & CLONE_THREAD) !== 0 || (c.mm !== undefined && c.mm === own)) c.tgid = tgid;
  else if (c.perhaps === undefined) c.tgid = pid;
  (c.mm ?? c.perhaps?.mm)?.enter(pid);
}

export function taskNew(m: Model, t: Task, r: Float64Array, o: number): void {
  const pid = r[o + SlotOf.taskNew.pid];
  const flags = r[o + SlotOf.taskNew.clone_flags];
  // sched_process_fork() of the same child follows (kernel_clone(), kernel/fork.c), except for a worker of io_uring
  t.cloned = { pid, flags };
  if ((flags & CLONE_THREAD) === 0 || !(pid > 0)) return;
  const former = m.knownTask(pid);
  if (former !== undefined) endCalls(former);
  m.endTask(pid);
  m.task(pid).tgid = t.tgid > 0 ? t.tgid : t.pid;
}

/** A task exits. On 7.2 this line comes before its address space is torn down, so only its identity is removed. */
export function taskExit(m: Model, t: Task, r: Float64Array, o: number): void {
  const pid = r[o + SlotOf.taskExit.pid] > 0 ? r[o + SlotOf.taskExit.pid] : t.pid;
  m.unseen.delete(pid);
  const gone = m.knownTask(pid);
  const last = gone?.lastGet;
  // a thread finally wakes the futex of its clear_child_tid (mm_release(), kernel/fork.c); get_futex_key() drops that
  // reference at once, which is not recorded
  if (
    last?.live === true &&
    // what drifted meanwhile was taken long before
    last.drifts === 0 &&
    gone?.tgid !== pid &&
    last.call.nr === 1 &&
    last.call.write &&
    last.owner === undefined &&
    last.ios.length === 0
  ) {
    const same = last.mm === undefined ? [last] : m.pinsAt(last.mm, last.where).slice();
    // pthread_join() waits on the same word
    for (const pin of same)
      if (pin === last || (pin.call.kind === 'GET' && pin.call.nr === 1 && pin.owner === undefined)) m.dismiss(pin);
  }
  if (gone === undefined) return;
  leave(m, gone);
  if (gone.hugetlb !== undefined) settleHugetlb(m, gone);
  if (!(pid > 0)) return;
  endCalls(gone);
  m.exitTask(pid);
}

/** All calls the task was inside of have ended. */
function endCalls(t: Task): void {
  endGup(t);
  endSwapIn(t);
}

/**
 * A task leaves its address space. If it is the last, the address space ends: exit_mmap() has its own line, before or
 * right after.
 */
function leave(m: Model, t: Task): void {
  const mm = t.mm ?? t.perhaps?.mm;
  if (mm === undefined) return;
  if (mm.leave(t.pid) && !mm.dead) m.abandoned.set(mm, m.at());
}

export function taskExec(m: Model, t: Task): void {
  // begin_new_exec() has changed the mm; the next fault shows the new one
  leave(m, t);
  t.mm = undefined;
  t.perhaps = undefined;
  t.strange = undefined;
  t.forked = undefined;
  t.tgid = t.pid;
}

/** A system call shows that its task is in no other (replay.ts); other lines show what it changes. */
export function syscall(): void {}

export function lost(m: Model, r: Float64Array, o: number): void {
  const cpu = r[o + Slot.CPU];
  const n = r[o + SlotOf.lost.lost] >= 0 ? r[o + SlotOf.lost.lost] : Number.NaN;
  const at = m.at();
  if (m.gaps.length < 10000) m.gaps.push({ cpu, at, n });
  m.emit('lost', { cpu, n, at });
  // another capture, or a place after which nothing is related to what came before
  if (r[o + Slot.FLAGS] === 1) m.restart();
}
