// The probes a rule may bring are the vocabulary's; named here for those who look for them beside the rest.
export type { FieldMeaning, Probe, Probes } from '../vocabulary/probes.ts';
