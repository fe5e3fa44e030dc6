// KSM must not merge pages that somebody holds.
import { replacedPageRule } from './replaced-page.ts';

export default replacedPageRule({
  id: 'pinned-page-ksm-merged',
  summary: 'KSM merged a pinned page: the address maps the shared KSM page, the pin holds the old one.',
  why:
    'write_protect_page() compares mapcount and refcount and refuses pages with extra references (088b8aa537c2 made ' +
    'this safe against GUP-fast); if a pinned page is merged anyway, its device keeps the old page',
  needs: [['gup'], ['ksmMerge'], ['anonRmap', 'ksmMergeRet'], ['grab', 'pinPages', 'followPteRet']],
  references: ['Documentation/admin-guide/mm/ksm.rst'],
  via: 'ksm',
  role: 'ksm merge',
  cause: 'KSM merged the page',
  replaced: 'KSM mapped {mapped} where {pinned} is pinned',
});
