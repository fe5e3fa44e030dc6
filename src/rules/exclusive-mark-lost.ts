// A swap entry had the exclusive mark, and the swap-in dropped it.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'exclusive-mark-lost',
    summary: 'A swap entry had the exclusive mark, but the page was mapped back without it.',
    why:
      'the mark keeps a pinned page from being copied by the next write fault. do_swap_page() drops it only while the ' +
      'page is under writeback to a device with stable writes, and such writeback does not start while the page has ' +
      'other references',
    needs: [['swapIn'], ['anonRmap']],
    status: 'experimental',
    severity: { all: 'warning where the page is held for writing; note otherwise' },
    falsePositives: ['a page under writeback to zram or another device with stable writes, with no other reference'],
    references: [
      'mm: COW fixes part 3: reliable GUP R/W FOLL_GET of anonymous pages (linux-mm, March 2022)',
      'do_swap_page(), mm/memory.c',
    ],
    fixedBy: [fix('1493a1913e34')],
    messages: {
      lost: 'the swap entry marked {pinned} as exclusive, but the swap-in mapped it as shared: the next write will copy it',
    },
    overrides: [],
    examples: examplesOf('exclusive-mark-lost'),
  },
  create(context) {
    return {
      swapIn({ mm, vpn, page, exclusive, mark, at, pins }) {
        if (mark !== true || exclusive) return;
        const held = pins.find((pin) => pin.call.write);
        context.report({
          messageId: 'lost',
          pin: held,
          about: { mm, vpn, page, at },
          at,
          cause: 'the swap-in dropped the exclusive mark',
          severity: held === undefined ? 'note' : 'warning',
          doubts:
            held === undefined
              ? [
                  {
                    cap: 'low',
                    because: 'a page under writeback to a device with stable writes loses the mark on purpose',
                  },
                ]
              : [],
          path: [{ role: 'swap-in', at, what: 'exclusive in the swap entry, shared in the page table' }],
        });
      },
    };
  },
});
