// Why: the list of architectures. A new one is a file in this directory and a line here.
import { isOfUpperHalf } from '../../number.ts';
import type { Arch } from './arch.ts';
import { ARM64 } from './arm64.ts';
import { LOONGARCH64, MIPS64 } from './mips64.ts';
import { PPC64LE } from './ppc64le.ts';
import { RISCV64 } from './riscv64.ts';
import { S390X } from './s390x.ts';
import { X86_64 } from './x86-64.ts';

export type { Arch, PageSize } from './arch.ts';

export const ARCHES: readonly Arch[] = [X86_64, ARM64, RISCV64, S390X, PPC64LE, MIPS64, LOONGARCH64];

/** By the name used by `uname -m`, Debian or Node. */
export const archNamed = (name: string): Arch | undefined =>
  ARCHES.find(({ machine, aliases }) => machine === name || aliases.includes(name));

/** @param machine `e_machine` of an ELF file */
export const archOfElf = (machine: number): Arch | undefined => ARCHES.find(({ elf }) => elf === machine);

/**
 * The architecture whose slab objects have such pointers (an mm_struct); if two share a region, the first.
 * @param high upper half of the pointer, unsigned
 */
export function archOfPointer(high: number): Arch | undefined {
  for (const arch of ARCHES) for (const [from, to] of arch.slab) if (high >= from && high <= to) return arch;
  return undefined;
}

/** The lowest upper half of a pointer of x86-64, arm64 and riscv64, however many levels their page tables have. */
const KERNEL_HALF = 0xff000000;

/** Whether a pointer, as in a record, may be one of the kernel's half of the addresses. */
export function isOfKernel(ptr: number, arch: Arch | undefined): boolean {
  if (isOfUpperHalf(ptr) || arch === undefined) return true;
  const [[lowest]] = arch.slab;
  return lowest < KERNEL_HALF;
}
