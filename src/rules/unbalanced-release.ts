// More releases than pins, or a release by the wrong function.
import { defineRule, type PageId, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'unbalanced-release',
    summary:
      'A FOLL_GET reference was released by unpin_user_page(), a FOLL_PIN by put_page(), or a pin was released twice.',
    why:
      'unpin_user_page() subtracts 1024 references (GUP_PIN_COUNTING_BIAS) from a small page; on a FOLL_GET page this ' +
      'frees memory that is in use. put_page() subtracts one, and the page looks pinned forever. put_page() itself is ' +
      'inlined and is visible only where a pipe calls it.',
    needs: [['gup'], ['putFolio', 'unpin', 'unpinPages', 'unpinFolio']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['pins taken before the capture began', 'references added by folio_add_pin()'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    messages: {
      wrong: 'the FOLL_GET reference on {pinned} was released by unpin_user_page()',
      put: 'the FOLL_PIN on {pinned} was released by put_page(), called by a pipe',
      twice: '{pinned} was released more often than it was pinned',
    },
    examples: examplesOf('unbalanced-release'),
  },
  create(context) {
    // pages whose last known pin was released; the map stays small, since a page pinned again is removed
    const last = new Map<PageId, Pin>();
    return {
      pin({ pin }) {
        if (last.size > 0 && pin.page !== undefined) last.delete(pin.page);
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
      // the page may have been pinned again during the loss, or been reallocated
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
          path: [{ role: 'release', at, what: 'release without a pin' }],
        });
      },
    };
  },
});
