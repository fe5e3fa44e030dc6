// Why: the shape of a row of the probe table (probe-table.ts), and how rows are written there.

/** A: rules need it. B: makes findings sharper. C: noisy, for one rule or for diagnosis. */
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
   * called in interrupts too, maybe in the middle of another probe's handler: a kprobe misses that, an fprobe does not
   * (kprobe_running() is asked for the CPU, ftrace's recursion for the context)
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
/** On entry of what interrupts call. */
export const ending = (name: string, tier: Tier, ...on: string[]): ProbeRow => ({
  ...entry(name, tier, ...on),
  inInterrupts: true,
});
export const ret = (name: string, tier: Tier, type: string, ...functions: string[]): ProbeRow =>
  probe(name, tier, 'r', ...functions.map((fn) => `${fn} ret=$retval:${type}`));
