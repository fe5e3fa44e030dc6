// mremap() moves the page with the mapping: the pin stays coherent, at another address.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'moved-pinned-range',
    summary: 'The process moved a range it had pinned (mremap).',
    why:
      'page and pin move together, so nothing is lost at the new address; the old address may map another page, which ' +
      'breaks code that still uses it',
    needs: [['gup'], ['move']],
    status: 'stable',
    severity: { all: 'note' },
    falsePositives: ['none known'],
    references: ['mremap(2)'],
    fixedBy: [],
    advice: 'use the new address, or unregister before moving',
    messages: { moved: 'the process moved the pinned page {pinned} to another address; it stays coherent there' },
    examples: examplesOf('moved-pinned-range'),
  },
  create(context) {
    return {
      move({ pins, at }) {
        for (const pin of pins) {
          context.report({
            messageId: 'moved',
            pin,
            at,
            cause: 'the process moved the range it had pinned',
            severity: 'note',
            selfInflicted: true,
            path: [{ role: 'move', at, what: 'mapping moved' }],
          });
        }
      },
    };
  },
});
