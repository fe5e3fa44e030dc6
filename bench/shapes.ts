// Why: a benchmark on a single mix of events flatters. Each shape here is a trace as some process, or an attacker,
// would produce it; its cost per event must depend neither on the number of events nor on what the lines claim.

/** A shape by name: writes the lines of about so many events. */
export type Shape = (events: number, line: (who: Who, text: string) => void) => void;

export interface Who {
  comm: string;
  pid: number;
}

const me: Who = { comm: 'prog', pid: 222 };
const hex = (n: number | bigint): string => `0x${BigInt.asUintN(64, BigInt(n)).toString(16)}`;
const MM = 0xffff8c7ec0ffc200n;
const mmOf = (i: number): string => hex(MM + BigInt(i) * 0x400n);
const pageOf = (i: number): string => hex(0xffffea0000000000n + BigInt(i) * 64n);
const addrOf = (vpn: number): string => hex(0x7f0000000000n + BigInt(vpn) * 4096n);

type Say = (text: string) => void;

const fault = (say: Say, mm: string, addr: string) =>
  say(`fault: (handle_mm_fault+0x4/0x2c0) mm=${mm} addr=${addr} flags=0x1255`);
const map = (say: Say, mm: string, addr: string, page: string) => {
  fault(say, mm, addr);
  say(`new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=${page} mm=${mm} addr=${addr} head=0 order=0 rflags=0x1`);
};
const pin = (say: Say, addr: string, page: string) => {
  say(`pin_fast: (pin_user_pages_fast+0x4/0x60) start=${addr} nr=1 flags=0x1 pages=0xffffd21e40b67a78`);
  say(`gup_lockless: (gup_fast_fallback+0x0/0xe00) start=${addr} nr=1 flags=0x80001 pages=0xffffd21e40b67a78`);
  say(`grab_fast: (try_grab_folio_fast+0x0/0x170) page=${page} refs=1 flags=0x80001`);
  say('gup_lockless_ret: (pin_user_pages_fast+0x4b/0x60 <- gup_fast_fallback) ret=1');
  say('pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=1');
};
const unpin = (say: Say, page: string) => say(`unpin_folio: (unpin_user_folio+0x4/0x20) page=${page} n=1`);

