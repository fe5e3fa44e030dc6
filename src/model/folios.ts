// Why: lines of reclaim and of migration name a folio and are about all its pages. How many those are, only the line of its
// first mapping shows; a folio that was split, or whose memory is in other use, is recognised by lines of what is there now.
import type { PageId } from './page-table.ts';

/** The large folios that are known, by head page. */
export class Folios {
  readonly #pages = new Map<PageId, number>();
  /** the sizes that occurred, as powers of two, in order: few */
  readonly #sizes: number[] = [];

  /** Number of pages; undefined: not known, or one. */
  get(head: PageId): number | undefined {
    return this.#pages.get(head);
  }

  has(head: PageId): boolean {
    return this.#pages.has(head);
  }

  set(head: PageId, pages: number): void {
    this.#pages.set(head, pages);
    const size = 2 ** Math.ceil(Math.log2(pages));
    if (this.#sizes.includes(size)) return;
    this.#sizes.push(size);
    this.#sizes.sort((a, b) => a - b);
  }

  clear(): void {
    this.#pages.clear();
  }

  /** Head page of the large folio of a page, as far as known; otherwise the page itself. */
  headOf(page: PageId): PageId {
    if (this.#pages.size === 0) return page;
    // a folio is aligned to its size, and vmemmap_base to much more
    for (const size of this.#sizes) {
      const head = Math.floor(page / size) * size;
      const pages = this.#pages.get(head);
      if (pages !== undefined && page < head + pages) return head;
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
