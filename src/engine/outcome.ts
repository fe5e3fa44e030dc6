// The verdicts: per rule, and overall.

import type { Finding, Verdict } from '../contract/finding.ts';
import { INSUFFICIENT_EVIDENCE, type RuleFailed, type RuleOutcome } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { AnyRule } from '../rules/contract.ts';
import { missingEvents } from '../rules/reasons.ts';
import type { KindName } from '../vocabulary/kinds.ts';
import { lackText, needText, stillOf, unmet } from './needs.ts';
import type { RuleFailure } from './running/observe.ts';
import { failedOf } from './running/rule-failure.ts';

/** Kinds that affect neither page tables nor pins: only the rules that name them need them. */
const ASIDE: ReadonlySet<KindName> = new Set([
  'notifierStart',
  'notifierEnd',
  'tlbFlush',
  'hmmFault',
  'hmmFaultRet',
  'moveAnon',
  'wpCopy',
]);

/** Result of the replay of a trace. */
export interface Replayed {
  info: { era?: string };
  undecided: ReadonlyMap<string, readonly string[]>;
  model: Model;
  /** notes that were counted but not kept, by rule */
  notKept?: ReadonlyMap<string, number>;
  /** rules that failed, by id */
  failures?: ReadonlyMap<string, RuleFailure>;
}

/** What a rule could decide on one trace. */
interface Decision {
  /** why it could not */
  reasons: readonly string[];
  /** probes that would have shown more */
  still: readonly string[];
}

/** What the verdicts on a trace are made of, once its model is gone. */
export interface Decided extends Pick<Replayed, 'notKept' | 'failures'> {
  /** by rule */
  decisions: ReadonlyMap<string, Decision>;
}

export function decide(rules: readonly AnyRule[], trace: Replayed): Decided {
  const { model, info, notKept, failures } = trace;
  const decisions = rules.map(({ meta }): [string, Decision] => {
    const still = stillOf(meta.needs as readonly (readonly string[])[], model);
    const probes = still.map((anyOf) => model.catalogue.probesFor(anyOf, info.era));
    return [meta.id, { reasons: reasonsOf(meta, trace), still: probes }];
  });
  return { decisions: new Map(decisions), notKept, failures };
}

export function outcomesOf(
  rules: readonly AnyRule[],
  findings: readonly Finding[],
  traces: readonly Decided[],
): RuleOutcome[] {
  return rules.map(({ meta: { id } }) => {
    const mine = findings.filter((f) => f.rule === id).length;
    const missing = new Set<string>();
    const still = new Set<string>();
    const undecidedIn: number[] = [];
    const failed: RuleFailed[] = [];
    for (const [i, { decisions, failures }] of traces.entries()) {
      const failure = failures?.get(id);
      if (failure !== undefined) failed.push(failedOf(failure, i));
      const decision = decisions.get(id);
      if (decision === undefined) continue;
      if (decision.reasons.length > 0) undecidedIn.push(i);
      for (const reason of decision.reasons) missing.add(reason);
      for (const probes of decision.still) still.add(probes);
    }
    const verdict: Verdict = mine > 0 ? 'violated' : missing.size > 0 ? 'could-not-be-checked' : 'clean';
    const notKept = traces.reduce((n, t) => n + (t.notKept?.get(id) ?? 0), 0);
    return {
      id,
      verdict,
      findings: mine,
      missing: [...missing],
      still: still.size > 0 ? [...still] : undefined,
      notKept: notKept > 0 ? notKept : undefined,
      undecidedIn: undecidedIn.length > 0 && undecidedIn.length < traces.length ? undecidedIn : undefined,
      failed: failed.length > 0 ? failed : undefined,
    };
  });
}

/** Why a rule could not decide on one trace. */
function reasonsOf({ id, needs }: AnyRule['meta'], trace: Replayed): string[] {
  const { info, model, undecided } = trace;
  const wanted = unmet(needs as readonly (readonly string[])[], model);
  const reasons = [
    ...(undecided.get(id) ?? []),
    ...wanted.map((anyOf) => needText(anyOf, info.era, model)),
    ...(id === INSUFFICIENT_EVIDENCE ? lacking(trace) : []),
  ];
  if (reasons.length > 0 || needs.length === 0) return reasons;
  // the event it looks for may be missing
  return missingEvents(model);
}

/** Events that lack fields the model needs: what they would have shown is not in the trace. */
function lacking({ model, info }: Replayed): string[] {
  return model.catalogue.kindNames.flatMap((name, kind) =>
    model.lacking[kind] > 0 && !ASIDE.has(name as KindName) ? [lackText(kind, info.era, model)] : [],
  );
}

export function verdictOf(findings: readonly Finding[], outcomes: readonly RuleOutcome[]): Verdict {
  if (findings.some((f) => f.severity !== 'note')) return 'violated';
  const deciding = outcomes.find((o) => o.id === INSUFFICIENT_EVIDENCE);
  return deciding === undefined || deciding.missing.length > 0 ? 'could-not-be-checked' : 'clean';
}
