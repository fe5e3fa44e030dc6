// What a rule is: meta that documents it and `create(context)` that returns handlers. The built-in rules use
// nothing that a rule from outside does not have, so they import from here only.
import type { EventOf } from '../api/events.ts';
import type { DataOf, Messages } from '../api/messages.ts';
import type { OptionSchemas, OptionValues } from '../api/options.ts';
import type { Probes } from '../api/probes.ts';
import type { TransitionName, Transitions } from '../api/transitions.ts';
import type { At, Drift, Mm, PageId, Pin, Step } from '../api/views.ts';
import type { Model } from '../api/views-model.ts';
import type { Confidence, Harm, Severity } from '../contract/finding.ts';
import type { KernelPromise } from '../vocabulary/kernel/promises.ts';
import type { KindName } from '../vocabulary/kinds.ts';

export type { EventOf, TraceEvent } from '../api/events.ts';
export type { DataValue, Messages } from '../api/messages.ts';
export type { OptionSchema, OptionSchemas, OptionValues } from '../api/options.ts';
export type { FieldMeaning, Probe, Probes } from '../api/probes.ts';
export type { TransitionName, Transitions } from '../api/transitions.ts';
export type * from '../api/views.ts';
export type * from '../api/views-model.ts';
export type { KindName } from '../vocabulary/kinds.ts';

/** Version of this contract: the first number of the package's version. A rule made for another is refused. */
export const RULE_API = 1;

/** What a kernel promises to a pin (vocabulary/kernel/promises.ts). */
export type { KernelPromise };

/** Kinds that a rule brings. In a list of rules they are like pindrift's own: the vocabulary has learned them. */
type OwnKinds<P> = 0 extends 1 & P ? string : string extends keyof P ? never : Extract<keyof P, string>;

/** A rule's own trace, in any text format, with what the rule says of it; `testRule` runs both. */
export interface Examples {
  /** the rule reports something here */
  readonly fires: string;
  /** a trace much like it in which nothing is wrong */
  readonly silent: string;
}

export interface RuleMeta<
  M extends Messages = Messages,
  O extends OptionSchemas = OptionSchemas,
  P extends Probes = Probes,
> {
  /** kebab-case, named after what it finds */
  readonly id: string;
  /** one sentence: what it finds */
  readonly summary: string;
  /** why it matters, and how it comes about */
  readonly why: string;
  /** event kinds without which it cannot decide; each entry a set of which one is enough */
  readonly needs: readonly (readonly (KindName | NoInfer<OwnKinds<P>>)[])[];
  /** `stable`: no known false positive over the labelled captures */
  readonly status: 'stable' | 'experimental';
  /** severity and what it depends on, in words per era; `all` for all of them */
  readonly severity: Readonly<Record<string, string>>;
  readonly falsePositives: readonly string[];
  /** documents, mails, CVEs */
  readonly references: readonly string[];
  /** `hash ("subject") (in vX.Y)` */
  readonly fixedBy: readonly string[];
  /** what to do about it */
  readonly advice?: string;
  /** message texts by id, with {placeholders} */
  readonly messages: M;
  /** rules that describe the same drift less exactly: where both speak, this one is the finding and they are linked */
  readonly overrides?: readonly string[];
  /** what a user may set; `context.options` has the values */
  readonly options?: O;
  /** traces that show the rule at work; part of its documentation, run by `testRule` */
  readonly examples?: Examples;
}

/** One thing a rule has to say: a message by its id, with exactly the data that its {placeholders} ask for. */
export type Report<M extends Messages = Messages> = {
  [Id in Extract<keyof M, string>]: ReportBody & { readonly messageId: Id } & DataOf<M[Id]>;
}[Extract<keyof M, string>];

interface ReportBody {
  /** the pin it is about; or, where no pin is involved, `about` */
  readonly pin?: Pin | undefined;
  readonly about?: Subject | undefined;
  /** reports about the same drift are one finding */
  readonly drift?: Drift | undefined;
  /** where it happened, when there is no drift */
  readonly at?: At | undefined;
  /** what made the page and the mapping part, one phrase */
  readonly cause: string;
  /** an error where the kernel of the trace promises otherwise, `severity` where it does not */
  readonly promise?: KernelPromise | undefined;
  /** where the kernel of the trace promises this, the same lines have a harmless reading: a note, whatever `severity` says */
  readonly unlessPromised?: KernelPromise | undefined;
  readonly severity: Severity;
  /** upper bounds of the confidence, with the reason; more follow from the evidence itself */
  readonly doubts?: readonly Doubt[];
  readonly harm?: readonly Harm[];
  /** the process asked for it itself: a note, whatever `severity` says */
  readonly selfInflicted?: boolean;
  /** steps that prove it, beside the pin's grab and the drift itself */
  readonly path?: readonly (Step | EvidenceStep)[];
}

