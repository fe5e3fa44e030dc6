// fork copied a page early that is not known to be pinned.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'spurious-early-copy',
    summary: 'fork copied a page early for the child although no pin on it is known.',
    why:
      'page_maybe_dma_pinned() takes a small page with 1024 or more references to be pinned. The copy is harmless, but ' +
      'it shows that the page has very many references, or a pin older than the trace',
    needs: [['gup'], ['forkVma'], ['newAnon']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['a pin taken before the capture began'],
    references: ['page_maybe_dma_pinned(), include/linux/mm.h'],
    fixedBy: [],
    messages: { copied: 'fork gave the child a copy of {pinned}, which is not known to be pinned' },
    examples: examplesOf('spurious-early-copy'),
  },
  create(context) {
    return {
      earlyCopy({ src, vpn, page, at, held }) {
        // the pins of a large folio are counted together, so fork copies every page of it, wherever it is mapped
        if (held) return;
        context.report({
          messageId: 'copied',
          about: { mm: src, vpn, page, at },
          at,
          cause: 'the page looked pinned',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'a pin taken before the trace would explain it' }],
          path: [{ role: 'early copy', at, what: 'the child gets a copy' }],
        });
      },
    };
  },
});
