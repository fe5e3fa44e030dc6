// khugepaged must refuse ranges in which somebody holds a page.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examples } from './examples/pinned-page-collapsed.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-collapsed',
    summary:
      'A range with a pinned page was collapsed into a huge page: the address maps part of the new one, the pin holds the old.',
    why: 'khugepaged checks is_refcount_suitable() per page and gives up (not_suitable_page_count) when somebody holds one',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'error for FOLL_PIN and for memory under I/O; warning for a FOLL_GET whose user is not known' },
    falsePositives: ['a release that was not recorded: the pin was over; see the confidence'],
    references: ['Documentation/admin-guide/mm/transhuge.rst'],
    fixedBy: [],
    messages: { replaced: 'collapse put {mapped} where {pinned} is pinned' },
    overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-replaced'],
    examples,
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        if (drift.via !== 'collapse' || !matters(drift)) return;
        context.report({
          messageId: 'replaced',
          drift,
          pin,
          cause: 'the range was collapsed',
          severity: pin.call.kind === 'PIN' || pin.owner !== undefined ? 'error' : 'warning',
          path: pin.steps.filter((s) => s.role === 'collapse'),
        });
      },
    };
  },
});
