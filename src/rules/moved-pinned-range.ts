// mremap() moves the page with the mapping: the pin stays coherent, at another address.
import { type At, defineRule, type Pin } from './contract.ts';
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
    // moves that may still be undone: a failing call moves the entries back
    const open = new Map<Pin, At>();
    const tell = (pins: Iterable<Pin>) => {
      for (const pin of pins) {
        const at = open.get(pin);
        if (!open.delete(pin)) continue;
        context.report({
          messageId: 'moved',
          pin,
          at,
          cause: 'the process moved the range it had pinned',
          severity: 'note',
          selfInflicted: true,
          path: at === undefined ? [] : [{ role: 'move', at, what: 'mapping moved' }],
        });
      }
    };
    return {
      move({ pins, at, undone }) {
        if (!undone) tell(pins);
        for (const pin of pins)
          if (undone) open.delete(pin);
          else open.set(pin, at);
      },
      release({ pin }) {
        if (open.size > 0) tell([pin]);
      },
      exit: ({ pins }) => tell(pins),
      end: () => tell([...open.keys()]),
    };
  },
});
