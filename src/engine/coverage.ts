// What a trace can and cannot prove: its kinds of events, what each rule still needs, and what to add to the next
// capture. The verdicts are those of `check`; this shows the evidence behind them.

import { linesFor, stockOf, stockProbes } from '../capture/coverage-lines.ts';
import type { PlannedProbe } from '../capture/plan.ts';
import { INSUFFICIENT_EVIDENCE, type TraceInfo } from '../contract/report.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import type { Catalogue } from '../vocabulary/catalogue.ts';
import { type EraName, eraNamed } from '../vocabulary/era.ts';
import { Kind, type KindName } from '../vocabulary/kinds.ts';
import type { TypeFacts } from '../vocabulary/vocabulary.ts';
import { kindsOf, NEEDED_FIRST, type ProbeSet, setsFor } from './advice.ts';
import { type CheckedTrace, type CheckOptions, checkOne } from './check.ts';
import { needText, unmet } from './needs.ts';
import { outcomesOf } from './outcome.ts';
import type { TraceInput } from './reading/input.ts';

export interface EventCount {
  /** event name as in the trace, with its system if the text shows it */
  event: string;
  /** probed function, if the text shows it */
  symbol?: string;
  /** its kind; undefined: not used by pindrift */
  kind?: string;
  count: number;
}

/** A set of event kinds of which one would be sufficient. */
export interface Need {
  anyOf: readonly KindName[];
  /** why it is missing, in words */
  text: string;
  /**
   * lines for dynamic_events, or files below /sys/kernel/tracing to set to 1; empty if the era is unknown or has
   * nothing to probe
   */
  add: string[];
}

export interface RuleCoverage {
  id: string;
  decidable: boolean;
  /** events it needs that did not happen */
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
  /** probes to add first if no GUP call was recorded; empty if the era is unknown */
  first?: string[];
  /** what is missing, in the order of the number of rules it decides; empty if the era is unknown */
  next: NextProbe[];
  /** sets to record next time; empty if the era is unknown */
  sets: ProbeSet[];
  /** release of Debian's stock kernel that the offsets are of, `6.1` also for 6.6 */
  stock?: string;
}

/** A missing event, and the rules that need it. */
export interface NextProbe extends Need {
  /** rules that lack nothing else */
  decides: string[];
  /** rules that lack more than this */
  helps: string[];
}

/** What can be recorded on a kernel, without a trace. */
export interface KernelCoverage {
  /** `pindrift.coverage-kernel/1` */
  schema: string;
  kernel: string;
  /** its command line option: `--kernel 6.1` */
  named: string;
  /** source of the definitions */
  from: string;
  rules: number;
  /** rules that no set can decide on it */
  impossible: string[];
  sets: ProbeSet[];
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

/** @param probes everything that can be probed on this kernel; default: on the stock kernel of its era */
export function coverageOfKernel(
  kernel: { name: string; named: string; from: string; era: EraName | undefined; probes?: readonly PlannedProbe[] },
  rules: readonly Rule[] = BUILT_IN,
): KernelCoverage {
  const single = rules.filter(({ meta }) => meta.id !== INSUFFICIENT_EVIDENCE);
  const probes = kernel.probes ?? (kernel.era === undefined ? [] : stockProbes(kernel.era));
  const sets = setsFor(single, kernel.era, probes);
  const able = new Set(sets.flatMap(({ decides }) => decides));
  const { from, name, named } = kernel;
  const impossible = single.map(({ meta }) => meta.id).filter((id) => !able.has(id));
  return { schema: 'pindrift.coverage-kernel/1', kernel: name, named, from, rules: single.length, impossible, sets };
}

function coverageOf(checked: CheckedTrace, rules: readonly Rule[]): TraceCoverage {
  const { info: trace, types } = checked;
  const { seen, lacking, catalogue } = checked.model;
  const outcomes = outcomesOf(rules, checked.findings, [checked]);
  const era = trace.era === undefined ? undefined : eraNamed(trace.era)?.name;
  const covered = rules.map(({ meta }): RuleCoverage => {
    const missing = unmet(meta.needs, checked.model);
    const texts = missing.map((anyOf) => needText(anyOf, trace.era, checked.model));
    const told = new Set(texts);
    const outcome = outcomes.find((rule) => rule.id === meta.id);
    const reasons = (outcome?.missing ?? []).filter((reason) => !told.has(reason));
    return {
      id: meta.id,
      decidable: missing.length === 0 && reasons.length === 0,
      still: outcome?.still,
      missing: missing.map((anyOf, i) => ({ anyOf, text: texts[i], add: addFor(anyOf, era, catalogue) })),
      reasons,
    };
  });
  const single = rules.filter(({ meta }) => meta.id !== INSUFFICIENT_EVIDENCE);
  return {
    trace,
    events: eventsOf(types, catalogue),
    kinds: Object.fromEntries(
      catalogue.kindNames.map((kind, k) => [kind, seen[k] + lacking[k]] as const).filter(([, n]) => n > 0),
    ),
    first:
      checked.model.recorded(Kind.gup) || lacking[Kind.gup] > 0
        ? undefined
        : era === undefined
          ? []
          : linesFor(NEEDED_FIRST, era),
    rules: covered,
    next: nextOf(covered),
    sets:
      era === undefined ? [] : setsFor(single, era, stockProbes(era)).map((set) => counted(set, rules, checked, trace)),
    ...(era === undefined ? {} : { stock: stockOf(era) }),
  };
}

/** Each missing thing once, in the order of the number of rules it decides. */
function nextOf(rules: readonly RuleCoverage[]): NextProbe[] {
  const all = new Map<string, NextProbe>();
  for (const { id, missing } of rules) {
    for (const need of missing) {
      const one = all.get(need.text) ?? { ...need, decides: [], helps: [] };
      (missing.length === 1 ? one.decides : one.helps).push(id);
      all.set(need.text, one);
    }
  }
  return [...all.values()].toSorted((a, b) => b.decides.length - a.decides.length || b.helps.length - a.helps.length);
}

/** The events of this trace that a set would have recorded. */
function counted(set: ProbeSet, rules: readonly Rule[], { model }: CheckedTrace, trace: TraceInfo): ProbeSet {
  const kinds = kindsOf(set.name, rules)
    .map((kind) => model.catalogue.kind(kind))
    .filter((kind) => kind !== undefined);
  const events = kinds.reduce((sum, kind) => sum + model.seen[kind] + model.lacking[kind], 0);
  const isTimed = trace.timeUnit === 'ns' && trace.firstTime !== undefined && trace.lastTime !== undefined;
  const seconds = isTimed ? ((trace.lastTime ?? 0) - (trace.firstTime ?? 0)) / 1e9 : 0;
  return {
    ...set,
    events,
    ...(seconds > 0 ? { eventsPerSecond: Math.round(events / seconds) } : {}),
    isWhole: kinds.every((kind) => model.seen[kind] + model.lacking[kind] > 0),
  };
}

const addFor = (anyOf: readonly KindName[], era: EraName | undefined, catalogue: Catalogue): string[] =>
  era === undefined ? [] : linesFor(anyOf, era, catalogue);

function eventsOf(types: readonly TypeFacts[], { kindNames }: Catalogue): EventCount[] {
  return types
    .filter((type) => type.count > 0)
    .map((type) => ({
      event: type.system === '' ? type.name : `${type.system}:${type.name}`,
      symbol: type.symbol,
      kind: type.kind === 0 ? undefined : kindNames[type.kind],
      count: type.count,
    }));
}
