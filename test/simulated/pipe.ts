// vmsplice(): pages of the buffer lie in a pipe until somebody reads it, who may be of another process.
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { hex, type Mm, PAGE, PAGES } from './memory.ts';

export function* vmsplice(kernel: Kernel612, t: Task, mm: Mm): Work {
  const { machine } = kernel;
  const { random } = machine;
  const pages = random.of([1, 1, 2]);
  yield* kernel.enters(mm);
  const start = mm.base + random.below(PAGES - pages + 1) * PAGE;
  mm.calls++;
  machine.print(t, 'sys_vmsplice(fd: 4, uiov: 7ffc1e552d10, nr_segs: 1, flags: 0)');
  yield;
  const pins = yield* kernel.getFast(t, mm, start, pages, 0, '__iov_iter_get_pages_alloc+0x298/0x830');
  mm.calls--;
  mm.uses--;
  machine.spawn('reader', machine.nextPid(), function* (reader) {
    yield { turns: random.of([1, 20, 200, 800]) };
    for (const pin of pins) {
      pin.ended = true;
      const pipe = hex(0xffffa08d402029c0n + BigInt(t.pid) * 0x100n);
      machine.print(
        reader,
        `pipe_release: (page_cache_pipe_buf_release+0x4/0xa0) pipe=${pipe} page=${pin.page.pointer}`,
      );
      yield;
      kernel.release(pin);
      yield;
    }
  });
}
