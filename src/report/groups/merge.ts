// Why: combines several reports into one, since reporters take one. Findings are renumbered.
import type { Verdict } from '../../contract/finding.ts';
import type { CheckReport, DetailedReport, RuleOutcome } from '../../contract/report.ts';

export function mergeReports(all: readonly DetailedReport[]): DetailedReport {
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  const merged: DetailedReport = {
    report: { schema: 'pindrift.check/1', verdict: verdictOf(all), traces: [], rules: [], findings: [] },
    pins: [],
  };
  const { report } = merged;
  const rules = new Map<string, RuleOutcome>();
  for (const { pins, report: one } of all) {
    const [traces, findings] = [report.traces.length, report.findings.length];
    // some of a report's findings may be suppressed, so numbers have gaps
    const numbers = new Map(one.findings.map(({ n }, i) => [n, findings + i + 1]));
    for (const finding of one.findings)
      report.findings.push({ ...finding, n: numbers.get(finding.n) ?? 0, trace: finding.trace + traces });
    for (const suppressed of one.suppressed ?? []) {
      const finding = { ...suppressed.finding, trace: suppressed.finding.trace + traces };
      report.suppressed = [...(report.suppressed ?? []), { ...suppressed, finding }];
    }
    for (const pin of pins) {
      const { finding, ...rest } = pin;
      const n = finding === undefined ? undefined : numbers.get(finding);
      merged.pins.push({ ...rest, trace: pin.trace + traces, ...(n === undefined ? {} : { finding: n }) });
    }
    report.traces.push(...one.traces);
    for (const rule of one.rules) rules.set(rule.id, outcomeOf(rules.get(rule.id), placed(rule, traces, one)));
  }
  // omitted if it is all of them
  report.rules = [...rules.values()].map(({ undecidedIn, ...rule }) => ({
    ...rule,
    ...(undecidedIn !== undefined && undecidedIn.length < report.traces.length ? { undecidedIn } : {}),
  }));
  return merged;
}

const WEIGHT: Readonly<Record<Verdict, number>> = { violated: 2, 'could-not-be-checked': 1, clean: 0 };
const heavier = (a: Verdict, b: Verdict): Verdict => (WEIGHT[b] > WEIGHT[a] ? b : a);

const verdictOf = (all: readonly { report: Pick<CheckReport, 'verdict'> }[]): Verdict =>
  all.reduce<Verdict>((worst, { report }) => heavier(worst, report.verdict), 'clean');

/** The outcome of a rule in one report, with the trace numbers of the whole. */
function placed(rule: RuleOutcome, from: number, { traces }: CheckReport): RuleOutcome {
  const isOpen = rule.missing.length > 0;
  const undecidedIn = rule.undecidedIn ?? (isOpen ? traces.map((_, i) => i) : []);
  const failed = rule.failed?.map((one) => ({ ...one, trace: one.trace + from }));
  const { failed: _, undecidedIn: __, ...rest } = rule;
  return {
    ...rest,
    ...(undecidedIn.length > 0 ? { undecidedIn: undecidedIn.map((i) => i + from) } : {}),
    ...(failed === undefined ? {} : { failed }),
  };
}

function outcomeOf(a: RuleOutcome | undefined, b: RuleOutcome): RuleOutcome {
  if (a === undefined) return { ...b };
  const still = [...new Set([...(a.still ?? []), ...(b.still ?? [])])];
  const notKept = (a.notKept ?? 0) + (b.notKept ?? 0);
  const undecidedIn = [...(a.undecidedIn ?? []), ...(b.undecidedIn ?? [])];
  const failed = [...(a.failed ?? []), ...(b.failed ?? [])];
  return {
    id: a.id,
    verdict: heavier(a.verdict, b.verdict),
    findings: a.findings + b.findings,
    missing: [...new Set([...a.missing, ...b.missing])],
    ...(still.length > 0 ? { still } : {}),
    ...(notKept > 0 ? { notKept } : {}),
    ...(undecidedIn.length > 0 ? { undecidedIn } : {}),
    ...(failed.length > 0 ? { failed } : {}),
  };
}
