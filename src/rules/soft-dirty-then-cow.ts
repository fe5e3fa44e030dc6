// clear_refs write-protects pages to track writes; it must skip pinned pages.
import { defineRule } from './contract.ts';
import { copiedBy, onCopy, promised, sharedUnseen } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'soft-dirty-then-cow',
    summary: 'Clearing soft-dirty bits (clear_refs) write-protected a pinned page, and the next write copied it.',
    why:
      'clear_refs tracks writes of the process and does not consider pins; from v5.9 on the next write fault copies ' +
      'any page with an extra reference',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet'], ['softDirty']],
    status: 'stable',
    severity: {
      '5.10': 'error for FOLL_PIN, which pte_is_pinned() skips; for FOLL_GET warning, or note for a read pin',
      '6.1': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
      '6.12': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
      '7.2': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
    },
    falsePositives: ['none known'],
    references: [
      'mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021)',
      'Documentation/admin-guide/mm/soft-dirty.rst',
    ],
    fixedBy: [fix('9348b73c2e1b', { kind: 'PIN' }), fix('6c287605fd56', { kind: 'GET' })],
    advice: 'do not checkpoint (CRIU) or track writes with clear_refs while devices hold the memory',
    messages: {
      parted: 'clear_refs by {task} made the pinned page {pinned} read-only; {what} replaced it by {mapped}',
    },
    overrides: ['cow-under-write-pin', 'stale-read-pin'],
    examples: examplesOf('soft-dirty-then-cow'),
  },
  create: (context) =>
    onCopy((drift, why) => {
      const { pin } = drift;
      if (why.kind !== 'wrprotect' || why.step.wrprotect !== 'soft-dirty') return;
      const doubts = sharedUnseen(context.model);
      context.report({
        messageId: 'parted',
        data: { task: why.step.at, what: copiedBy(drift) },
        drift,
        pin,
        cause: 'clear_refs, then a copy',
        // no promise is broken where a page that is shared was copied
        promise:
          doubts.length > 0
            ? undefined
            : promised(pin, pin.call.kind === 'PIN' ? 'softDirtySparesPinned' : 'writeGetCoherent'),
        severity: pin.call.write ? 'warning' : 'note',
        doubts,
        path: [why.step],
      });
    }),
});