/** An address of a process, where no pin is involved. */
export interface Subject {
  readonly mm: Mm;
  readonly vpn: number | undefined;
  readonly page: PageId | undefined;
  readonly at: At;
}

/** Why a finding may be wrong, and how sure it can be at most. */
export interface Doubt {
  readonly cap: Confidence;
  readonly because: string;
  /** lines that would settle it are missing from the trace: the finding is a warning at most */
  readonly missing?: boolean;
}

/** A step in words of its own, where no {@link Step} of the pin says it. */
export interface EvidenceStep {
  readonly role: string;
  readonly at: At;
  readonly what: string;
}

/** Harm that a drift turned out to do; attached to the finding about it. */
export interface HarmReport {
  readonly drift: Drift;
  readonly harm: Harm;
  /** the harm was seen to happen; false: it follows from what the pin is for */
  readonly seen: boolean;
  /** with {pinned} and {mapped} */
  readonly message: string;
  readonly path?: readonly (Step | EvidenceStep)[];
}

/** What `create` gets: the state to read, and the ways to say something. No I/O, no clock, no randomness beside it. */
export interface RuleContext<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** the state at the place of the trace the replay has reached; read-only */
  readonly model: Model<string>;
  /** what the user set, or the defaults of `meta.options` */
  readonly options: OptionValues<O>;
  /**
   * Listen from now on: for transitions that are many and only matter once something else was seen.
   * @returns stops it again
   */
  on<K extends TransitionName>(name: K, handler: (t: Transitions[K]) => void): () => void;
  report(report: Report<M>): void;
  /** Say what a drift did. */
  harm(report: HarmReport): void;
  /** Say that something could not be checked, and why; keeps the verdict from being `clean`. */
  undecided(reason: string): void;
  /** Say why nothing is reported here; shown by `check --debug-rule ID`. */
  debug(because: string): void;
}

type EventHandlers<P extends Probes> = {
  [K in KindName | Extract<keyof P, string>]?: Bivariant<EventOf<K, P>>;
};
/** Lets a rule with probes of its own stand in a list of rules. */
type Bivariant<T> = { handle(t: T): void }['handle'];

/** What `create` returns: handlers by transition, and by kind of event under `events`. */
export type Handlers<P extends Probes = Probes> = { [K in TransitionName]?: (t: Transitions[K]) => void } & {
  /** events themselves, after the state has changed by them */
  readonly events?: EventHandlers<P>;
};

export interface RuleDefinition<
  M extends Messages = Messages,
  O extends OptionSchemas = OptionSchemas,
  P extends Probes = Probes,
> {
  readonly meta: RuleMeta<M, O, NoInfer<P>>;
  /** probes that pindrift does not know, by a kind of their own */
  readonly probes?: P;
  /** Called once for each trace; what the rule remembers lives in here. */
  create(context: RuleContext<M, O>): Handlers<NoInfer<P>>;
}

export interface Rule<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas, P extends Probes = Probes>
  extends RuleDefinition<M, O, P> {
  /** {@link RULE_API} of the pindrift it was made with */
  readonly api: number;
}

/** A rule whatever its messages, options and probes are. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that every rule is assignable to
export type AnyRule = Rule<any, any, any>;

// Options and probes default to none, which is another type than "any".
// biome-ignore lint/complexity/noBannedTypes: {} is the record without keys
type None = {};

/** Handlers with names that nothing has: a misspelled one would stay silent for ever. */
type Misspelled<H, P extends Probes> = {
  readonly [K in Exclude<keyof H, keyof Handlers<P>>]: ['there is no transition called', K];
} & (H extends { readonly events: infer E }
  ? { readonly events: { readonly [K in Exclude<keyof E, keyof EventHandlers<P>>]: ['there is no event called', K] } }
  : unknown);

/**
 * Declare a rule. The types tie message ids and placeholders to `meta.messages`, `context.options` to `meta.options`
 * and the handlers in `events` to the kinds of pindrift and to `probes`.
 */
export function defineRule<
  const M extends Messages,
  const O extends OptionSchemas = None,
  const P extends Probes = None,
  H extends object = Handlers<NoInfer<P>>,
>(
  rule: Omit<RuleDefinition<M, O, P>, 'create'> & {
    create(context: RuleContext<M, O>): H & Handlers<NoInfer<P>> & Misspelled<H, NoInfer<P>>;
  },
): Rule<M, O, P> {
  return { ...rule, api: RULE_API } as Rule<M, O, P>;
}
