// Defines what a rule is: the meta that documents it, and `create(context)`, which returns its handlers. The built-in
// rules use nothing that an external rule cannot use, so they import only from here.
import type { EventOf } from '../api/events.ts';
import type { DataOf, Messages } from '../api/messages.ts';
import type { OptionSchemas, OptionValues } from '../api/options.ts';
import type { Probes } from '../api/probes.ts';
import type { TransitionName, Transitions } from '../api/transitions.ts';
import type { At, Drift, Mm, PageId, Pin, Step, WrprotectKind } from '../api/views.ts';
import type { Model } from '../api/views-model.ts';
import type { Confidence, Harm, Severity } from '../contract/finding.ts';
import type { Fix } from '../contract/fix.ts';
import type { KernelPromise } from '../vocabulary/kernel/promises.ts';
import type { KindName } from '../vocabulary/kinds.ts';

export type { EventOf, TraceEvent } from '../api/events.ts';
export type { DataValue, Messages } from '../api/messages.ts';
export type { OptionSchema, OptionSchemas, OptionValues } from '../api/options.ts';
export type { FieldMeaning, Probe, Probes } from '../api/probes.ts';
export type { TransitionName, Transitions } from '../api/transitions.ts';
export type * from '../api/views.ts';
export type * from '../api/views-model.ts';
export type { Fix, FixScope } from '../contract/fix.ts';
export type { KindName } from '../vocabulary/kinds.ts';

/** Version of this contract: the major version of the package. A rule built for another version is rejected. */
export const RULE_API = 1;

/** A promise that a kernel makes about pins (vocabulary/kernel/promises.ts). */
export type { KernelPromise };

/**
 * Kinds defined by a rule. In a list of rules they are treated like pindrift's own, because the vocabulary already has
 * them.
 */
type OwnKinds<P> = 0 extends 1 & P ? string : string extends keyof P ? never : Extract<keyof P, string>;

/** Example traces in any text format, with the findings the rule reports for them; `testRule` runs both. */
export interface Examples {
  /** a trace for which the rule reports a finding */
  readonly fires: string;
  /** a similar trace for which it reports none */
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
  /** event kinds the rule needs; of each inner set, one is enough */
  readonly needs: readonly (readonly (KindName | NoInfer<OwnKinds<P>>)[])[];
  /** `stable`: no known false positive in the labelled captures */
  readonly status: 'stable' | 'experimental';
  /** severity and its conditions, in words per era; `all` for all eras */
  readonly severity: Readonly<Record<string, string>>;
  readonly falsePositives: readonly string[];
  /** documents, mailing list threads, CVEs */
  readonly references: readonly string[];
  /** commits that prevent this; a finding names those that concern its pin (`only`) */
  readonly fixedBy: readonly Fix[];
  /** what the user should do where the fix is not available, or nothing is fixed; findings say whether a newer kernel has the fix */
  readonly advice?: string;
  /** message texts by id, with {placeholders} */
  readonly messages: M;
  /**
   * rules that describe the same drift less exactly: where both report it, this rule makes the finding and the others
   * are linked
   */
  readonly overrides?: readonly string[];
  /** options a user may set; `context.options` has their values */
  readonly options?: O;
  /** traces that show the rule at work; they are part of its documentation, and `testRule` runs them */
  readonly examples?: Examples;
}

/** One report of a rule: a message id, with exactly the data its {placeholders} need. */
export type Report<M extends Messages = Messages> = {
  [Id in Extract<keyof M, string>]: ReportBody & { readonly messageId: Id } & DataOf<M[Id]>;
}[Extract<keyof M, string>];

interface ReportBody {
  /** the pin the report is about; where no pin is involved, use `about` */
  readonly pin?: Pin | undefined;
  readonly about?: Subject | undefined;
  /** reports about the same drift become one finding */
  readonly drift?: Drift | undefined;
  /** where it happened, when there is no drift */
  readonly at?: At | undefined;
  /** what caused the drift, as a phrase */
  readonly cause: string;
  /** error if the kernel of the trace makes this promise, else `severity` */
  readonly promise?: KernelPromise | undefined;
  /**
   * if the kernel of the trace makes this promise, the same lines have a harmless explanation: a note, whatever
   * `severity` is
   */
  readonly unlessPromised?: KernelPromise | undefined;
  readonly severity: Severity;
  /** upper bounds on the confidence, with reasons; the evidence itself may add more */
  readonly doubts?: readonly Doubt[];
  readonly harm?: readonly Harm[];
  /** the kernel function in which it happened; fixes of another are not named */
  readonly by?: string | undefined;
  /** what to do in this case, instead of `meta.advice` */
  readonly advice?: string | undefined;
  /** the process asked for this itself: a note, whatever `severity` is */
  readonly selfInflicted?: boolean;
  /** steps that prove it, in addition to the pin's grab and the drift itself */
  readonly path?: readonly (Step | EvidenceStep)[];
}

