// Reclaim promises to leave FOLL_PIN pages mapped.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-unmapped-for-swap',
    summary: 'Reclaim unmapped a page that is held by FOLL_PIN.',
    why: 'a swapped-out entry depends on the swap cache to find the same page again, and on the exclusive mark to keep it',
    needs: [['gup'], ['unmapOne'], ['unmapOneRet']],
    status: 'stable',
    severity: { all: 'warning; the drift, if it follows, is the error' },
    falsePositives: ['FOLL_GET references and pages of files may be unmapped, and are not reported'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: ['feb889fb40fa ("mm: don\'t put pinned pages into the swap cache") (in v5.11)'],
    messages: { unmapped: 'reclaim unmapped {pinned}, which is pinned' },
    examples: examplesOf('pinned-page-unmapped-for-swap'),
  },
  create(context) {
    return {
      unmap({ pins, at, anon }) {
        // reclaim may unmap a pinned page of a file, and keeps it: shrink_folio_list() since d824ec2a1546
        if (anon !== true) return;
        for (const pin of pins) {
          if (pin.call.kind !== 'PIN') continue;
          const step = pin.last('unmap');
          context.report({
            messageId: 'unmapped',
            pin,
            at,
            cause: 'reclaim',
            severity: 'warning',
            path: step === undefined ? [] : [step],
          });
        }
      },
    };
  },
});
