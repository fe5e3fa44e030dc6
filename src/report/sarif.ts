// SARIF 2.1.0 for code scanning: the trace file is the artifact, a finding is a result, and its code flow lists the
// lines of the trace from the pin over the cause of the drift to the harm.
import type { Location, Notification, Region, ReportingDescriptor, Result, Run, ThreadFlowLocation } from 'sarif';
import type { Confidence, Evidence, Finding } from '../contract/finding.ts';
import type { CheckReport } from '../contract/report.ts';
import { count, grouped } from '../util/count.ts';
import type { Reporter, ReportOptions, RuleDoc } from './reporter.ts';
import { worstFirst } from './shared/alike.ts';
import { clean, verbatim } from './shared/format.ts';
import { lossWords } from './shared/loss-words.ts';
import { below } from './shared/relative.ts';
import { jsonText } from './shared/serialize.ts';
import { mainStep, partingStep, stepKind } from './shared/steps.ts';
import { titleOf } from './shared/title.ts';
import { failureWords, reasonWords } from './shared/words.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** GitHub rejects a run with more (docs.github.com, "SARIF results exceed one or more limits"). */
const MOST_RESULTS = 25_000;

/** SARIF's rank is 0 to 100; what consumers sort by. */
const RANK: Readonly<Record<Confidence, number>> = { certain: 100, high: 80, medium: 50, low: 20 };
/** The words of code scanning for it. */
const PRECISION: Readonly<Record<Confidence, string>> = {
  certain: 'very-high',
  high: 'high',
  medium: 'medium',
  low: 'low',
};

export const sarif: Reporter = {
  // One result per line: 10,000 findings are too much for one string, and `grep` works.
  *render(given: CheckReport, options: ReportOptions): Iterable<string> {
    const report = below(options.root, given);
    const accepted = report.suppressed ?? [];
    const isMore = report.findings.length > MOST_RESULTS;
    const findings = isMore ? worstFirst(report.findings).slice(0, MOST_RESULTS) : report.findings;
    const suppressed = accepted.slice(0, MOST_RESULTS - findings.length);
    const left = report.findings.length - findings.length + accepted.length - suppressed.length;
    const ids = [
      ...new Set([
        ...report.rules.map((rule) => rule.id),
        ...report.findings.map((finding) => finding.rule),
        ...suppressed.map(({ finding }) => finding.rule),
      ]),
    ];
    const log = jsonText({ $schema: SCHEMA, version: '2.1.0', runs: [run(report, ids, left, options)] });
    const end = ']}]}';
    yield `${log.slice(0, -end.length)}\n`;
    let between = '';
    for (const finding of findings) {
      yield `${between}${jsonText(result(finding, report, ids))}`;
      between = ',\n';
    }
    for (const { finding, reason } of suppressed) {
      const suppressions = [{ kind: 'external', status: 'accepted', justification: reason }];
      yield `${between}${jsonText({ ...result(finding, report, ids), suppressions })}`;
      between = ',\n';
    }
    yield `\n${end}\n`;
  },
};

/** The run without its results; the empty list for them is the last key, where `render` fills it. */
function run(report: CheckReport, ids: readonly string[], left: number, options: ReportOptions): Run {
  return {
    tool: {
      driver: {
        name: 'pindrift',
        ...(options.homepage === undefined ? {} : { informationUri: options.homepage }),
        ...(options.version === undefined ? {} : { version: options.version, semanticVersion: options.version }),
        rules: ids.map((id) =>
          descriptor(
            id,
            options.rules?.find((rule) => rule.id === id),
          ),
        ),
      },
    },
    // An undecided trace is not a failed run: a notification explains what could not be checked. A rule that threw, or
    // a trace that could not be read, makes it failed.
    invocations: [
      {
        executionSuccessful:
          report.unreadable === undefined && report.rules.every(({ failed }) => failed === undefined),
        toolExecutionNotifications: [...leftOut(left), ...notifications(report, ids)],
      },
    ],
    artifacts: report.traces.map((trace) => ({
      location: { uri: uriOf(trace.path) },
      roles: ['analysisTarget'],
      properties: { format: trace.format, variant: trace.variant, kernel: trace.kernel, era: trace.era },
    })),
    columnKind: 'utf16CodeUnits',
    properties: { schema: report.schema, verdict: report.verdict },
    results: [],
  };
}

