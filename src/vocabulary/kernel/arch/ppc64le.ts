// ppc64le (Book3S 64). arch/powerpc/include/asm/book3s/64/{pgtable,radix-64k,radix-4k}.h of v6.12.
import type { Arch } from './arch.ts';

export const PPC64LE: Arch = {
  machine: 'ppc64le',
  aliases: ['powerpc64le', 'ppc64el', 'ppc64', 'powerpc'],
  elf: 21,
  ownRegister: 'gpr',
  args: ['gpr3', 'gpr4', 'gpr5', 'gpr6', 'gpr7', 'gpr8', 'gpr9', 'gpr10'],
  caller: '%link',
  stackArgs: false,
  largeByAddress: true,
  tested: true,
  // PMDs of 2 MB with radix; with the hash MMU and 64K pages they have 16 MB, which is not supported here
  pages: [
    { bytes: 65536, pmdPages: 32 },
    { bytes: 4096, pmdPages: 512 },
  ],
  structPage: 64,
  // stored big endian, and printed either as in memory or as a number: not decoded
  pte: undefined,
  swpExclusiveSince: '5.19',
  slab: [[0xc0000000, 0xc00fffff]],
};
