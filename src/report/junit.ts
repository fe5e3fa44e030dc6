// JUnit XML for CI: a test suite per trace, a test per rule. A finding fails its test, a rule that could not decide is
// skipped with the reason, and a rule that failed is an error. So is a trace that could not be read, and one with
// insufficient evidence, unless the user chooses otherwise, so that a passed test means checked. No times: the same report gives the same bytes. Valid
// for Jenkins' schema (xunit-plugin, junit-10.xsd).
import { type Finding, SEVERITY_RANK } from '../contract/finding.ts';
import {
  type CheckReport,
  INSUFFICIENT_EVIDENCE,
  type RuleOutcome,
  type TraceInfo,
  type Unreadable,
} from '../contract/report.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { clean, verbatim } from './shared/format.ts';
import { lossWords } from './shared/loss-words.ts';
import { steps } from './shared/timeline.ts';
import { titleOf } from './shared/title.ts';
import {
  addressOf,
  failedWords,
  formatWords,
  kernelWords,
  notes,
  pathWords,
  pinOwner,
  reasonWords,
  weight,
} from './shared/words.ts';

type TestRule = Pick<RuleOutcome, 'id' | 'verdict' | 'missing' | 'undecidedIn' | 'failed'>;

interface Test {
  rule: TestRule;
  failed: Finding[];
  /** findings below the threshold: shown, but not failed */
  passed: Finding[];
  skipped: boolean;
  /** why the test itself is an error */
  error?: { type: string; message: string } | undefined;
}

export const junit: Reporter = {
  *render(report: CheckReport, options: ReportOptions): Iterable<string> {
    const suites = report.traces.map((trace, index) => ({
      trace,
      tests: tests(report, index, options),
    }));
    const all = suites.flatMap((suite) => suite.tests);
    const { unreadable = [] } = report;
    yield '<?xml version="1.0" encoding="UTF-8"?>\n';
    yield `<testsuites name="pindrift" ${counts(all, false, unreadable.length)}>\n`;
    for (const { trace, tests: own } of suites) {
      yield `  <testsuite name="${attribute(pathWords(trace))}" ${counts(own, true)}>\n`;
      yield properties(trace);
      for (const test of own) yield testcase(test, trace);
      yield '  </testsuite>\n';
    }
    for (const one of unreadable) yield unread(one);
    yield '</testsuites>\n';
  },
};

function tests(report: CheckReport, index: number, options: ReportOptions): Test[] {
  const { failOn = 'warning', onUndecided = 'error' } = options;
  const own = report.findings.filter((finding) => finding.trace === index);
  const known = new Set(report.rules.map((rule) => rule.id));
  const unlisted = [...new Set(own.map((finding) => finding.rule))].filter((id) => !known.has(id));
  const rules: TestRule[] = [
    ...report.rules,
    ...unlisted.map((id) => ({ id, verdict: 'violated' as const, missing: [] })),
    // the rule did not run, so it is unknown whether the evidence is sufficient
    ...(report.verdict === 'could-not-be-checked' && onUndecided === 'error' && !known.has(INSUFFICIENT_EVIDENCE)
      ? [{ id: INSUFFICIENT_EVIDENCE, verdict: report.verdict, missing: [`${INSUFFICIENT_EVIDENCE} did not run`] }]
      : []),
  ];
  return rules.map((rule) => {
    const found = own.filter((finding) => finding.rule === rule.id);
    const failed = found.filter((finding) => SEVERITY_RANK[finding.severity] >= SEVERITY_RANK[failOn]);
    const undecided = rule.undecidedIn?.includes(index) ?? rule.verdict === 'could-not-be-checked';
    const error = failed.length > 0 ? undefined : errorOf(rule, index, undecided && onUndecided === 'error');
    return {
      rule,
      failed,
      passed: found.filter((finding) => !failed.includes(finding)),
      skipped: failed.length === 0 && error === undefined && undecided,
      error,
    };
  });
}

