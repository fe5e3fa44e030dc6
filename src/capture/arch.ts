// Why: a probe can be planned for an architecture whose argument registers and caller are known.
import { ARCHES as ALL, type Arch as AnyArch } from '../vocabulary/kernel/arch/index.ts';

export interface Arch extends AnyArch {
  caller: string;
}

export const ARCHES: readonly Arch[] = ALL.filter((arch): arch is Arch => arch.caller !== undefined);

/** By the name of `uname -m`, of Debian or of Node. */
export const archNamed = (name: string): Arch | undefined =>
  ARCHES.find(({ machine, aliases }) => machine === name || aliases.includes(name));
