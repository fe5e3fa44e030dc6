// Why: what `watch` says, one thing after the other. The JSON of each is documented in docs/watch.md and
// docs/schema/watch.schema.json.

import type { Finding, Verdict } from '../contract/finding.ts';
import type { TraceInfo } from '../contract/report.ts';

export type WatchEvent =
  /** something was found; `finding.n` is its number in this watch */
  | { type: 'finding'; finding: Finding }
  /** the same finding, whole again: harm was seen, the pin was given back, the trace has ended */
  | { type: 'update'; finding: Finding }
  /** finding `n` turned out to be a part of finding `by` */
  | { type: 'withdrawn'; n: number; by: number }
  /** findings like ones that were told whole, counted since the last time this was said */
  | { type: 'repeat'; rule: string; fingerprint: string; count: number }
  /** events are missing; `count` undefined: nobody knows how many. `line` is of the last loss */
  | { type: 'loss'; cpu?: number | undefined; count?: number | undefined; places: number; line: number }
  | ({ type: 'status' } & WatchStatus)
  /** something was done about a finding, or about too much load */
  | { type: 'reaction'; what: string; finding?: number | undefined; done: boolean; detail?: string | undefined }
  | {
      type: 'end';
      verdict: Verdict;
      status: WatchStatus;
      trace: TraceInfo;
      missing: { rule: string; reasons: string[] }[];
    };

/** Counted from the beginning of the watch. */
export interface WatchStatus {
  lines: number;
  events: number;
  mmEvents: number;
  /** events lost, where the trace says how many; in how many places */
  lost: number;
  lossPlaces: number;
  /** lines nobody could read */
  unread: number;
  pins: number;
  pinsHeld: number;
  /** how long the oldest pin that is held has been, in seconds of the trace's clock */
  oldestPinSeconds?: number | undefined;
  /** findings, told whole or counted */
  findings: number;
  counted: number;
  suppressed: number;
}
