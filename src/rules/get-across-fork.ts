// A FOLL_GET write reference whose lifetime belongs to user space: fork cannot know it and will share the page.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'get-across-fork',
    summary:
      'A page held for writing by FOLL_GET was shared by fork: the reference lives as long as user space wants, which is what FOLL_PIN is for.',
    why: 'fork copies FOLL_PIN pages early and cannot tell FOLL_GET from any other reference; who writes next decides who keeps the page',
    needs: [['gup'], ['forkVma']],
    status: 'stable',
    severity: { all: 'note; the drift, if it follows, is the finding' },
    falsePositives: ['a reference dropped by put_page() before the fork, which leaves no line'],
    references: ['Documentation/core-api/pin_user_pages.rst, CASE 1 to 3'],
    fixedBy: ['1ccf164ec866 ("block: Use iov_iter_extract_pages() and page pinning in direct-io.c") (in v6.5)'],
    advice: 'pin_user_pages*() instead of get_user_pages*()',
    messages: { shared: 'fork shared {pinned}, which is held for writing by FOLL_GET' },
    examples: examplesOf('get-across-fork'),
  },
  create(context) {
    return {
      share({ pin, at }) {
        if (pin.call.kind !== 'GET' || !pin.call.write || pin.owner === undefined) return;
        context.report({
          messageId: 'shared',
          pin,
          at,
          cause: 'fork cannot see FOLL_GET',
          severity: 'note',
          path: pin.steps.filter((s) => s.role === 'fork').slice(-1),
        });
      },
    };
  },
});
