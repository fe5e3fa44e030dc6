// Why: add_to_pipe() is called by vmsplice(), with pages that GUP returned (iter_to_pipe(), fs/splice.c), and by FUSE with
// pages of its own. The function that gives a page back tells them apart: page_cache_pipe_buf_release() is of vmsplice().
import type { Model } from './model.ts';
import type { PageId } from './page-table.ts';

/** Pages that are remembered; each of them is a sign. */
const MOST = 1024;

/** A page that no line has pinned is put into a pipe. */
export function pipedUnpinned(m: Model, page: PageId, pipe: number): void {
  if (!Number.isNaN(page) && m.pipedUnpinned.size < MOST) m.pipedUnpinned.set(page, pipe);
}

/** A page that is not pinned is given back by page_cache_pipe_buf_release(). */
export function unpipedUnpinned(m: Model, page: PageId, pipe: number): void {
  if (m.piped.get(page)?.reused === true) m.counts.teed++;
  if (m.pipedUnpinned.size === 0 || m.pipedUnpinned.get(page) !== pipe) return;
  m.pipedUnpinned.delete(page);
  unmatched(m, page);
}

/** A page is given back that only GUP hands out, and whose pin was not recorded. */
export function unmatched(m: Model, page: PageId, refs = 1): void {
  m.counts.unmatched++;
  m.emit('unmatchedRelease', { page, refs, at: m.at() });
}
