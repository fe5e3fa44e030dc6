import { testRule } from 'pindrift/testing';
import rule from './longterm-pin-across-exec.ts';

const PIN = `
  scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255
  scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
  scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1
  scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1`;

testRule(rule, {
  fires: [
    {
      name: 'another program, later a third one',
      trace: `${PIN}
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
  scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/sh pid=196 old_pid=196 # expect: held
  scn-196 [001] ..... 8.172298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106d000 vmemmap=0xffffef6b00000000 # ok
  scn-196 [001] ..... 8.172900: sched_process_exec: filename=/bin/true pid=196 old_pid=196 # ok`,
      expect: [
        {
          messageId: 'held',
          severity: 'warning',
          message: 'scn[196] called execve while pfn 0x43301 was pinned FOLL_LONGTERM at 0x7f08d439b000',
        },
      ],
    },
  ],
  silent: [
    {
      name: 'the process exits',
      trace: `${PIN}
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
  scn-196 [001] ..... 8.162900: sched_process_exit: comm=scn pid=196 prio=120
  sh-197 [001] ..... 8.172900: sched_process_exec: filename=/bin/true pid=197 old_pid=197`,
    },
    {
      name: 'a short-term pin',
      trace: `${PIN.replace('flags=0x101', 'flags=0x1')}
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
  scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/true pid=196 old_pid=196`,
    },
  ],
  partial: [
    {
      name: 'sched_process_exec was not recorded',
      trace: `${PIN}
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000`,
    },
    {
      name: 'events were lost between the pin and execve',
      trace: `${PIN}
  CPU:1 [LOST 12 EVENTS]
  scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
  scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/true pid=196 old_pid=196 # expect: held`,
    },
  ],
});
