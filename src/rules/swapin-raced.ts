// Two threads fault on one swap entry, and each maps a page of its own.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'swapin-raced',
    summary: 'A swap-in mapped another page at an address that a swap-in had mapped already.',
    why:
      'of two threads that fault on one swap entry the second finds the entry changed (pte_same()) and gives its page up; where both map theirs, what was ' +
      'written to the first is lost, and who holds it holds a page that nobody sees',
    needs: [['swapIn'], ['anonRmap', 'newAnon']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: ['an unmapping between the two, while the second fault was under way, that was not recorded'],
    references: ['CVE-2024-26759', 'do_swap_page(), mm/memory.c'],
    fixedBy: ['13ddaf26be32 ("mm/swap: fix race when skipping swapcache") (in v6.8)'],
    messages: { raced: 'a second swap-in put another page where {pinned} was mapped, without an unmapping in between' },
    examples: examplesOf('swapin-raced'),
  },
  create(context) {
    return {
      swapIn({ mm, vpn, over, at, pins }) {
        // where lines are missing, the unmapping between may be one of them
        if (over === undefined || context.model.partial()) return;
        context.report({
          messageId: 'raced',
          pin: pins.find((pin) => pin.page === over),
          about: { mm, vpn, page: over, at },
          at,
          cause: 'two swap-ins of one entry',
          severity: 'warning',
          doubts: [{ cap: 'medium', because: 'what unmapped the first page may not be recorded' }],
          path: [{ role: 'swap-in', at, what: 'another page over the one that was mapped' }],
        });
      },
    };
  },
});
