// What `check` says, as JSON, as the input of every reporter and in a store: one contract (docs/json.md,
// docs/schema/check.schema.json).
import type { Finding, Origin, Verdict } from './finding.ts';

/** The rule that says what a trace cannot tell; while it is undecided, nothing else makes a trace clean. */
export const INSUFFICIENT_EVIDENCE = 'insufficient-evidence';

/** Why most rules cannot decide on a trace that does not show who pins; beside it their other reasons are not worth a word. */
export const NO_GUP_CALL = 'no GUP call was recorded (get_user_pages*, pin_user_pages*)';

/** A loss: lines that were not understood, events the kernel dropped, windows nobody recorded. */
export interface Loss {
  kind: 'bad-line' | 'lost-events' | 'overwritten' | 'filtered' | 'truncated' | 'out-of-order' | 'second-capture';
  /** how many lines or events; undefined when the trace does not say */
  count?: number;
  cpu?: number;
  /** first line concerned */
  line?: number;
  time?: number;
  reason: string;
  /** the first such lines, verbatim (at most 5) */
  samples?: { line: number; text: string }[];
  /** where the trace was merged of several files: the place of `line` */
  from?: Origin;
}

export interface TraceInfo {
  path: string;
  format: string;
  variant: string;
  kernel?: string;
  /** era decided from the trace or given: `5.10`, `6.1`, `6.12`, `7.2`, or a range such as `6.5..6.14`; undefined when undecidable */
  era?: string;
  /** how the era was decided, or why not */
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
  /** event kinds that were needed and not seen, or other reasons why the rule could not decide */
  missing: string[];
  /** what it needs and what did not happen: the probes for it were armed and never hit */
  still?: string[];
  /** notes that were counted and not kept, beyond 512 of the rule in one trace */
  notKept?: number;
  /** of several traces, those on which it could not decide (indices); absent where that is all of them or none */
  undecidedIn?: number[];
  /** it failed, and says nothing more about that trace: the first time in each */
  failed?: RuleFailed[];
}

/** A rule that threw, or that has a handler for something that does not happen. */
export interface RuleFailed {
  id: string;
  /** index into the report's traces */
  trace: number;
  /** what it was told of: a transition, a kind of event, `create` */
  handler: string;
  /** line of the trace; absent before the first */
  line?: number;
  /** place in the file of whoever wrote it: `my-rule.ts:12:9` */
  at?: string;
  /** `TypeError: ...` */
  what: string;
}

/** A finding that the user's config accepts (docs/rules-guide/config.md). It counts for no verdict and no exit code. */
export interface Suppressed {
  /** why it is accepted, in the words of the config */
  reason: string;
  /** last day of it: `2026-12-31`; undefined: for good */
  until?: string;
  finding: Finding;
}

export interface CheckReport {
  /** `pindrift.check/1` */
  schema: string;
  verdict: Verdict;
  traces: TraceInfo[];
  rules: RuleOutcome[];
  findings: Finding[];
  /** known and accepted; undefined when there are none */
  suppressed?: Suppressed[];
}

/** The life of one pin, for reports that draw it (html, perfetto) and for `pins`; not part of the `check` JSON. */
export interface PinLife {
  /** index into the report's traces */
  trace: number;
  /** thread that took it */
  pid?: number;
  tgid?: number;
  comm?: string;
  /** mm_struct pointer as hex */
  mm?: string;
  /** user address of the page as hex */
  address?: string;
  pfn?: string;
  page?: string;
  api?: string;
  caller?: string;
  kind: 'GET' | 'PIN';
  /** FOLL_WRITE; absent where no line shows the flags */
  write?: boolean;
  longterm: boolean;
  flags: string[];
  /** who uses it, where the trace shows it: `bio`, `pipe` */
  owner?: string;
  /** line of the GUP call */
  line: number;
  /** time it was held from, ns since the trace's time base */
  from?: number;
  /** time it was given back; undefined while held at the end of the trace */
  to?: number;
  /** `held`: still held at the end; `orphan`: held when its address space went; `presumed`: the release itself was not seen */
  state: 'released' | 'presumed' | 'held' | 'orphan';
  /** what happened to the page and its address while it was held, in trace order */
  steps: { role: string; line: number; time?: number; cpu?: number; pid?: number; what: string }[];
  /** number of the finding about it */
  finding?: number;
}

/** What a drawing reporter gets. */
export interface DetailedReport {
  report: CheckReport;
  pins: PinLife[];
}
