// A FOLL_GET write reference whose lifetime is controlled by user space: fork cannot recognise it and shares the page.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'get-across-fork',
    summary:
      'fork shared a page held for writing by FOLL_GET, although user space controls how long it is held, which requires FOLL_PIN.',
    why: 'fork copies FOLL_PIN pages early, but cannot tell FOLL_GET from any other reference; the process that writes first gets the copy',
    needs: [['gup'], ['forkVma']],
    status: 'stable',
    severity: { all: 'note; the drift, if it follows, is reported by another rule' },
    falsePositives: ['a reference dropped by put_page() before the fork, which is not recorded'],
    references: ['Documentation/core-api/pin_user_pages.rst, CASE 1 to 3'],
    fixedBy: [fix('a7e689dd1c06', { kind: 'GET', owner: 'bio' }), fix('1ccf164ec866', { kind: 'GET', owner: 'bio' })],
    advice: 'use pin_user_pages*() instead of get_user_pages*()',
    messages: { shared: 'fork shared {pinned}, which is held for writing by FOLL_GET' },
    examples: examplesOf('get-across-fork'),
  },
  create(context) {
    return {
      share({ pin, at }) {
        if (pin.call.kind !== 'GET' || !pin.call.write || pin.owner === undefined) return;
        // the first fork of many
        const path = pin.steps.filter(({ role }) => role === 'fork');
        if (path.length > 1) return;
        context.report({
          messageId: 'shared',
          pin,
          at,
          cause: 'fork cannot see FOLL_GET',
          severity: 'note',
          path,
        });
      },
    };
  },
});
