// O_DIRECT of a 5.10 kernel: get_user_pages_fast() with its fallback (mm/gup.c), a bio, and the release at its end.
import type { Task, Work } from './machine.ts';
import { BUFFER, hex, type Memory, type Mm, PAGE, PAGES, type Page, type Pinned } from './memory.ts';

const FOLL_WRITE = 0x1;
const FOLL_TOUCH = 0x2;
const FOLL_GET = 0x4;

/** read() or write() of some pages of the buffer. */
export function* directIo(memory: Memory, t: Task, mm: Mm): Work {
  const { machine } = memory;
  const { random } = machine;
  const pages = random.of([1, 1, 1, 2, 3]);
  const start = BUFFER + random.below(PAGES - pages + 1) * PAGE;
  const isRead = random.next() < 0.7;
  const name = isRead ? 'sys_pread64' : 'sys_pwrite64';
  mm.calls++;
  machine.print(t, `${name}(fd: 3, buf: ${start.toString(16)}, count: ${(pages * PAGE).toString(16)}, pos: 0)`);
  yield;
  const pins = yield* getUserPagesFast(memory, t, mm, start, pages, isRead);
  const bio = hex(0xffffaecec0557d28n + BigInt(t.pid) * 0x4000n);
  for (const { page } of pins) {
    machine.print(t, `bio_add: (__bio_try_merge_page+0x0/0x130) bio=${bio} page=${page.pointer} len=4096 off=0`);
    yield;
  }
  const first = pins[0].page.pointer;
  const what = `opf=${isRead ? '0x0' : '0x8801'} bflags=0x0 sector=${random.below(100) * 8} size=${pages * PAGE} vcnt=${pages}`;
  machine.print(t, `bio_submit: (submit_bio+0x0/0x1b0) bio=${bio} ${what} p0=${first} l0=4096 o0=0`);
  yield { turns: random.of([1, 10, 100, 400]) };
  machine.interrupt(`bio_end: (bio_endio+0x0/0x110) bio=${bio} status=0`);
  for (const pin of pins) pin.ended = true;
  yield;
  const release = `bio=${bio} dirty=${isRead ? 1 : 0} bflags=0x280 p0=${first} vcnt=${pages}`;
  machine.print(t, `bio_release: (bio_release_pages.part.0+0x0/0x100) ${release}`);
  for (const pin of pins) {
    pin.released = true;
    pin.page.gup--;
    memory.put(pin.page);
  }
  yield;
  machine.print(t, `${name} -> ${hex(pages * PAGE)}`);
  yield;
  mm.calls--;
}

function* getUserPagesFast(memory: Memory, t: Task, mm: Mm, start: number, nr: number, write: boolean): Work<Pinned[]> {
  const { machine } = memory;
  const flags = FOLL_GET | (write ? FOLL_WRITE : 0);
  const array = 0xffffaecec0557ce8n + BigInt(t.pid) * 0x4000n;
  const range = `start=${hex(start)} nr=${nr}`;
  machine.print(
    t,
    `gup_fast: (get_user_pages_fast+0x0/0x30) ${range} flags=${write ? '0x1' : '0x0'} pages=${hex(array)}`,
  );
  yield;
  machine.print(
    t,
    `gup_lockless: (internal_get_user_pages_fast+0x0/0xde0) ${range} flags=${hex(flags)} pages=${hex(array)}`,
  );
  yield;
  const pins: Pinned[] = [];
  while (pins.length < nr) {
    const pin = yield* lockless(memory, t, mm, start + pins.length * PAGE, flags);
    if (pin === undefined) break;
    pins.push(pin);
  }
  t.irqsOff = false;
  if (pins.length < nr)
    pins.push(...(yield* slow(memory, t, mm, start + pins.length * PAGE, nr - pins.length, flags, array)));
  machine.print(
    t,
    `gup_lockless_ret: (iov_iter_get_pages+0xd4/0x350 <- internal_get_user_pages_fast) ret=${nr}`,
    'd...',
  );
  yield;
  machine.print(t, `gup_fast_ret: (iov_iter_get_pages+0xd4/0x350 <- get_user_pages_fast) ret=${nr}`, 'd...');
  yield;
  return pins;
}

