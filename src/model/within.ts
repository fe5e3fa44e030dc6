// Why: a digit that was changed or lost in an address leaves a line that can be read. The first lines of a call repeat what
// it was given, so one that differs from its call in a digit shows the damage. One that differs in more belongs to a call
// that was not recorded.
import { Kind } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import { Before, type GupFrame, type Task } from './frames.ts';
import type { Model } from './model.ts';
import type { Mm, Step } from './state.ts';
import type { CallOf } from './strays.ts';

/** enum fault_flag, include/linux/mm_types.h. */
export const FAULT_FLAG_WRITE = 0x1;
export const FAULT_FLAG_REMOTE = 0x80;
export const FAULT_FLAG_UNSHARE = 0x400;
/** do_wp_page() has made the entry writable, up to v6.1: cb8d86331343 ("mm: remove VM_FAULT_WRITE") (in v6.2) */
export const VM_FAULT_WRITE = 0x8;
/** VM_FAULT_OOM, SIGBUS, HWPOISON and SIGSEGV. */
const VM_FAULT_FATAL = 0x1 | 0x2 | 0x10 | 0x20 | 0x40;
/** VM_FAULT_COMPLETED and below, and above them VM_FAULT_HINDEX: the index of a hugetlb page whose memory failed */
const VM_FAULT_ALL = 0xfffff;
/** Flags that a fault keeps to its end; FAULT_FLAG_ORIG_PTE_VALID, for one, is set on the way. */
const KEPT = FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE;

/**
 * The first step of a fault (do_swap_page(), do_wp_page()): its address and flags are those that handle_mm_fault() was
 * given (__handle_mm_fault(), mm/memory.c).
 */
export function withinFault(m: Model, t: Task, mm: Mm, vpn: number, flags: number): void {
  const { faultMm } = t;
  if (t.previous !== Kind.fault || faultMm === undefined || Number.isNaN(flags) || Number.isNaN(t.faultFlags)) return;
  if (((flags ^ t.faultFlags) & KEPT) !== 0 || (faultMm === mm) === (t.faultVpn === vpn)) return;
  if (faultMm === mm ? isDigitOff(t.faultVpn, vpn) : isDigitOff(-faultMm.ptr, -mm.ptr)) m.tear('steps');
}

/** Whether a hexadecimal digit of one number was changed, lost or added in the other. */
function isDigitOff(a: number, b: number): boolean {
  const [long, short] = [a.toString(16), b.toString(16)].sort((x, y) => y.length - x.length);
  const skipped = long.length - short.length;
  if (skipped > 1) return false;
  let same = 0;
  while (same < short.length && long[same] === short[same]) same++;
  return long.slice(same + 1) === short.slice(same + 1 - skipped);
}

/** What is inside of a GUP call begins in the range of the call; without tags. */
export function withinGup(m: Model, { addr, nr }: Pick<GupFrame, 'addr' | 'nr'>, inner: number): void {
  const behind = inner - addr;
  if (behind <= -m.machine.pageBytes || behind >= Math.max(nr, 1) * m.machine.pageBytes) m.tear('steps');
}

/** do_wp_page() of a page that do_swap_page() has just mapped. */
export function withinSwapIn(m: Model, t: Task, mm: Mm, vpn: number): void {
  const { swap } = t;
  if (swap === undefined || t.previous !== Kind.anonRmap || m.seen[Kind.swapInRet] === 0) return;
  if (swap.mapped && swap.mm === mm && swap.vpn !== vpn) m.tear('steps');
}

/** A new page of a write fault is mapped where the fault is. */
export function withinWriteFault(m: Model, t: Task, mm: Mm, vpn: number): void {
  const { wp, previous } = t;
  if (wp === undefined || wp.pmd || wp.mm !== mm || wp.vpn === vpn || Number.isNaN(vpn)) return;
  if (previous === Kind.wpFault || previous === Kind.wpCopy || previous === Kind.clearFlush) m.tear('steps');
}

/** do_wp_page() is called either to write or to unshare (sanitize_fault_flags(), mm/memory.c). */
export function writesOrUnshares(m: Model, flags: number): void {
  if (Number.isNaN(flags)) return;
  if (((flags & FAULT_FLAG_WRITE) !== 0) === ((flags & FAULT_FLAG_UNSHARE) !== 0)) m.absurd();
}

/**
 * A call returns that no line of its task begins.
 * @returns whether the trace may have begun inside of the call
 */
export function unpaired(m: Model, t: Task, call: CallOf): boolean {
  const bit = call === 'gup' ? Before.gup : Before.other;
  if ((t.before & bit) === 0) {
    m.tear('rets');
    return false;
  }
  t.before &= ~bit;
  m.strays.returns(m.row[m.o + Slot.CPU], call, m.at());
  return true;
}

/** A fault returns vm_fault_t: that it has written, or that it could not. */
export function faulted(m: Model, ret: number): void {
  if (ret > VM_FAULT_ALL || ret < 0 || ((ret & VM_FAULT_WRITE) !== 0 && (ret & VM_FAULT_FATAL) !== 0)) m.absurd();
}

/** For whom a write fault is: GUP faults in other address spaces, too, and for pins that do not write. */
export function whoFaults({ mm: own }: Task, mm: Mm, flags: number): Pick<Step, 'foreign' | 'unshare'> {
  const isRemote = (flags & FAULT_FLAG_REMOTE) !== 0;
  return {
    foreign: !isRemote ? false : own === undefined ? undefined : own !== mm,
    unshare: (flags & FAULT_FLAG_UNSHARE) !== 0,
  };
}
