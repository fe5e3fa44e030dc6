// Looking over the rules' shoulders: how long each takes (`check --timing`), what one of them sees (`--debug-rule`),
// and what the tester wants to know. Nobody looks, nothing is paid.
import type { HarmReport, Model, Report, Rule } from '../rules/contract.ts';

/** A rule that threw. It says nothing more about this trace; the others go on. */
export interface RuleFailure {
  rule: string;
  /** the rule itself */
  from?: Rule | undefined;
  /** line of the trace, from 1; 0: before the first (in `create`) */
  line: number;
  /** transition or event that it was told of; `create` */
  handler: string;
  error: unknown;
}

/** What a rule was told, and where. */
export interface Call {
  rule: Rule;
  /** transition, or kind of event */
  handler: string;
  /** line of the trace, from 1 */
  line: number;
  /** what the handler got */
  subject: unknown;
}

export interface RuleObserver {
  /** before the rules of a trace are made */
  started?(model: Model): void;
  before?(call: Call): void;
  /** also when it threw */
  after?(call: Call): void;
  /** between `before` and `after` */
  reported?(rule: Rule, report: Report): void;
  harmed?(rule: Rule, report: HarmReport): void;
  undecided?(rule: Rule, reason: string): void;
  debug?(rule: Rule, because: string): void;
  failed?(failure: RuleFailure): void;
}

/** Several as one. */
export function observers(...list: readonly (RuleObserver | undefined)[]): RuleObserver | undefined {
  const all = list.filter((o) => o !== undefined);
  if (all.length < 2) return all.at(0);
  const each = (tell: (o: RuleObserver) => void): void => {
    for (const o of all) tell(o);
  };
  return {
    started: (model) => each((o) => o.started?.(model)),
    before: (call) => each((o) => o.before?.(call)),
    after: (call) => each((o) => o.after?.(call)),
    reported: (rule, report) => each((o) => o.reported?.(rule, report)),
    harmed: (rule, report) => each((o) => o.harmed?.(rule, report)),
    undecided: (rule, reason) => each((o) => o.undecided?.(rule, reason)),
    debug: (rule, because) => each((o) => o.debug?.(rule, because)),
    failed: (failure) => each((o) => o.failed?.(failure)),
  };
}
