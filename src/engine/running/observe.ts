// Observes rules: how long each takes (`check --timing`), the input of one of them (`--debug-rule`), and what the tests
// need. Costs nothing without an observer.
import type { HarmReport, Model, Report, Rule } from '../../rules/contract.ts';

/** A rule that threw. It reports nothing more about this trace; the others continue. */
export interface RuleFailure {
  rule: string;
  /** the rule itself */
  from?: Rule | undefined;
  /** line of the trace, from 1; 0: before the first (in `create`) */
  line: number;
  /** transition or event of the handler; `create` */
  handler: string;
  error: unknown;
}

/** A call of a handler, and its place. */
export interface Call {
  rule: Rule;
  /** transition, or kind of event */
  handler: string;
  /** line of the trace, from 1 */
  line: number;
  /** the argument of the handler */
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

/** Combines several observers. */
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
