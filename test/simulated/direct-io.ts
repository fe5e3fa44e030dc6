// O_DIRECT: pages are pinned, put into a bio, and released at its end.
import type { Task, Work } from './machine.ts';
import { hex, type Memory, type Mm, PAGE, PAGES, type Page, partsOf } from './memory.ts';

/** read() or write() of some pages of the buffer. */
export function* directIo(memory: Memory, t: Task, mm: Mm): Work {
  const { machine } = memory;
  const { random } = machine;
  const pages = random.of([1, 1, 1, 2, 3]);
  yield* memory.enters(mm);
  mm.calls++;
  const start = mm.base + random.below(PAGES - pages + 1) * PAGE;
  const isRead = random.next() < 0.7;
  const name = isRead ? 'sys_pread64' : 'sys_pwrite64';
  machine.print(t, `${name}(fd: 3, buf: ${start.toString(16)}, count: ${(pages * PAGE).toString(16)}, pos: 0)`);
  yield;
  const pinned = () => memory.pinForIo(t, mm, start, pages, isRead);
  const pins = yield* isRead ? memory.writes(mm, pinned) : pinned();
  mm.uses--;
  const bio = hex(0xffffaecec0557d28n + BigInt(t.pid) * 0x4000n);
  // a part that begins where the last one ends is in the same vector
  const vectors: { page: Page; nr: number }[] = [];
  for (const part of partsOf(pins)) {
    const last = vectors.at(-1);
    const merges = last !== undefined && part.page.pfn === last.page.pfn + last.nr;
    if (merges) last.nr += part.pins.length;
    else vectors.push({ page: part.page, nr: part.pins.length });
    yield* memory.addToBio(t, bio, part, merges);
  }
  const [{ page, nr }] = vectors;
  const head = page.folio.pages[0];
  const what = `opf=${isRead ? memory.readOpf : '0x8801'} bflags=${memory.bioFlags} sector=${random.below(100) * 8}`;
  const first = `vcnt=${vectors.length} p0=${head.pointer} l0=${nr * PAGE} o0=${(page.pfn - head.pfn) * PAGE}`;
  machine.print(
    t,
    `bio_submit: ${memory.at('submit_bio')} bio=${bio} ${what} size=${pages * PAGE}${memory.done} ${first}`,
  );
  yield { turns: random.of([1, 10, 100, 400]) };
  machine.interrupt(`bio_end: ${memory.at('bio_endio')} bio=${bio} status=0`);
  for (const pin of pins) pin.ended = true;
  yield;
  yield* memory.releaseBio(t, bio, pins, isRead, vectors.length);
  machine.print(t, `${name} -> ${hex(pages * PAGE)}`);
  yield;
  mm.calls--;
}
