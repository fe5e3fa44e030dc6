// Why: all properties of an architecture in one interface; each architecture has a file in this directory, and no other
// code depends on it. Numbers are from v6.1 and v6.12, and apply to v5.10 to v7.3 unless a row says otherwise.

/** One page size that a kernel of an architecture can be built with. */
export interface PageSize {
  bytes: number;
  /** pages of a PMD mapping */
  pmdPages: number;
  /**
   * alignment in bytes of the `struct page` of pfn 0, which follows from that of vmemmap and of the start of memory;
   * undefined: the page frame number of a `struct page` cannot be determined
   */
  pfn0Align?: number;
}

/** Page table entries, as two halves of 32 bits. */
export interface PteLayout {
  /** the entry maps a page; also false if that cannot be determined */
  present(lo: number): boolean;
  /**
   * The entry of a PMD maps a huge page (pmd_trans_huge()): it is neither empty nor the address of a table of PTEs, which
   * is present too. Also false if that cannot be determined.
   */
  huge(lo: number): boolean;
  /** pte_special() of a present PTE: the zero page, or memory without a `struct page` */
  special(hi: number, lo: number): boolean;
  /** page frame number of a present entry */
  pfn(hi: number, lo: number, pageBytes: number): number;
  /**
   * The exclusive mark of a swap entry; undefined if the entry has another format. Kernels without the mark never set
   * the bit, or use it for something else.
   */
  swpMark(hi: number, lo: number): boolean | undefined;
  /** swap type and offset: a pfn for entries that name a page. Undefined if this depends on the release */
  swpEntry?(hi: number, lo: number): { type: number; offset: number };
}

export interface Arch {
  /** as printed by `uname -m` */
  machine: string;
  /** names used by Debian, Node or the kernel's Makefile */
  aliases: readonly string[];
  /** `e_machine` of its ELF files (include/uapi/linux/elf-em.h) */
  elf: number;
  /** a member of `struct pt_regs` that only this architecture has; undefined: none is known */
  ownRegister: string | undefined;
  /** registers of the first arguments, as regs_query_register_offset() names them (arch/.../kernel/ptrace.c) */
  args: readonly string[];
  /** the caller, at the first instruction; undefined: no probe is planned for it */
  caller: string | undefined;
  /** `$argN` beyond the last register is read from the stack */
  stackArgs: boolean;
  /** a struct of more than 16 bytes as argument: its address in a register, or itself on the stack */
  largeByAddress: boolean;
  /** captures of it were made and checked */
  tested: boolean;
  /** the usual one first */
  pages: readonly PageSize[];
  /** sizeof(struct page) of the usual configuration */
  structPage: number;
  /** undefined: entries are not decoded */
  pte: PteLayout | undefined;
  /** release since which swap entries remember that a page was exclusive (`__HAVE_ARCH_PTE_SWP_EXCLUSIVE`) */
  swpExclusiveSince: string;
  /** lowest bit of the tag that an address of user space may have (untagged_addr()); undefined: none, or not known */
  tagFrom?: number;
  /** kernel pointers begin at 0, like addresses of user space */
  fromZero?: boolean;
  /** ranges of the upper 32 bits of pointers to slab objects (an mm_struct): first and last, unsigned */
  slab: readonly (readonly [from: number, to: number])[];
}
