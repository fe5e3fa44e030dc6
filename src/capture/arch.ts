// Why: probes can be planned for architectures with known argument registers and caller.
import { ARCHES, type Arch } from '../vocabulary/kernel/arch/index.ts';

export interface ProbedArch extends Arch {
  caller: string;
}

export const PROBED_ARCHES: readonly ProbedArch[] = ARCHES.filter(
  (arch): arch is ProbedArch => arch.caller !== undefined,
);

/** By the name used by `uname -m`, Debian or Node. */
export const probedArch = (name: string): ProbedArch | undefined =>
  PROBED_ARCHES.find(({ machine, aliases }) => machine === name || aliases.includes(name));
