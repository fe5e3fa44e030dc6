// The cases of a rule as named tests, and errors of the test itself: duplicates, missing kinds of cases, messages not
// covered by any case.
import { prepareRules } from '../engine/running/prepare.ts';
import type { AnyRule, Rule } from '../rules/contract.ts';
import { type Annotated, annotated } from './annotate.ts';
import type { Case, CaseKind, Cases } from './cases.ts';
import { failureText } from './diff.ts';
import { judgeCase } from './judge.ts';
import { type Run, runRule } from './run.ts';

export interface Test {
  name: string;
  /** throws an error message */
  run(): Promise<void>;
}

const KINDS = ['fires', 'silent', 'partial'] as const satisfies readonly CaseKind[];
const WHY: Readonly<Record<CaseKind, string>> = {
  fires: 'a trace for which the rule reports a finding',
  silent: 'a similar trace for which it reports none',
  partial: 'an incomplete trace, for which the rule must not be certain',
};

/** @param fail makes the error that a failed test throws */
export function suiteOf(given: AnyRule, cases: Cases, fail: (text: string) => Error): Test[] {
  const [rule] = prepareRules([given]);
  const reached = new Set<string>();
  const list = KINDS.flatMap((kind) => (cases[kind] ?? []).map((one) => ({ kind, one })));
  const examples = exampleCases(rule);
  const tests = [...list, ...examples].map(({ kind, one }) => ({
    name: `${kind}: ${one.name}`,
    run: async () => {
      const failure = await runCase(rule, kind, one, reached);
      if (failure !== undefined) throw fail(failure);
    },
  }));
  return [
    { name: 'the test is complete', run: async () => refuse(aboutTheTest(list), fail) },
    ...tests,
    {
      name: 'every message is covered',
      run: async () => {
        for (const { kind, one } of list) if (kind !== 'silent') await reach(rule, one, reached);
        const missing = Object.keys(rule.meta.messages).filter((id) => !reached.has(id));
        refuse(
          missing.map((id) => `no case covers the message ${id}: "${rule.meta.messages[id]}"`),
          fail,
        );
      },
    },
  ];
}

function refuse(problems: readonly string[], fail: (text: string) => Error): void {
  if (problems.length > 0) throw fail(problems.join('\n'));
}

function exampleCases({ meta: { examples } }: Rule): { kind: CaseKind; one: Case }[] {
  if (examples === undefined) return [];
  return [
    { kind: 'fires', one: { name: 'the example of its documentation', trace: examples.fires } },
    { kind: 'silent', one: { name: 'the silent example of its documentation', trace: examples.silent } },
  ];
}

function aboutTheTest(list: readonly { kind: CaseKind; one: Case }[]): string[] {
  const problems: string[] = [];
  for (const kind of KINDS)
    if (!list.some((one) => one.kind === kind)) problems.push(`there is no \`${kind}\` case: ${WHY[kind]}`);
  const names = new Map<string, string>();
  const traces = new Map<string, string>();
  for (const { kind, one } of list) {
    const name = `${kind}: ${one.name}`;
    if (names.has(name)) problems.push(`two cases are called "${name}"`);
    names.set(name, name);
    const trace = annotated(one.trace, []).text.replace(/[ \t]+/g, ' ');
    const key = JSON.stringify([trace, one.kernel, one.format, one.options]);
    const other = traces.get(key);
    if (other !== undefined) problems.push(`"${name}" has the same trace as "${other}"`);
    traces.set(key, name);
  }
  return problems;
}

async function runCase(rule: Rule, kind: CaseKind, one: Case, reached: Set<string>): Promise<string | undefined> {
  const trace = annotated(one.trace, Object.keys(rule.meta.messages));
  const run = await runRule(rule, trace.text, one);
  for (const { messageId } of run.told) reached.add(messageId);
  const judgement = judgeCase(rule, kind, exampleExpects(one, trace, run), trace, run);
  if (judgement.problems.length === 0) judgement.problems.push(...(await again(rule, one, trace, run)));
  if (judgement.problems.length + judgement.differences.length === 0) return undefined;
  return failureText(trace.lines, judgement);
}

/** An example in the documentation need not mark lines; it is sufficient that it reports. */
function exampleExpects(one: Case, trace: Annotated, run: Run): Case {
  const isExample = one.name.endsWith('example of its documentation');
  if (!isExample || trace.expected.size > 0 || run.told.length === 0) return one;
  return { ...one, expect: run.told.map(({ messageId }) => ({ messageId })) };
}

/** A rule must keep its state in `create`: a second run over the same trace gives the same result. */
async function again(rule: Rule, one: Case, trace: Annotated, first: Run): Promise<string[]> {
  const second = await runRule(rule, trace.text, one);
  const answer = (run: Run) =>
    JSON.stringify([
      run.told.map(({ messageId, finding }) => [messageId, finding]),
      run.undecided,
      run.failures.length,
    ]);
  if (answer(first) === answer(second)) return [];
  return ['a second run over the same trace gives a different result: a rule must keep its state inside create()'];
}

async function reach(rule: Rule, one: Case, reached: Set<string>): Promise<void> {
  if (Object.keys(rule.meta.messages).every((id) => reached.has(id))) return;
  const { text } = annotated(one.trace, Object.keys(rule.meta.messages));
  for (const { messageId } of (await runRule(rule, text, one)).told) reached.add(messageId);
}
