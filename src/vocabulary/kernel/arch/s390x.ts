// s390x. Kernel pointers begin at 0, like user addresses, so that an mm_struct cannot be recognised: a trace of it is
// undecided. arch/s390/include/asm/{ptrace,pgtable}.h of v6.12.
import type { Arch } from './arch.ts';

export const S390X: Arch = {
  machine: 's390x',
  aliases: ['s390'],
  elf: 22,
  ownRegister: 'gprs',
  args: ['r2', 'r3', 'r4', 'r5', 'r6'],
  caller: '%r14',
  stackArgs: true,
  largeByAddress: true,
  tested: false,
  // segments of 1 MB
  pages: [{ bytes: 4096, pmdPages: 256 }],
  structPage: 64,
  pte: undefined,
  swpExclusiveSince: '5.19',
  slab: [],
};
