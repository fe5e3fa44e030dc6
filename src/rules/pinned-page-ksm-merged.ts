// KSM must refuse pages that somebody holds.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examples } from './examples/pinned-page-ksm-merged.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-ksm-merged',
    summary: 'KSM merged a pinned page: the address maps the shared KSM page, the pin holds the old one.',
    why: 'write_protect_page() compares mapcount and refcount and refuses pages with extra references (088b8aa537c2 made that safe against GUP-fast)',
    needs: [['gup'], ['ksmMerge'], ['anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'error for FOLL_PIN and for memory under I/O; warning for a FOLL_GET whose user is not known' },
    falsePositives: ['a release that was not recorded: the pin was over; see the confidence'],
    references: ['Documentation/admin-guide/mm/ksm.rst'],
    fixedBy: [],
    messages: { replaced: 'KSM put {mapped} where {pinned} is pinned' },
    overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-replaced'],
    examples,
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        if (drift.via !== 'ksm' || !matters(drift)) return;
        context.report({
          messageId: 'replaced',
          drift,
          pin,
          cause: 'KSM merged the page',
          severity: pin.call.kind === 'PIN' || pin.owner !== undefined ? 'error' : 'warning',
          path: pin.steps.filter((s) => s.role === 'ksm merge'),
        });
      },
    };
  },
});
