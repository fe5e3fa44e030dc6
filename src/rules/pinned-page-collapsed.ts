// khugepaged must refuse ranges in which somebody holds a page.
import { replacedPageRule } from './replaced-page.ts';

export default replacedPageRule({
  id: 'pinned-page-collapsed',
  summary:
    'A range with a pinned page was collapsed into a huge page: the address maps part of the new one, the pin holds the old.',
  why: 'khugepaged checks is_refcount_suitable() per page and gives up (not_suitable_page_count) when somebody holds one',
  needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
  references: ['Documentation/admin-guide/mm/transhuge.rst'],
  via: 'collapse',
  role: 'collapse',
  cause: 'the range was collapsed',
  replaced: 'collapse put {mapped} where {pinned} is pinned',
});
