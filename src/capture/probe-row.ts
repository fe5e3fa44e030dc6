// Why: the type of a row of the probe table (probe-table.ts), and functions to write rows.

/** A: required by rules. B: makes findings more precise. C: frequent, for one rule or for diagnosis. */
export type Tier = 'A' | 'B' | 'C';

/** p: kprobe on entry, r: on return, f: on return with the arguments of the entry. */
export type ProbeType = 'p' | 'r' | 'f';

export interface ProbeRow {
  /** event name, in the group `pindrift` */
  name: string;
  tier: Tier;
  type: ProbeType;
  /** `FUNCTION ARGUMENTS`, the newest kernels' first */
  on: readonly string[];
  /**
   * also called in interrupts, possibly inside another probe's handler: a kprobe misses that, an fprobe does not
   * (kprobe_running() is per CPU, ftrace's recursion check per context)
   */
  inInterrupts?: true;
}

export const probe = (name: string, tier: Tier, type: ProbeType, ...on: string[]): ProbeRow => ({
  name,
  tier,
  type,
  on,
});
export const entry = (name: string, tier: Tier, ...on: string[]): ProbeRow => probe(name, tier, 'p', ...on);
/** Entry probe on a function called in interrupts. */
export const ending = (name: string, tier: Tier, ...on: string[]): ProbeRow => ({
  ...entry(name, tier, ...on),
  inInterrupts: true,
});
export const ret = (name: string, tier: Tier, type: string, ...functions: string[]): ProbeRow =>
  probe(name, tier, 'r', ...functions.map((fn) => `${fn} ret=$retval:${type}`));