/** gup_pte_range(): the entry is looked at again after the reference was taken. */
function* lockless(memory: Memory, t: Task, mm: Mm, address: number, flags: number): Work<Pinned | undefined> {
  const { machine } = memory;
  t.irqsOff = true;
  const entry = mm.entries.get(address);
  if (entry === undefined || entry === 'cleared' || !('page' in entry) || entry.page === memory.zero) return undefined;
  if ((flags & FOLL_WRITE) !== 0 && !entry.isWritable) return undefined;
  const { page } = entry;
  machine.print(
    t,
    `grab_fast: (try_grab_compound_head+0x0/0x220) page=${page.pointer} refs=1 flags=${hex(flags)} ref=${page.count}`,
  );
  page.gup++;
  yield;
  machine.print(
    t,
    `grab_fast_ret: (internal_get_user_pages_fast+0x638/0xde0 <- try_grab_compound_head) head=${page.pointer}`,
  );
  yield;
  if (mm.entries.get(address) === entry) return pinned(memory, mm, address, page, flags);
  machine.print(t, `grab_undo: (put_compound_head+0x0/0xe0) page=${page.pointer} refs=1 flags=${hex(flags)}`);
  page.gup--;
  memory.put(page);
  yield;
  return undefined;
}

/** __get_user_pages() */
function* slow(memory: Memory, t: Task, mm: Mm, start: number, nr: number, get: number, array: bigint): Work<Pinned[]> {
  const { machine } = memory;
  const flags = get | FOLL_TOUCH;
  const range = `start=${hex(start)} nr=${nr}`;
  machine.print(t, `gup_unl: (get_user_pages_unlocked+0x0/0x2b0) ${range} pages=${hex(array)} flags=${hex(get)}`);
  yield;
  yield { lock: mm.mmapLock, shared: true };
  machine.print(
    t,
    `gup_slow: (__get_user_pages+0x0/0x740) mm=${mm.pointer} ${range} flags=${hex(flags)} pages=${hex(array)}`,
  );
  yield;
  const pins: Pinned[] = [];
  const write = (flags & FOLL_WRITE) !== 0;
  while (pins.length < nr) {
    const address = start + pins.length * PAGE;
    const found = (pointer: string) =>
      machine.print(t, `follow_pte_ret: (__get_user_pages+0x1fe/0x740 <- follow_page_pte) page=${pointer}`, 'd...');
    machine.print(
      t,
      `follow_pte: (follow_page_pte+0x0/0x630) mm=${mm.pointer} addr=${hex(address)} flags=${hex(flags | 0x200)}`,
    );
    yield;
    yield { lock: mm.ptl, shared: false };
    const entry = mm.entries.get(address);
    if (entry === undefined || entry === 'cleared' || !('page' in entry) || (write && !entry.isWritable)) {
      mm.ptl.release();
      found('0x0');
      yield;
      yield* memory.fault(t, mm, address, write ? 0x15 : 0x14);
      continue;
    }
    const { page } = entry;
    machine.print(
      t,
      `grab_slow: (try_grab_page+0x0/0x110) page=${page.pointer} flags=${hex(flags | 0x200)} ref=${page.count}`,
    );
    yield;
    page.gup++;
    mm.ptl.release();
    pins.push(pinned(memory, mm, address, page, flags));
    found(page.pointer);
    yield;
  }
  mm.mmapLock.release();
  machine.print(t, `gup_slow_ret: (get_user_pages_unlocked+0xc7/0x2b0 <- __get_user_pages) ret=${nr}`, 'd...');
  yield;
  machine.print(
    t,
    `gup_unl_ret: (internal_get_user_pages_fast+0xd61/0xde0 <- get_user_pages_unlocked) ret=${nr}`,
    'd...',
  );
  yield;
  return pins;
}

function pinned(memory: Memory, mm: Mm, address: number, page: Page, flags: number): Pinned {
  const write = (flags & FOLL_WRITE) !== 0;
  const pin: Pinned = {
    mm,
    address,
    page,
    write,
    ended: false,
    released: false,
    unmapped: false,
    copied: undefined,
    lent: false,
  };
  memory.pins.push(pin);
  return pin;
}
