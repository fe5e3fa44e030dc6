// The probes a rule may define are types of the vocabulary; re-exported here beside the rest of the API.
export type { FieldMeaning, Probe, Probes } from '../vocabulary/probes.ts';
