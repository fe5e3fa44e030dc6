// Runs the rules: passes each transition to them as views, and collects their reports. A rule that throws is stopped
// for this trace and reported as failed; the others continue.

import { optionValues } from '../../api/options.ts';
import { listenTo } from '../../api/show.ts';
import { CurrentEvent, showEvent } from '../../api/show-event.ts';
import type { TransitionName } from '../../api/transitions.ts';
import { Viewer } from '../../api/viewer.ts';
import type { Model } from '../../model/model.ts';
import type { Handlers, HarmReport, Report, Rule } from '../../rules/contract.ts';
import { BUILT_IN } from '../../rules/index.ts';
import { handlerProblem } from './handler-names.ts';
import type { RuleFailure, RuleObserver } from './observe.ts';
import { harmProblem, reportProblem } from './report-shape.ts';
import { HandlerError, whatOf } from './rule-failure.ts';
import { as, errorOf, within } from './rule-limits.ts';

export interface RuleOptions {
  /** options set by the user, by rule id; already validated */
  options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  observer?: RuleObserver | undefined;
  /** maximum time in ms of a user's rules for one batch of records */
  timeout?: number | undefined;
}

const TIMEOUT = 30_000;

/** Built-in rules need no time limit. */
const OWN: ReadonlySet<Rule> = new Set(BUILT_IN);

/** Our own reports are what the compiler has checked. */
function demand(rule: Rule, problemOf: () => string | undefined): void {
  const problem = OWN.has(rule) ? undefined : problemOf();
  if (problem !== undefined) throw new TypeError(problem);
}

/** Receives the reports of rules. */
export interface Ears {
  report(rule: Rule, report: Report): void;
  harm(rule: Rule, report: HarmReport): void;
  undecided(rule: Rule, reason: string): void;
  failed(failure: RuleFailure): void;
}

type Handler = (subject: unknown) => unknown;

interface Running {
  rule: Rule;
  isOwn: boolean;
  /** it is ours, and nobody watches it */
  isPlain: boolean;
  over: boolean;
}

interface Listener {
  running: Running;
  handler: Handler;
  over: boolean;
}

/** Those who listen to a transition. When one of them goes, the others may be about to be told of something. */
interface Listening {
  all: Listener[];
}

export class RunRules {
  readonly #model: Model;
  readonly #viewer: Viewer;
  readonly #ears: Ears;
  readonly #observer: RuleObserver | undefined;
  /** nobody keeps an event: the rules are built in, and nobody watches them */
  readonly #keepsNone: boolean;
  readonly #listening = new Map<TransitionName, Listening>();
  readonly #tapping = new Map<number, Listener[]>();

