// The data of `fleet report`, for its reporters and, as JSON, for scripts (schema `pindrift.fleet/1`, docs/fleet.md).
import type { Severity } from '../../contract/finding.ts';

/** Relative to the baseline. Without one there are no states. */
export type DriftState = 'new' | 'ongoing' | 'gone';

/** A place where a drift was seen: `pindrift show PATH N`. */
export interface FleetSighting {
  path: string;
  /** sha256 of the capture */
  capture: string;
  /** number of the finding in it */
  n: number;
  kernel: string;
  host?: string | undefined;
  /** time of the capture, ISO 8601, UTC */
  modified?: string | undefined;
}

/** Captures of a kernel or host that show a drift, out of all its captures. */
export interface Share {
  name: string;
  captures: number;
  of: number;
}

export interface FleetDrift {
  fingerprint: string;
  fingerprintVersion: number;
  state?: DriftState | undefined;
  rule: string;
  /** the worst of its findings */
  severity: Severity;
  /** what happened, without numbers of a capture */
  cause: string;
  /** the message of its first finding */
  message: string;
  harm: string[];
  findings: number;
  captures: number;
  kernels: Share[];
  /** the most frequent ones; undefined if no host is known */
  hosts?: Share[] | undefined;
  first: FleetSighting;
  last: FleetSighting;
}

/** A capture without a verdict. */
export interface ParkedCapture {
  path: string;
  capture: string;
  status: string;
  reason: string;
}

export interface FleetReport {
  schema: 'pindrift.fleet/1';
  captures: number;
  byVerdict: Record<string, number>;
  byStatus: Record<string, number>;
  findings: number;
  /** the baseline of `state` */
  baseline?: string | undefined;
  drifts: FleetDrift[];
  /** at most 100 */
  parked: ParkedCapture[];
}

export interface FleetReporter {
  readonly extension: string;
  render: (
    report: FleetReport,
    options: { color?: boolean; width?: number | undefined; version: string },
  ) => Iterable<string>;
}
