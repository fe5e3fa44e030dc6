// mprotect(), or UFFDIO_WRITEPROTECT: the buffer becomes read-only, and writable again. Entries of exclusive pages are made
// writable at once, the others by the next write fault (can_change_pte_writable(), mm/mprotect.c).
import { changePmd } from './huge.ts';
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { hex, isMigrating, isPresent, type Mm } from './memory.ts';

const sizeOf = (mm: Mm): number => mm.end - mm.start;

export function* mprotect(kernel: Kernel612, t: Task, mm: Mm, write: boolean): Work {
  const { machine } = kernel;
  machine.print(
    t,
    `sys_mprotect(start: ${mm.start.toString(16)}, len: ${sizeOf(mm).toString(16)}, prot: ${write ? 3 : 1})`,
  );
  yield;
  yield { lock: mm.mmapLock, shared: false };
  yield* changeProtection(kernel, t, mm, write, write ? '0x1' : '0x0');
  mm.mmapLock.release();
  machine.print(t, 'sys_mprotect -> 0x0');
  yield;
}

/** Nobody writes meanwhile, so no fault waits for it. */
export function* uffdWp(kernel: Kernel612, t: Task, mm: Mm, write: boolean): Work {
  yield { lock: mm.mmapLock, shared: true };
  const range = `start=${hex(mm.start)} len=${hex(sizeOf(mm))} enable=${write ? 0 : 1}`;
  kernel.machine.print(t, `uffd_wp: (uffd_wp_range+0x4/0xe0) mm=${mm.pointer} ${range}`);
  yield;
  yield* changeProtection(kernel, t, mm, write, write ? '0x9' : '0x4');
  mm.mmapLock.release();
  yield;
}

/** change_protection(); what is swapped in is mapped as the entry was */
function* changeProtection(kernel: Kernel612, t: Task, mm: Mm, write: boolean, cp: string): Work {
  const range = `start=${hex(mm.start)} end=${hex(mm.end)} cp=${cp} prot=0x8000000000000025`;
  kernel.machine.print(t, `cprot: (change_protection+0x4/0x14b0) mm=${mm.pointer} ${range}`);
  yield;
  mm.canWrite = write;
  yield* changePmd(kernel, t, mm, write);
  yield { lock: mm.ptl, shared: false };
  for (const [address, entry] of [...mm.entries]) {
    if (isPresent(entry)) {
      const isWritable = write ? entry.isWritable || (entry.page.isExclusive && !mm.isTracked) : false;
      if (isWritable !== entry.isWritable) mm.entries.set(address, { page: entry.page, isWritable });
    } else if (isMigrating(entry) && !write && entry.isWritable)
      mm.entries.set(address, { ...entry, isWritable: false });
  }
  mm.ptl.release();
  yield 'tlb flush';
}
