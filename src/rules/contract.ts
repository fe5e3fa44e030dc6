// What a rule is: meta that documents it and `create(context)` that returns handlers. The built-in rules use
// nothing that a rule from outside does not have.
import type { Model } from '../model/model.ts';
import type { At, Drift, Mm, PageId, Pin, Step } from '../model/state.ts';
import type { TransitionName, Transitions } from '../model/transitions.ts';
import type { Era } from '../vocabulary/era.ts';
import type { KindName } from '../vocabulary/kinds.ts';
import type { Confidence, Harm, Severity } from './finding.ts';

export type Promise_ = keyof Era['promises'];

export interface RuleMeta<M extends Record<string, string> = Record<string, string>> {
  /** kebab-case, named after what it finds */
  id: string;
  /** one sentence: what it finds */
  summary: string;
  /** why it matters, and how it comes about */
  why: string;
  /** event kinds without which it cannot decide; each entry a set of which one is enough */
  needs: readonly (readonly KindName[])[];
  /** `stable`: no known false positive over the labelled captures */
  status: 'stable' | 'experimental';
  /** severity and what it depends on, in words per era */
  severity: Readonly<Record<string, string>>;
  falsePositives: readonly string[];
  /** documents, mails, CVEs */
  references: readonly string[];
  /** `hash ("subject") (in vX.Y)` */
  fixedBy: readonly string[];
  /** what to do about it */
  advice?: string;
  /** message texts by id, with {placeholders} */
  messages: M;
  /** rules that describe the same drift less exactly: where both speak, this one is the finding and they are linked */
  overrides?: readonly string[];
}

/** One thing a rule has to say. */
export interface Report<M extends string = string> {
  messageId: M;
  /** values of the message's placeholders */
  /** a place becomes the task that was there, an address space its pointer; {pinned} and {mapped} are there already */
  data?: Readonly<Record<string, string | number | At | Mm>>;
  /** the pin it is about; or, where no pin is involved, `about` */
  pin?: Pin;
  about?: Subject;
  /** reports about the same drift are one finding */
  drift?: Drift;
  /** where it happened, when there is no drift */
  at?: At;
  /** what made the page and the mapping part, one phrase */
  cause: string;
  /** an error where the kernel of the trace promises otherwise, `severity` where it does not */
  promise?: Promise_;
  severity: Severity;
  /** upper bound of the confidence, with the reason */
  doubts?: readonly Doubt[];
  harm?: readonly Harm[];
  selfInflicted?: boolean;
  /** steps that prove it, beside the pin's grab and the drift itself */
  path?: readonly (Step | EvidenceStep)[];
}

/** An address of a process, where no pin is involved. */
export interface Subject {
  mm: Mm;
  vpn: number;
  /** NaN unknown */
  page: PageId;
  at: At;
}

export interface Doubt {
  cap: Confidence;
  because: string;
}

/** A step in words of its own, where no {@link Step} of the pin says it. */
export interface EvidenceStep {
  role: string;
  at: At;
  what: string;
}

/** Harm that a drift turned out to do; attached to the finding about it. */
export interface HarmReport {
  drift: Drift;
  harm: Harm;
  /** the harm was seen to happen; false: it follows from what the pin is for */
  seen: boolean;
  message: string;
  path?: readonly (Step | EvidenceStep)[];
}

export interface RuleContext<M extends string = string> {
  readonly model: Readonly<Model>;
  /** Listen from now on: for transitions that are many and only matter once something else was seen. */
  on<K extends TransitionName>(name: K, handler: (t: Transitions[K]) => void): void;
  report(report: Report<M>): void;
  /** Say what a drift did. */
  harm(report: HarmReport): void;
  /** Say that something could not be checked, and why; keeps the verdict from being `clean`. */
  undecided(reason: string): void;
}

export type Handlers = { [K in TransitionName]?: (t: Transitions[K]) => void };

export interface Rule<M extends Record<string, string> = Record<string, string>> {
  meta: RuleMeta<M>;
  create(context: RuleContext<Extract<keyof M, string>>): Handlers;
}

/** Declare a rule; the types tie message ids to `meta.messages`. */
export function defineRule<const M extends Record<string, string>>(rule: Rule<M>): Rule<M> {
  return rule;
}
