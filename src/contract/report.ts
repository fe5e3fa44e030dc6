// The result of `check`, as JSON, as the input of every reporter and in a store; specified in docs/json.md and
// docs/schema/check.schema.json.
import type { Finding, Origin, PinIdentity, Verdict } from './finding.ts';

/** The rule that reports what a trace cannot show; while it is undecided, the verdict is never clean. */
export const INSUFFICIENT_EVIDENCE = 'insufficient-evidence';

/**
 * The reason why most rules cannot decide on a trace without GUP calls; if it applies, their other reasons are not
 * printed.
 */
export const NO_GUP_CALL = 'no GUP call was recorded (get_user_pages*, pin_user_pages*)';

/** A loss: lines that could not be parsed, events dropped by the kernel, time spans that were not recorded. */
export interface Loss {
  kind: 'bad-line' | 'lost-events' | 'overwritten' | 'filtered' | 'truncated' | 'out-of-order' | 'second-capture';
  /** number of lines or events; undefined if unknown */
  count?: number;
  cpu?: number;
  /** first line concerned */
  line?: number;
  time?: number;
  reason: string;
  /** the first such lines, verbatim (at most 5) */
  samples?: { line: number; text: string }[];
  /** if the trace was merged from several files: the place of `line` */
  from?: Origin;
}

/** The path of a trace that was recorded here, and that no file keeps. */
export const NOT_KEPT = 'this machine';

export interface TraceInfo {
  path: string;
  format: string;
  variant: string;
  kernel?: string;
  /**
   * era, determined from the trace or given: `5.10`, `6.1`, `6.12`, `7.2`, or a range such as `6.5..6.14`; undefined if
   * unknown
   */
  era?: string;
  /** how the era was determined, or why it could not be */
  eraFrom: string;
  clock?: string;
  timeUnit: 'ns' | 'ticks' | 'none';
  cpus?: number;
  lines: number;
  events: number;
  /** events the model used */
  mmEvents: number;
  bytes: number;
  /** lines by kind: event, header, blank, stack, lost, function, record, bad */
  lineKinds: Record<string, number>;
  losses: Loss[];
  /** first and last event time, ns since the base */
  firstTime?: number;
  lastTime?: number;
  pins: { seen: number; released: number; presumed: number; open: number };
}

export interface RuleOutcome {
  id: string;
  verdict: Verdict;
  findings: number;
  /** event kinds that are needed and were not seen, or other reasons why the rule could not decide */
  missing: string[];
  /** needed events that did not happen: their probes were enabled and never hit */
  still?: string[];
  /** notes that were counted but not kept, beyond 512 of the rule in one trace */
  notKept?: number;
  /** with several traces, the indices of those on which it could not decide; absent if all of them or none */
  undecidedIn?: number[];
  /** it failed, and reports nothing more about that trace: the first failure in each */
  failed?: RuleFailed[];
}

/** A rule that threw, or that has a handler for something that does not exist. */
export interface RuleFailed {
  id: string;
  /** index into the report's traces */
  trace: number;
  /** the handler: a transition, a kind of event, `create` */
  handler: string;
  /** line of the trace; absent before the first */
  line?: number;
  /** place in the rule's source file: `my-rule.ts:12:9` */
  at?: string;
  /** `TypeError: ...` */
  what: string;
}

/**
 * A finding accepted by the user's config (docs/rules-guide/config.md). It does not affect the verdict or the exit
 * code.
 */
export interface Suppressed {
  /** why it is accepted, as given in the config */
  reason: string;
  /** last day on which it is accepted: `2026-12-31`; undefined: no limit */
  until?: string;
  finding: Finding;
}

/** One of several traces that could not be read: nothing is known about it. */
export interface Unreadable {
  path: string;
  reason: string;
}

export interface CheckReport {
  /** `pindrift.check/1` */
  schema: string;
  verdict: Verdict;
  traces: TraceInfo[];
  rules: RuleOutcome[];
  findings: Finding[];
  /** known and accepted; undefined if there are none */
  suppressed?: Suppressed[];
  /** undefined if every trace could be read; with one of these the verdict is never clean */
  unreadable?: Unreadable[];
}

/** The lifetime of a pin, for reports that draw it (html, perfetto) and for `pins`; not part of the `check` JSON. */
export interface PinLife extends PinIdentity {
  /** index into the report's traces */
  trace: number;
  kind: 'GET' | 'PIN';
  /** FOLL_WRITE; absent if no line shows the flags */
  write?: boolean;
  longterm: boolean;
  flags: string[];
  /** the user of the pin, if shown: `bio`, `pipe` */
  owner?: string;
  /** line of the GUP call */
  line: number;
  /** time at which it was taken, ns since the trace's time base */
  from?: number;
  /** time of its release; undefined while held at the end of the trace */
  to?: number;
  /**
   * `held`: still held at the end; `orphan`: held when its address space ended; `presumed`: the release itself was not
   * recorded
   */
  state: 'released' | 'presumed' | 'held' | 'orphan';
  /** what happened to the page and its address while it was pinned, in trace order */
  steps: { role: string; line: number; time?: number; cpu?: number; pid?: number; what: string }[];
  /** number of the finding about it */
  finding?: number;
}

/** The input of reporters that draw. */
export interface DetailedReport {
  report: CheckReport;
  pins: PinLife[];
}
