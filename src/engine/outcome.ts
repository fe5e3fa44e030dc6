// The verdicts: per rule, and of the whole.

import type { Finding, Verdict } from '../contract/finding.ts';
import { INSUFFICIENT_EVIDENCE, type RuleOutcome } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import type { AnyRule } from '../rules/contract.ts';
import { probesFor } from '../vocabulary/functions.ts';
import { KIND_NAMES, type KindName } from '../vocabulary/kinds.ts';
import { lackText, needText, stillOf, unmet } from './needs.ts';

/** Kinds that no page table and no pin follows from: only the rules that name them need them. */
const ASIDE: ReadonlySet<KindName> = new Set([
  'notifierStart',
  'notifierEnd',
  'tlbFlush',
  'hmmFault',
  'hmmFaultRet',
  'moveAnon',
  'wpCopy',
]);

/** What a trace's replay leaves for the verdicts. */
export interface Decided {
  info: { era?: string };
  undecided: ReadonlyMap<string, readonly string[]>;
  model: Model;
  notKept?: ReadonlyMap<string, number>;
}

export function outcomesOf(
  rules: readonly AnyRule[],
  findings: readonly Finding[],
  traces: readonly Decided[],
): RuleOutcome[] {
  return rules.map(({ meta }) => {
    const mine = findings.filter((f) => f.rule === meta.id).length;
    const missing = new Set<string>();
    const still = new Set<string>();
    for (const t of traces) {
      for (const reason of t.undecided.get(meta.id) ?? []) missing.add(reason);
      for (const anyOf of unmet(meta.needs as readonly (readonly string[])[], t.model))
        missing.add(needText(anyOf, t.info.era, t.model));
      if (meta.id === INSUFFICIENT_EVIDENCE) for (const text of lacking(t)) missing.add(text);
      for (const anyOf of stillOf(meta.needs as readonly (readonly string[])[], t.model))
        still.add(probesFor(anyOf, t.info.era));
    }
    const verdict: Verdict = mine > 0 ? 'violated' : missing.size > 0 ? 'could-not-be-checked' : 'clean';
    const notKept = traces.reduce((n, t) => n + (t.notKept?.get(meta.id) ?? 0), 0);
    return {
      id: meta.id,
      verdict,
      findings: mine,
      missing: [...missing],
      still: still.size > 0 ? [...still] : undefined,
      notKept: notKept > 0 ? notKept : undefined,
    };
  });
}

/** Events that lack what the model needs of them: what they would have shown is not in the trace. */
function lacking({ model, info }: Decided): string[] {
  return KIND_NAMES.flatMap((name, kind) =>
    model.lacking[kind] > 0 && !ASIDE.has(name) ? [lackText(kind, info.era, model)] : [],
  );
}

export function verdictOf(findings: readonly Finding[], outcomes: readonly RuleOutcome[]): Verdict {
  if (findings.some((f) => f.severity !== 'note')) return 'violated';
  const deciding = outcomes.find((o) => o.id === INSUFFICIENT_EVIDENCE);
  return deciding === undefined || deciding.missing.length > 0 ? 'could-not-be-checked' : 'clean';
}