function descriptor(id: string, doc: RuleDoc | undefined): ReportingDescriptor {
  const text = [
    doc?.description,
    ...(doc?.falsePositives ?? []).map((line) => `Not a finding: ${line}`),
    ...(doc?.references ?? []),
  ];
  const full = text.filter((part) => part !== undefined).join('\n\n');
  return {
    id,
    name: pascal(id),
    shortDescription: { text: doc?.title ?? id.replaceAll('-', ' ') },
    ...(full === '' ? {} : { fullDescription: { text: doc?.description ?? full }, help: { text: full } }),
    ...(doc?.url === undefined ? {} : { helpUri: doc.url }),
    ...(doc?.severity === undefined ? {} : { defaultConfiguration: { level: doc.severity } }),
    properties: {
      tags: ['kernel', 'mm', 'gup'],
      ...(doc?.precision === undefined ? {} : { precision: PRECISION[doc.precision] }),
    },
  };
}

/** Results beyond the limit: the least severe. */
const leftOut = (n: number): Notification[] =>
  n === 0
    ? []
    : [
        {
          descriptor: { id: 'results-left-out' },
          level: 'warning',
          message: {
            text: `${count(n, 'result')} left out, the least severe: code scanning takes ${grouped(MOST_RESULTS)}. The report in JSON has all.`,
          },
        },
      ];

function notifications(report: CheckReport, ids: readonly string[]): Notification[] {
  const open = report.rules.filter((rule) => rule.verdict === 'could-not-be-checked' && rule.failed === undefined);
  const words = failureWords(report);
  return [
    ...(report.unreadable ?? []).map(
      ({ path, reason }): Notification => ({
        descriptor: { id: 'unreadable' },
        level: 'error',
        message: { text: sentence(`could not be read: ${reason}`) },
        locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) } } }],
      }),
    ),
    ...report.rules
      .flatMap(({ failed = [] }) => failed)
      .map(
        ({ at, id }, i): Notification => ({
          descriptor: { id: 'rule-failed' },
          associatedRule: { id, index: ids.indexOf(id) },
          level: 'error',
          message: { text: sentence(words[i] ?? id) },
          ...placeOf(at),
        }),
      ),
    ...open.map(
      (rule): Notification => ({
        descriptor: { id: 'could-not-be-checked' },
        associatedRule: { id: rule.id, index: ids.indexOf(rule.id) },
        level: 'warning',
        message: { text: sentence(`could not be checked: ${reasonWords(rule.missing)}`) },
      }),
    ),
    ...report.traces.flatMap((trace, index) =>
      lossWords(trace.losses).map(
        (words): Notification => ({
          descriptor: { id: 'loss' },
          level: 'note',
          message: { text: sentence(words) },
          locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(trace.path), index } } }],
        }),
      ),
    ),
  ];
}

/** `my-rule.ts:12:9` as a location. */
function placeOf(at: string | undefined): Pick<Notification, 'locations'> {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(at ?? '') ?? [];
  if (file === undefined) return {};
  const region = { startLine: Number(line), startColumn: Number(column) };
  return { locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }] };
}

