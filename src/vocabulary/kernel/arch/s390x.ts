// s390x. Kernel pointers begin at 0, like user addresses: objects are where they are in memory, `struct page` above all
// memory. arch/s390/include/asm/{ptrace,pgtable}.h, arch/s390/boot/startup.c (setup_kernel_memory_layout()) of v6.12.
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
  tested: true,
  // segments of 1 MB
  pages: [{ bytes: 4096, pmdPages: 256 }],
  structPage: 64,
  pte: undefined,
  swpExclusiveSince: '5.19',
  fromZero: true,
  // the address spaces of the kernel have 42 or 53 bits (_REGION2_SIZE, _REGION1_SIZE)
  slab: [[0, 0x1fffff]],
};
