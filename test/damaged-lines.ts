// Lines of ftrace, and the same with a few characters changed: what a reader that has learned the former must not take
// the latter for.

const LINES = [
  '             scn-133     [000] d...     9.044846: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0 refs=1 flags=0x50003 ref=2',
  '             scn-133     [001] ....     9.044847: fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354',
  '          <idle>-0       [001] d.h2.   19.238260: wp_fault: (do_wp_page+0x0/0x470) mm=0xffff9fc2c1061540 addr=0x7f13e7f30000 pte=0x8000000072645865 flags=0x1',
  '     kworker/0:1-7       [000] ....     9.044846123: zap: (zap_vma_range_batched+0x0/0x1000) mm=0xffff9fc2c1061540 start=0x1000 len=0x3000',
  '             scn-134     [001] d...     9.044849: wp_fault_ret: (__handle_mm_fault+0x8b1/0x1570 <- do_wp_page) ret=8',
  '             scn-134     [001] d...     9.044849: gup_fast_ret: (iov_iter_get_pages+0xc9/0x4b0 <- get_user_pages_fast) ret=-14',
  '             scn-134     [001] d...     9.044850: new_anon: (page_add_new_anon_rmap+0x0/0x180) page=0xffffe882c10214c0 mm=0xffff9fc2c1061540 addr=0x7f13e7f30000 compound=0',
  '             scn-134     [001] d...     9.044850: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f689e1d9000 nr=1 flags=0x10001 pages=0xffffa06128fd1000 caller=take+0x1b2/0x220 [pinrig]',
  '             scn-134     [001] d...     9.044850: pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x7f689e1d9000 nr=1 flags=0x10001',
  '             scn-134     [001] d...     9.044851: rmap_del: (page_remove_rmap+0x0/0x460) page=0xffffe882c10214c0 compound=0',
  '             scn-134     [001] d...     9.044852: sched_process_exit: comm="a b" pid=134 prio=120',
  '             scn-134     [001] d...     9.044852: page_fault_user: address=0x7f3b34e69400 ip=0x401000 error_code=0x6',
  '             scn-134     [001] d...     9.044853: sys_madvise(start: 7f7698246000, len_in: 10000, behavior: c)',
  '             scn-134     [001] d...     9.044853: sys_madvise -> 0x0',
  '             scn-134     [001] d...     9.044853: sys_pread64(fd: 3, buf: 7fffebb7f060 "<-a", count: 348, pos: 40)',
  '             scn-134     [001] d...     9.044853: sys_pread64 -> 0xfffffffffffffff2',
  '             scn-134     [001] d...     9.044853: tracing_mark_write: hello',
  'world',
  '             scn-134     [001] d...     9.044853: <stack trace>',
  ' => handle_mm_fault',
  '             scn-134     [001] d...     99999999999999999999.044853: zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=0x1000 end=0x3000',
  '             scn-134     [001] d...     18446744073.044853: zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=0x1000 end=0x3000',
  '             scn-134     [4294967297] d...     9.044853: zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=0x1000 end=0x3000',
  '             scn-134     [001] d...     9.044853: zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=-9223372036854775808 end=99999999999999999999',
];

/** A generator of the same numbers every time (xorshift). */
function dice(seed: number): (sides: number) => number {
  let x = seed;
  return (sides) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % sides;
  };
}

/** What a character becomes: something that stands in traces, mostly. */
const CHARACTERS = ' 0123456789abcdefgxABF:=()[]+-./_"<>\r\t\xff';

/** A trace of some thousand lines that are nearly like each other. */
export function damagedLines(seed: number, count: number): Buffer {
  const roll = dice(seed * 7919);
  const out = ['# tracer: nop', ...LINES];
  for (let n = 0; n < count; n++) {
    let line = LINES[roll(LINES.length)];
    for (let changes = roll(4); changes > 0; changes--) {
      const at = roll(line.length + 1);
      const character = CHARACTERS[roll(CHARACTERS.length)];
      line = line.slice(0, at) + (roll(3) > 0 ? character : '') + line.slice(at + roll(2));
    }
    out.push(line);
  }
  return Buffer.from(`${out.join('\n')}\n`, 'latin1');
}
