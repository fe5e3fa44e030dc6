// The data of the page: the report in the words of the other reports for people, and the pins as columns. All text in
// it is already safe (clean, verbatim); the page adds none and sets it only as text.
import type { Confidence, Severity, Verdict } from '../../contract/finding.ts';
import type { PinLife, TraceInfo } from '../../contract/report.ts';
import type { StepKind } from '../shared/steps.ts';
import type { PinColumns } from './pin-columns.ts';

/** A label and its text. */
export type Fact = [label: string, text: string];

export interface StepView {
  role: string;
  kind: StepKind;
  line: number;
  /** for a recording: place of its record, in words */
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
  /** concerns the pin but is not part of the proof: no trace line is quoted */
  minor?: true | undefined;
}

/** The input of the timeline. */
export interface LifeView {
  /** false: the finding is about a page that was not pinned */
  isPin: boolean;
  /** `pfn 0x7fb7d` */
  pinned: string;
  /** the page mapped after the drift */
  mapped: string;
  address: string;
  steps: StepView[];
  /** index of the step of the drift */
  parting?: number | undefined;
  from?: number | undefined;
  to?: number | undefined;
  state: PinLife['state'];
  /** places of lost events, where steps may be missing */
  lost: { time: number; words: string }[];
  /** hex digits to highlight in the trace lines */
  marks: Record<'pinned' | 'mapped' | 'address', string[]>;
}

export interface FindingView {
  n: number;
  /** its number when its trace is checked alone */
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
  /** the first finding of the same drift */
  like?: number | undefined;
  /** number of other findings of the same drift */
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
  /** false positives, from the rule */
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
  /** traces that could not be read */
  unreadable: { path: string; reason: string }[];
  /** the pins themselves are in a separate part, read on demand */
  pinCount: number;
  /** number of pins omitted from the file */
  pinsLeft: number;
}

/** All data of the page, each part in an element of its own. */
export interface Parts {
  report: Payload;
  pins: PinColumns;
}