function errorOf({ failed = [], id, missing }: TestRule, index: number, undecided: boolean): Test['error'] {
  const failure = failed.find(({ trace }) => trace === index);
  if (failure !== undefined) return { type: 'rule-failed', message: failedWords(failure) };
  if (!undecided || id !== INSUFFICIENT_EVIDENCE) return undefined;
  return { type: 'could-not-be-checked', message: `this trace has insufficient evidence: ${missing.join('; ')}` };
}

/** A trace that could not be read: nothing was tested. */
function unread({ path, reason }: Unreadable): string {
  const name = attribute(path);
  return `  <testsuite name="${name}" ${counts([], true, 1)}>
    <testcase classname="${name}" name="readable">
      <error message="${attribute(`this trace could not be read: ${reason}`)}" type="unreadable"/>
    </testcase>
  </testsuite>
`;
}

/**
 * @param skips the schema has `skipped` for a suite, but not for the whole
 * @param unread traces that could not be read, each an error
 */
function counts(all: readonly Test[], skips: boolean, unread = 0): string {
  const failures = all.filter((test) => test.failed.length > 0).length;
  const skipped = all.filter((test) => test.skipped).length;
  const errors = all.filter((test) => test.error !== undefined).length + unread;
  return `tests="${all.length + unread}" failures="${failures}" errors="${errors}"${skips ? ` skipped="${skipped}"` : ''}`;
}

function properties(trace: TraceInfo): string {
  const list: [string, string][] = [
    ['format', formatWords(trace)],
    ['kernel', kernelWords(trace)],
    ['events', String(trace.events)],
    ['lines', String(trace.lines)],
    ...lossWords(trace.losses).map((words): [string, string] => ['lost', words]),
  ];
  const lines = list.map(([name, value]) => `      <property name="${name}" value="${attribute(value)}"/>\n`);
  return `    <properties>\n${lines.join('')}    </properties>\n`;
}

function testcase({ error, rule, failed, passed, skipped }: Test, trace: TraceInfo): string {
  const inside: string[] = [];
  const [first] = failed;
  if (first !== undefined) {
    // One element for any number of findings: several consumers read only the first.
    const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
    const type = failed.some((finding) => finding.severity === 'error') ? 'error' : first.severity;
    inside.push(
      `<failure message="${attribute(titleOf(first) + others)}" type="${type}">${body(failed, trace)}</failure>`,
    );
  } else if (error !== undefined) {
    inside.push(`<error message="${attribute(error.message)}" type="${error.type}"/>`);
  } else if (skipped) {
    const reason = `could not be checked: ${reasonWords(rule.missing)}`;
    inside.push(`<skipped message="${attribute(reason)}"/>`);
  }
  if (passed.length > 0) inside.push(`<system-out>${body(passed, trace)}</system-out>`);
  const open = `    <testcase classname="${attribute(pathWords(trace))}" name="${attribute(rule.id)}"`;
  return inside.length === 0
    ? `${open}/>\n`
    : `${open}>\n${inside.map((xml) => `      ${xml}\n`).join('')}    </testcase>\n`;
}

function body(findings: readonly Finding[], trace: TraceInfo): string {
  return `\n${findings.map((finding) => content(story(finding, trace))).join('\n')}`;
}

function story(finding: Finding, trace: TraceInfo): string {
  const who = [pinOwner(finding), addressOf(finding)].filter((part) => part !== '').join(' ');
  const lines = [`${finding.n} ${clean(finding.rule)} (${weight(finding)}) ${who}`.trimEnd(), clean(finding.message)];
  for (const step of steps(finding, trace)) {
    const cells = [step.line, step.time, step.cpu, step.task, step.role, step.fn, step.what];
    lines.push(`  ${cells.filter((cell) => cell !== '').join(' ')}`);
    lines.push(...(step.evidence.text === '' ? [] : [`    ${verbatim(step.evidence.text)}`]));
  }
  lines.push(
    ...notes(finding, trace).map((note) => `${note.label}: ${note.text}`),
    `fingerprint: ${clean(finding.fingerprint)}`,
  );
  return `${lines.join('\n')}\n`;
}

function attribute(text: string): string {
  return content(clean(text)).replaceAll('"', '&quot;').replaceAll("'", '&apos;');
}

/** Character data; characters not allowed in XML 1.0 (U+FFFE, U+FFFF) become U+FFFD. */
function content(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
