// riscv64. arch/riscv/include/asm/{pgtable,pgtable-bits,pgtable-64}.h of v6.12.
import type { Arch } from './arch.ts';

const PRESENT = 0x1;
/** _PAGE_LEAF: may be read, written or executed; kept while a PMD is split */
const LEAF = 0xe;
const SPECIAL = 0x100;
const SWP_EXCLUSIVE = 0x40;

export const RISCV64: Arch = {
  machine: 'riscv64',
  aliases: ['riscv'],
  elf: 243,
  ownRegister: 'epc',
  args: ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  caller: '%ra',
  stackArgs: false,
  largeByAddress: true,
  tested: true,
  pages: [{ bytes: 4096, pmdPages: 512 }],
  structPage: 64,
  pte: {
    present: (lo) => (lo & PRESENT) !== 0,
    huge: (lo) => (lo & LEAF) !== 0,
    special: (_hi, lo) => (lo & SPECIAL) !== 0,
    // bits 53..10 (_PAGE_PFN_MASK)
    pfn: (hi, lo) => (hi & 0x3fffff) * 2 ** 22 + (lo >>> 10),
    swpMark: (_hi, lo) => ((lo & 0xf) === 0 ? (lo & SWP_EXCLUSIVE) !== 0 : undefined),
    swpEntry: (hi, lo) => ({ type: (lo >>> 7) & 0x1f, offset: (hi >>> 0) * 2 ** 20 + (lo >>> 12) }),
  },
  swpExclusiveSince: '6.3',
  // the linear map with three levels, 0xffffffd6... to 0xfffffff6...; with four and five levels it overlaps that of
  // x86-64
  slab: [[0xffffffd6, 0xfffffff6]],
};
