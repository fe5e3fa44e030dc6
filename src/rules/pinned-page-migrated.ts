// Migration must refuse pages that somebody holds.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examples } from './examples/pinned-page-migrated.ts';

export default defineRule({
  meta: {
    id: 'pinned-page-migrated',
    summary: 'A pinned page was migrated: the address maps the new page, the pin holds the old one.',
    why: 'folio_migrate_mapping() expects a known number of references and backs off (-EAGAIN) when there are more; a page that moves nevertheless leaves its device behind',
    needs: [['gup'], ['migrateIn'], ['anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'error for FOLL_PIN and for memory under I/O; warning for a FOLL_GET whose user is not known' },
    falsePositives: ['a release that was not recorded: the pin was over; see the confidence'],
    references: ['Documentation/mm/page_migration.rst'],
    fixedBy: [],
    messages: { replaced: 'migration put {mapped} where {pinned} is pinned' },
    overrides: ['cow-under-write-pin', 'stale-read-pin', 'pinned-page-replaced'],
    examples,
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        if (drift.via !== 'migrate' || !matters(drift)) return;
        context.report({
          messageId: 'replaced',
          drift,
          pin,
          cause: 'the page was migrated',
          severity: pin.call.kind === 'PIN' || pin.owner !== undefined ? 'error' : 'warning',
          path: pin.steps.filter((s) => s.role === 'migrate'),
        });
      },
    };
  },
});
