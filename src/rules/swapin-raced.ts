// Two threads fault on one swap entry, and the slower one maps data it read before the faster one changed them.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'swapin-raced',
    summary: 'Two threads swapped in the same entry, and the later one mapped a different page.',
    why:
      "normally the slower thread finds the entry changed (pte_same()) and drops its page. But if the other thread's " +
      'page was meanwhile written to and swapped out again to the same slot, the entry looks unchanged; without the ' +
      'swap cache, the slower thread then maps the content from before the write',
    needs: [['swapIn'], ['anonRmap', 'newAnon'], ['unmapOne'], ['unmapOneRet']],
    status: 'experimental',
    severity: {
      all:
        'warning if the later page was mapped over the first, or was read (up to 6.7: or allocated) before the first ' +
        'was swapped out again; note otherwise',
    },
    falsePositives: [
      'a fault that had its page, but began to read only after the other page had been swapped out again',
      'an unmapping between the two, during the second fault, that was not recorded',
    ],
    references: ['CVE-2024-26759', 'do_swap_page(), mm/memory.c'],
    fixedBy: [fix('13ddaf26be32')],
    messages: {
      raced: 'a second swap-in mapped another page where {pinned} was mapped, without an unmapping in between',
      stale:
        'a swap-in that began before {pinned} was swapped in and out again mapped another page, which may have the content from before',
    },
    examples: examplesOf('swapin-raced'),
  },
  create(context) {
    return {
      swapIn({ mm, vpn, over, out, allocated, reads, at }) {
        // where lines are missing, the unmapping may be among them
        if (over === undefined || context.model.partial()) return;
        // of the page, whoever holds it: what that means for a pin is the drift of the pin
        const subject = { about: { mm, vpn, page: over, at }, at };
        if (out === undefined) {
          context.report({
            ...subject,
            messageId: 'raced',
            cause: 'two swap-ins of one entry',
            severity: 'warning',
            doubts: [{ cap: 'medium', because: 'the unmapping of the first page may not be recorded' }],
            path: [{ role: 'swap-in', at, what: 'another page mapped over the first' }],
          });
          return;
        }
        const isRead = reads !== undefined && reads.order < out.order;
        const isBefore = isRead || (allocated !== undefined && allocated.order < out.order);
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
                ? 'the trace does not show what was written to the other page between its swap-in and its swap-out'
                : 'the trace does not show when the page was read; if after the other was swapped out again, its content is correct',
            },
          ],
          path: [
            ...(allocated === undefined ? [] : [{ role: 'swap-in', at: allocated, what: 'allocates the page' }]),
            ...(isRead ? [{ role: 'swap-in', at: reads, what: 'reads the page' }] : []),
            { role: 'unmap', at: out, what: 'the other page is swapped out again' },
            { role: 'swap-in', at, what: 'maps the page of the earlier fault' },
          ],
        });
      },
    };
  },
});
