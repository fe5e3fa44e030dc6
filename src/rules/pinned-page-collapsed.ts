// khugepaged must skip ranges that contain a pinned page.
import { replacedPageRule } from './replaced-page.ts';

export default replacedPageRule({
  id: 'pinned-page-collapsed',
  summary:
    'A range with a pinned page was collapsed into a huge page: the address maps part of the huge page, the pin holds the old page.',
  why:
    'khugepaged checks the references of each page (is_refcount_suitable()) and gives up (SCAN_PAGE_COUNT) if there are ' +
    'more than it knows; if a pinned page is replaced anyway, its device keeps the old page',
  needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
  references: ['Documentation/admin-guide/mm/transhuge.rst'],
  via: 'collapse',
  role: 'collapse',
  cause: 'the range was collapsed',
  replaced: 'collapse mapped {mapped} where {pinned} is pinned',
  // __collapse_huge_page_isolate() counts the references of anonymous pages only
  ofZero: 'collapse mapped {mapped} where {pinned} is pinned for reading; the zero page it replaces whoever pins it',
});
