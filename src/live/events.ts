// Why: the output of `watch`, event by event. The JSON of each is documented in docs/watch.md and
// docs/schema/watch.schema.json.

import type { Finding, Verdict } from '../contract/finding.ts';
import type { TraceInfo } from '../contract/report.ts';

export type WatchEvent =
  /** a new finding; `finding.n` is its number in this watch */
  | { type: 'finding'; finding: Finding }
  /** the same finding again in full: harm was observed, the pin was released, the trace has ended */
  | { type: 'update'; finding: Finding }
  /** finding `n` turned out to be part of finding `by` */
  | { type: 'withdrawn'; n: number; by: number }
  /** findings similar to ones reported in full, counted since the last such event */
  | { type: 'repeat'; rule: string; fingerprint: string; count: number }
  /** events are missing; `count` undefined: unknown. `line` is of the last loss */
  | { type: 'loss'; cpu?: number | undefined; count?: number | undefined; places: number; line: number }
  | ({ type: 'status' } & WatchStatus)
  /** a reaction to a finding, or to overload */
  | { type: 'reaction'; what: string; finding?: number | undefined; done: boolean; detail?: string | undefined }
  | {
      type: 'end';
      verdict: Verdict;
      status: WatchStatus;
      trace: TraceInfo;
      missing: { rule: string; reasons: string[] }[];
    };

/** Totals since the beginning of the watch. */
export interface WatchStatus {
  lines: number;
  events: number;
  mmEvents: number;
  /** events lost, if the trace shows how many; number of places */
  lost: number;
  lossPlaces: number;
  /** lines that could not be read */
  unread: number;
  pins: number;
  pinsHeld: number;
  /** hold time of the oldest live pin, in seconds of the trace's clock */
  oldestPinSeconds?: number | undefined;
  /** findings, reported in full or counted */
  findings: number;
  counted: number;
  suppressed: number;
}
