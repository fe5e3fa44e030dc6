// Defines a reporter: findings in, bytes out. A reporter uses only its two arguments (no clock, environment or files),
// so the same report always gives the same bytes.
import type { Confidence, Severity } from '../contract/finding.ts';
import type { CheckReport, DetailedReport } from '../contract/report.ts';

/** A line of the trace shown beside the evidence; read from the source by the command. */
export interface ContextLine {
  /** line number in the trace, from 1 */
  line: number;
  text: string;
}

/** Information about a rule besides its id. */
export interface RuleDoc {
  id: string;
  /** one line: what the rule finds */
  title?: string | undefined;
  /** a paragraph, plain text */
  description?: string | undefined;
  severity?: Severity | undefined;
  precision?: Confidence | undefined;
  falsePositives?: readonly string[] | undefined;
  /** `hash ("subject") (in vX.Y)`, mails, documents */
  references?: readonly string[] | undefined;
  url?: string | undefined;
}

/** Every reporter takes the same options and uses those it supports. */
export interface ReportOptions {
  /** ANSI colours (pretty, story); the command decides from the terminal, NO_COLOR and FORCE_COLOR. Default false */
  color?: boolean | undefined;
  /** arrows may be more than ASCII (pretty, story). Default true */
  unicode?: boolean | undefined;
  /** columns of the terminal (pretty, story). Default 80 */
  width?: number | undefined;
  /** show the verbatim trace line of each step (pretty) */
  verbose?: boolean | undefined;
  /** findings below this are not a failed test (junit). Default `warning` */
  failOn?: Severity | undefined;
  /**
   * result for a trace with insufficient evidence: an error, or a skipped test as for undecided rules (junit). Default
   * `error`
   */
  onUndecided?: 'error' | 'skip' | undefined;
  /** paths below this directory are made relative to it (sarif) */
  root?: string | undefined;
  /** of pindrift (sarif) */
  homepage?: string | undefined;
  /** version of pindrift (sarif) */
  version?: string | undefined;
  /** documentation of the rules (sarif) */
  rules?: readonly RuleDoc[] | undefined;
  /** only the finding with this `n` (story). Default: all */
  finding?: number | undefined;
  /** more findings may follow: their total is unknown (story) */
  more?: boolean | undefined;
  /** trace lines around the evidence, each at most once (story) */
  context?: readonly ContextLine[] | undefined;
}

export interface Reporter {
  /** The whole report. Text is UTF-8 and ends with a newline. */
  render(report: CheckReport, options: ReportOptions): string | Uint8Array | Iterable<string>;
  /** The same with the lifetime of every pin, for reports that draw them; called by commands that have the pins. */
  renderDetailed?(detailed: DetailedReport, options: ReportOptions): string | Uint8Array | Iterable<string>;
}