function result(finding: Finding, report: CheckReport, ids: readonly string[]): Result {
  const { pin, mapping, process } = finding;
  // consumers with results of an earlier version compare by this fingerprint
  const v1 = finding.formerFingerprints?.at(-1);
  const main = mainStep(finding);
  const place = (step: Evidence) => location(step, finding, report);
  return {
    ruleId: finding.rule,
    ruleIndex: ids.indexOf(finding.rule),
    level: finding.severity,
    rank: RANK[finding.confidence],
    message: { text: sentence(`${titleOf(finding)}: ${finding.message}`) },
    locations: main === undefined ? [] : [place(main)],
    ...(finding.evidence.length === 0 ? {} : { codeFlows: [{ threadFlows: [{ locations: flow(finding, place) }] }] }),
    partialFingerprints: { 'pindrift/v2': finding.fingerprint, ...(v1 === undefined ? {} : { 'pindrift/v1': v1 }) },
    properties: {
      n: finding.n,
      confidence: finding.confidence,
      doubts: finding.doubts,
      also: finding.also,
      harm: finding.harm,
      selfInflicted: finding.selfInflicted,
      cause: finding.cause,
      pin: { ...pin },
      ...(process === undefined ? {} : { process: { ...process } }),
      ...(mapping === undefined ? {} : { mapping: { ...mapping } }),
      ...(finding.why === undefined ? {} : { why: finding.why }),
      ...(finding.fixedBy === undefined ? {} : { fixedBy: finding.fixedBy }),
      ...(finding.advice === undefined ? {} : { advice: finding.advice }),
    },
  };
}

function flow(finding: Finding, place: (step: Evidence) => Location): ThreadFlowLocation[] {
  const parting = partingStep(finding);
  return finding.evidence.map((step, i) => {
    const kind = stepKind(step.role);
    const stack = (step.stack ?? []).map((line) => ({ location: { message: { text: plain(line.trim()) } } }));
    return {
      location: place(step),
      executionOrder: i + 1,
      importance: step === parting || kind === 'pin' || kind === 'harm' ? 'essential' : 'important',
      kinds: [...new Set([kind, step.role])],
      ...(stack.length === 0 ? {} : { stack: { frames: stack } }),
      properties: { cpu: step.cpu, task: step.task, pid: step.pid, time: step.time, function: step.fn },
    };
  });
}

function location(step: Evidence, finding: Finding, report: CheckReport): Location {
  const path = report.traces[finding.trace]?.path ?? '';
  const words = [step.role, step.fn, step.what].filter((part) => part !== undefined && part !== '');
  return {
    physicalLocation:
      step.from === undefined
        ? { artifactLocation: { uri: uriOf(path), index: finding.trace }, region: region(step) }
        : { artifactLocation: { uri: uriOf(step.from.path) }, region: { startLine: step.from.line } },
    message: { text: plain(words.join(': ')) },
  };
}

function region(step: Evidence): Region {
  const { record } = step;
  if (record !== undefined) {
    // a byte region: a recording has no lines, but GitHub's code scanning requires a region with a line. In a
    // compressed block only the block has a position
    const { offset, unpacked, length } = record;
    const place = offset === undefined ? {} : { byteOffset: offset };
    return {
      startLine: 1,
      ...place,
      ...(offset === undefined || unpacked !== undefined ? {} : { byteLength: length }),
      ...(step.text === '' ? {} : { snippet: { text: verbatim(step.text) } }),
      properties: { record: step.line, ...(unpacked === undefined ? {} : { unpackedOffset: unpacked }) },
    };
  }
  return {
    startLine: step.line,
    byteOffset: step.offset,
    ...(step.text === '' ? {} : { byteLength: Buffer.byteLength(step.text), snippet: { text: verbatim(step.text) } }),
  };
}

/** A relative or `file:` URI; standard input has no path and gets a name. */
function uriOf(path: string): string {
  if (path === '-') return 'stdin';
  const segments = path.split('/').map((segment) => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd')));
  return (path.startsWith('/') ? 'file://' : '') + segments.join('/');
}

/** `swapin-cow-under-pin` as a friendly name: `SwapinCowUnderPin` (SARIF2012). */
const pascal = (id: string): string =>
  id.replaceAll(/(?:^|[^A-Za-z0-9])+([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());

/** Messages are sentences (Microsoft's SARIF2001). */
const sentence = (text: string): string => plain(/[.!?]$/.test(text) ? text : `${text}.`);

/** Message text: `[words](1)` would be a link (SARIF 2.1.0, 3.11.6), so its bracket is escaped. */
function plain(text: string): string {
  return clean(text).replace(/\[(?=[^\]]*\]\()/g, '\\[');
}
