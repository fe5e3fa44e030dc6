// arm64. arch/arm64/include/asm/{memory,pgtable,pgtable-hwdef,pgtable-prot,kernel-pgtable}.h of v6.1 and v6.12.
import type { Arch } from './arch.ts';

const VALID = 0x1;
/** PMD_TYPE_MASK; PMD_TYPE_TABLE has both bits */
const TYPE = 0x3;
const TYPE_SECT = 0x1;
/** PTE_SPECIAL, bit 56, in the upper half */
const SPECIAL = 0x1000000;
/** PTE_SWP_EXCLUSIVE */
const SWP_EXCLUSIVE = 0x4;

export const ARM64: Arch = {
  machine: 'aarch64',
  aliases: ['arm64'],
  elf: 183,
  ownRegister: 'pstate',
  args: ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'],
  caller: '%lr',
  stackArgs: false,
  largeByAddress: true,
  tested: true,
  // memory begins at a multiple of ARM64_MEMSTART_ALIGN (1 GB; 512 MB with 64K pages), with or without KASLR
  pages: [
    { bytes: 4096, pmdPages: 512, pfn0Align: 1 << 24 },
    { bytes: 16384, pmdPages: 2048, pfn0Align: 1 << 22 },
    { bytes: 65536, pmdPages: 8192, pfn0Align: 1 << 19 },
  ],
  structPage: 64,
  pte: {
    // PROT_NONE entries are distinguished from swap entries by bit 58 (PTE_PROT_NONE) up to v6.10, by bit 11
    // (PTE_PRESENT_INVALID) since: not decoded
    present: (lo) => (lo & VALID) !== 0,
    huge: (lo) => (lo & TYPE) === TYPE_SECT,
    special: (hi) => (hi & SPECIAL) !== 0,
    // bits 47..PAGE_SHIFT; with 64K pages bits 51..48 are in bits 15..12 (PTE_ADDR_HIGH)
    pfn: (hi, lo, pageBytes) =>
      Math.floor(((hi & 0xffff) * 2 ** 32 + (lo >>> 0)) / pageBytes) +
      (pageBytes === 65536 ? ((lo >>> 12) & 0xf) * 2 ** 32 : 0),
    // up to v5.18 the bit belongs to the swap type
    swpMark: (_hi, lo) => ((lo & 0x3) === 0 ? (lo & SWP_EXCLUSIVE) !== 0 : undefined),
  },
  swpExclusiveSince: '5.19',
  // the top byte, Documentation/arch/arm64/tagged-address-abi.rst
  tagFrom: 56,
  // the linear map: 48 bits (0xffff0000...), 52 (0xfff00000...), 47 of 16K pages, 42 of 64K pages, 39. Ranges that
  // overlap the direct map of x86-64 (a machine of 16K pages with more than 8 TB) cannot be distinguished
  slab: [
    [0xffff0000, 0xffff887f],
    [0xfff00000, 0xfff7ffff],
    [0xfffffc00, 0xfffffdff],
    [0xffffff80, 0xffffffbf],
  ],
};
