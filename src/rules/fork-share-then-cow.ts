// fork write-protects a page that is under I/O, and the parent's next write copies it: the device keeps the old page.
import { defineRule } from './contract.ts';
import { copiedBy, onCopy, promised } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'fork-share-then-cow',
    summary: 'fork shared a pinned page with a child, and the next write of the pinning process copied it.',
    why:
      'fork maps the page read-only in both processes, and because of the extra reference it looks shared even after ' +
      'the child has exited. The next write there (or a pin for reading, which unshares the page first) therefore copies ' +
      'it, and the device keeps the original. fork copies FOLL_PIN pages early instead of sharing them; it cannot ' +
      'recognise FOLL_GET references.',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet'], ['forkVma']],
    status: 'stable',
    severity: {
      all: 'error for FOLL_PIN (hugetlb: since v5.12), and where data were lost; else warning for a write pin, note for a read pin',
    },
    falsePositives: ['none known'],
    references: ['open(2), NOTES on O_DIRECT and fork(2)', 'Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [
      fix('70e806e4e645', { kind: 'PIN', hugetlb: false }),
      fix('4eae4efa2c29', { kind: 'PIN', hugetlb: true }),
      fix('a7e689dd1c06', { kind: 'GET', owner: 'bio' }),
      fix('1ccf164ec866', { kind: 'GET', owner: 'bio' }),
    ],
    advice: 'use MADV_DONTFORK on the buffer, or do not fork while I/O is in flight',
    messages: {
      parted: 'fork shared the pinned page {pinned} with a child; {what} put {mapped} in its place',
    },
    overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-shared-by-fork', 'get-across-fork'],
    examples: examplesOf('fork-share-then-cow'),
  },
  create: (context) =>
    onCopy((drift, why) => {
      const { pin } = drift;
      const { hugetlb } = pin.entry;
      if (why.kind !== 'fork') return;
      context.report({
        messageId: 'parted',
        data: { what: copiedBy(drift, 'the next write of the parent') },
        drift,
        pin,
        cause: 'fork shared the page, then a write copied it',
        promise: promised(
          pin,
          pin.call.kind !== 'PIN' ? undefined : hugetlb ? 'forkCopiesPinnedHugetlb' : 'forkCopiesPinned',
        ),
        severity: pin.call.write ? 'warning' : 'note',
        path: [why.step],
      });
    }),
});
