// Why: what an address space maps, apart from who holds it. A table is made when the first entry is: most of a million
// processes map nothing that the trace shows.
import { Ordered } from './ordered.ts';
import { PageTable } from './page-table.ts';

/** The page tables of an address space, as far as the trace has shown them. */
export class MmTables {
  /** PMD mappings that are hugetlb: unmapping them, __unmap_hugepage_range(), is not recorded */
  hugetlb: Ordered<true> | undefined;
  /** vpns that got a device-exclusive entry; it may have been removed since */
  exclusive: Ordered<true> | undefined;
  #ptes: PageTable | undefined;
  #pmds: PageTable | undefined;
  /** pages per PMD on this machine */
  readonly #pmdPages: number;

  constructor(pmdPages: number) {
    this.#pmdPages = pmdPages;
  }

  /** vpn -> page * 64 + bits */
  get ptes(): PageTable {
    this.#ptes ??= new PageTable();
    return this.#ptes;
  }

  /** vpn / pages of a PMD -> head page * 64 + bits, for PMD mappings; ptes override it */
  get pmds(): PageTable {
    this.#pmds ??= new PageTable();
    return this.#pmds;
  }

  get hasPmds(): boolean {
    return this.#pmds !== undefined && this.#pmds.size > 0;
  }

  /** A PMD mapping is hugetlb. */
  markHugetlb(pmd: number): void {
    if (this.hugetlb === undefined) this.hugetlb = new Ordered();
    this.hugetlb.set(pmd, true);
  }

  /** What happens at this address never happens to hugetlb: such a mapping was there before, and no longer is. */
  notHugetlb(vpn: number): void {
    const pmd = Math.floor(vpn / this.#pmdPages);
    if (this.hugetlb?.delete(pmd) === true) this.pmds.delete(pmd);
  }

  /** mremap() moves entries that are not present as they are (move_ptes()), and PMDs of hugetlb (move_hugetlb_page_tables()). */
  moveMarks(from: number, to: number, shift: number): void {
    this.exclusive?.move(from, to, shift);
    const pmds = this.#pmdPages;
    if (shift % pmds === 0) this.hugetlb?.move(Math.ceil(from / pmds), Math.floor(to / pmds), shift / pmds);
  }

  /** A page got a device-exclusive entry. */
  markExclusive(vpn: number): void {
    if (this.exclusive === undefined) this.exclusive = new Ordered();
    this.exclusive.set(vpn, true);
  }

  /** Raw entry of a page, from its PTE or the PMD above it; undefined if not shown by the trace. */
  entry(vpn: number): number | undefined {
    if (this.#ptes !== undefined) {
      const v = this.#ptes.at(vpn);
      if (!Number.isNaN(v)) return v;
    }
    if (this.#pmds === undefined) return undefined;
    const p = this.#pmds.at(Math.floor(vpn / this.#pmdPages));
    return Number.isNaN(p) ? undefined : p + (vpn % this.#pmdPages) * 64;
  }

  /** Nothing is mapped any more. */
  protected dropTables(): void {
    this.#ptes = undefined;
    this.#pmds = undefined;
  }
}
