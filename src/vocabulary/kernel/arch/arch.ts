// Why: what depends on the architecture, in one shape; each has a file beside this one, and nothing else knows it. Numbers
// are of v6.1 and v6.12, and hold for v5.10 to v7.3 unless a row says otherwise.

/** One page size that a kernel of an architecture can be built with. */
export interface PageSize {
  bytes: number;
  /** pages of a PMD mapping */
  pmdPages: number;
  /**
   * `struct page` of pfn 0 lies at a multiple of so many bytes, since vmemmap does and memory begins at such a border;
   * undefined: no line tells the page frame number of a `struct page`
   */
  pfn0Align?: number;
}

/** Page table entries, as two halves of 32 bits. */
export interface PteLayout {
  /** the entry maps a page; false also where that cannot be told */
  present(lo: number): boolean;
  /** page frame number of a present entry */
  pfn(hi: number, lo: number, pageBytes: number): number;
  /**
   * The exclusive mark of a swap entry; undefined where the bits are not laid out like that. Kernels that do not know the
   * mark never set the bit, or use it for something else.
   */
  swpMark(hi: number, lo: number): boolean | undefined;
  /** swap type, and offset: a pfn for entries that name a page. Undefined where it takes the release to tell */
  swpEntry?(hi: number, lo: number): { type: number; offset: number };
}

export interface Arch {
  /** as `uname -m` says it */
  machine: string;
  /** what Debian, Node or a kernel's Makefile call it */
  aliases: readonly string[];
  /** registers of the first arguments, as regs_query_register_offset() names them (arch/.../kernel/ptrace.c) */
  args: readonly string[];
  /** who called, at the first instruction; undefined: no probe is planned for it */
  caller: string | undefined;
  /** `$argN` behind the last register is read from the stack */
  stackArgs: boolean;
  /** a struct of more than 16 bytes as argument: its address in a register, or itself on the stack */
  largeByAddress: boolean;
  /** captures of it were made and checked */
  tested: boolean;
  /** the usual one first */
  pages: readonly PageSize[];
  /** sizeof(struct page) of the usual configuration */
  structPage: number;
  /** undefined: entries are not read */
  pte: PteLayout | undefined;
  /** release since which swap entries remember that a page was exclusive (`__HAVE_ARCH_PTE_SWP_EXCLUSIVE`) */
  swpExclusiveSince: string;
  /** upper 32 bits that pointers to slab objects (an mm_struct) have: first and last, unsigned */
  slab: readonly (readonly [from: number, to: number])[];
}