  constructor(
    model: Model,
    rules: readonly Rule[],
    ears: Ears,
    { options = {}, observer, timeout = TIMEOUT }: RuleOptions = {},
  ) {
    this.#model = model;
    const isOthers = rules.some((rule) => !OWN.has(rule));
    this.#viewer = new Viewer(model, isOthers);
    this.#ears = ears;
    this.#observer = observer;
    this.#keepsNone = !isOthers && observer === undefined;
    observer?.started?.(this.#viewer.shown);
    if (isOthers) model.limited = (work) => within(timeout, work);
    const start = (): void => {
      for (const rule of rules) this.#start(rule, options[rule.meta.id]);
    };
    if (model.limited === undefined) start();
    else model.limited(start);
  }

  #start(rule: Rule, said: Readonly<Record<string, unknown>> | undefined): void {
    const isOwn = OWN.has(rule);
    const running: Running = { rule, isOwn, isPlain: isOwn && this.#observer === undefined, over: false };
    const ears = this.#ears;
    const observer = this.#observer;
    let handlers: Handlers = {};
    this.#call(running, 'create', undefined, () => {
      handlers = rule.create({
        model: this.#viewer.shown,
        options: optionValues(rule.meta.options ?? {}, said).values as never,
        on: (name, handler) => this.#listen(running, name, handler as Handler),
        report: (report) => {
          observer?.reported?.(rule, report);
          demand(rule, () => reportProblem(rule, report));
          ears.report(rule, report);
        },
        harm: (report) => {
          observer?.harmed?.(rule, report);
          demand(rule, () => harmProblem(report));
          ears.harm(rule, report);
        },
        undecided: (reason) => {
          observer?.undecided?.(rule, reason);
          ears.undecided(rule, reason);
        },
        debug: (because) => observer?.debug?.(rule, because),
      });
    });
    // the returned object may have getters, which run code of the rule
    try {
      if (!running.over) this.#attach(running, handlers);
    } catch (error) {
      this.#fail(running, 'create', error);
    }
  }

  #attach(running: Running, handlers: Handlers): void {
    const wrong = handlerProblem(handlers, Object.keys(running.rule.probes ?? {}));
    if (wrong !== undefined) throw new HandlerError(wrong.problem, wrong.name);
    const { events, ...transitions } = handlers;
    const all = [Object.entries(transitions), Object.entries(events ?? {})];
    for (const [name, handler] of all[0]) {
      if (handler !== undefined) this.#listen(running, name as TransitionName, handler as Handler);
    }
    for (const [kind, handler] of all[1]) {
      if (handler !== undefined) this.#tap(running, kind, handler as Handler);
    }
  }

  /** A view is made once for all listening rules. */
  #listen(running: Running, name: TransitionName, handler: Handler): () => void {
    const listening = this.#listening.get(name) ?? this.#hear(name);
    const listener = { running, handler, over: false };
    listening.all.push(listener);
    return () => {
      listener.over = true;
      listening.all = listening.all.filter((one) => one !== listener);
    };
  }

  #hear(name: TransitionName): Listening {
    const listening: Listening = { all: [] };
    this.#listening.set(name, listening);
    const tell = (shown: object): void => this.#tell(listening.all, name, shown);
    listenTo(this.#viewer, name, tell, () => listening.all.length > 0);
    return listening;
  }

  #tap(running: Running, kind: string, handler: Handler): void {
    const index = this.#model.catalogue.kind(kind);
    if (index === undefined) return;
    const known = this.#tapping.get(index);
    if (known !== undefined) {
      known.push({ running, handler, over: false });
      return;
    }
    const all = [{ running, handler, over: false }];
    this.#tapping.set(index, all);
    const tell = (shown: object): void => this.#tell(all, kind, shown);
    const current = this.#keepsNone ? new CurrentEvent(index, this.#viewer) : undefined;
    this.#model.tap(index, (rows, o) => {
      if (current === undefined) tell(showEvent(index, rows, o, this.#viewer));
      else current.during(rows, o, tell);
    });
  }

  #tell(all: readonly Listener[], name: string, shown: object): void {
    for (const { running, handler, over } of all) {
      if (over || running.over) continue;
      if (!running.isPlain) {
        this.#call(running, name, shown, handler);
        continue;
      }
      try {
        handler(shown);
      } catch (error) {
        this.#fail(running, name, error);
      }
    }
  }

  #call(running: Running, handler: string, subject: unknown, tell: Handler): void {
    if (running.over) return;
    const observer = this.#observer;
    const call = observer === undefined ? undefined : { rule: running.rule, handler, line: this.#line(), subject };
    if (call !== undefined) observer?.before?.(call);
    try {
      const answer: unknown = running.isOwn
        ? tell(subject)
        : as({ rule: running.rule.meta.id, handler, line: () => this.#line() }, () => tell(subject));
      if (answer instanceof Promise) throw new TypeError('a handler must be synchronous: no async, no Promise');
    } catch (error) {
      this.#fail(running, handler, error);
    } finally {
      if (call !== undefined) observer?.after?.(call);
    }
  }

  #fail(running: Running, handler: string, error: unknown): void {
    running.over = true;
    const failure = {
      rule: running.rule.meta.id,
      from: running.rule,
      line: this.#line(),
      handler,
      error: errorOf(error),
    };
    this.#ears.failed(failure);
    this.#observer?.failed?.(failure);
  }

  #line(): number {
    return this.#model.row.length === 0 ? 0 : this.#model.at().line;
  }
}

/** `the rule failed at line 1042: TypeError: ...`. */
export function failureText({ line, handler, error }: RuleFailure): string {
  return `the rule failed ${line > 0 ? `at line ${line} ` : ''}(${handler}): ${whatOf(errorOf(error))}`;
}
