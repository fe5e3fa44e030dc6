// Compares the findings of a rule with those expected by the test. Reports all errors of a case at once.

import type { Finding } from '../contract/finding.ts';
import type { Rule } from '../rules/contract.ts';
import type { Annotated } from './annotate.ts';
import type { Case, CaseKind, Expectation } from './cases.ts';
import type { Run, ToldRule } from './run.ts';

/** A line of the trace where the rule and the test differ. */
export interface Difference {
  line: number;
  /** `-`: expected by the test; `+`: in the rule's evidence */
  side: '-' | '+';
  messageId: string;
}

export interface Judgement {
  problems: string[];
  differences: Difference[];
}

export function judgeCase(rule: Rule, kind: CaseKind, one: Case, trace: Annotated, run: Run): Judgement {
  const problems = [...trace.problems, ...broken(run)];
  if (problems.length > 0) return { problems, differences: [] };
  const differences = compare(trace, run.told);
  problems.push(...byKind(kind, one, trace, run, rule), ...listed(one.expect, run.told));
  return { problems, differences };
}

/** Errors that make comparing findings pointless. */
function broken(run: Run): string[] {
  const out: string[] = [];
  if (run.unusable !== undefined) out.push(`the trace cannot be read: ${run.unusable}`);
  for (const { line, reason, text } of run.unreadable)
    out.push(`line ${line} cannot be read: ${reason}: ${text.trim()}`);
  for (const { line, handler, error } of run.failures)
    out.push(`the rule ${failure(error)}${line > 0 ? ` at line ${line}` : ''} (in ${handler})`);
  return [...out, ...new Set(run.misreports)];
}

function failure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/only a getter|read only property|not extensible|Cannot delete property/.test(text))
    return `changes the state it was given: ${text}`;
  const where = error instanceof Error ? ownFrame(error.stack) : undefined;
  return `throws ${error instanceof Error ? error.name : 'a value'}: ${text}${where === undefined ? '' : ` (${where})`}`;
}

/** The first place in the stack outside of pindrift and Node. */
const ownFrame = (stack: string | undefined): string | undefined =>
  stack
    ?.split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at (?:.*\()?(.*?)\)?$/, '$1'))
    .find((place) => !/node:|\/(?:src|dist)\/(?:testing|engine|model|api)\//.test(place));

function compare(trace: Annotated, told: readonly ToldRule[]): Difference[] {
  const out: Difference[] = [];
  for (const [line, ids] of trace.expected) {
    for (const messageId of ids) {
      const found = told.some((one) => one.messageId === messageId && quotes(one.finding, line));
      if (!found) out.push({ line, side: '-', messageId });
    }
  }
  for (const { messageId, finding } of told) {
    const lines = finding.evidence.map(({ line }) => line);
    for (const line of lines) if (trace.ok.has(line)) out.push({ line, side: '+', messageId });
    const wanted = lines.some((line) => trace.expected.get(line)?.includes(messageId) === true);
    if (!wanted && trace.expected.size > 0) out.push({ line: lines.at(-1) ?? 1, side: '+', messageId });
  }
  return out;
}

const quotes = (finding: Finding, line: number): boolean => finding.evidence.some((step) => step.line === line);

function byKind(kind: CaseKind, one: Case, trace: Annotated, run: Run, rule: Rule): string[] {
  const marked = trace.expected.size > 0 || (one.expect ?? []).length > 0;
  switch (kind) {
    case 'fires':
      if (!marked) return ['nothing is expected: write `# expect: MESSAGE` after a line of the evidence'];
      return run.told.length === 0 ? [`the rule reports nothing${heard(run)}`] : [];
    case 'silent':
      if (marked) return ['a silent case cannot expect a finding; move it to `fires`'];
      if (run.told.length > 0) return run.told.map(({ finding }) => `the rule reports: ${finding.message}`);
      return run.undecided.length === 0
        ? []
        : [
            `this proves nothing: the rule could not decide: ${run.undecided.join('; ')}${strangers(run)}; such a trace belongs in \`partial\``,
          ];
    case 'partial': {
      const sure = run.told.filter(({ finding }) => finding.confidence === 'certain' || finding.confidence === 'high');
      if (sure.length > 0)
        return sure.map(
          ({ finding }) =>
            `the rule's confidence is ${finding.confidence} although the trace is partial: ${finding.message}`,
        );
      if (run.told.length > 0 && !marked) return run.told.map(({ finding }) => `the rule reports: ${finding.message}`);
      if (run.told.length > 0 || run.undecided.length > 0) return [];
      return [
        `the rule reports no problem, although the trace cannot show that; remove an event that \`meta.needs\` of ` +
          `${rule.meta.id} lists, or call context.undecided()`,
      ];
    }
  }
}

/** Why a rule did not report as expected, as far as known. */
function heard(run: Run): string {
  if (run.undecided.length > 0) return `; it could not decide: ${run.undecided.join('; ')}${strangers(run)}`;
  if (run.debug.length > 0) return `: ${run.debug.join('; ')}`;
  const calls = run.calls
    .filter(({ handler }) => handler !== 'end')
    .map(({ handler, line }) => `${handler} (line ${line})`);
  return calls.length === 0
    ? `; no event it listens to occurred${strangers(run)}`
    : `; it was called for ${calls.slice(0, 12).join(', ')}${calls.length > 12 ? ', ...' : ''}`;
}

const strangers = ({ strangers: names }: Run): string =>
  names.length === 0 ? '' : `; events unknown to pindrift: ${names.join(', ')}`;

/** Compares the findings with the list of all expected ones. */
function listed(expect: readonly Expectation[] | undefined, told: readonly ToldRule[]): string[] {
  if (expect === undefined) return [];
  const out: string[] = [];
  for (let i = 0; i < Math.max(expect.length, told.length); i++) {
    const wanted = expect.at(i);
    const one = told.at(i);
    if (wanted === undefined) out.push(`finding ${i + 1} is not expected: ${one?.messageId}: ${one?.finding.message}`);
    else if (one === undefined) out.push(`finding ${i + 1} is missing: ${wanted.messageId}`);
    else out.push(...differs(i + 1, wanted, one));
  }
  return out;
}

function differs(n: number, wanted: Expectation, { messageId, finding }: ToldRule): string[] {
  const out: string[] = [];
  const differ = (what: string, want: string, is: string) =>
    out.push(`finding ${n}: ${what} is ${is}, expected ${want}`);
  if (wanted.messageId !== messageId) differ('the message', wanted.messageId, messageId);
  if (wanted.severity !== undefined && wanted.severity !== finding.severity)
    differ('severity', wanted.severity, finding.severity);
  if (wanted.confidence !== undefined && wanted.confidence !== finding.confidence) {
    differ(
      'confidence',
      wanted.confidence,
      `${finding.confidence}${finding.doubts.length === 0 ? '' : ` (${finding.doubts.join('; ')})`}`,
    );
  }
  const { message } = wanted;
  if (typeof message === 'string' ? message !== finding.message : message?.test(finding.message) === false)
    differ('the text', String(message), finding.message);
  const missing = (wanted.lines ?? []).filter((line) => !quotes(finding, line));
  if (missing.length > 0)
    differ(
      'the evidence',
      `line ${missing.join(', ')} in it`,
      `lines ${finding.evidence.map(({ line }) => line).join(', ')}`,
    );
  return out;
}
