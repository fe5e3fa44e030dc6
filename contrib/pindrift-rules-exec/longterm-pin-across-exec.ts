// A driver or an I/O ring goes on holding pages of a program that is no longer there: execve() replaced it. Nobody can
// unmap, unregister or even see them any more. The rule needs no more than the state: which pins were held when the
// address space went, and that it went for execve and not for exit.
import { defineRule, type Pin } from 'pindrift';

export default defineRule({
  meta: {
    id: 'longterm-pin-across-exec',
    summary: 'A FOLL_LONGTERM pin was held across execve().',
    why:
      'execve() gives the task a new address space; pins of the old one stay until their owner lets go, which a file ' +
      'descriptor without O_CLOEXEC (an io_uring, a VFIO container, an RDMA device) does not do by itself',
    needs: [['gup'], ['mmExit'], ['taskExec']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: ['an owner that lets go soon after: the new program may still close the file descriptor'],
    references: ['fs/exec.c, begin_new_exec()', 'io_uring_register(2)'],
    fixedBy: [],
    advice: 'O_CLOEXEC on the file descriptor that owns the pins, or unregister before execve',
    messages: { held: '{task} called execve while {pinned} was pinned FOLL_LONGTERM at {address}' },
    examples: {
      fires: `
        scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255
        scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
        scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1
        scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
        scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
        scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/true pid=196 old_pid=196 # expect: held
      `,
      silent: `
        scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255
        scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348
        scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1
        scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1
        scn-196 [001] ..... 8.153614: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010cc040 n=1
        scn-196 [001] ..... 8.162298: mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff88e44106c200 vmemmap=0xffffef6b00000000
        scn-196 [001] ..... 8.162900: sched_process_exec: filename=/bin/true pid=196 old_pid=196
      `,
    },
  },
  create(context) {
    // begin_new_exec() tears the old address space down (exit_mmap) before sched_process_exec is printed, in the same
    // task. So: what did this task leave behind, and was it for execve?
    const left = new Map<number, readonly Pin[]>();
    return {
      exit({ at, pins }) {
        if (at.pid !== undefined)
          left.set(
            at.pid,
            pins.filter((pin) => pin.call.longterm),
          );
      },
      events: {
        taskExec({ at }) {
          if (at.pid === undefined) return;
          const pins = left.get(at.pid) ?? [];
          left.delete(at.pid);
          for (const pin of pins) {
            if (pin.releasedAt !== undefined) {
              context.debug(`pin ${pin.id} was released at line ${pin.releasedAt.line}`);
              continue;
            }
            context.report({
              messageId: 'held',
              data: { task: at, address: pin.address === undefined ? '?' : `0x${pin.address.toString(16)}` },
              pin,
              at,
              cause: 'execve() under a FOLL_LONGTERM pin',
              severity: 'warning',
              path: [{ role: 'exec', at, what: 'the task runs another program, in a new address space' }],
            });
          }
        },
        taskExit({ at }) {
          if (at.pid !== undefined) left.delete(at.pid);
        },
      },
    };
  },
});
