// mips64, and loongarch64, whose pointers look the same: memory is mapped at 0x9000000000000000 plus its physical
// address (on some mips64 at 0x98 or 0xa8). The position of the page frame number in an entry depends on the
// configuration (arch/mips/include/asm/pgtable-bits.h), so entries are not decoded.
import type { Arch } from './arch.ts';

export const MIPS64: Arch = {
  machine: 'mips64',
  aliases: ['mips64el', 'mips64le', 'mips', 'mipsel'],
  elf: 8,
  ownRegister: undefined,
  args: ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  // kprobe arguments in registers have not been tested
  caller: undefined,
  stackArgs: false,
  largeByAddress: true,
  tested: true,
  pages: [
    { bytes: 4096, pmdPages: 512 },
    { bytes: 16384, pmdPages: 2048 },
    { bytes: 65536, pmdPages: 8192 },
  ],
  structPage: 64,
  pte: undefined,
  swpExclusiveSince: '6.3',
  slab: [
    [0x90000000, 0x9000ffff],
    [0x98000000, 0x9800ffff],
    [0xa8000000, 0xa800ffff],
  ],
};

export const LOONGARCH64: Arch = {
  ...MIPS64,
  machine: 'loongarch64',
  aliases: ['loongarch', 'loong64'],
  elf: 258,
  tested: false,
  // 16K is the usual size
  pages: [MIPS64.pages[1], MIPS64.pages[0], MIPS64.pages[2]],
};