/** An address of a process, where no pin is involved. */
export interface Subject {
  readonly mm: Mm;
  readonly vpn: number | undefined;
  readonly page: PageId | undefined;
  readonly at: At;
}

/** A reason why a finding may be wrong, and the highest confidence it allows. */
export interface Doubt {
  readonly cap: Confidence;
  readonly because: string;
  /** the lines that would settle it are missing from the trace: the finding is at most a warning */
  readonly missing?: boolean;
}

/** A step with a description of its own, where the pin has no matching {@link Step}. */
export interface EvidenceStep {
  readonly role: string;
  readonly at: At;
  readonly what: string;
  /** of a step `wrprotect`: who protected it; findings of another kind have another fingerprint */
  readonly wrprotect?: WrprotectKind;
}

/** Harm done by a drift; attached to the finding about it. */
export interface HarmReport {
  readonly drift: Drift;
  readonly harm: Harm;
  /** true: the harm was observed; false: it follows from the purpose of the pin */
  readonly seen: boolean;
  /** with {pinned} and {mapped} */
  readonly message: string;
  readonly path?: readonly (Step | EvidenceStep)[];
}

/**
 * The argument of `create`: the state to read, and functions to report with. A rule uses no I/O, clock or randomness.
 */
export interface RuleContext<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas> {
  /** the state at the current place of the replay; read-only */
  readonly model: Model<string>;
  /** the values the user set, or the defaults of `meta.options` */
  readonly options: OptionValues<O>;
  /**
   * Subscribe from now on. For frequent transitions that only matter after something else has happened.
   * @returns a function that unsubscribes
   */
  on<K extends TransitionName>(name: K, handler: (t: Transitions[K]) => void): () => void;
  report(report: Report<M>): void;
  /** Report the harm done by a drift. */
  harm(report: HarmReport): void;
  /** Report that something could not be checked, and why; the verdict then cannot be `clean`. */
  undecided(reason: string): void;
  /** Explain why nothing is reported here; shown by `check --debug-rule ID`. */
  debug(because: string): void;
}

type EventHandlers<P extends Probes> = {
  [K in KindName | Extract<keyof P, string>]?: Bivariant<EventOf<K, P>>;
};
/** Lets a list of rules hold rules that have probes of their own. */
type Bivariant<T> = { handle(t: T): void }['handle'];

/** The value `create` returns: handlers by transition, and by event kind under `events`. */
export type Handlers<P extends Probes = Probes> = { [K in TransitionName]?: (t: Transitions[K]) => void } & {
  /** raw events, called after the state has changed */
  readonly events?: EventHandlers<P>;
};

export interface RuleDefinition<
  M extends Messages = Messages,
  O extends OptionSchemas = OptionSchemas,
  P extends Probes = Probes,
> {
  readonly meta: RuleMeta<M, O, NoInfer<P>>;
  /** probes that pindrift does not know, by their own kind */
  readonly probes?: P;
  /** Called once per trace; the rule keeps its state in this closure. */
  create(context: RuleContext<M, O>): Handlers<NoInfer<P>>;
}

export interface Rule<M extends Messages = Messages, O extends OptionSchemas = OptionSchemas, P extends Probes = Probes>
  extends RuleDefinition<M, O, P> {
  /** {@link RULE_API} of the pindrift the rule was built with */
  readonly api: number;
}

/** A rule with any messages, options and probes. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that every rule is assignable to
export type AnyRule = Rule<any, any, any>;

// Options and probes default to none, which is another type than "any".
// biome-ignore lint/complexity/noBannedTypes: {} is the record without keys
type None = {};

/** Rejects handlers with unknown names: a misspelled handler would never be called. */
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
