// mremap() of the buffer to another place, to which the pages and what pins them follow. Where it was, other memory is
// mapped and written to, which is none of theirs.
import type { Kernel612 } from './kernel-6.12.ts';
import { breakAll } from './ksm.ts';
import type { Task, Work } from './machine.ts';
import { BUFFER, hex, type Mm, PAGE, PAGES, type Pinned } from './memory.ts';

const SIZE = PAGES * PAGE;
/** in the last, large folios do not lie where their size would have them */
const PLACES = [BUFFER, BUFFER - 0x100000, BUFFER - 0x1fd000];

export function* mremap(kernel: Kernel612, t: Task, mm: Mm): Work {
  // without UFFD_FEATURE_EVENT_REMAP, what moves is registered no more
  if (mm.usesUffd) return;
  const { machine } = kernel;
  const { random } = machine;
  mm.isMoving = true;
  while (mm.uses > 0) yield { turns: 2 };
  const old = mm.base;
  const to = random.of(PLACES.filter((place) => place !== old));
  const call = `addr: ${old.toString(16)}, old_len: ${SIZE.toString(16)}, new_len: ${SIZE.toString(16)}`;
  machine.print(t, `sys_mremap(${call}, flags: 3, new_addr: ${to.toString(16)})`);
  yield;
  yield { lock: mm.mmapLock, shared: false };
  yield* moveVma(kernel, t, mm, old, to);
  mm.mmapLock.release();
  machine.print(t, `sys_mremap -> ${hex(to)}`);
  yield;
  mm.isMoving = false;
  if (random.next() < 0.6) yield* usesOld(kernel, t, mm, old);
}

/** move_vma(), which breaks the sharing of KSM first */
function* moveVma(kernel: Kernel612, t: Task, mm: Mm, old: number, to: number): Work {
  yield* breakAll(kernel, t, mm);
  const moved = (pin: Pinned) => pin.mm === mm && !pin.released && pin.address >= old && pin.address < old + SIZE;
  for (const pin of kernel.pins.filter(moved)) pin.moving = true;
  const where = `old=${hex(old)} new=${hex(to)} len=${hex(SIZE)}`;
  kernel.machine.print(t, `mremap: (move_page_tables+0x4/0x1120) mm=${mm.pointer} ${where}`);
  yield;
  // move_ptes(), need_rmap_locks
  yield { lock: kernel.rmapLock, shared: false };
  yield { lock: mm.ptl, shared: false };
  for (const pin of kernel.pins.filter(moved)) {
    pin.address += to - old;
    pin.places.push(pin.address);
  }
  for (let i = 0; i < SIZE; i += PAGE) {
    const entry = mm.entries.get(old + i);
    mm.entries.delete(old + i);
    if (entry !== undefined) mm.entries.set(to + i, entry);
  }
  mm.base = to;
  yield 'tlb flush';
  mm.ptl.release();
  kernel.rmapLock.release();
  yield;
  yield* kernel.zap(t, mm, old, old + SIZE);
}

function* usesOld(kernel: Kernel612, t: Task, mm: Mm, old: number): Work {
  const { machine } = kernel;
  const { random } = machine;
  const pages = random.of([1, 2, PAGES]);
  for (let i = 0; i < pages; i++) yield* kernel.access(t, mm, old + i * PAGE, random.next() < 0.8);
  yield { turns: random.of([1, 30, 300]) };
  machine.print(t, `sys_munmap(addr: ${old.toString(16)}, len: ${SIZE.toString(16)})`);
  yield;
  yield { lock: mm.mmapLock, shared: false };
  yield* kernel.zap(t, mm, old, old + SIZE);
  mm.mmapLock.release();
  machine.print(t, 'sys_munmap -> 0x0');
  yield;
}
