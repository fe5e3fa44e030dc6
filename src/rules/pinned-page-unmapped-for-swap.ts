// Reclaim must leave FOLL_PIN pages mapped.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-unmapped-for-swap',
    summary: 'Reclaim unmapped a page that is held by FOLL_PIN.',
    why: 'to map the same page again, a swap-in depends on the swap cache to find it and on the exclusive mark to keep it',
    needs: [['gup'], ['unmapOne'], ['unmapOneRet']],
    status: 'stable',
    severity: { all: 'warning; if a drift follows, that is the error' },
    falsePositives: ['FOLL_GET references and file pages may be unmapped; they are not reported'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [fix('feb889fb40fa')],
    messages: { unmapped: 'reclaim unmapped {pinned}, which is pinned' },
    examples: examplesOf('pinned-page-unmapped-for-swap'),
  },
  create(context) {
    return {
      unmap({ pins, at, anon }) {
        // reclaim may unmap a pinned file page, and keeps it: shrink_folio_list() since d824ec2a1546
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
