// Migration must not move pages that somebody holds.
import { replacedPageRule } from './replaced-page.ts';

export default replacedPageRule({
  id: 'pinned-page-migrated',
  summary: 'A pinned page was migrated: the address maps the new page, the pin holds the old one.',
  why:
    'folio_migrate_mapping() expects a known number of references and backs off (-EAGAIN) if there are more; if a ' +
    'pinned page moves anyway, its device keeps the old page',
  needs: [['gup'], ['migrateIn'], ['anonRmap'], ['grab', 'pinPages', 'followPteRet']],
  references: ['Documentation/mm/page_migration.rst'],
  via: 'migrate',
  role: 'migrate',
  cause: 'the page was migrated',
  replaced: 'migration mapped {mapped} where {pinned} is pinned',
});
