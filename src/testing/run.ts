// Runs one rule over one trace, and collects everything a test may need.
import { type DataValue, FILLED, placeholders } from '../api/messages.ts';
import { optionValues } from '../api/options.ts';
import type { Finding } from '../contract/finding.ts';
import { Collector } from '../engine/findings/collect.ts';
import { needText, unmet } from '../engine/needs.ts';
import { memoryInput } from '../engine/reading/input.ts';
import { withReading } from '../engine/reading/reading.ts';
import type { Call, RuleFailure, RuleObserver } from '../engine/running/observe.ts';
import type { TraceFormat } from '../parsers/formats/head.ts';
import type { Report, Rule } from '../rules/contract.ts';
import { InputError } from '../util/errors.ts';
import { still } from './stillness.ts';

export interface RunOptions {
  kernel?: string | undefined;
  format?: TraceFormat | undefined;
  options?: Readonly<Record<string, unknown>> | undefined;
}

export interface ToldRule {
  messageId: string;
  finding: Finding;
}

export interface Run {
  told: ToldRule[];
  /** why the rule could not decide: required event kinds, and its own reasons */
  undecided: string[];
  failures: RuleFailure[];
  /** errors in reports */
  misreports: string[];
  unreadable: { line: number; reason: string; text: string }[];
  /** why the text is not a trace */
  unusable: string | undefined;
  /** calls of handlers: `pin` at line 3 */
  calls: { handler: string; line: number }[];
  debug: string[];
  /** events unknown to pindrift: `pin_fsat` */
  strangers: string[];
}

export async function runRule(rule: Rule, text: string, { kernel, format, options = {} }: RunOptions): Promise<Run> {
  const run: Run = {
    told: [],
    undecided: [],
    failures: [],
    misreports: optionValues(rule.meta.options ?? {}, options).problems.map(
      ({ option, problem }) => `options.${option}: ${problem}`,
    ),
    unreadable: [],
    unusable: undefined,
    calls: [],
    debug: [],
    strangers: [],
  };
  const input = memoryInput('the trace of the test', text);
  try {
    await withReading(input, { kernel, format, rules: [rule] }, async (reading) => {
      const { model, stats, vocabulary, head } = reading;
      // a few lines are the whole trace of a test, whatever CPU they are of
      head.cpus ??= 1;
      const rules = new Collector(model, [rule], { options: { [rule.meta.id]: options }, observer: watch(run) });
      await reading.read();
      rules.findings(0, reading.words(await reading.lines(rules.offsets())));
      for (const [finding, drafts] of rules.told) run.told.push({ messageId: drafts[0].report.messageId, finding });
      for (const anyOf of unmet(rule.meta.needs as readonly (readonly string[])[], model)) {
        const seen = anyOf.some((kind) => model.lacking[model.catalogue.kind(kind) ?? -1] > 0);
        run.undecided.push(seen ? needText(anyOf, undefined, model) : `no ${anyOf.join(' or ')} event`);
      }
      run.undecided.push(...(rules.undecided.get(rule.meta.id) ?? []));
      run.unreadable = stats.bad.map(({ line, reason, text: shown }) => ({ line, reason, text: shown }));
      run.strangers = vocabulary.types.filter((type) => type.kind === 0 && type.count > 0).map(({ name }) => name);
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    run.unusable = error.tryThis === undefined ? error.message : `${error.message}; ${error.tryThis}`;
  }
  return run;
}

function watch(run: Run): RuleObserver {
  let release: (() => void) | undefined;
  return {
    before: (call: Call) => {
      if (call.handler !== 'create') run.calls.push({ handler: call.handler, line: call.line });
      release = still();
    },
    after: () => release?.(),
    failed: (failure) => run.failures.push(failure),
    debug: (_rule, because) => run.debug.push(because),
    reported: (rule, report) => run.misreports.push(...misreported(rule, report)),
  };
}

/** Checks ids and placeholders, which the compiler has checked if there was one. */
function misreported(rule: Rule, report: Report): string[] {
  const { messageId, pin, about, drift } = report;
  const text = Object.hasOwn(rule.meta.messages, messageId) ? rule.meta.messages[messageId] : undefined;
  if (text === undefined) return [`report: the rule has no message ${messageId}`];
  const out: string[] = [];
  const data: Readonly<Record<string, DataValue>> = report.data ?? {};
  const wanted = new Set(placeholders(text));
  for (const name of wanted) {
    if (FILLED.includes(name)) continue;
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined || Number.isNaN(value)) out.push(`report of ${messageId}: {${name}} has no value`);
  }
  for (const name of Object.keys(data))
    if (!wanted.has(name)) out.push(`report of ${messageId}: the message has no {${name}}`);
  if (wanted.has('pinned') && pin === undefined && about === undefined)
    out.push(`report of ${messageId}: {pinned} needs \`pin\` or \`about\``);
  if (wanted.has('mapped') && drift === undefined) out.push(`report of ${messageId}: {mapped} needs \`drift\``);
  return out;
}
