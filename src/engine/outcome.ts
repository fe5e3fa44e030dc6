// The verdicts: per rule, and of the whole.
import type { Model } from '../model/model.ts';
import type { RuleOutcome } from '../report/contract.ts';
import type { AnyRule } from '../rules/contract.ts';
import type { Finding, Verdict } from '../rules/finding.ts';
import { probesFor } from '../vocabulary/functions.ts';
import { Kind, type KindName } from '../vocabulary/kinds.ts';

/** The rule that says whether the drift invariant itself could be checked. */
const DECIDING = 'insufficient-evidence';

/** What a trace's replay leaves for the verdicts. */
export interface Decided {
  info: { era?: string };
  undecided: ReadonlyMap<string, readonly string[]>;
  model: Model;
  notKept?: ReadonlyMap<string, number>;
}

export const needText = (anyOf: readonly string[], era: string | undefined): string =>
  `${probesFor(anyOf, era)} (never seen)`;

export function outcomesOf(
  rules: readonly AnyRule[],
  findings: readonly Finding[],
  traces: readonly Decided[],
): RuleOutcome[] {
  return rules.map(({ meta }) => {
    const mine = findings.filter((f) => f.rule === meta.id).length;
    const missing = new Set<string>();
    for (const t of traces) {
      for (const reason of t.undecided.get(meta.id) ?? []) missing.add(reason);
      for (const anyOf of meta.needs as readonly (readonly KindName[])[]) {
        if (!anyOf.some((k) => t.model.seen[Kind[k]] > 0)) missing.add(needText(anyOf, t.info.era));
      }
    }
    const verdict: Verdict = mine > 0 ? 'violated' : missing.size > 0 ? 'could-not-be-checked' : 'clean';
    const notKept = traces.reduce((n, t) => n + (t.notKept?.get(meta.id) ?? 0), 0);
    return { id: meta.id, verdict, findings: mine, missing: [...missing], notKept: notKept > 0 ? notKept : undefined };
  });
}

export function verdictOf(findings: readonly Finding[], outcomes: readonly RuleOutcome[]): Verdict {
  if (findings.some((f) => f.severity !== 'note')) return 'violated';
  const deciding = outcomes.find((o) => o.id === DECIDING);
  return deciding === undefined || deciding.missing.length > 0 ? 'could-not-be-checked' : 'clean';
}
