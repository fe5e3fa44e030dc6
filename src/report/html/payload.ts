// What the page gets: the report in words, as the other reports for people say it, and the pins as columns. Every
// text in it is already safe to show (clean, verbatim); the page adds none and sets it as text only.
import type { Confidence, Severity, Verdict } from '../../contract/finding.ts';
import type { PinLife, TraceInfo } from '../../contract/report.ts';
import type { StepKind } from '../steps.ts';
import type { PinColumns } from './pin-columns.ts';

/** A label and what it says. */
export type Fact = [label: string, text: string];

export interface StepView {
  role: string;
  kind: StepKind;
  line: number;
  /** of a recording: where its record stands, in words */
  place?: string | undefined;
  /** ns or ticks since the trace's base */
  time?: number | undefined;
  /** relative to the first step, as in every report */
  rel: string;
  cpu?: number | undefined;
  task: string;
  fn: string;
  what: string;
  /** the trace line */
  text: string;
  stack?: string[] | undefined;
  /** happened to the pin, but proves nothing: no trace line is quoted */
  minor?: true | undefined;
}

/** What the timeline draws. */
export interface LifeView {
  /** false: the finding is about a page that nobody had pinned */
  isPin: boolean;
  /** `pfn 0x7fb7d` */
  pinned: string;
  /** what is mapped after the parting */
  mapped: string;
  address: string;
  steps: StepView[];
  /** index of the step at which page and mapping part */
  parting?: number | undefined;
  from?: number | undefined;
  to?: number | undefined;
  state: PinLife['state'];
  /** where the kernel or the tool lost events in between, so that the story may have holes */
  lost: { time: number; words: string }[];
  /** hex digits to colour in the trace lines */
  marks: Record<'pinned' | 'mapped' | 'address', string[]>;
}

export interface FindingView {
  n: number;
  /** its number where its trace is checked alone */
  inTrace: number;
  rule: string;
  severity: Severity;
  confidence: Confidence;
  /** the same in every capture of it */
  title: string;
  message: string;
  owner: string;
  trace: number;
  facts: Fact[];
  notes: Fact[];
  life: LifeView;
  /** the finding that tells the same drift first */
  like?: number | undefined;
  /** how many more tell the same */
  more?: number | undefined;
}

/** Known and accepted by the user's config. */
export interface SuppressedView {
  rule: string;
  message: string;
  where: string;
  reason: string;
  until: string;
}

export interface RuleView {
  id: string;
  verdict: Verdict;
  findings: number;
  missing: string[];
  title: string;
  /** what the rule says when it is wrong */
  wrong: string[];
  references: string[];
}

export interface TraceView {
  name: string;
  unit: TraceInfo['timeUnit'];
  facts: Fact[];
  losses: string[];
  samples: { line: number; text: string }[];
}

export interface Payload {
  verdict: Verdict;
  /** `violated: 1 error` */
  words: string;
  version?: string | undefined;
  traces: TraceView[];
  rules: RuleView[];
  findings: FindingView[];
  suppressed: SuppressedView[];
  /** the pins themselves are apart: they are read when somebody looks at them */
  pinCount: number;
  /** pins that are not in the file, since there were too many */
  pinsLeft: number;
}

/** What the page gets in all, each part in an element of its own. */
export interface Parts {
  report: Payload;
  pins: PinColumns;
}
