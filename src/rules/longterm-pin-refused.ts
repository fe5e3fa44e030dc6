// The kernel would not pin for long: the page could not be moved out of the way, or the file forbids it.
import { defineRule } from './contract.ts';
import { examples } from './examples/longterm-pin-refused.ts';

export default defineRule({
  meta: {
    id: 'longterm-pin-refused',
    summary: 'A FOLL_LONGTERM pin was refused.',
    why: 'pages in ZONE_MOVABLE or CMA must migrate first, and files with dirty tracking cannot be pinned for writing; the caller gets an error and may fall back in silence',
    needs: [['gup'], ['gupRet']],
    status: 'stable',
    severity: { all: 'note' },
    falsePositives: ['none known'],
    references: ['tools/testing/selftests/mm/gup_longterm.c'],
    fixedBy: [],
    messages: { refused: 'pin_user_pages() of {nr} pages for long returned {ret}' },
    examples,
  },
  create(context) {
    return {
      pinFailed({ call, at }) {
        if (!call.longterm || call.mm === undefined || call.ret === undefined || call.ret >= 0) return;
        context.report({
          messageId: 'refused',
          data: { nr: call.nr ?? '?', ret: call.ret },
          about: {
            mm: call.mm,
            vpn: call.address === undefined ? undefined : Math.floor(call.address / 4096),
            page: undefined,
            at: call.at,
          },
          at,
          cause: 'the call returned an error',
          severity: 'note',
          path: [{ role: 'pin', at: call.at, what: 'refused' }],
        });
      },
    };
  },
});
