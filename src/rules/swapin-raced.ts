// Two threads fault on one swap entry, and the slower maps what it had read before the faster changed it.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'swapin-raced',
    summary: 'Two threads swapped in one entry, and the later mapped another page than the earlier had.',
    why:
      'the slower of two threads finds the entry changed (pte_same()) and gives its page up. It does not where the page of the other was written to and ' +
      'swapped out again to the same slot meanwhile: the entry looks as before, and without the swap cache what is mapped is what was read before the write',
    needs: [['swapIn'], ['anonRmap', 'newAnon'], ['unmapOne'], ['unmapOneRet']],
    status: 'experimental',
    severity: {
      all: 'warning where the page was read, or allocated, before the other was swapped out again, or maps over it; note otherwise, and since 6.8 where it was only allocated',
    },
    falsePositives: [
      'a fault that had its page, but began to read only when the other page had been swapped out again',
      'an unmapping between the two, while the second fault was under way, that was not recorded',
    ],
    references: ['CVE-2024-26759', 'do_swap_page(), mm/memory.c'],
    fixedBy: ['13ddaf26be32 ("mm/swap: fix race when skipping swapcache") (in v6.8)'],
    messages: {
      raced: 'a second swap-in put another page where {pinned} was mapped, without an unmapping in between',
      stale:
        'a swap-in that had begun before {pinned} was swapped in, and swapped out again, mapped another page: it may hold what was there before',
    },
    examples: examplesOf('swapin-raced'),
  },
  create(context) {
    return {
      swapIn({ mm, vpn, over, out, allocated, reads, at }) {
        // where lines are missing, the unmapping between may be one of them
        if (over === undefined || context.model.partial()) return;
        // of the page, whoever holds it: what that means for a pin is the drift of the pin
        const subject = { about: { mm, vpn, page: over, at }, at };
        if (out === undefined) {
          context.report({
            ...subject,
            messageId: 'raced',
            cause: 'two swap-ins of one entry',
            severity: 'warning',
            doubts: [{ cap: 'medium', because: 'what unmapped the first page may not be recorded' }],
            path: [{ role: 'swap-in', at, what: 'another page over the one that was mapped' }],
          });
          return;
        }
        const isRead = reads !== undefined && reads.line < out.line;
        const isBefore = isRead || (allocated !== undefined && allocated.line < out.line);
        context.report({
          ...subject,
          messageId: 'stale',
          cause: 'two swap-ins of one entry, and a swap-out between',
          severity: isBefore ? 'warning' : 'note',
          // since then a fault waits with its page, and reads when the slot is its own
          unlessPromised: isRead ? undefined : 'swapinWaits',
          doubts: [
            {
              cap: isBefore ? 'medium' : 'low',
              because: isRead
                ? 'what was written to the other page between its swap-in and its swap-out shows in no line'
                : 'when the page was read shows in no line; after the other was swapped out again it holds what it should',
            },
          ],
          path: [
            ...(allocated === undefined ? [] : [{ role: 'swap-in', at: allocated, what: 'allocates the page' }]),
            ...(isRead ? [{ role: 'swap-in', at: reads, what: 'reads the page' }] : []),
            { role: 'unmap', at: out, what: 'the other page is swapped out again' },
            { role: 'swap-in', at, what: 'maps the page that it had begun with' },
          ],
        });
      },
    };
  },
});
