// Why: what a probe needs to know of an architecture, one row each. Registers as regs_query_register_offset() names them
// (arch/*/kernel/ptrace.c, arch/s390/include/asm/ptrace.h of 6.12). `$argN` is
// HAVE_FUNCTION_ARG_ACCESS_API, which all of these select.

export interface Arch {
  /** as `uname -m` says it */
  machine: string;
  /** registers of the first arguments */
  args: readonly string[];
  /** who called, at the first instruction */
  caller: string;
  /** `$argN` behind the last register is read from the stack */
  stackArgs: boolean;
  /** a struct of more than 16 bytes as argument: its address in a register, or itself on the stack */
  largeByAddress: boolean;
  /** captures of it were made and checked */
  tested: boolean;
}

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);

export const ARCHES: readonly Arch[] = [
  {
    machine: 'x86_64',
    args: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
    caller: '+0($stack)',
    stackArgs: true,
    largeByAddress: false,
    tested: true,
  },
  // template of the captures of 6.1 on arm64
  {
    machine: 'aarch64',
    args: numbered('x', 0, 7),
    caller: '%lr',
    stackArgs: false,
    largeByAddress: true,
    tested: true,
  },
  {
    machine: 'riscv64',
    args: numbered('a', 0, 7),
    caller: '%ra',
    stackArgs: false,
    largeByAddress: true,
    tested: false,
  },
  { machine: 's390x', args: numbered('r', 2, 6), caller: '%r14', stackArgs: true, largeByAddress: true, tested: false },
  {
    machine: 'ppc64le',
    args: numbered('gpr', 3, 10),
    caller: '%link',
    stackArgs: false,
    largeByAddress: true,
    tested: false,
  },
];

const ALIASES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  'x86-64': 'x86_64',
  x64: 'x86_64',
  arm64: 'aarch64',
  riscv: 'riscv64',
  s390: 's390x',
  powerpc64le: 'ppc64le',
  ppc64el: 'ppc64le',
};

/** By the name of `uname -m`, of Debian or of Node. */
export const archNamed = (name: string): Arch | undefined =>
  ARCHES.find(({ machine }) => machine === (ALIASES[name] ?? name));
