// Converts the report to the data of the page, in the words of all reports for people.

import type { Evidence, Finding } from '../../contract/finding.ts';
import { placeWords } from '../../contract/place-words.ts';
import type { CheckReport, DetailedReport, PinLife, Suppressed, TraceInfo } from '../../contract/report.ts';
import { grouped } from '../../util/count.ts';
import type { ReportOptions } from '../reporter.ts';
import { type Alike, alike, moreWords } from '../shared/alike.ts';
import { clean, relativeTime, timeDigits, verbatim } from '../shared/format.ts';
import { choosePins, hasPin, type LifeStep, lives, partingIndex } from '../shared/lifeline.ts';
import { lossSamples, lossWords } from '../shared/loss-words.ts';
import { type StepKind, stepKind } from '../shared/steps.ts';
import { titleOf } from '../shared/title.ts';
import {
  addressOf,
  clockWords,
  formatWords,
  kernelWords,
  notes,
  pageWords,
  pathWords,
  pinnedElsewhere,
  pinOwner,
  pinsWords,
  sizeWords,
  verdictWords,
} from '../shared/words.ts';
import type {
  Fact,
  FindingView,
  LifeView,
  Parts,
  Payload,
  RuleView,
  StepView,
  SuppressedView,
  TraceView,
} from './payload.ts';
import { toColumns } from './pin-columns.ts';

/** More pins would make the file and the page slow; the relevant ones are kept. */
export const PINS_SHOWN = 200_000;

export function partsOf(detailed: DetailedReport, options: ReportOptions): Parts {
  const { report } = detailed;
  const all = lives(detailed);
  const shown = choosePins(all, PINS_SHOWN);
  const pinOf = new Map(all.flatMap((pin) => (pin.finding === undefined ? [] : [[pin.finding, pin] as const])));
  const groups = new Map(
    alike(report.findings).flatMap((group) => [group.first, ...group.more].map((one) => [one.n, group])),
  );
  const before = numbersBefore(report);
  const view: Payload = {
    verdict: report.verdict,
    words: verdictWords(report),
    version: options.version,
    traces: report.traces.map(traceView),
    rules: ruleViews(report, options),
    findings: report.findings.map((finding) =>
      findingView(
        finding,
        report.traces[finding.trace],
        pinOf.get(finding.n),
        groups.get(finding.n),
        report,
        before.get(finding.trace) ?? 0,
      ),
    ),
    suppressed: (report.suppressed ?? []).map(suppressedView),
    unreadable: (report.unreadable ?? []).map(({ path, reason }) => ({ path: clean(path), reason: clean(reason) })),
    pinCount: shown.length,
    pinsLeft: all.length - shown.length,
  };
  return { report: view, pins: toColumns(shown) };
}

function findingView(
  finding: Finding,
  trace: TraceInfo | undefined,
  pin: PinLife | undefined,
  group: Alike | undefined,
  report: CheckReport,
  before: number,
): FindingView {
  const first = group?.first === finding;
  return {
    n: finding.n,
    inTrace: finding.n - before,
    rule: clean(finding.rule),
    severity: finding.severity,
    confidence: finding.confidence,
    title: titleOf(finding),
    message: clean(finding.message),
    owner: pinOwner(finding),
    trace: finding.trace,
    facts: findingFacts(finding, report.traces.length > 1 ? trace : undefined),
    notes: [
      ...notes(finding, trace, first && group !== undefined ? moreWords(group) : undefined).map(
        ({ label, text }): Fact => [label, text],
      ),
      ['fingerprint', clean(finding.fingerprint)],
    ],
    life: lifeView(finding, trace, pin),
    like: first ? undefined : group?.first.n,
    more: first && group !== undefined && group.more.length > 0 ? group.more.length : undefined,
  };
}

/** Findings are numbered trace by trace: the number of findings before each trace. */
function numbersBefore({ findings, suppressed = [] }: CheckReport): Map<number, number> {
  const before = new Map<number, number>();
  for (const { n, trace } of [...findings, ...suppressed.map(({ finding }) => finding)])
    before.set(trace, Math.min(before.get(trace) ?? n - 1, n - 1));
  return before;
}

function suppressedView({ finding, reason, until }: Suppressed): SuppressedView {
  const where = [pinOwner(finding), addressOf(finding)].filter((part) => part !== '').join(' ');
  return {
    rule: clean(finding.rule),
    message: clean(finding.message),
    where,
    reason: clean(reason),
    until: clean(until ?? ''),
  };
}

function findingFacts(finding: Finding, trace: TraceInfo | undefined): Fact[] {
  const { pin, mapping } = finding;
  const thread = pin.tgid === undefined || pin.pid === undefined || pin.tgid === pin.pid ? '' : `thread ${pin.pid}`;
  const facts: [string, (string | undefined)[]][] = [
    ['trace', [trace === undefined ? '' : pathWords(trace)]],
    ['process', [pinOwner(finding), thread, pin.mm === undefined ? '' : `mm ${clean(pin.mm)}`]],
    ['address', [addressOf(finding), ...pinnedElsewhere(finding)]],
    [hasPin(finding) ? 'pinned' : 'page', [pageWords(pin), clean(pin.api ?? ''), pin.flags.map(clean).join('|')]],
    ['by', [clean(pin.caller ?? '')]],
    ['mapped', [pageWords(mapping)]],
    ['cause', [clean(finding.cause)]],
  ];
  return facts
    .map(([label, parts]): Fact => [label, parts.filter((part) => part !== undefined && part !== '').join(', ')])
    .filter(([, text]) => text !== '');
}

