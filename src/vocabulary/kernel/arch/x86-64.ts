// x86-64. arch/x86/include/asm/pgtable_types.h, pgtable_64.h (swap entries), Documentation/arch/x86/x86_64/mm.rst.
import type { Arch } from './arch.ts';

const PRESENT = 0x1;
const PROTNONE = 0x100;
const PSE = 0x80;
const SPECIAL = 0x200;
const SWP_EXCLUSIVE = 0x8;

export const X86_64: Arch = {
  machine: 'x86_64',
  aliases: ['amd64', 'x86-64', 'x64', 'x86'],
  elf: 62,
  ownRegister: 'di',
  args: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
  caller: '+0($stack)',
  stackArgs: true,
  largeByAddress: false,
  tested: true,
  // vmemmap_base is aligned to PUD_SIZE (kernel_randomize_memory())
  pages: [{ bytes: 4096, pmdPages: 512, pfn0Align: 0x40000000 }],
  structPage: 64,
  pte: {
    present: (lo) => (lo & (PRESENT | PROTNONE)) !== 0,
    // pmd_present() asks for this bit too: a PMD keeps it while it is split, and is not present then
    huge: (lo) => (lo & PSE) !== 0,
    special: (_hi, lo) => (lo & SPECIAL) !== 0,
    // bits 12..46; inverted if the processor must not follow the entry: PROT_NONE (__pte_needs_invert(), 6b28baca9b1f). One
    // of bits 47..51 says that the memory is encrypted (sme_me_mask, which physical_mask is without; AMD SME and SEV), and
    // no machine has 128 TB
    pfn: (hi, lo) =>
      (lo & PRESENT) !== 0 ? (hi & 0x7fff) * 0x100000 + (lo >>> 12) : (~hi & 0x7fff) * 0x100000 + (~lo >>> 12),
    // the offset is stored inverted (6b28baca9b1f), so that its upper bits are set; before v5.19 the bit is never set
    swpMark: (hi, lo) => (((hi >>> 16) & 0x7ff) === 0x7ff ? (lo & SWP_EXCLUSIVE) !== 0 : undefined),
    // the type in the upper five bits; the offset is the entry inverted, shifted left by 5 and right by 14 (__swp_offset())
    swpEntry: (hi, lo) => ({ type: hi >>> 27, offset: (~hi & 0x7ffffff) * 0x800000 + (~lo >>> 9) }),
  },
  // LAM_U57, since 74c228d20a51 ("x86/uaccess: Provide untagged_addr() and remove tags before address check") (in v6.4)
  tagFrom: 57,
  swpExclusiveSince: '5.19',
  // the direct map: 0xffff8880... and, with five levels, 0xff110000...; both may begin later (KASLR)
  slab: [
    [0xffff8880, 0xfffff000],
    [0xff110000, 0xffd3ffff],
  ],
};