export const SHAPES: Readonly<Record<string, Shape>> = {
  /** one process that lives long: maps, pins, gives back and unmaps */
  ordinary(events, line) {
    const say: Say = (text) => line(me, text);
    for (let n = 0, i = 0; n < events; n += 9, i++) {
      const at = (i * 7) % 100_000;
      map(say, mmOf(0), addrOf(at), pageOf(at));
      pin(say, addrOf(at), pageOf(at));
      unpin(say, pageOf(at));
      say(`zap: (unmap_page_range+0x0/0x1150) mm=${mmOf(0)} start=${addrOf(at)} end=${addrOf(at + 1)}`);
    }
  },
  /** many pins of one page, then their releases */
  'one page'(events, line) {
    const say: Say = (text) => line(me, text);
    fault(say, mmOf(0), addrOf(0));
    const pins = Math.ceil(events / 6);
    for (let i = 0; i < pins; i++) pin(say, addrOf(0), pageOf(5));
    for (let i = 0; i < pins; i++) unpin(say, pageOf(5));
  },
  /** the same at addresses of their own, as of the zero page */
  'one page, many addresses'(events, line) {
    const say: Say = (text) => line(me, text);
    fault(say, mmOf(0), addrOf(0));
    const pins = Math.ceil(events / 6);
    for (let i = 0; i < pins; i++) pin(say, addrOf(i), pageOf(5));
    for (let i = 0; i < pins; i++) unpin(say, pageOf(5));
  },
  /** forks of a process with 20,000 pages mapped */
  forks(events, line) {
    const say: Say = (text) => line(me, text);
    for (let i = 0; i < Math.min(20_000, events / 4); i++) map(say, mmOf(0), addrOf(i), pageOf(i));
    for (let n = 0, i = 1; n < events / 2; n += 6, i++) {
      const child = mmOf(i);
      say(
        `fork_vma: (copy_page_range+0x4/0xc00) dst=${child} src=${mmOf(0)} start=${addrOf(0)} end=${addrOf(20_000)} vmflags=0x100073`,
      );
      say('fork_vma_ret: (dup_mmap+0x2a/0x100 <- copy_page_range) ret=0');
      say(`sched_process_fork: comm=prog pid=222 child_comm=prog child_pid=${1000 + i}`);
      const kid = { comm: 'prog', pid: 1000 + i };
      line(kid, `fault: (handle_mm_fault+0x4/0x2c0) mm=${child} addr=${addrOf(3)} flags=0x1255`);
      line(kid, `mm_exit: (exit_mmap+0x4/0x3c0) mm=${child} vmemmap=0xffffea0000000000`);
      line(kid, `sched_process_exit: comm=prog pid=${1000 + i} prio=120`);
    }
  },
  /** pages far from each other, and unmappings that claim everything and find little */
  sparse(events, line) {
    const say: Say = (text) => line(me, text);
    for (let n = 0, i = 0; n < events; n += 3, i++) {
      const at = (i * 0x40201) % 0x7fffffff;
      map(say, mmOf(0), hex(BigInt(at) * 4096n), pageOf(i));
      say(
        `zap: (unmap_page_range+0x0/0x1150) mm=${mmOf(0)} start=${hex(BigInt(at + 1) * 4096n)} end=${hex(BigInt(at + 0x20000) * 4096n)}`,
      );
    }
  },
  /** pages and addresses that differ only in high bits, which a hash of the low ones puts in one place */
  'high bits'(events, line) {
    const say: Say = (text) => line(me, text);
    for (let n = 0, i = 0; n < events; n += 2, i++)
      map(say, mmOf(0), addrOf((i % 0x1000) * 0x40000 + Math.floor(i / 0x1000)), pageOf(i * 0x8000));
  },
  /** an event that no vocabulary knows, with 40,000 fields: some in each line */
  fields(events, line) {
    for (let i = 0; i < events; i++) {
      const fields = Array.from({ length: 8 }, (_, k) => `f${(i * 8 + k) % 40_000}=${i}`);
      line(me, `my_event: (my_function+0x0/0x10) ${fields.join(' ')}`);
    }
  },
  /** calls, releases and bios that claim hundreds of thousands of pages */
  claims(events, line) {
    const say: Say = (text) => line(me, text);
    fault(say, mmOf(0), addrOf(0));
    for (let n = 0, i = 0; n < events; n += 4, i++) {
      say(
        `pin_fast: (pin_user_pages_fast+0x4/0x60) start=${addrOf(i * 0x40000)} nr=262144 flags=0x1 pages=0xffffd21e40b67a78`,
      );
      say('pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=262144');
      say(`unpin_range: (unpin_user_page_range_dirty_lock+0x4/0xf0) page=${pageOf(i * 0x40000)} n=262144 dirty=1`);
      say(`bio_add: (__bio_add_page+0x4/0x50) bio=0xffff89e5c0350f40 page=${pageOf(i)} len=4294967295 off=4294967295`);
    }
  },
  /** threads whose calls never return, as far as the trace shows, while another maps and unmaps in the same address space */
  stuck(events, line) {
    for (let n = 0, i = 0; n < events / 2; n += 5, i++) {
      const say: Say = (text) => line({ comm: 't', pid: 1000 + i }, text);
      fault(say, mmOf(0), addrOf(9));
      say(`swap_in: (do_swap_page+0x4/0xab0) mm=${mmOf(0)} addr=${addrOf(9)} pte=0x7fffffffffe06500 flags=0x55`);
      say(`pin_fast: (pin_user_pages_fast+0x4/0x60) start=${addrOf(9)} nr=1 flags=0x1 pages=0xffffd21e40b67a78`);
      say(`gup_lockless: (gup_fast_fallback+0x0/0xe00) start=${addrOf(9)} nr=1 flags=0x80001 pages=0xffffd21e40b67a78`);
      say(`grab_fast: (try_grab_folio_fast+0x0/0x170) page=${pageOf(9)} refs=1 flags=0x80001`);
    }
    const say: Say = (text) => line(me, text);
    for (let n = events / 2, i = 0; n < events; n += 3, i++) {
      map(say, mmOf(0), addrOf(i % 1000), pageOf(i % 1000));
      say(`zap: (unmap_page_range+0x0/0x1150) mm=${mmOf(0)} start=${addrOf(i % 1000)} end=${addrOf((i % 1000) + 1)}`);
    }
  },
  /** threads in the middle of unmapping a range, or of splitting a PMD, as far as the trace shows, while another maps */
  altering(events, line) {
    for (let n = 0, i = 0; n < events / 3; n++, i++) {
      const say: Say = (text) => line({ comm: 't', pid: 1000 + i }, text);
      const at = addrOf(0x100000 + i * 512);
      if (i % 2 === 0)
        say(`zap: (unmap_page_range+0x0/0x1150) mm=${mmOf(0)} start=${at} end=${addrOf(0x100000 + i * 512 + 1)}`);
      else say(`thp_split_pmd: (__split_huge_pmd+0x0/0x100) mm=${mmOf(0)} addr=${at} pmd=0x80000000426008e7 freeze=0`);
    }
    const say: Say = (text) => line(me, text);
    for (let n = events / 3, i = 0; n < events; n += 2, i++) map(say, mmOf(0), addrOf(i), pageOf(i));
  },
  /** forks that copy each page early, while other tasks are inside a call */
  'early copies'(events, line) {
    const say: Say = (text) => line(me, text);
    const pages = Math.ceil(events / 6);
    for (let i = 0; i < pages; i++) {
      const other: Say = (text) => line({ comm: 't', pid: 1000 + i }, text);
      fault(other, mmOf(2 + i), addrOf(0));
      other(`unpin_page: (unpin_user_page+0x4/0x60) page=${pageOf(0x1000000 + i)}`);
    }
    for (let i = 0; i < pages; i++) map(say, mmOf(0), addrOf(i), pageOf(i));
    say(
      `fork_vma: (copy_page_range+0x4/0xc00) dst=${mmOf(1)} src=${mmOf(0)} start=${addrOf(0)} end=${addrOf(pages)} vmflags=0x100073`,
    );
    for (let i = 0; i < pages; i++)
      say(
        `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=${pageOf(0x2000000 + i)} mm=${mmOf(1)} addr=${addrOf(i)} head=0 order=0 rflags=0x1`,
      );
    say('fork_vma_ret: (dup_mmap+0x2a/0x100 <- copy_page_range) ret=0');
  },
  /** pinned pages that 5.10 unmaps, where it shows late whether for swap or for migration */
  unmapped(events, line) {
    const say: Say = (text) => line(me, text);
    fault(say, mmOf(0), addrOf(0));
    const pages = Math.ceil(events / 10);
    for (let i = 0; i < pages; i++) pin(say, addrOf(i), pageOf(i));
    for (let i = 0; i < pages; i++) {
      say(`unmap_one: (try_to_unmap_one+0x0/0xd20) page=${pageOf(i)} mm=${mmOf(0)} addr=${addrOf(i)} ref=3 map=0`);
      say('unmap_one_ret: (rmap_walk_anon+0xe5/0x290 <- try_to_unmap_one) ret=1');
    }
    for (let i = 0; i < pages; i++) {
      fault(say, mmOf(0), addrOf(i));
      say(`swap_in: (do_swap_page+0x4/0xab0) mm=${mmOf(0)} addr=${addrOf(i)} pte=0x7fffffffffe06500 flags=0x55`);
      say(`anon_rmap: (do_page_add_anon_rmap+0x4/0x190) page=${pageOf(i)} mm=${mmOf(0)} addr=${addrOf(i)} rflags=0x0`);
      say('swap_in_ret: (__handle_mm_fault+0xc16/0x1240 <- do_swap_page) ret=0x0');
    }
  },
  /** pins of worker threads that never fault, among thousands of processes */
  workers(events, line) {
    for (let i = 0; i < 4000; i++) fault((text) => line({ comm: 'p', pid: 1000 + i }, text), mmOf(i), addrOf(i));
    for (let n = 0, i = 0; n < events; n += 6, i++) {
      const say: Say = (text) => line({ comm: 'w', pid: 500 + (i % 16) }, text);
      pin(say, addrOf(i % 4000), pageOf(i % 4000));
      unpin(say, pageOf(i % 4000));
    }
  },
  /** processes that fault once and never end, as far as the trace shows */
  processes(events, line) {
    for (let i = 0; i < events; i++)
      line(
        { comm: 'p', pid: 1000 + i },
        `fault: (handle_mm_fault+0x4/0x2c0) mm=${mmOf(i)} addr=${addrOf(1)} flags=0x1255`,
      );
  },
};

/** A shape as ftrace text, in pieces. */
export function* textOf(shape: Shape, events: number): Generator<string> {
  const lines: string[] = ['# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n'];
  let us = 1_000_000;
  shape(events, ({ comm, pid }, text) => {
    us += 7;
    const time = `${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')}`;
    lines.push(`${`${comm}-${pid}`.padStart(16)}     [001] .....  ${time.padStart(12)}: ${text}\n`);
  });
  for (let i = 0; i < lines.length; i += 10_000) yield lines.slice(i, i + 10_000).join('');
}