function lifeView(finding: Finding, trace: TraceInfo | undefined, pin: PinLife | undefined): LifeView {
  const quoted = new Set(finding.evidence.map((step) => step.line));
  const minor: LifeStep[] = (pin?.steps ?? []).filter((step) => !quoted.has(step.line));
  const all: (Evidence | LifeStep)[] = [...finding.evidence, ...minor].sort((a, b) => a.line - b.line);
  const base = finding.evidence.find((step) => step.time !== undefined)?.time;
  const digits = timeDigits(all.map((step) => step.time));
  const unit = trace?.timeUnit ?? 'ns';
  const tasks = new Map(
    finding.evidence.flatMap(({ pid, task }) => (pid === undefined || task === undefined ? [] : [[pid, task]])),
  );
  const parting = partingIndex(all, finding);
  const steps = all.map((step, i): StepView => {
    const told = 'offset' in step ? step : undefined;
    const { cpu, line, pid, role, time, what } = step;
    return {
      role: clean(role),
      kind: kindOf(role, finding.harm.length > 0 && i > (parting ?? -1)),
      line,
      place: told?.record === undefined ? undefined : placeWords(told.record),
      time: unit === 'none' ? undefined : time,
      rel: time === undefined || base === undefined || unit === 'none' ? '' : relativeTime(time, base, unit, digits),
      cpu,
      task: clean(told?.task ?? (pid === undefined ? '' : (tasks.get(pid) ?? `pid ${pid}`))),
      fn: clean(told?.fn ?? ''),
      what: clean(what),
      text: verbatim(told?.text ?? ''),
      stack: told?.stack?.map(verbatim),
      minor: told === undefined ? true : undefined,
    };
  });
  return {
    isPin: hasPin(finding),
    pinned: pageWords(finding.pin) ?? 'page not shown',
    mapped: pageWords(finding.mapping) ?? '',
    address: addressOf(finding),
    steps,
    parting,
    from: pin?.from ?? finding.pin.time,
    to: pin?.to,
    state: pin?.state ?? 'presumed',
    lost: lostIn(trace, steps),
    marks: marksOf(finding),
  };
}

/** As many as can be told apart in a picture. */
const LOST_SHOWN = 20;

function lostIn(trace: TraceInfo | undefined, steps: readonly StepView[]): LifeView['lost'] {
  const times = steps.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  return (trace?.losses ?? [])
    .flatMap(({ count, cpu, kind, time }) => {
      if (kind !== 'lost-events' || time === undefined || time < first || time > last) return [];
      const events = count === undefined ? 'events lost' : `${grouped(count)} lost`;
      return [{ time, words: cpu === undefined ? events : `${events} on cpu${cpu}` }];
    })
    .slice(0, LOST_SHOWN);
}

/** The end of an I/O is harm only if there is harm. */
function kindOf(role: string, harmful: boolean): StepKind {
  const kind = stepKind(role);
  return kind === 'harm' && !harmful ? 'use' : kind;
}

/** The numbers to highlight in the lines, without `0x`, which not all print formats use. */
function marksOf({ pin, mapping }: Finding): LifeView['marks'] {
  const digits = (...all: (string | undefined)[]) =>
    all.flatMap((one) => (one === undefined || !HEX.test(one) ? [] : [one.slice(2)]));
  return {
    pinned: digits(pin.pfn, pin.page),
    mapped: digits(mapping?.pfn, mapping?.page),
    address: digits(pin.address),
  };
}

const HEX = /^0x[0-9a-f]{3,16}$/;

function ruleViews(report: CheckReport, { rules = [] }: ReportOptions): RuleView[] {
  const docs = new Map(rules.map((doc) => [doc.id, doc]));
  return report.rules.map(({ id, verdict, findings, missing }) => {
    const doc = docs.get(id);
    return {
      id: clean(id),
      verdict,
      findings,
      missing: missing.map(clean),
      title: clean(doc?.title ?? ''),
      wrong: (doc?.falsePositives ?? []).map(clean),
      references: (doc?.references ?? []).map(clean),
    };
  });
}

function traceView(trace: TraceInfo): TraceView {
  const kinds = Object.entries(trace.lineKinds).filter(([, n]) => n > 0);
  return {
    name: pathWords(trace),
    unit: trace.timeUnit,
    facts: [
      ['format', formatWords(trace)],
      ['kernel', kernelWords(trace)],
      ['time', clockWords(trace)],
      ['size', sizeWords(trace)],
      ['lines', kinds.map(([kind, n]) => `${grouped(n)} ${clean(kind)}`).join(', ')],
      ['pins', pinsWords(trace)],
    ],
    losses: lossWords(trace.losses),
    samples: lossSamples(trace.losses).map(({ line, text }) => ({ line, text: verbatim(text) })),
  };
}
