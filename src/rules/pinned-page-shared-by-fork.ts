// fork must give the child its own copy of a FOLL_PIN page; here the child got the page itself.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-shared-by-fork',
    summary: 'fork shared a FOLL_PIN page with the child instead of copying it early.',
    why: 'the result for the parent and its device then depends on who writes first; the child may see what the device writes',
    needs: [['gup'], ['forkVma'], ['newAnon']],
    status: 'stable',
    severity: {
      '5.10': 'note (hugetlb is not copied early before v5.12)',
      '6.1': 'note; the drift itself is the error',
      '6.12': 'note',
      '7.2': 'note',
    },
    falsePositives: ['the page was not mapped at the time of the fork'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [
      fix('70e806e4e645', { kind: 'PIN', hugetlb: false }),
      fix('4eae4efa2c29', { kind: 'PIN', hugetlb: true }),
    ],
    messages: { shared: 'fork shared the pinned page {pinned} with the child instead of copying it' },
    examples: examplesOf('pinned-page-shared-by-fork'),
  },
  create(context) {
    return {
      share({ pin, at }) {
        if (pin.call.kind !== 'PIN' || !pin.call.write) return;
        // the first fork of many
        const path = pin.steps.filter(({ role }) => role === 'fork');
        if (path.length > 1) return;
        context.report({
          messageId: 'shared',
          pin,
          at,
          cause: 'fork made no early copy',
          severity: 'note',
          doubts: [
            {
              cap: 'medium',
              because: 'an early copy is visible only by its new page, so its absence is weak evidence',
            },
          ],
          path,
        });
      },
    };
  },
});
