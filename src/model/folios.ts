// Why: lines of reclaim and of migration name a folio and are about all its pages. How many those are, only the line of its
// first mapping shows; a folio that was split, or whose memory is in other use, is recognised by lines of what is there now.
import type { PageId } from './page-table.ts';

/** The large folios that are known, by head page. */
export class Folios {
  readonly #pages = new Map<PageId, number>();
  #largest = 1;

  /** Number of pages; undefined: not known, or one. */
  get(head: PageId): number | undefined {
    return this.#pages.get(head);
  }

  has(head: PageId): boolean {
    return this.#pages.has(head);
  }

  set(head: PageId, pages: number): void {
    this.#pages.set(head, pages);
    this.#largest = Math.max(this.#largest, pages);
  }

  clear(): void {
    this.#pages.clear();
  }

  /** Head page of the large folio of a page, as far as known; otherwise the page itself. */
  headOf(page: PageId): PageId {
    if (this.#pages.size === 0) return page;
    // a folio is aligned to its size, and vmemmap_base to much more
    for (let pages = 1; pages <= this.#largest; pages *= 2) {
      const head = Math.floor(page / pages) * pages;
      const size = this.#pages.get(head);
      if (size !== undefined && page < head + size) return head;
    }
    return page;
  }

  /** A folio begins here: a larger one that began before it is none any more. */
  beginsAt(head: PageId): void {
    if (this.#pages.size === 0 || this.#pages.has(head)) return;
    const known = this.headOf(head);
    if (known !== head) this.#pages.delete(known);
  }

  /** These pages were newly allocated: what was known of them is over. */
  forget(page: PageId, pages: number): void {
    if (this.#pages.size === 0) return;
    this.#pages.delete(this.headOf(page));
    if (pages > this.#pages.size) {
      for (const head of this.#pages.keys()) if (head > page && head < page + pages) this.#pages.delete(head);
    } else for (let head = page + 1; head < page + pages; head++) this.#pages.delete(head);
  }
}
