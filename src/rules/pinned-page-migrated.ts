// Migration must refuse pages that somebody holds.
import { replacedPageRule } from './replaced-page.ts';

export default replacedPageRule({
  id: 'pinned-page-migrated',
  summary: 'A pinned page was migrated: the address maps the new page, the pin holds the old one.',
  why: 'folio_migrate_mapping() expects a known number of references and backs off (-EAGAIN) when there are more; a page that moves nevertheless leaves its device behind',
  needs: [['gup'], ['migrateIn'], ['anonRmap'], ['grab', 'pinPages', 'followPteRet']],
  references: ['Documentation/mm/page_migration.rst'],
  via: 'migrate',
  role: 'migrate',
  cause: 'the page was migrated',
  replaced: 'migration put {mapped} where {pinned} is pinned',
});
