// What a trace can and cannot prove: which kinds of events it has, what each rule would need beside them, and what to
// add to the next capture. The verdicts are those of `check`; this counts what stands behind them.

import { linesFor } from '../capture/coverage-lines.ts';
import type { TraceInfo } from '../contract/report.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { type EraName, eraNamed } from '../vocabulary/era.ts';
import { KIND_NAMES, Kind, type KindName } from '../vocabulary/kinds.ts';
import type { TypeFacts } from '../vocabulary/vocabulary.ts';
import { FIRST } from './advice.ts';
import { type CheckedTrace, type CheckOptions, checkOne } from './check.ts';
import type { TraceInput } from './input.ts';
import { needText, unmet } from './needs.ts';
import { outcomesOf } from './outcome.ts';

export interface EventCount {
  /** event name as in the trace, with its system where the text shows it */
  event: string;
  /** probed function, where the text shows it */
  symbol?: string;
  /** what it means; undefined: pindrift does not use it */
  kind?: KindName;
  count: number;
}

/** A set of event kinds of which one would have been enough. */
export interface Need {
  anyOf: readonly KindName[];
  /** why it is missing, in words */
  text: string;
  /** lines for dynamic_events, or files below /sys/kernel/tracing to set to 1; empty when the era is not known or has nothing to probe */
  add: string[];
}

export interface RuleCoverage {
  id: string;
  decidable: boolean;
  /** what it needs and what did not happen */
  still?: string[];
  missing: Need[];
  /** other reasons why it cannot decide */
  reasons: string[];
}

export interface TraceCoverage {
  trace: TraceInfo;
  events: EventCount[];
  /** events by kind, the kinds that were seen */
  kinds: Partial<Record<KindName, number>>;
  rules: RuleCoverage[];
  /** what to add before anything else, where no GUP call was recorded */
  first?: string[];
}

export interface Coverage {
  /** `pindrift.coverage/1` */
  schema: string;
  traces: TraceCoverage[];
}

export async function coverage(inputs: readonly TraceInput[], options: CheckOptions = {}): Promise<Coverage> {
  const traces: TraceCoverage[] = [];
  for (const input of inputs) traces.push(coverageOf(await checkOne(input, 0, options), options.rules ?? BUILT_IN));
  return { schema: 'pindrift.coverage/1', traces };
}

function coverageOf(checked: CheckedTrace, rules: readonly Rule[]): TraceCoverage {
  const { info: trace, types } = checked;
  const { seen, lacking } = checked.model;
  const outcomes = outcomesOf(rules, checked.findings, [checked]);
  const era = trace.era === undefined ? undefined : eraNamed(trace.era)?.name;
  return {
    trace,
    events: eventsOf(types),
    kinds: Object.fromEntries(
      KIND_NAMES.map((kind, k) => [kind, seen[k] + lacking[k]] as const).filter(([, n]) => n > 0),
    ),
    first:
      era !== undefined && !checked.model.recorded(Kind.gup) && lacking[Kind.gup] === 0
        ? linesFor(FIRST, era)
        : undefined,
    rules: rules.map(({ meta }) => {
      const missing = unmet(meta.needs, checked.model);
      const texts = missing.map((anyOf) => needText(anyOf, trace.era, checked.model));
      const told = new Set(texts);
      const outcome = outcomes.find((rule) => rule.id === meta.id);
      const reasons = (outcome?.missing ?? []).filter((reason) => !told.has(reason));
      return {
        id: meta.id,
        decidable: missing.length === 0 && reasons.length === 0,
        still: outcome?.still,
        missing: missing.map((anyOf, i) => ({ anyOf, text: texts[i], add: addFor(anyOf, era) })),
        reasons,
      };
    }),
  };
}

const addFor = (anyOf: readonly KindName[], era: EraName | undefined): string[] =>
  era === undefined ? [] : linesFor(anyOf, era);

function eventsOf(types: readonly TypeFacts[]): EventCount[] {
  return types
    .filter((type) => type.count > 0)
    .map((type) => ({
      event: type.system === '' ? type.name : `${type.system}:${type.name}`,
      symbol: type.symbol,
      kind: type.kind === 0 ? undefined : KIND_NAMES[type.kind],
      count: type.count,
    }));
}
