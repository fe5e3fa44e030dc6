// Rules again on a store, without the text: the mm events are kept there, and the replay runs over them as it runs over
// a trace. Also how a replayed trace becomes a part of a report, which `ingest` shares.
import { Model } from '../model/model.ts';
import type { TraceHead } from '../parsers/line.ts';
import type { CheckReport, Loss, RuleOutcome, TraceInfo } from '../report/contract.ts';
import type { Rule } from '../rules/contract.ts';
import type { Finding, Verdict } from '../rules/finding.ts';
import { isTransientCaller } from '../vocabulary/callers.ts';
import { KIND_NAMES, Kind } from '../vocabulary/kinds.ts';
import type { ReadStats } from './read.ts';
import { LINE_KIND_NAMES } from './read.ts';

/** One trace, replayed and judged. */
export interface Judged {
  info: TraceInfo;
  findings: Finding[];
  undecided: Map<string, string[]>;
  model: Model;
}

const DECIDING = 'insufficient-evidence';

/** The report on several traces. */
export function reportOf(rules: readonly Rule[], traces: readonly Judged[]): CheckReport {
  const findings = traces.flatMap((t) => t.findings).map((f, i) => ({ ...f, n: i + 1 }));
  const outcomes = rules.map((rule) => outcome(rule, findings, traces));
  return { schema: 'pindrift.check/1', verdict: verdictOf(findings, outcomes), traces: traces.map((t) => t.info), rules: outcomes, findings };
}

function verdictOf(findings: readonly Finding[], outcomes: readonly RuleOutcome[]): Verdict {
  if (findings.some((f) => f.severity !== 'note')) return 'violated';
  const undecided = outcomes.find((o) => o.id === DECIDING);
  return undecided === undefined || undecided.missing.length > 0 ? 'could-not-be-checked' : 'clean';
}

function outcome(rule: Rule, findings: readonly Finding[], traces: readonly Judged[]): RuleOutcome {
  const mine = findings.filter((f) => f.rule === rule.meta.id);
  const missing = new Set<string>();
  for (const t of traces) {
    for (const reason of t.undecided.get(rule.meta.id) ?? []) missing.add(reason);
    for (const any of rule.meta.needs) {
      if (!any.some((k) => t.model.seen[Kind[k]] > 0)) missing.add(any.join(' or '));
    }
  }
  const verdict: Verdict = mine.length > 0 ? 'violated' : missing.size > 0 ? 'could-not-be-checked' : 'clean';
  return { id: rule.meta.id, verdict, findings: mine.length, missing: [...missing] };
}

export function newModel(symbols: readonly string[]): Model {
  const model = new Model(KIND_NAMES.length);
  model.isTransientCaller = (s) => isTransientCaller(symbols[s] ?? '');
  return model;
}

/** What the rules may ask about the text. */
export function factsOf(head: TraceHead, unread: number, damage: string | undefined): Model['facts'] {
  return { cpus: head.cpus, timeUnit: head.timeUnit, overwritten: head.overwritten ?? 0, unread, damage };
}

/** What the text itself shows; the rest of a trace's entry in the report is the replay's. */
export type TextInfo = Omit<TraceInfo, 'era' | 'eraFrom' | 'mmEvents' | 'pins'>;

export function textInfo(path: string, head: TraceHead, stats: ReadStats): TextInfo {
  return {
    path,
    format: head.format,
    variant: head.variant,
    kernel: head.kernel,
    clock: head.clock,
    timeUnit: head.timeUnit,
    cpus: head.cpus,
    lines: stats.lines,
    events: stats.kinds[1],
    bytes: stats.bytes,
    lineKinds: Object.fromEntries(
      LINE_KIND_NAMES.map((name, k) => [name, stats.kinds[k]] as const).filter(([name, n]) => name !== '' && n > 0),
    ),
    losses: lossesOf(head, stats),
    firstTime: known(stats.firstTs),
    lastTime: known(stats.lastTs),
  };
}

function lossesOf(head: TraceHead, stats: ReadStats): Loss[] {
  const losses: Loss[] = [];
  const { bad } = stats;
  if (stats.kinds[8] > 0) {
    const samples = bad.map((b) => ({ line: b.line, text: b.text }));
    losses.push({ kind: 'bad-line', count: stats.kinds[8], line: bad[0]?.line, reason: bad[0]?.reason ?? '', samples });
  }
  for (const { n, cpu, line, ts } of stats.lost) {
    const reason = 'the kernel or the recorder dropped events here';
    losses.push({ kind: 'lost-events', count: known(n), cpu: cpu >= 0 ? cpu : undefined, line, time: known(ts), reason });
  }
  if ((head.overwritten ?? 0) > 0) {
    const reason = 'the ring buffer overwrote its oldest events before the trace was read';
    losses.push({ kind: 'overwritten', count: head.overwritten, reason });
  }
  if (stats.damage !== undefined) losses.push({ kind: 'truncated', reason: stats.damage });
  if (stats.cut) losses.push({ kind: 'truncated', line: stats.lines, reason: 'the last line is incomplete' });
  return losses;
}

const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);

export function traceInfo(text: TextInfo, model: Model, era: string | undefined, eraFrom: string): TraceInfo {
  let mmEvents = 0;
  model.seen.forEach((n, k) => {
    if (k !== Kind.lost) mmEvents += n;
  });
  const { counts } = model;
  return {
    ...text,
    era,
    eraFrom,
    mmEvents,
    pins: { seen: counts.pins, released: counts.released - counts.presumed, presumed: counts.presumed, open: model.held.size },
  };
}

