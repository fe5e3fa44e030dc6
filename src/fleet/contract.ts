// Why: the data passed between the parts of a fleet run (plan, shard, worker, results, report) have one fixed format,
// since each part may run on another machine and at another time.
import type { Confidence, Finding, Severity, Verdict } from '../contract/finding.ts';

/** One line of a manifest (JSON lines): a capture and its identity. */
export interface ManifestEntry {
  /** a path, or a reference such as `s3://bucket/key` that `--fetch` resolves */
  path: string;
  /** size of the file */
  bytes: number;
  /** of these bytes, 64 hex digits */
  sha256: string;
  /** host, if `plan` was told how to find it in the path */
  host?: string;
  /** when the file was last changed: ISO 8601, UTC */
  modified?: string;
}

/**
 * How a capture ended. `checked`: there is a verdict. `unusable`: not a recording pindrift can read. `unreadable`: the
 * file could not be read, even after retries. `fault`, `timeout`, `memory`: the check itself failed.
 */
export type CaptureStatus = 'checked' | 'unusable' | 'unreadable' | 'fault' | 'timeout' | 'memory';

/** A row of the table `captures`. Unknown values are undefined, and NULL in the file. */
export interface CaptureRow {
  /** sha256 of the capture */
  capture: string;
  path: string;
  host?: string | undefined;
  modified?: string | undefined;
  bytes: number;
  status: CaptureStatus;
  /** why it is not `checked`: the message, or the end of the check's stderr */
  reason?: string | undefined;
  verdict?: Verdict | undefined;
  kernel?: string | undefined;
  era?: string | undefined;
  arch?: string | undefined;
  format?: string | undefined;
  lines?: number | undefined;
  events?: number | undefined;
  /** events known to be lost; undefined: unknown */
  lost?: number | undefined;
  /** losses of any kind, as in `check --json` */
  losses?: unknown;
  /** rules that could not be checked, and why: `{ "rule": ["reason", ...] }` */
  undecided?: unknown;
  pins?: number | undefined;
  findings: number;
  /** seconds between the first and the last event */
  seconds?: number | undefined;
  /** duration of the check in milliseconds */
  took?: number | undefined;
  /** of pindrift */
  version: string;
  /** of the rules and settings, 16 hex digits; `default` without any */
  config: string;
}

/** A row of the table `findings`. */
export interface FindingRow {
  /** sha256 of its capture */
  capture: string;
  /** number of the finding there, for `pindrift show PATH N` */
  n: number;
  rule: string;
  severity: Severity;
  confidence: Confidence;
  fingerprint: string;
  fingerprint_version: number;
  message: string;
  cause: string;
  harm: string[];
  pin: Finding['pin'];
  evidence: Finding['evidence'];
}

/** Result for one capture. */
export interface CaptureResult {
  capture: CaptureRow;
  findings: FindingRow[];
}

/** Settings that determine the result of a check, besides the capture. */
export interface CheckSettings {
  /** rule files, folders, packages */
  rules?: readonly string[] | undefined;
  /** a config file; without one, none is searched for */
  config?: string | undefined;
  /** kernel of captures that do not show it */
  kernel?: string | undefined;
}

/** Rows with the same key are the same result: the same capture with the same pindrift and settings. */
export const resultKey = (row: Pick<CaptureRow, 'capture' | 'version' | 'config'>): string =>
  `${row.capture}:${row.version}:${row.config}`;
