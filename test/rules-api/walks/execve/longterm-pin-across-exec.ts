// A FOLL_LONGTERM pin held across execve: the program that knew of it is gone, the pages are not.
import { defineRule, type Pin } from 'pindrift';

export default defineRule({
  meta: {
    id: 'longterm-pin-across-exec',
    summary: 'A FOLL_LONGTERM pin was held across execve.',
    why: 'the pages stay with the device, and nobody is left who could see or unmap them',
    needs: [['gup'], ['mmExit'], ['taskExec']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: [],
    references: [],
    fixedBy: [],
    messages: { held: '{task} called execve while {pinned} was pinned FOLL_LONGTERM' },
  },
  create(context) {
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
          for (const pin of left.get(at.pid ?? -1) ?? []) {
            if (pin.releasedAt !== undefined) continue;
            context.report({
              messageId: 'held',
              data: { task: at },
              pin,
              at,
              cause: 'execve',
              severity: 'warning',
              path: [{ role: 'exec', at, what: 'another program' }],
            });
          }
        },
      },
    };
  },
});
