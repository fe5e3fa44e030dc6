// More given back than taken, or given back by the wrong function.
import { defineRule, type PageId, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'unbalanced-release',
    summary: 'A FOLL_GET reference was given back by unpin_user_page(), a FOLL_PIN by put_page(), or a pin twice.',
    why:
      'unpin_user_page() takes 1024 references (GUP_PIN_COUNTING_BIAS) off a small page; off a FOLL_GET page it frees memory that is in use. put_page() ' +
      'takes one, and the page looks pinned for good. put_page() itself is inlined and shows only where a pipe calls it.',
    needs: [['gup'], ['putFolio', 'unpin', 'unpinPages', 'unpinFolio']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['pins taken before the capture began', 'references added by folio_add_pin()'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    messages: {
      wrong: 'the FOLL_GET reference on {pinned} was given back by unpin_user_page()',
      put: 'the FOLL_PIN on {pinned} was given back by put_page(), as a pipe does it',
      twice: '{pinned} was given back once more than it was taken',
    },
    examples: examplesOf('unbalanced-release'),
  },
  create(context) {
    // pages whose last known pin was released; small, since a page taken again leaves the map
    const last = new Map<PageId, Pin>();
    return {
      pin({ pin }) {
        if (pin.page !== undefined) last.delete(pin.page);
      },
      release({ pin, by, at }) {
        if (pin.page === undefined) return;
        if (by === 'unpin' && pin.call.kind === 'GET') {
          context.report({
            messageId: 'wrong',
            pin,
            at,
            cause: 'released by the wrong function',
            severity: 'note',
            path: [{ role: 'release', at, what: 'unpin of a FOLL_GET reference' }],
          });
        }
        if (by === 'pipe' && pin.call.kind === 'PIN') {
          context.report({
            messageId: 'put',
            pin,
            at,
            cause: 'released by the wrong function',
            severity: 'note',
            path: [{ role: 'release', at, what: 'put_page() of a FOLL_PIN' }],
          });
        }
        if (by === 'unpin' && last.size < 4096) last.set(pin.page, pin);
      },
      // the page may have been taken again there, or be another one
      lost() {
        last.clear();
      },
      unmatchedRelease({ page, at }) {
        const pin = page === undefined ? undefined : last.get(page);
        if (page === undefined || pin === undefined) return;
        last.delete(page);
        context.report({
          messageId: 'twice',
          pin,
          at,
          cause: 'one release too many',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'a pin that was taken before the trace would explain it' }],
          path: [{ role: 'release', at, what: 'no pin left to release' }],
        });
      },
    };
  },
});
