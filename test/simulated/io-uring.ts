// A fixed buffer of io_uring: its pages are pinned for long, read into many times, and released by the process, or by a
// worker after it has exited.
import type { Kernel612 } from './kernel-6.12.ts';
import type { Task, Work } from './machine.ts';
import { FOLL_WRITE, type Mm, PAGE, PAGES, type Pinned } from './memory.ts';

const FOLL_LONGTERM = 0x100;

export function* fixedBuffer(kernel: Kernel612, t: Task, mm: Mm): Work {
  const { machine } = kernel;
  const { random } = machine;
  // pages of a large folio would be given back but one (io_coalesce_buffer())
  const pages = kernel.isLarge || kernel.isHuge ? 1 : random.of([1, 2, 4]);
  yield* kernel.enters(mm);
  const start = mm.base + random.below(PAGES - pages + 1) * PAGE;
  const registers = (opcode: number, bufs: number) =>
    machine.print(
      t,
      `io_uring_register: ring 0000000039311757, opcode ${opcode}, nr_user_files 0, nr_user_bufs ${bufs}, ret 0`,
    );
  mm.calls++;
  const flags = FOLL_WRITE | FOLL_LONGTERM;
  const pins = yield* kernel.writes(mm, () => kernel.pinFast(t, mm, start, pages, flags, 'io_pin_pages+0x82/0xf0'));
  mm.uses--;
  registers(0, 1);
  yield;
  mm.calls--;
  for (let n = random.below(5); n > 0 && !mm.exits; n--) {
    yield* readFixed(kernel, t, pins);
    yield { turns: random.of([1, 30, 100]) };
  }
  if (mm.exits) {
    machine.spawn('kworker/u8:1', machine.nextPid(), function* (worker) {
      yield { turns: random.below(60) };
      yield* unpins(kernel, worker, pins);
    });
    return;
  }
  yield* unpins(kernel, t, pins);
  registers(1, 0);
  yield;
}

/** IORING_OP_READ_FIXED of some pages: the bio has the vectors of the buffer from there on. */
function* readFixed(kernel: Kernel612, t: Task, pins: readonly Pinned[]): Work {
  const { machine } = kernel;
  const { random } = machine;
  const first = random.below(pins.length);
  const size = (1 + random.below(pins.length - first)) * PAGE;
  const bio = kernel.nextBio();
  const vectors = `vcnt=${pins.length - first} p0=${pins[first].page.pointer} l0=4096 o0=0`;
  machine.print(
    t,
    `bio_submit: ${kernel.at('submit_bio')} bio=${bio} opf=0x800000 bflags=0x2 sector=64 size=${size}${kernel.done} ${vectors}`,
  );
  yield { turns: random.of([1, 10, 100]) };
  machine.interrupt(`bio_end: ${kernel.at('bio_endio')} bio=${bio} status=0`);
  yield;
}

function* unpins(kernel: Kernel612, t: Task, pins: readonly Pinned[]): Work {
  for (const pin of pins) {
    pin.ended = true;
    yield* kernel.unpin(t, [pin]);
  }
}
