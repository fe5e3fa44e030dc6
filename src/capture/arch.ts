// Why: probes can be planned for architectures with known argument registers and caller.
import { ARCHES as ALL, type Arch as AnyArch } from '../vocabulary/kernel/arch/index.ts';

export interface Arch extends AnyArch {
  caller: string;
}

export const ARCHES: readonly Arch[] = ALL.filter((arch): arch is Arch => arch.caller !== undefined);

/** By the name used by `uname -m`, Debian or Node. */
export const archNamed = (name: string): Arch | undefined =>
  ARCHES.find(({ machine, aliases }) => machine === name || aliases.includes(name));
