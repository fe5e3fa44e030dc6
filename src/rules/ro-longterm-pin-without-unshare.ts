// A read-only pin of a shared anonymous page reads the copy that the other process keeps.
import { defineRule } from './contract.ts';
import { matters, mayBeNonAnonymous, promised, readOnlyBy } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'ro-longterm-pin-without-unshare',
    summary:
      'A page shared by fork was pinned for reading without being unshared first, and the next write of the process copied it.',
    why: 'GUP takes the page as it is mapped, shared and read-only; the process then writes to its copy and the device keeps reading the old page',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet'], ['forkVma']],
    status: 'stable',
    severity: { '5.10': 'warning; note for process_vm_readv()', '6.1': 'error', '6.12': 'error', '7.2': 'error' },
    falsePositives: ['a pin that is read only once, immediately'],
    references: ['Documentation/core-api/pin_user_pages.rst', 'tools/testing/selftests/mm/cow.c, R/O longterm rows'],
    fixedBy: [fix('a7f226604170')],
    advice: 'pin for writing, or write to the page before pinning it',
    messages: {
      stale:
        'the page {pinned} was shared with another process when it was pinned for reading; since the copy the process writes {mapped}',
    },
    overrides: ['stale-read-pin', 'fork-share-then-cow', 'wrprotect-then-cow'],
    examples: examplesOf('ro-longterm-pin-without-unshare'),
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        const { call } = pin;
        if (drift.via !== 'cow' || call.write !== false || call.kind !== 'PIN' || !matters(drift)) return;
        if (!pin.entry.shared || pin.entry.file) return;
        const why = readOnlyBy(drift);
        const op = why.kind === 'shared-before' ? why.op : undefined;
        context.report({
          messageId: 'stale',
          drift,
          pin,
          cause: 'pinned for reading while shared, then copied',
          promise: promised(pin, 'roPinUnshares'),
          // process_vm_rw_single_vec(): the CPU reads the page before the call returns
          severity: !call.longterm && (call.remote || mayBeNonAnonymous(pin)) ? 'note' : 'warning',
          path: op === undefined ? [] : [{ role: 'fork', at: op.at, what: 'the page became shared with a child' }],
        });
      },
    };
  },
});
