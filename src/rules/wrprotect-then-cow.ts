// A pinned range was write-protected, and the next write copied the page.
import { defineRule } from './contract.ts';
import { copiedBy, onCopy, promised, sharedUnseen } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

const WHO: Readonly<Record<string, string>> = {
  mprotect: 'mprotect',
  'uffd-wp': 'userfaultfd write-protection',
  numa: 'NUMA hinting',
  ksm: 'KSM',
};

export default defineRule({
  meta: {
    id: 'wrprotect-then-cow',
    summary:
      'A pinned range was write-protected (mprotect, uffd-wp, NUMA hinting), and the next write copied the page.',
    why:
      'Write protection makes the entry read-only, and up to v5.18 do_wp_page() copied any page with an extra ' +
      'reference. Since v5.19 an exclusive page is made writable again instead.',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet'], ['cprot', 'softDirty', 'uffdWp']],
    status: 'stable',
    severity: {
      '5.10': 'error where data were lost, else warning; note for a read pin without FOLL_LONGTERM',
      '6.1': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
      '6.12': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
      '7.2': 'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold',
    },
    falsePositives: ['the range was protected on purpose and the process meant to abandon the pinned page'],
    references: ['mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021)'],
    fixedBy: [fix('6c287605fd56')],
    advice: 'do not change the protection of memory that a device holds',
    messages: {
      parted: '{who} made the pinned page {pinned} read-only (requested by {task}); {what} replaced it by {mapped}',
    },
    overrides: ['cow-under-write-pin', 'stale-read-pin'],
    examples: examplesOf('wrprotect-then-cow'),
  },
  create: (context) =>
    onCopy((drift, why) => {
      const { pin } = drift;
      if (why.kind !== 'wrprotect' && why.kind !== 'wrprotect-before') return;
      const kind = (why.kind === 'wrprotect' ? why.step.wrprotect : why.op.wrprotect) ?? 'mprotect';
      if (kind === 'soft-dirty') return;
      const at = why.kind === 'wrprotect' ? why.step.at : why.op.at;
      const readPin = pin.call.write !== true;
      const doubts = sharedUnseen(context.model);
      context.report({
        messageId: 'parted',
        data: { who: WHO[kind], task: at, what: copiedBy(drift) },
        drift,
        pin,
        cause: `${WHO[kind]}, then a copy`,
        // no promise is broken where a page that is shared was copied
        promise:
          doubts.length > 0
            ? undefined
            : promised(pin, pin.call.kind === 'PIN' ? 'writePinCoherent' : 'writeGetCoherent'),
        severity: readPin && !(pin.call.kind === 'PIN' && pin.call.longterm) ? 'note' : 'warning',
        doubts,
        path: [why.kind === 'wrprotect' ? why.step : { role: 'wrprotect', at, what: WHO[kind], wrprotect: kind }],
      });
    }),
});
