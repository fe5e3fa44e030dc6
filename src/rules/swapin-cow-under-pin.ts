// The four steps of the original bug report: pin, unmap for swap, refault read-only, copy.
import { defineRule } from './contract.ts';
import { copiedBy, onCopy } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'swapin-cow-under-pin',
    summary: 'A pinned page was unmapped for swap, mapped back read-only, and copied by the next write.',
    why: 'the swap entry did not record that the page was exclusive, so the write fault saw an extra reference and copied the page',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet'], ['unmapOne'], ['anonRmap', 'swapIn']],
    status: 'stable',
    severity: {
      '5.10': 'error where data were lost, else warning; note for a read pin',
      '6.1':
        'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold; note for a read pin',
      '6.12':
        'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold; note for a read pin',
      '7.2':
        'error; warning for a FOLL_GET reference that neither a bio nor a pipe is seen to hold; note for a read pin',
    },
    falsePositives: ['none known'],
    references: ['mm: COW fixes part 3: reliable GUP R/W FOLL_GET of anonymous pages (linux-mm, March 2022)'],
    fixedBy: [fix('1493a1913e34')],
    advice: 'keep buffers of in-flight O_DIRECT reads out of reclaim (mlock)',
    messages: {
      parted:
        'reclaim unmapped the pinned page {pinned}; the refault mapped it read-only and {what} replaced it by {mapped}',
    },
    overrides: ['cow-under-write-pin', 'stale-read-pin'],
    examples: examplesOf('swapin-cow-under-pin'),
  },
  create: (context) =>
    onCopy((drift, why) => {
      const { pin } = drift;
      if (why.kind !== 'swap-in') return;
      context.report({
        messageId: 'parted',
        data: { what: copiedBy(drift) },
        drift,
        pin,
        cause: 'swap-in without the exclusive mark, then a copy',
        promise: pin.call.write ? 'writeGetCoherent' : undefined,
        severity: pin.call.write ? 'warning' : 'note',
        path: why.unmap === undefined ? [why.step] : [why.unmap, why.step],
      });
    }),
});
