// After fork the child submits I/O through a registration of its parent; the data land in the parent's memory.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'child-uses-parents-pin',
    summary: 'A child submitted I/O on a pin that its parent had taken.',
    why: "an inherited io_uring ring or RDMA context still refers to the parent's pages; the child has its own copies and never sees the data",
    needs: [['gup'], ['forkVma'], ['bioSubmit']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ["workers that share the parent's address space; they are recognised by their mm"],
    references: ['fork(2)', 'io_uring_register(2)'],
    fixedBy: [],
    advice: 'register the buffers again in the child',
    messages: {
      child: 'I/O on the pinned page {pinned} was submitted by {task}, a child of the process that pinned it',
    },
    examples: examplesOf('child-uses-parents-pin'),
  },
  create(context) {
    return {
      ioSubmit({ io, at }) {
        const parent = at.pid === undefined ? undefined : context.model.task(at.pid)?.mm?.parent;
        if (parent === undefined) return;
        for (const pin of io.pins) {
          if (pin.mm !== parent) continue;
          context.report({
            messageId: 'child',
            data: { task: at },
            pin,
            at,
            cause: 'fork, then I/O through the inherited registration',
            severity: 'note',
            path: [{ role: 'i/o submit', at, what: 'submitted by the child' }],
          });
        }
      },
    };
  },
});
