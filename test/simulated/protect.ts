// mprotect(): the buffer becomes read-only, and writable again. Entries of exclusive pages are made writable at once, the
// others by the next write fault (can_change_pte_writable(), mm/mprotect.c).
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { BUFFER, hex, isMigrating, isPresent, type Mm, PAGE, PAGES } from './memory.ts';

export function* mprotect(kernel: Kernel612, t: Task, mm: Mm, write: boolean): Work {
  const { machine } = kernel;
  const size = PAGES * PAGE;
  const call = `start: ${BUFFER.toString(16)}, len: ${size.toString(16)}, prot: ${write ? 3 : 1}`;
  machine.print(t, `sys_mprotect(${call})`);
  yield;
  yield { lock: mm.mmapLock, shared: false };
  mm.canWrite = write;
  const range = `start=${hex(BUFFER)} end=${hex(BUFFER + size)} cp=${write ? '0x1' : '0x0'} prot=0x8000000000000025`;
  machine.print(t, `cprot: (change_protection+0x4/0x14b0) mm=${mm.pointer} ${range}`);
  yield;
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
  mm.mmapLock.release();
  machine.print(t, 'sys_mprotect -> 0x0');
  yield;
}
