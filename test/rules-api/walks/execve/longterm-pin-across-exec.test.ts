import { testRule } from 'pindrift/testing';
import rule from './longterm-pin-across-exec.ts';

const PIN = `
  scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255
  scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
  scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1
  scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1`;
const UNPIN = `
  scn-196 [001] ..... 8.153614: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010cc040 n=1
  scn-196 [001] ..... 8.153622: put_folio: (gup_put_folio+0x0/0xa0) page=0xffffef6b010cc040 refs=1 flags=0x80000`;
const EXIT = `
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000`;
const EXEC = `
  scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/true pid=196 old_pid=196`;

await testRule(rule, {
  fires: [{ name: 'the pin is still held', trace: `${PIN}${EXIT}${EXEC} # expect: held` }],
  silent: [{ name: 'the pin was given back', trace: `${PIN}${UNPIN}${EXIT}${EXEC}` }],
  partial: [{ name: 'execve was not recorded', trace: `${PIN}${EXIT}` }],
});
